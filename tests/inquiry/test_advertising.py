"""It takes several sorts of marks to be taken for a lure."""

import pytest

from mailer.inquiry.advertising import advertises
from mailer.inquiry.verdict import Inquiry


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "",
            "Bästa kund, er faktura på 980 kr är obetald. "
            "Logga in med BankID inom 24 timmar: http://example.com",
        ),
        ("", "Dear purchasing manager, we are factory of lamps. Please see our catalog."),
        ("", "Sitter i möte. Kan du köpa fem presentkort och skrapa fram koderna, diskret."),
        ("", "Dear friend, you are the next of kin of USD 8 million."),
        ("Crypto", "Guaranteed profit with our trading platform. Sign up today."),
        ("SEO", "Your site is not on the first page of Google. Reply for a free quote."),
        ("Buy viagra", "Cheap, fast shipping, order now."),
        ("Dags att förnya", "Er domän löper ut inom 24 timmar. Förnya nu för 1 490 kr."),
    ],
)
def test_a_lure_is_seen(subject: str, text: str) -> None:
    assert advertises(Inquiry(subject=subject, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "Min mamma lurades på 40 000 kr via BankID. Var finns hjälp? https://example.org",
        "Är detta bluff? Bästa kund, obetald faktura på 980 kr. Logga in med BankID inom 24 timmar",
        "Hyran är 8 000 kr och jag betalar den med BankID på https://example.org.",
        "Rektorn sitter i möte jämt. Svara före lunch.",
        "Lampan är trasig.",
        "",
    ],
)
def test_a_resident_is_not_taken_for_one(text: str) -> None:
    assert not advertises(Inquiry(text=text))


LURING = Inquiry(text="Ditt paket väntar. Klicka här.")
BARE = Inquiry(text="Köp solceller med rabatt, bästa pris.")


def test_fewer_marks_will_do_where_the_sender_is_forged() -> None:
    assert not advertises(LURING)
    assert advertises(LURING, forged=True)
    assert not advertises(BARE, forged=True)
