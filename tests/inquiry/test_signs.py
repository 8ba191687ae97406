"""What speaks for each kind, weighed together."""

from dataclasses import replace

import pytest

from mailer.inquiry.ours import Ours
from mailer.inquiry.signs import NOTHING, WEIGHTS, Seeming, seeming, signs
from mailer.inquiry.sort import KINDS, Leaning
from mailer.inquiry.verdict import Inquiry, Kind
from mailer.mail.address import Address

OURS = Ours(
    (Address("mailbox@example.se"),),
    lambda found: "edition" if found == "edition" else "",
    "IT",
    ("mx.example.se",),
)
FORGED = ("authentication-results", "mx.example.se; dmarc=fail")


def mail(
    text: str,
    subject: str = "",
    sender: str = "anna.ek@example.org",
    headers: tuple[tuple[str, str], ...] = (),
) -> Inquiry:
    return Inquiry(sender=Address(sender), subject=subject, text=text, headers=headers)


def like(kind: Kind, odds: float) -> Leaning:
    return Leaning(kinds=dict.fromkeys(KINDS, -9.0) | {kind: odds})


FOUND = [
    ("question", mail("När lagas lampan?"), 1),
    ("question", mail("متى؟"), 1),
    ("a machine's words", mail("Tack för ditt mejl. Vi återkommer inom tre arbetsdagar."), 2),
    ("absence", mail("Jag har semester och är tillbaka den 12."), 2),
    ("request", mail("Jag undrar vem som lagar lampan."), 1),
    ("subject of an answer", mail("", "Autosvar: Lampan"), 1),
    ("office that offers", mail("Spela på free spins.", sender="offert2@example.org"), 1),
    ("office that offers", mail("Vi ses på torsdag.", sender="offert2@example.org"), 0),
    ("form", mail("Namn: Eva Ek\nMeddelande: Lampan är trasig."), 1),
    ("says undelivered", mail("Your message could not be delivered."), 1),
    ("from a post office", mail("", sender="byalag-bounces@example.org"), 1),
    ("from a machine", mail("", sender="noreply@example.org"), 1),
    ("forged sender", mail("", headers=(FORGED,)), 1),
    ("offer", mail("Låna upp till 600 000 utan UC, eller spela på free spins."), 2),
    ("lure", mail("Ditt paket väntar. Klicka här."), 2),
    ("answers us", mail("Hej", "Sv: [IT-2020-0042] Lampan"), 1),
    ("sum of money", mail("Det kostar 90 kr."), 1),
    ("resident's words", mail("Jag bor på Åvägen."), 1),
    ("letter", mail("Nyhetsbrevet kom i dag."), 1),
    ("letter or mail", mail("Ert mejl kom i dag."), 1),
    ("asking", mail("Jag vill prenumerera."), 1),
    ("leaving", mail("Stryk mig."), 1),
    ("farewell", mail("Jag vill inte mer. Adjö."), 1),
    ("farewell", replace(mail("Jag vill inte längre."), references=("edition",)), 0),
    ("farewell", mail("Jag vill inte ha nyhetsbrevet. Adjö."), 0),
    ("another matter", mail("Lampan är trasig."), 1),
    ("more to say", mail("Nyhetsbrevet är bra. Lampan vid porten är trasig."), 1),
    ("only the wish to get it", mail("Skriv upp mig på nyhetsbrevet."), 1),
    ("only the wish to leave", mail("Ta bort mig från nyhetsbrevet."), 1),
]


@pytest.mark.parametrize(("sign", "inquiry", "times"), FOUND)
def test_each_sign_is_found_where_it_stands(sign: str, inquiry: Inquiry, times: int) -> None:
    assert signs(inquiry, OURS)[sign] == times


def test_a_mail_of_no_words_has_no_sign() -> None:
    assert not any(signs(mail(""), OURS).values())


def test_every_sign_has_its_example_and_weighs_something() -> None:
    weighed = {sign for weights in WEIGHTS.values() for sign in weights.signs}
    assert set(signs(mail(""), OURS)) == weighed == {sign for sign, *_ in FOUND}


@pytest.mark.parametrize(
    ("kind", "text", "sender"),
    [
        ("auto-reply", "Åter på måndag.", "anna.ek@example.org"),
        ("bounce", "Brevlådan är stängd.", "postmaster@example.org"),
        ("spam", "Ditt paket väntar.", "info@example.org"),
        ("subscribe", "Brevet vill jag gärna ha.", "anna.ek@example.org"),
        ("unsubscribe", "Stryk mig.", "anna.ek@example.org"),
    ],
)
def test_what_was_learned_and_the_signs_are_added(kind: Kind, text: str, sender: str) -> None:
    weights = WEIGHTS[kind]
    found = signs(mail(text, sender=sender), OURS)
    sum_of_signs = sum(weight * found[sign] for sign, weight in weights.signs.items())
    assert sum_of_signs > 0
    least = -(weights.start + sum_of_signs) / weights.learned
    for learned, expected in ((least + 0.1, kind), (least - 0.1, None)):
        assert seeming(mail(text, sender=sender), OURS, like(kind, learned)).kind == expected


def test_the_kind_with_most_for_it_is_the_likeliest() -> None:
    both = Leaning(kinds=dict.fromkeys(KINDS, -9.0) | {"spam": 1.0, "auto-reply": 2.0})
    text = mail("Ett brev som är mycket likt både det ena och det andra av dem som är kända.")
    assert seeming(text, OURS, both) == Seeming("auto-reply", alike=True)


def test_few_words_without_a_sign_are_a_persons_whatever_they_are_like() -> None:
    for kind in KINDS:
        assert seeming(mail("Då ses vi på torsdag."), OURS, like(kind, 3.0)) == NOTHING


def test_what_its_words_make_of_a_kind_without_known_mails_like_it_is_not_alike() -> None:
    wish = mail("Ta bort mig från nyhetsbrevet.")
    assert seeming(wish, OURS, like("unsubscribe", -0.9)).alike
    assert seeming(wish, OURS, like("unsubscribe", -1.1)) == Seeming("unsubscribe", alike=False)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("spam", "Bästa kund, logga in med BankID inom 24 timmar: http://example.com"),
        ("auto-reply", "Tack för ditt mejl. Jag är på semester."),
        ("subscribe", "Skriv upp mig på nyhetsbrevet."),
        (None, "Lampan är trasig."),
    ],
)
def test_where_nothing_was_learned_the_words_decide(kind: Kind | None, text: str) -> None:
    assert seeming(mail(text), OURS, Leaning()) == Seeming(kind, alike=True)


def test_a_persons_matter_seems_nothing_else() -> None:
    learned = Leaning(kinds=dict.fromkeys(KINDS, -6.0))
    assert seeming(mail("Lampan är trasig."), OURS, learned) == NOTHING
