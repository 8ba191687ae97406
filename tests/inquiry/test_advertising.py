"""It takes several sorts of marks to be taken for a lure."""

import pytest

from mailer.inquiry.advertising import advertises
from mailer.inquiry.verdict import Inquiry


@pytest.mark.parametrize(
    "text",
    [
        "Bästa kund, er faktura på 980 kr är obetald. Logga in med BankID: http://example.com",
        "Dear purchasing manager, we are a factory of lamps. Please see our catalog.",
        "Sitter i möte. Köp fem presentkort och skrapa fram koderna, diskret.",
        "You are the next of kin of USD 8 million. Please be trustworthy.",
    ],
)
def test_a_lure_is_seen(text: str) -> None:
    assert advertises(Inquiry(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "Min mamma lurades på 40 000 kr via BankID. Var finns hjälp? https://example.org",
        "Är detta bluff? Bästa kund, obetald faktura på 980 kr. Logga in med BankID inom 24 timmar",
        "Hyran är 8 000 kr och jag betalar den med BankID på https://example.org.",
        "Rektorn sitter i möte jämt. Svara före lunch.",
        "Lampan är trasig.",
    ],
)
def test_a_resident_is_not_taken_for_one(text: str) -> None:
    assert not advertises(Inquiry(text=text))
