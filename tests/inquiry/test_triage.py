"""Any octets at all get a verdict, with its reasons."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry import triage
from mailer.inquiry.labelled import Labelled
from mailer.inquiry.learn import fit
from mailer.inquiry.ours import Ours
from mailer.inquiry.rules import Rule
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.sort import START, example_of
from mailer.inquiry.triage import Judged, Models, Triage, following, unreadable
from mailer.inquiry.verdict import Kind, Reason, Verdict
from mailer.mail.address import Address
from tests.inquiry.project import ORGANISATION, RULES

OURS = Ours((ORGANISATION.mailbox,), lambda found: "", "IT")
OWN = (
    "Varje torsdag i mars vandrar polisen och grannarna genom Markaryd, Strömsnäsbruk och Traryd "
    "för att se var lampor saknas och buskar skymmer sikten. Alla som vill är välkomna att följa "
    "med, och efteråt bjuder föreningarna på kaffe i bygdegården."
)
TRIAGE = Triage(RULES, ORGANISATION, OURS, Shingles([OWN]))


def mail(text: str, subject: str = "Hej", *fields: str) -> bytes:
    lines = (
        "From: Eva <eva@example.org>",
        f"To: {ORGANISATION.mailbox.email}",
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        *fields,
    )
    return "\r\n".join((*lines, "", text, "")).encode()


def test_a_persons_mail_is_read_classified_and_may_be_answered() -> None:
    judged = TRIAGE.judge(mail("Lampan är trasig."))
    verdict = judged.verdict
    assert (verdict.kind, verdict.owner, verdict.certain) == ("inquiry", "boende", True)
    assert verdict.suggestions[0] == "boende"
    assert [reason.slug for reason in verdict.reasons] == ["boende"]
    assert judged.inquiry.text == "Lampan är trasig."
    assert judged.silence == ""


def test_the_subject_of_our_own_letter_says_nothing_of_the_answer() -> None:
    ours = TRIAGE.judge(mail("Tack!", "SV: Han knivhotar, lampan [IT-2020-0042]")).verdict
    assert (ours.kind, ours.urgent, ours.certain) == ("follow-up", False, False)
    theirs = TRIAGE.judge(mail("Tack!", "SV: [IT-2020-0042] Han knivhotar mig")).verdict
    assert theirs.urgent


def test_what_a_server_says_comes_before_its_marks() -> None:
    report = "This is an email abuse report for an email message received from 192.0.2.1"
    marks = ("Return-Path: <>", "X-Autoreply: yes")
    assert TRIAGE.judge(mail("Jag är bortrest.", "Hej", *marks)).verdict.kind == "auto-reply"
    assert TRIAGE.judge(mail(report, "Hej", *marks)).verdict.kind == "complaint"


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("Lampan är trasig. Och jag vill inte ha nyhetsbrevet längre.", True),
        ("Lampan är trasig. Nyhetsbrevet är bra. Jag vill inte ha fler hål i vägen.", False),
        ("Lampan är trasig. Vill ni inte ha den i nyhetsbrevet?", False),
        ("Någon knivhotar mig. Och jag vill inte ha nyhetsbrevet längre.", False),
        ("Lampan är trasig.", False),
    ],
)
def test_a_wish_beside_a_matter_is_pointed_out(text: str, noted: bool) -> None:
    judged = TRIAGE.judge(mail(text))
    assert judged.verdict.kind == "inquiry"
    assert ("slippa nyhetsbrevet" in judged.inquiry.note) == noted


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Ta bort mig från nyhetsbrevet, tack. Vi har flyttat till Ljungby.", True),
        ("Ta bort mig från nyhetsbrevet. Ni rår ändå inte på smugglarna.", False),
    ],
)
def test_a_wish_with_a_matter_beside_it_is_not_done_by_machine(text: str, certain: bool) -> None:
    rules = replace(RULES, rules={"sv": {"drog": (Rule("smuggl*", 2.0),)}})
    verdict = Triage(rules, ORGANISATION, OURS).judge(mail(text)).verdict
    assert (verdict.kind, verdict.certain) == ("unsubscribe", certain)


def test_a_mail_without_evidence_is_uncertain() -> None:
    verdict = TRIAGE.judge(mail("En fråga.")).verdict
    assert not verdict.certain
    assert len(verdict.suggestions) == 2


def test_danger_and_its_reasons_come_first() -> None:
    verdict = TRIAGE.judge(mail("Knarkare knivhotar folk.")).verdict
    assert (verdict.owner, verdict.urgent) == ("drog", True)
    assert [reason.slug for reason in verdict.reasons] == ["urgent", "urgent", "urgent", "drog"]
    assert verdict.dangers
    assert not TRIAGE.judge(mail("Knarkare säljer knark.")).verdict.dangers


def test_a_leader_in_the_greeting_is_a_reason() -> None:
    verdict = TRIAGE.judge(mail("Hej Sven! En fråga.")).verdict
    assert [reason.slug for reason in verdict.reasons] == ["boende"]


def test_what_we_sent_ourselves_is_not_the_senders_own_words() -> None:
    text = TRIAGE.judge(mail(f"Lampan är trasig.\r\n\r\n{OWN}")).inquiry.text
    assert text.startswith("Lampan är trasig.")
    assert "polisen" not in text


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mail("Lampor till salu.", "Hej", "X-Spam-Flag: YES"), "spam"),
        (mail("Vid knivhot: ring 112.", "Autosvar", "Auto-Submitted: auto-replied"), "auto-reply"),
        (mail("", "", "Subject: "), "unreadable"),
    ],
)
def test_what_is_no_inquiry_has_a_reason(raw: bytes, kind: str) -> None:
    verdict = TRIAGE.judge(raw).verdict
    assert (verdict.kind, verdict.urgent) == (kind, False)
    assert [reason.slug for reason in verdict.reasons] == [kind]


@pytest.mark.parametrize(
    "raw",
    [
        mail("Han knivhotar mig.", "Hej", "X-Spam-Flag: YES"),
        mail("Detta är ett automatiskt larm: han knivhotar mig."),
        mail("Ta bort mig från listan. Knivhotad."),
    ],
)
def test_a_danger_makes_an_inquiry_of_what_a_person_may_have_written(raw: bytes) -> None:
    judged = TRIAGE.judge(raw)
    assert (judged.verdict.kind, judged.verdict.urgent) == ("inquiry", True)
    assert judged.verdict.reasons[0].slug == "urgent"
    assert judged.silence


def test_of_a_mail_that_is_too_large_only_the_head_is_read() -> None:
    judged = TRIAGE.judge(mail("", "Film från parken"), too_large=30 * 2**20)
    assert judged.verdict.kind == "unreadable"
    assert judged.inquiry.unreadable == "brevet är för stort att hämta: 30 MB"
    assert judged.inquiry.subject == "Film från parken"


def test_a_mail_that_is_too_large_is_decided_by_its_beginning() -> None:
    judged = TRIAGE.judge(mail("Lampan är trasig", "Film"), too_large=60 * 2**20)
    assert judged.verdict.kind == "inquiry"
    assert judged.inquiry.note == "Mejlet är på 60 MB. Programmet har bara läst början av det."


RUNS = ["a", "a.", "a@", "1", "å", "-", ".", "!", " ", "\t", "\n", "<", "(", '"', "person", "www."]


def cost(mails: Sequence[bytes]) -> float:
    """The least process time of a few tries: what else the machine does only adds."""
    times = []
    for _ in range(3):
        started = time.process_time()
        for raw in mails:
            TRIAGE.judge(raw)
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize("run", RUNS)
def test_a_run_four_times_as_long_takes_no_more_than_its_share(run: str) -> None:
    def mails(octets: int) -> list[bytes]:
        # A letter at the end, so that no end of the text is what stops a search.
        again = run * (octets // len(run))
        return [mail(f"{again}x"), mail("x", f"{again}x".replace("\n", " "))]

    # Linear is 4, quadratic 16; the constant is for what is too quick to measure.
    assert cost(mails(60_000)) < 8 * cost(mails(15_000)) + 0.02


@given(st.binary(max_size=2000))
def test_any_octets_get_a_verdict(raw: bytes) -> None:
    judged = TRIAGE.judge(raw)
    assert judged.verdict.reasons or judged.verdict.kind == "inquiry"
    assert "programmet" not in judged.inquiry.unreadable


@given(st.text(max_size=200), st.text(max_size=500))
def test_any_words_get_a_verdict(subject: str, text: str) -> None:
    raw = mail("", "x").replace(b"x", subject.encode(errors="replace"))
    judged = TRIAGE.judge(raw + text.encode(errors="replace"))
    assert "programmet" not in judged.inquiry.unreadable


@pytest.mark.parametrize("step", ["read", "recognise", "urgency", "silence"])
def test_a_defect_of_ours_makes_the_mail_unreadable_and_nobody_is_answered(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(triage, step, broken)
    why = "programmet klarade inte brevet: ZeroDivisionError"
    assert TRIAGE.judge(mail("Lampan är trasig.")) == unreadable(why)


def test_what_nothing_is_known_of_is_unreadable_for_a_reason() -> None:
    judged = unreadable("det brann")
    assert judged == Judged(judged.inquiry, judged.verdict, silence="det brann")
    assert judged.inquiry.unreadable == "det brann"
    assert judged.verdict == Verdict(
        "unreadable", reasons=(Reason("unreadable", "det brann", 1.0),)
    )


NEW = Verdict(
    "inquiry",
    "drog",
    copies=("boende",),
    suggestions=("drog", "boende"),
    confidence=0.7,
    urgent=True,
    reasons=(Reason("drog", "”knark”", 4.0),),
)


def test_a_follow_up_stays_with_the_subproject_that_has_the_case() -> None:
    assert following(NEW, "boende", True, "IT-2020-0001") == Verdict(
        "follow-up",
        "boende",
        suggestions=("drog", "boende"),
        confidence=1.0,
        urgent=True,
        reasons=(Reason("boende", "fortsättning på ärende IT-2020-0001", 1.0), *NEW.reasons),
    )


def test_a_follow_up_of_an_uncertain_case_stays_uncertain() -> None:
    verdict = following(NEW, "boende", False, "IT-2020-0001")
    assert (verdict.owner, verdict.certain, verdict.confidence) == ("boende", False, 0.7)


def test_a_follow_up_of_the_coordinators_case_stays_with_the_coordinator() -> None:
    verdict = following(NEW, None, True, "IT-2020-0001")
    assert (verdict.owner, verdict.certain) == (None, True)
    assert verdict.reasons[0].slug == ""


def test_what_labelled_mails_teach_of_sorts_is_heard() -> None:
    sender = Address("anna@example.org", "Anna")
    told: list[tuple[Kind, bool, str]] = [
        *[("inquiry", False, f"Om hyran för nummer {n}.") for n in range(20)],
        *[("inquiry", True, f"Hon sitter på bryggan {n} och gråter.") for n in range(5)],
        *[("spam", False, f"Billiga solceller {n}, bästa pris.") for n in range(5)],
    ]
    mails = [Labelled("x", sender, "", text, "sv", kind, (), (), u) for kind, u, text in told]
    examples = [example for each in mails if (example := example_of(each))]
    taught = Triage(RULES, ORGANISATION, OURS, models=Models(sort=fit([START] * 30, examples)))
    bridge, sun = mail("Han sitter på bryggan.", "Hej"), mail("Solceller till bästa pris.", "Hej")
    assert taught.judge(bridge).verdict.urgent
    assert taught.judge(sun).verdict.kind == "spam"
    assert not TRIAGE.judge(bridge).verdict.urgent
    assert TRIAGE.judge(sun).verdict.kind == "inquiry"
