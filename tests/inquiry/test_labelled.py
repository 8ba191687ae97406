"""A labelled mail: read from a file, as an example, as a mail."""

from typing import Any

import pytest

from mailer.inquiry.labelled import Labelled, labelled
from mailer.inquiry.parse import read
from tests.inquiry.project import ORGANISATION

VALUE: dict[str, Any] = {
    "id": "a1",
    "from_name": "Eva Åhs",
    "from": "eva@example.org",
    "subject": "Lampan\nigen",
    "body": "Den är trasig.\nEva",
    "lang": "sv",
    "kind": "inquiry",
    "routes": ["boende", "drog"],
    "also_ok": ["skola"],
    "urgent": True,
}


def test_every_field_is_read() -> None:
    mail = labelled(VALUE)
    assert (mail.name, str(mail.sender.email), mail.sender.name) == (
        "a1",
        "eva@example.org",
        "Eva Åhs",
    )
    assert (mail.subject, mail.language, mail.kind) == ("Lampan igen", "sv", "inquiry")
    assert (mail.owner, mail.routes, mail.also_ok) == ("boende", ("boende", "drog"), ("skola",))
    assert mail.urgent


def test_without_routes_it_is_the_coordinators() -> None:
    assert labelled(VALUE | {"routes": []}).owner is None


def test_an_automatic_reply_is_called_auto() -> None:
    assert labelled(VALUE | {"kind": "auto"}).kind == "auto-reply"


@pytest.mark.parametrize(
    ("subject", "body", "name"),
    [
        ("Lampan\nigen", "Den är trasig.", "Lampan igen"),
        ("", "Den är trasig.\nEva", "Den är trasig. Eva"),
        ("", "Den är trasig, och det är mörkt.", "Den är trasig, och det är…"),
        ("", "", "a1"),
    ],
)
def test_its_example_is_called_by_its_subject_or_its_first_words_or_its_id(
    subject: str, body: str, name: str
) -> None:
    example = labelled(VALUE | {"subject": subject, "body": body}).example()
    assert (example.name, example.text) == (name, body)


def test_its_example_is_the_owners_and_may_be_that_of_others() -> None:
    example = labelled(VALUE).example()
    assert example.owner == "boende"
    assert example.also_ok == ("drog", "skola")


def test_it_can_be_read_as_the_mail_it_would_have_been() -> None:
    inquiry = read(labelled(VALUE).mail(ORGANISATION.mailbox))
    assert (inquiry.subject, inquiry.text) == ("Lampan igen", VALUE["body"])
    assert inquiry.sender == labelled(VALUE).sender
    assert inquiry.recipients == (ORGANISATION.mailbox,)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "expected an object"),
        (VALUE | {"kind": "letter"}, "kind: expected one of auto, inquiry"),
        (VALUE | {"body": None}, "body: expected a text"),
        (VALUE | {"routes": "boende"}, "routes: expected a list of texts"),
        (VALUE | {"also_ok": [1]}, "also_ok: expected a list of texts"),
        (VALUE | {"from": "nobody"}, "nobody"),
    ],
)
def test_what_is_none_is_refused_with_the_field(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        labelled(value)


def test_labelled_mails_are_values() -> None:
    assert labelled(VALUE) == labelled(dict(VALUE))
    assert isinstance(labelled(VALUE), Labelled)
