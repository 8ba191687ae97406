"""The marks of machines: what each of the questions about them answers."""

import pytest

from mailer.inquiry import automatic
from mailer.inquiry.verdict import Inquiry
from mailer.mail.address import Address

FORM = "Namn: Anna Ek\nE-post: anna@example.com\n\nMeddelande:\nLampan är trasig."


def mail(
    sender: str = "noreply@kommun.example",
    reply_to: str = "",
    text: str = "Lampan är trasig.",
    *fields: tuple[str, str],
    subject: str = "",
) -> Inquiry:
    return Inquiry(
        sender=Address(sender) if sender else None,
        reply_to=Address(reply_to) if reply_to else None,
        subject=subject,
        text=text,
        headers=fields,
    )


@pytest.mark.parametrize(
    "inquiry",
    [
        mail(reply_to="anna@example.com"),
        mail("notiser+7@kommun.example", "anna+x@example.com"),
        mail("anna@example.com", text=FORM),
        mail("", text=FORM),
        mail(text="First name: Bo\nPhone: 1\nYour message: Hi"),
        mail(text="Uppgiftslämnare: Bo Ek\nFråga:\nNär lagas lampan?"),
        mail(text="plats=Åvägen 3\nbeskrivning=Lampan är trasig."),
        mail("noreply@kommun.example", "anna@example.com", "Hej", ("auto-submitted", "no")),
        mail(reply_to="anna@example.com", text="x"),
    ],
)
def test_what_a_person_filled_in_came_through_a_form(inquiry: Inquiry) -> None:
    assert automatic.through_form(inquiry)


@pytest.mark.parametrize(
    "inquiry",
    [
        mail(),
        mail("anna@example.com", "bo@example.org"),
        mail(reply_to="support@example.com"),  # an office's receipt, or an advert
        mail(reply_to="noreply2@kommun.example"),
        mail(reply_to="anna@kommun.example"),
        mail("mailer-daemon@kommun.example", "anna@example.com"),
        mail("noreply@kommun.example", "anna@example.com", "x", ("auto-submitted", "auto-replied")),
        mail("noreply@kommun.example", "anna@example.com", "x", ("return-path", "<>")),
        mail("noreply@kommun.example", "anna@example.com", "x", ("x-autoreply", "yes")),
        mail("anna@example.com", text="Telefon: 1\nE-post: a@example.org"),  # a signature
        mail("anna@example.com", text="Fråga: när lagas lampan?"),
    ],
)
def test_what_a_program_says_itself_did_not(inquiry: Inquiry) -> None:
    assert not automatic.through_form(inquiry)


@pytest.mark.parametrize(
    ("inquiry", "says"),
    [
        (mail(subject="Undeliverable: Brev 3"), True),
        (mail(text="550 5.1.1 unknown"), True),
        (mail(text="Brevet kunde inte levereras."), True),
        (mail(text="Lampan är trasig."), False),
    ],
)
def test_the_words_of_a_mail_server_are_known(inquiry: Inquiry, says: bool) -> None:
    assert automatic.says_undelivered(inquiry) is says


@pytest.mark.parametrize(
    ("inquiry", "speaks"),
    [
        (mail("postmaster@example.org"), True),
        (mail("", "", "x"), True),
        (mail("anna@example.org", "", "x", ("return-path", "<>")), True),
        (mail("anna@example.org"), False),
        (mail("", "", "x", ("auto-submitted", "auto-replied")), False),
    ],
)
def test_only_the_text_tells_what_a_server_says(inquiry: Inquiry, speaks: bool) -> None:
    assert automatic.speaks_for_server(inquiry) is speaks


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        ("This is an email abuse report for a message from 192.0.2.1.", True),
        ("Ein Empfänger hat sich beschwert.\nFeedback-Type: abuse", True),
        ("Rapporttyp: abuse", True),
        ("Below is a message that was reported as junk by one of our users.", True),
        ("X-HmXmrOriginalRecipient: user@example.net", True),
        ("I reported it as junk.", False),
    ],
)
def test_a_complaint_of_a_mail_provider_is_known_by_its_words(text: str, complains: bool) -> None:
    assert automatic.complains(mail(text=text)) == complains
