"""What reads like a machine's answer, and what a person may have written."""

import pytest

from mailer.inquiry.answering import answers
from mailer.inquiry.verdict import Inquiry

ACKNOWLEDGED = "SV: Vi har tagit emot ditt mejl [IT-2020-0042]"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Autosvar: Nyhetsbrev", "Jag har semester och är tillbaka den 12."),
        ("Sv: Nyhetsbrev", "Tack för ditt mejl! Jag är på semester till den 12."),
        ("Sv: Nyhetsbrev", "Jag är föräldraledig. Kontakta min kollega."),
        ("Ärende", "Din förfrågan har tagits emot. Svarstid: tre arbetsdagar."),
        ("Re: newsletter", "I am on annual leave with no access to email until 14 July."),
        ("Re: Newsletter", "Vielen Dank für Ihre Nachricht. Ich bin im Urlaub."),
        ("Poissa", "Kiitos viestistäsi. Olen lomalla."),
        ("Tackat ja: Möte", "Anders Ek har tackat ja till mötesinbjudan."),
        ("Läst: Inbjudan", "Ditt meddelande lästes den 3 mars."),
        (ACKNOWLEDGED, "Tack för ditt mejl! Jag är på semester till den 12."),
        ("Автоматична відповідь", "Я у відпустці."),
        ("رد تلقائي", "أنا في إجازة"),
        ("Jawaab otomaatig ah", "Fasax ayaan ku jiraa."),
        ("Automatyczna odpowiedź", "Jestem na urlopie."),
        ("Please confirm your message", "Click here to have your message delivered."),
    ],
)
def test_an_automatic_answer_is_seen(subject: str, text: str) -> None:
    assert answers(Inquiry(subject=subject, text=text), "IT")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Autosvar", "Lampan är trasig."),
        ("Lampan", "Jag är på semester till den 12 och kommer tillbaka då."),
        ("Lampan", "Tack för ditt mejl! Lampan är trasig."),
        ("Autosvar", "Jag har semester och är tillbaka den 12. Är lampan lagad då?"),
        ("Autosvar", "Jag är ledig och är tillbaka nu och vill veta vem som lagar lampan."),
        ("Autosvar", "Jag har semester. " + "Lampan är trasig igen. " * 40),
        (ACKNOWLEDGED, "Jag är bortrest och kommer tillbaka den 12. Lampan är trasig än."),
        ("Lampan", f"Den är trasig, och jag är tillbaka den 12.\n\n{ACKNOWLEDGED}"),
        (
            "Ingen svarar",
            "”Tack för ditt meddelande, vi återkommer”, skriver ni. Lampan är trasig.",
        ),
        ("Lampan", "I mejlet stod att jag skulle bekräfta att du är min son."),
        ("", ""),
    ],
)
def test_what_a_person_may_have_written_is_none(subject: str, text: str) -> None:
    assert not answers(Inquiry(subject=subject, text=text), "IT")
