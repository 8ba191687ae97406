"""A wish about the newsletter is seen where the mail is about nothing else."""

import pytest

from mailer.inquiry.verdict import Attachment, Inquiry
from mailer.inquiry.wish import wish_of
from mailer.mail.address import Address


def wish(subject: str, text: str) -> str:
    return wish_of(Inquiry(sender=Address("anna@example.org"), subject=subject, text=text))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Avsluta", ""),
        ("avsluta 3f2a0c1d5e6b7a8990123456789abcde", ""),
        ("Sv: Nyhetsbrev", "Avregistrera mig!"),
        ("unsubscribe", "unsubscribe"),
        ("Unsubscribe", "Sent"),
        ("Avsluta prenumeration", "Tack och hej"),
        ("stopp", "sluta maila mig"),
        ("Hej", "Ta bort mig från listan, tack."),
        ("utskicket", "Snälla ta bort mig, jag har flyttat och vill inte ha nyhetsbrevet."),
        ("", "Jag vill inte längre få era mejl. Mvh Anna"),
        ("", "Please remove me from your mailing list. Thank you for the letters."),
        ("", "Hej! Plocka bort min adress anna@example.org från listan."),
    ],
)
def test_a_wish_to_leave_is_seen(subject: str, text: str) -> None:
    assert wish(subject, text) == "unsubscribe"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Prenumerera", ""),
        ("anmälan", "sätt upp mig på utskicket tack. anna@example.org"),
        ("Hej", "Anmäl mig till nyhetsbrevet"),
        ("Nyhetsbrevet", "Jag vill gärna få ert nyhetsbrev. Hälsningar Anna"),
        ("subscribe", "Subscribe"),
        ("", "Could I get your newsletter? Thank you!"),
    ],
)
def test_a_wish_for_the_newsletter_is_seen(subject: str, text: str) -> None:
    assert wish(subject, text) == "subscribe"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Lampan", "Lampan utanför 14 B är trasig igen. Och ta bort mig från listan."),
        ("Avsluta", "De kör moped på gården varje natt, kan ni få stopp på det?"),
        ("Stopp", "Nu får det vara nog med drogerna i källaren."),
        ("Anmälan", "Jag vill anmäla att porten är trasig sedan i måndags."),
        ("", "Stryk evert@example.org ur registret, min man är död."),
        ("", "Skicka det till mig också, och till min syster fjolla@example.org på nyhetsbrevet."),
        ("", "Ta bort mig från listan. " + "Tack för era fina brev. " * 20),
        ("", "Jag vill inte att ni skickar polisen."),
        ("", "Tack för brevet!"),
        ("", ""),
    ],
)
def test_another_matter_is_left_to_people(subject: str, text: str) -> None:
    assert wish(subject, text) == ""


def test_a_mail_with_an_attachment_is_about_something_else() -> None:
    photo = Attachment("foto.jpg", "image/jpeg", 1)
    assert wish_of(Inquiry(subject="Avsluta", attachments=(photo,))) == ""


def test_a_wish_needs_no_address_of_its_sender() -> None:
    assert wish_of(Inquiry(subject="avsluta 3f2a0c1d5e6b7a8990123456789abcde")) == "unsubscribe"
