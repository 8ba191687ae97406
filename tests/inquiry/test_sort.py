"""What labelled mails teach of the sort of a mail."""

import pytest

from mailer.inquiry.labelled import Labelled
from mailer.inquiry.learn import fit
from mailer.inquiry.sort import START, example_of, leaning
from mailer.inquiry.verdict import Kind
from mailer.mail.address import Address


def labelled(kind: Kind, body: str = "Lampan är trasig.", *, urgent: bool = False) -> Labelled:
    sender = Address("anna@example.org", "Anna")
    return Labelled("x1", sender, "Hej", body, "sv", kind, ("boende",), (), urgent)


@pytest.mark.parametrize(
    ("mail", "owner"),
    [
        (labelled("inquiry"), None),
        (labelled("subscribe"), "subscribe"),
        (labelled("inquiry", urgent=True), "urgent"),
        (labelled("auto-reply"), "auto-reply"),
        (labelled("spam"), "spam"),
        (labelled("bounce"), "bounce"),
    ],
)
def test_a_mail_teaches_its_sort_and_not_its_owner(mail: Labelled, owner: str | None) -> None:
    example = example_of(mail)
    assert example is not None
    assert example.owner == owner


def test_what_its_header_gives_away_teaches_nothing() -> None:
    assert example_of(labelled("complaint")) is None


TOLD: list[tuple[Kind, bool, str]] = [
    ("inquiry", False, "Lampan vid porten är trasig."),
    ("inquiry", False, "Soprummet luktar illa igen."),
    ("inquiry", False, "När börjar kursen i höst?"),
    ("inquiry", False, "Lampan i tunneln blinkar."),
    ("inquiry", True, "Han ligger på golvet och andas konstigt."),
    ("inquiry", True, "Grannen ligger i hallen, läpparna är blå."),
    ("inquiry", True, "Hon andas knappt."),
    ("auto-reply", False, "Jag har semester till den tolfte."),
    ("auto-reply", False, "Semester, åter på måndag."),
    ("spam", False, "Köp bitcoin i dag."),
    ("spam", False, "Bitcoin ger vinst."),
]


def test_a_mail_leans_to_the_sort_of_those_that_it_is_like() -> None:
    filler: list[tuple[Kind, bool, str]] = [
        ("inquiry", False, f"Om hyran för nummer {number}.") for number in range(60)
    ]
    mails = [labelled(kind, body, urgent=urgent) for kind, urgent, body in (*TOLD, *filler)]
    examples = [example for mail in mails if (example := example_of(mail))]
    model = fit([START] * len(examples), examples)
    danger = leaning(model, "", "Någon ligger på golvet och andas inte")
    assert danger.urgent > 0 > max(danger.kinds.values())
    reasons = danger.explain()
    assert {reason.slug for reason in reasons} == {"urgent"}
    assert any("tidigare brev" in reason.what for reason in reasons)
    assert leaning(model, "", "Vi har semester").kinds["auto-reply"] > 0
    assert leaning(model, "", "Billig bitcoin").kinds["spam"] > 0
    lamp = leaning(model, "", "Lampan är trasig")
    assert max(lamp.urgent, *lamp.kinds.values()) < 0
