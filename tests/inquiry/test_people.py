"""What people write reaches people: it is not taken for a machine's, an advert or a wish.

Judged as the shipped program does, by its words, its examples and its weights.
"""

from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

import pytest

from mailer.app.deciding import identity_if_made, own_texts, triage
from mailer.app.learning import models
from mailer.edge.examples import read_labelled
from mailer.inquiry.triage import Triage
from mailer.inquiry.verdict import Verdict
from mailer.mail.address import Address
from mailer.settings.load import load

CONFIG = Path(__file__).parents[2] / "config"
MAILBOX = Address("initiativtrygghet@markaryd.se")

FEW_WORDS = [
    ("", "Ring mig!"),
    ("Nyckeln", "Hämta nyckeln hos mig efter fem."),
    ("Torsdag", "Vi ses då. Hälsar Bengt"),
    ("Sv: Mötet", "Onsdag går inte, men fredag."),
    ("Bild", "Se bifogad bild."),
    ("hej", ""),
    ("Klart", "Nu är det gjort."),
    ("Igen", "Samma sak som i går."),
    ("Bänken", "Den står kvar."),
    ("", "070-123 45 67"),
]

OF_OFFICES = [
    (
        "Krossad ruta",
        "Någon slog in vår ruta i natt. Det kostar oss 12 000 kr. Kan ni prata med dem"
        " som hänger utanför?",
    ),
    (
        "Julmarknad",
        "Välkomna till vår julmarknad den 5 december kl. 11. Vi bjuder på glögg och"
        " undrar om ni vill stå med ett bord.",
    ),
    (
        "Ljuset på gården",
        "Våra hyresgäster klagar på att det är mörkt vid soprummet. Vem av er"
        " samordnar trygghetsvandringen?",
    ),
    (
        "Kväll om droger",
        "Vi i församlingen vill hålla en kväll för föräldrar om droger. Kan någon"
        " från er grupp komma och berätta?",
    ),
]

DANGERS = [
    "Min kompis har tagit massor av tabletter och vaknar inte",
    "Min man slår mig och han kommer snart hem",
    "Jag tänker ta livet av mig i natt",
]
ORDINARY = "Gatlyktan utanför nummer 4 har varit trasig i en vecka"

FORMS = [
    "{}",
    "Namn: Anna Ek\nE-post: anna@example.com\nMeddelande: {}",
    "Nytt meddelande via formuläret Kontakta oss\n\nNamn: Anna Ek\nMeddelande:\n{}",
    "Namn: Anna Ek\nMeddelande:\n{}\n\nDet går inte att svara på det här mejlet.",
    "Namn: Anna Ek\nMeddelande:\n{}\n\nDet här är ett automatiskt meddelande från kommunen.",
]


@cache
def shipped() -> Triage:
    settings = load(CONFIG, {})
    return triage(settings, identity_if_made(settings), models(settings), own_texts(settings))


def judged(sender: str, subject: str, text: str, reply_to: str = "") -> Verdict:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = MAILBOX.email
    message["Subject"] = subject
    if reply_to:
        message["Reply-To"] = reply_to
    message.set_content(text)
    return shipped().judge(message.as_bytes()).verdict


@pytest.mark.parametrize(("subject", "text"), FEW_WORDS)
def test_a_few_words_from_a_person_are_read_by_a_person(subject: str, text: str) -> None:
    assert judged("Bengt Ek <bengt.ek@example.com>", subject, text).kind in (
        "inquiry",
        "unreadable",
    )


def test_a_danger_told_in_the_form_of_something_else_is_a_persons() -> None:
    mails = read_labelled(sorted((CONFIG / "triage").glob("urgent_*.jsonl")))
    dangers = [mail for mail in mails if mail.urgent]
    found = [(mail.name, shipped().judge(mail.mail(MAILBOX)).verdict) for mail in dangers]
    assert [(name, each.kind) for name, each in found if each.kind != "inquiry"] == []


@pytest.mark.parametrize("office", ["info", "butik", "hej", "order", "kansli"])
@pytest.mark.parametrize(("subject", "text"), OF_OFFICES)
def test_an_offices_own_matter_is_no_advert(office: str, subject: str, text: str) -> None:
    assert judged(f"{office}@foretaget.example", subject, text).kind == "inquiry"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sender", ["noreply@kommun.example", "webb@kommun.example"])
def test_what_comes_through_a_form_is_its_writers(form: str, sender: str) -> None:
    reply_to = "anna@example.com"
    found = judged(sender, "Kontaktformulär", form.format(ORDINARY), reply_to)
    assert found.kind == "inquiry"
    for danger in DANGERS:
        found = judged(sender, "Kontaktformulär", form.format(danger), reply_to)
        assert (found.kind, found.urgent) == ("inquiry", True)


@pytest.mark.parametrize(
    "tip",
    [
        "De säljer viagra och tramadol på telegram till skolungdomar: https://t.me/xyz",
        "Tips! Här köper ungdomarna: https://t.me/xyz. Tramadol 20 kr, gräs 100 kr. Ni måste göra"
        " något.",
        "https://youtu.be/abc det här filmades på vår skolgård i går",
    ],
)
def test_whoever_tells_of_an_offer_with_its_link_and_price_sells_nothing(tip: str) -> None:
    assert judged("eva@example.com", "Tips", tip).kind == "inquiry"


def test_a_farewell_is_no_wish_to_leave_the_newsletter() -> None:
    found = judged("a@example.com", "", "Jag orkar inte mer. I kväll tar jag livet av mig.")
    assert (found.kind, found.urgent) == ("inquiry", True)


def test_what_a_clinics_machine_says_of_danger_wakes_nobody() -> None:
    text = (
        "Tack för ditt meddelande. Vi svarar inom tre arbetsdagar. Mår du akut dåligt eller har"
        " tankar på att ta ditt liv, ring 112. Det här är ett automatiskt svar."
    )
    found = judged("noreply@halsan.example", "Autosvar", text)
    assert (found.kind, found.urgent) == ("auto-reply", False)
