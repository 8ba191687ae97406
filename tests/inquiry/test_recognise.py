"""Each rule of the two tables holds where it should, and only there."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.app.learning import models
from mailer.edge.examples import read_labelled
from mailer.inquiry import automatic
from mailer.inquiry.labelled import Labelled
from mailer.inquiry.model import Model
from mailer.inquiry.ours import Ours
from mailer.inquiry.parse import read
from mailer.inquiry.recognise import RULES, Recognised, recognise
from mailer.inquiry.silence import SILENCES, silence
from mailer.inquiry.sort import KINDS as LEARNED
from mailer.inquiry.sort import Leaning, leaning
from mailer.inquiry.verdict import Attachment, Inquiry
from mailer.mail.address import Address
from mailer.settings.load import load

SHARED = Path(__file__).parents[3] / "shared"
BOUNCES = sorted((SHARED / "corpus" / "bounces").glob("*.eml"))
NOT_BOUNCES = sorted((SHARED / "corpus" / "not-bounces").glob("*.eml"))
REPLIES = sorted((SHARED / "corpus" / "replies").rglob("*.txt"))

MAILBOX = Address("mailbox@example.se", "Initiativ trygghet")
OWN_IDS = {"edition@own": "edition", "ack@own": "acknowledgement", "forward@own": "forward"}
OURS = Ours((MAILBOX,), lambda found: OWN_IDS.get(found, ""), "IT", ("mx.example.se",))


def letter(
    *fields: tuple[str, str],
    sender: str = "anna@example.org",
    subject: str = "Lampan",
    text: str = "Lampan utanför 14 B är trasig.",
    types: tuple[str, ...] = ("text/plain",),
    references: tuple[str, ...] = (),
    message_id: str = "x@example.org",
    attachments: tuple[Attachment, ...] = (),
    unreadable: str = "",
) -> Inquiry:
    return Inquiry(
        sender=Address(sender) if sender else None,
        recipients=(MAILBOX,),
        subject=subject,
        text=text,
        whole=text,
        message_id=message_id,
        references=references,
        headers=(("from", sender), ("subject", subject), *fields),
        content_types=types,
        attachments=attachments,
        unreadable=unreadable,
    )


def like(**odds: float) -> Leaning:
    """What was learned: these log odds, and hardly anything for the other kinds."""
    named = {kind.replace("_", "-"): each for kind, each in odds.items()}
    return Leaning(kinds=dict.fromkeys(LEARNED, -6.0) | named)


REPORT = ("multipart/report", "text/plain", "message/delivery-status", "message/rfc822")
RECEIPT = ("multipart/report", "text/plain", "message/disposition-notification")
FEEDBACK = ("multipart/report", "text/plain", "message/feedback-report", "message/rfc822")
NULL = ("return-path", "<>")
GENERATED = ("auto-submitted", "auto-generated")

KINDS = [
    ("own id", letter(message_id="ack@own")),
    ("feedback report", letter(types=FEEDBACK)),
    (
        "feedback report",
        letter(text="This is an email abuse report for an email message from IP 192.0.2.1."),
    ),
    (
        "feedback report",
        letter(
            sender="staff@hotmail.com",
            subject="complaint about message from 192.0.2.1",
            types=("multipart/mixed", "message/rfc822", "text/plain"),
        ),
    ),
    ("unsubscribe by Apple Mail", letter(("x-apple-unsubscribe", "true"), subject="unsubscribe")),
    ("undelivered", letter(types=REPORT, sender="x@example.org")),
    ("undelivered", letter(("x-failed-recipients", "bo@example.org"))),
    ("undelivered", letter(sender="MAILER-DAEMON@x.se", subject="Undeliverable: Brev 3")),
    ("undelivered", letter(sender="postmaster@x.se", subject="Olevererat: Brev 3")),
    ("undelivered", letter(NULL, subject="Returned mail: see transcript for details")),
    ("undelivered", letter(NULL, subject="mail.example.org Mail delivery failed: returning")),
    ("undelivered", letter(NULL, subject="x", text="Your mail could not be delivered")),
    ("undelivered", letter(("from", "MAILER-DAEMON <>"), sender="", subject="failure notice")),
    ("undelivered", letter(NULL, subject="x", types=("multipart/mixed", *REPORT[1:3]))),
    (
        "command with a token",
        letter(("auto-submitted", "auto-replied"), subject=f"avsluta {'0f' * 16}"),
    ),
    ("Auto-Submitted: auto-replied", letter(("auto-submitted", "auto-replied (vacation)"))),
    (
        "Auto-Submitted: auto-replied",
        letter(NULL, ("auto-submitted", "auto-replied"), text="my mailbox is full until May"),
    ),
    ("field of an answering machine", letter(("x-autoreply", "yes"))),
    ("field of an answering machine", letter(("x-autorespond", "Lampan"))),
    ("field of an answering machine", letter(("x-apple-action", "VACATION"))),
    ("Precedence: auto_reply", letter(("precedence", "auto-reply"))),
    ("Precedence: auto_reply", letter(("x-precedence", "auto_reply"))),
    ("read receipt", letter(types=RECEIPT)),
    ("answer to an invitation", letter(types=("text/calendar; method=reply",))),
    ("subject of an automatic answer", letter(NULL, subject="Autosvar: Lampan")),
    ("subject of an automatic answer", letter(GENERATED, subject="Autosvar")),
    ("subject of an automatic answer", letter(GENERATED, subject="Frånvarande: Lampan")),
    (
        "subject of an automatic answer",
        letter(("x-auto-response-suppress", "All"), subject="Automatic reply: Lampan"),
    ),
    ("subject of an automatic answer", letter(("precedence", "bulk"), subject="Out of Office")),
    ("subject of an automatic answer", letter(GENERATED, subject="Abwesenheitsnotiz")),
    ("subject of an automatic answer", letter(GENERATED, subject="Automaattinen vastaus: x")),
    ("subject of an automatic answer", letter(NULL, subject="Läst: Nyhetsbrev")),
    (
        "subject of an automatic answer",
        letter(subject="Tackat nej: Möte", references=("other@x", "edition@own")),
    ),
    ("subject of an automatic answer", letter(NULL, subject="Accepted: Möte")),
    ("subject of an automatic answer", letter(subject="Autosvar: Ditt mejl [IT-2020-0042]")),
    ("says that it is automatic", letter(text="Hej!\nDetta är ett automatiskt svar.")),
    ("says that it is automatic", letter(text="Thanks. This is an automated message.")),
    (
        "says that it is automatic",
        letter(sender="noreply@x.se", text="Vi har tagit emot ditt ärende."),
    ),
    (
        "reads like an automatic answer",
        letter(subject="Autosvar: Lampan", text="Jag har semester och är tillbaka den 12."),
    ),
    ("reads like an automatic answer", letter(text="Tack för ditt mejl. Jag är på semester.")),
    ("marked by the filter", letter(("x-spam-flag", "YES"))),
    ("marked by the filter", letter(("x-spam", "Yes"))),
    ("marked by the filter", letter(("x-ms-exchange-organization-scl", "6"))),
    ("marked by the filter", letter(("x-spam-status", "Yes, score=9"))),
    ("unreadable", letter(unreadable="brevet är krypterat")),
    ("asks to be taken off the list", letter(subject="Avsluta", text="")),
    (
        "asks to take another address off the list",
        letter(
            subject="",
            text="Ta bort min syster eva@example.org från nyhetsbrevet, hon gick bort i maj.",
        ),
    ),
    ("asks for the newsletter", letter(subject="Prenumerera", text="")),
    (
        "asks for the newsletter to another address",
        letter(subject="", text="Skicka nyhetsbrevet till min mamma också: eva@example.org"),
    ),
    ("answers one of our letters", letter(references=("other@x", "ack@own"))),
    ("answers one of our letters", letter(references=("forward@own",))),
    ("answers one of our letters", letter(subject="Sv: [IT-2020-0042] Lampan")),
    (
        "lures or sells",
        letter(
            subject="Obetald faktura",
            text="Bästa kund, logga in med BankID inom 24 timmar: http://example.com/x",
        ),
    ),
    ("anything else", letter()),
]


LIKELY = [
    (
        "reads like a bounce",
        "bounce",
        letter(
            subject="Hej",
            text="Brevlådan hos bo@example.org är stängd, och det ni skrev till den finns hos er.",
        ),
    ),
    (
        "seems to ask to be taken off the list",
        "unsubscribe",
        letter(subject="Hej", text="Vi bor i Lund nu och har ingen glädje av brevet."),
    ),
    (
        "seems to ask for the newsletter",
        "subscribe",
        letter(subject="Hej", text="Är det sant att brevet är gratis för alla? Nyfiken är jag!"),
    ),
]


@pytest.mark.parametrize(("name", "inquiry"), KINDS, ids=[name for name, _ in KINDS])
def test_each_rule_claims_its_mail(name: str, inquiry: Inquiry) -> None:
    (rule,) = (rule for rule in RULES if rule.name == name)
    found = recognise(inquiry, OURS)
    assert (found.kind, found.reason) == (rule.kind, rule.reason)


@pytest.mark.parametrize(("name", "kind", "inquiry"), LIKELY, ids=[name for name, *_ in LIKELY])
def test_what_words_do_not_tell_is_told_by_the_mails_that_it_is_like(
    name: str, kind: str, inquiry: Inquiry
) -> None:
    (rule,) = (rule for rule in RULES if rule.name == name)
    assert recognise(inquiry, OURS).kind == "inquiry"
    found = recognise(inquiry, OURS, like(**{kind: 1.0}))
    assert (found.kind, found.reason) == (rule.kind, rule.reason)


def test_every_rule_has_its_example() -> None:
    assert {rule.name for rule in RULES} == {name for name, *_ in (*KINDS, *LIKELY)}


@pytest.mark.parametrize(
    "inquiry",
    [
        letter(subject="Frånvaro i skolan", text="Min son har 46 % frånvaro."),
        letter(subject="Read about you in the paper"),
        letter(sender="noreply@form.example.org"),
        letter(sender="postmaster@example.org", subject="Lampan"),
        letter(("list-id", "<byalag.example.org>"), ("precedence", "list")),
        letter(("auto-submitted", "auto-generated")),
        letter(("auto-submitted", "no"), ("x-autoreply", "no")),
        letter(("x-spam-flag", "NO"), ("x-spam-status", "No, score=1")),
        letter(("x-ms-exchange-organization-scl", "1"), ("x-ms-exchange-scl", "-1")),
        letter(types=("multipart/mixed", "text/plain", *REPORT), subject="Varför får jag detta?"),
        letter(types=("text/calendar; method=request",)),
        letter(references=("edition@own", "other@x")),
        letter(text="Detta är ett automatiskt svar." + " Men lampan är trasig." * 100),
        letter(text="De skrev att det är ett automatiskt svar."),
        letter(subject="Undeliverable: brevet från skolan"),
        letter(subject="Autosvar"),
        letter(subject="Frånvaro: min son vågar inte gå till skolan"),
        letter(subject="Läst: ert brev", references=("other@x",)),
        letter(sender="Mailbox@example.se"),
    ],
)
def test_what_a_person_may_have_written_is_an_inquiry(inquiry: Inquiry) -> None:
    assert recognise(inquiry, OURS).kind == "inquiry"


def test_what_was_learned_makes_spam_of_what_has_a_mark_and_an_answer_of_what_has_a_sign() -> None:
    lure = letter(text="Ditt paket väntar.")
    away = letter(text="Åter på måndag.")
    assert recognise(lure, OURS).kind == recognise(away, OURS).kind == "inquiry"
    for kind, inquiry in (("spam", lure), ("auto-reply", away)):
        assert recognise(inquiry, OURS, like(**{kind: -1.0})).kind == kind


def test_what_is_unlike_all_that_is_known_of_a_kind_is_not_of_it_for_its_words_alone() -> None:
    lure = letter(text="Logga in med BankID inom 24 timmar: http://example.com/x")
    away = letter(text="Tack för ditt mejl. Jag är på semester.")
    for kind, inquiry, least in (("spam", lure, -1.3), ("auto-reply", away, -3.0)):
        assert recognise(inquiry, OURS, like(**{kind: least + 0.1})).kind == kind
        assert recognise(inquiry, OURS, like(**{kind: least - 0.1})).kind == "inquiry"


def test_what_may_be_an_answer_and_a_lure_is_what_it_is_more_like() -> None:
    both = letter(
        text="Tack för din förfrågan, logga in med BankID inom 24 timmar. Svara inte på detta mejl."
    )
    assert recognise(both, OURS).kind == "spam"
    for kind, less in (("spam", "auto-reply"), ("auto-reply", "spam")):
        assert recognise(both, OURS, like(**{kind: 2.0, less: -4.0})).kind == kind


def test_what_only_its_words_make_a_machines_or_anothers_wish_is_not_certain() -> None:
    kinds = {rule.name: rule.certain for rule in RULES}
    assert {name for name, certain in kinds.items() if not certain} == {
        "asks to take another address off the list",
        "asks for the newsletter to another address",
        "seems to ask to be taken off the list",
        "seems to ask for the newsletter",
        "reads like a bounce",
        "says that it is automatic",
        "reads like an automatic answer",
    }


def test_a_wish_that_is_like_none_that_is_known_is_not_done_by_machine() -> None:
    wish = letter(subject="Hej", text="Ta bort mig från listan.")
    assert recognise(wish, OURS, like(unsubscribe=-0.9)).certain
    unlike = recognise(wish, OURS, like(unsubscribe=-1.1))
    assert (unlike.kind, unlike.certain) == ("unsubscribe", False)
    assert 0.5 < unlike.confidence < 1.0
    assert recognise(wish, OURS, like(unsubscribe=0.0)).confidence == 1.0
    assert recognise(wish, OURS, like(unsubscribe=-5.0)).kind == "inquiry"
    opposite = recognise(wish, OURS, like(unsubscribe=-0.5, subscribe=1.0))
    assert not (opposite.kind == "unsubscribe" and opposite.certain)


def test_a_forged_sender_needs_fewer_marks_to_be_taken_for_spam() -> None:
    text = "Ditt paket väntar. Klicka här."
    forged = ("authentication-results", "mx.example.se; dmarc=fail (p=reject)")
    assert recognise(letter(text=text), OURS).kind == "inquiry"
    assert recognise(letter(forged, text=text), OURS).kind == "spam"


def test_without_a_case_prefix_there_is_no_case_tag() -> None:
    ours = Ours((MAILBOX,), lambda found: "", "IT")
    assert recognise(letter(subject="[X-2020-0042] Lampan"), ours).kind == "inquiry"


# --- the second table


def test_a_resident_is_answered() -> None:
    assert silence(letter(), OURS) == ""


def authenticated(*values: str) -> Inquiry:
    return letter(*[("authentication-results", value) for value in values])


def written_by(*values: str) -> Inquiry:
    return replace(letter(), headers=tuple(("from", value) for value in values))


MACHINE_NAMES = [
    "mailer-daemon",
    "MAILER-DAEMON",
    "postmaster",
    "abuse",
    "root",
    "no-reply",
    "noreply",
    "NoReply",
    "no.reply",
    "do-not-reply",
    "donotreply",
    "svara-inte",
    "owner-list",
    "nyheter-request",
    "listserv",
    "majordomo",
    "bounce",
    "bounces",
    "ndr",
    "noreply+17",
    "bounces+anna=example.com",
    "byalag-bounces",
    "MicrosoftExchange329e71ec88ae4615",
    "listmaster",
    "noreply-arende",
    "ikke-svar",
    "ne-pas-repondre",
    "nicht_antworten",
    "notiser",
]
ANSWER_FIELDS = [
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoresponse",
    "x-autoreply-from",
    "x-mail-autoreply",
]
PROGRAM_FIELDS = [
    "x-autogenerated",
    "x-fc-machinegenerated",
    "x-loop",
    "x-no-loop",
    "x-amazon-mail-relay-type",
    "x-failed-recipients",
    "x-ms-exchange-generated-message-source",
    "x-ms-exchange-inbox-rules-loop",
]
SUBJECTS = [
    "Autosvar: x",
    "Autosvar fra Bo",
    "Automatiskt svar: x",
    "Automatisk svar",
    "Frånvaro",
    "Frånvarande till måndag",
    "Automatic reply: x",
    "Auto reply: x",
    "Auto-reply",
    "Out of office",
    "Abwesenheit",
    "Abwesenheitsnotiz: x",
    "Automaattinen vastaus: x",
    "Undeliverable: x",
    "Undelivered Mail Returned to Sender",
    "Returned mail: x",
    "Delivery failure",
    "Delivery Status Notification (Failure)",
    "Mail Delivery System",
    "Kunde inte levereras: x",
    "Olevererat: x",
    "Accepterat: x",
    "Tackat nej: x",
    "Preliminärt: x",
    "Accepted: x",
    "Declined: x",
    "Läst: x",
    "Read: x",
    "läst: x",
]

SILENT: list[tuple[str, Inquiry]] = [
    ("no address", letter(sender="")),
    ("own id", letter(message_id="edition@own")),
    ("own address", letter(sender="mailbox@EXAMPLE.se")),
    (
        "own address",
        Inquiry(sender=Address("anna@example.org"), reply_to=MAILBOX, recipients=(MAILBOX,)),
    ),
    ("null envelope sender", letter(NULL)),
    ("null envelope sender", letter(("return-path", "< >"))),
    *[("machine's address", letter(sender=f"{local}@example.org")) for local in MACHINE_NAMES],
    ("machine's address", letter(("return-path", "<bounces@example.org>"))),
    ("Auto-Submitted", letter(("auto-submitted", "auto-generated"))),
    ("Auto-Submitted", letter(("auto-submitted", "no"), ("auto-submitted", "Auto-Replied; x"))),
    *[
        ("X-Auto-Response-Suppress", letter(("x-auto-response-suppress", value)))
        for value in ("All", "OOF", "AutoReply", "DR", "RN, NRN", "oof,dr")
    ],
    *[
        ("Precedence", letter((name, value)))
        for name in ("precedence", "x-precedence")
        for value in ("bulk", "junk", "list", "auto_reply", "Bulk ")
    ],
    *[
        ("list", letter((name, "x")))
        for name in ("list-id", "list-unsubscribe", "list-anything", "mailing-list", "feedback-id")
    ],
    *[("field of an answering machine", letter((name, "yes"))) for name in ANSWER_FIELDS],
    ("field of an answering machine", letter(("x-apple-action", "vacation"))),
    *[("field of a program", letter((name, "x"))) for name in PROGRAM_FIELDS],
    ("field of a program", letter(("delivered-to", "Autoresponder"))),
    ("field of a program", letter(("delivered-to", "<autoresponder@example.org>"))),
    ("report", letter(types=REPORT)),
    ("report", letter(types=RECEIPT)),
    ("report", letter(types=FEEDBACK)),
    ("report", letter(types=("multipart/mixed", "message/delivery-status"))),
    ("answer to an invitation", letter(types=("multipart/mixed", "text/calendar; method=reply"))),
    *[("subject", letter(subject=subject)) for subject in SUBJECTS],
    ("not to us", Inquiry(sender=Address("a@b.se"), recipients=(Address("list@example.org"),))),
    ("not to us", Inquiry(sender=Address("a@b.se"))),
    ("DMARC", authenticated("mx.example.se; spf=pass; dmarc=fail (p=none) header.from=x.se")),
    ("DMARC", authenticated("MX.example.se 1; dmarc = Fail", "mx.example.se; dmarc=pass")),
    ("DMARC", authenticated("other.example.org; dmarc=pass", "mx.example.se (x); dmarc=fail")),
    ("SPF", authenticated("mx.example.se; dmarc=none; spf=fail smtp.mailfrom=x.se; dkim=none")),
    ("several senders", written_by("Anna <anna@example.org>, bo@example.org")),
    ("several senders", written_by("anna@example.org", "bo@example.org")),
    ("quotes a case", letter(text="Tack!\n> Vi har tagit emot ditt mejl [IT-2020-0042]")),
]


@pytest.mark.parametrize(("name", "inquiry"), SILENT)
def test_each_reason_for_silence_is_found(name: str, inquiry: Inquiry) -> None:
    (rule,) = (rule for rule in SILENCES if rule.name == name)
    assert rule.test(inquiry, OURS)
    assert silence(inquiry, OURS)


def test_every_reason_for_silence_has_its_example() -> None:
    assert {rule.name for rule in SILENCES} == {name for name, _ in SILENT}


@pytest.mark.parametrize(
    "inquiry",
    [
        letter(sender="groot@example.org"),
        letter(sender="abuse.anna@example.org"),
        letter(sender="bouncer@example.org"),
        letter(sender="notisbladet@example.org"),
        letter(("return-path", "<anna@example.org>")),
        letter(("auto-submitted", "no")),
        letter(("auto-submitted", "No (a person)")),
        letter(("x-auto-response-suppress", "None")),
        letter(("precedence", "first-class")),
        letter(("x-loop", "no")),
        letter(("delivered-to", "mailbox@example.se")),
        letter(subject="Jag såg ett autosvar"),
        letter(subject="Läste ert brev"),
        letter(subject="Ready for work"),
        letter(types=("multipart/mixed", "text/calendar; method=request")),
        authenticated("forged.example.org; dmarc=fail"),
        authenticated("mx.example.se; dmarc=pass", "mx.example.se; dmarc=fail"),
        authenticated('mx.example.se; spf=pass reason="; dmarc=fail" (; dmarc=fail); dmarc=pass'),
        authenticated("mx.example.se; spf=fail; dkim=pass"),
        authenticated("mx.example.se; spf=fail; dmarc=pass"),
        authenticated("mx.example.se; spf=softfail"),
        authenticated(""),
        written_by('"Ek, Anna" <anna@example.org>'),
        letter(text="Det gäller rum [IT-20]."),
    ],
)
def test_a_person_is_not_silenced_by_what_looks_alike(inquiry: Inquiry) -> None:
    assert silence(inquiry, OURS) == ""


def test_a_web_form_that_writes_as_us_brings_an_inquiry_that_is_not_answered() -> None:
    form = replace(letter(sender=MAILBOX.email), reply_to=Address("anna@example.org"))
    assert recognise(form, OURS).kind == "inquiry"
    assert silence(form, OURS) == "svaret skulle gå till vår egen brevlåda"


@pytest.mark.parametrize("reply_to", ["anna@example.org", "noreply@example.org"])
def test_what_a_form_hands_on_is_not_answered_at_the_programs_own_address(reply_to: str) -> None:
    form = replace(letter(sender="noreply@kommun.example"), reply_to=Address(reply_to))
    assert silence(form, OURS) == "ingen läser svar till avsändarens adress"


@pytest.mark.parametrize("name", ["to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"])
def test_our_address_may_stand_in_any_field_of_recipients(name: str) -> None:
    raw = f"From: a@b.se\n{name}: Vi <{MAILBOX.email}>\nSubject: x\n\nHej\n".encode()
    assert silence(read(raw), OURS) == ""


FIELDS = st.tuples(
    st.sampled_from(["return-path", "auto-submitted", "precedence", "authentication-results"]),
    st.text(max_size=12),
)


@given(st.lists(FIELDS, max_size=4), st.text(max_size=30), st.text(max_size=30))
def test_any_mail_has_a_kind(fields: list[tuple[str, str]], subject: str, text: str) -> None:
    inquiry = letter(*fields, subject=subject, text=text)
    assert recognise(inquiry, OURS).reason
    silence(inquiry, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "Meddelandet levererades inte eftersom brevlådan är full.",
        "Ihre Nachricht konnte nicht zugestellt werden.",
        "Viestiä ei voitu toimittaa vastaanottajalle.",
        "Meldingen kunne ikke leveres.",
        "Din mail blev ikke leveret.",
        "Wiadomość nie mogła zostać dostarczona.",
        "Uw bericht kon niet worden afgeleverd.",
        "Votre message n'a pas pu être remis.",
        "No se pudo entregar su mensaje.",
        "I wasn't able to deliver your message.",
    ],
)
def test_a_mail_server_is_understood_in_many_languages_and_a_shop_is_none(text: str) -> None:
    assert recognise(letter(sender="postmaster@example.org", text=text), OURS).kind == "bounce"
    assert recognise(letter(sender="noreply@example.org", text=text), OURS).kind == "inquiry"


# --- what others have seen


@pytest.mark.skipif(not BOUNCES, reason="the shared corpus/bounces is not here")
def test_real_bounces_and_complaints_are_recognised() -> None:
    inquiries = [read(sample.read_bytes()) for sample in BOUNCES]
    kinds = Counter(recognise(inquiry, OURS).kind for inquiry in inquiries)
    assert kinds["bounce"] + kinds["complaint"] >= 0.98 * len(inquiries)
    # A delivery that succeeded, and a list that takes only its members' mail.
    assert kinds["inquiry"] <= 2


@pytest.mark.skipif(not NOT_BOUNCES, reason="the shared corpus/not-bounces is not here")
def test_what_only_looks_like_a_bounce_is_none() -> None:
    kinds = [recognise(read(sample.read_bytes()), OURS).kind for sample in NOT_BOUNCES]
    assert "bounce" not in kinds


@pytest.mark.skipif(not REPLIES, reason="the shared corpus/replies is not here")
def test_no_persons_reply_is_taken_for_a_machines() -> None:
    letters = [letter(subject="Sv: Lampan", text=f.read_text("utf-8", "replace")) for f in REPLIES]
    kinds = Counter(recognise(each, OURS).kind for each in letters)
    assert set(kinds) == {"inquiry"}


CONFIG = Path(__file__).parents[2] / "config"
LABELLED = sorted((CONFIG / "triage").glob("*.jsonl"))


@pytest.fixture(scope="module")
def sorts() -> Model:
    found = models(load(CONFIG, {})).sort
    assert found
    return found


@cache  # two tests ask for each
def as_read(path: Path) -> list[tuple[Labelled, Inquiry]]:
    return [(mail, read(mail.mail(MAILBOX))) for mail in read_labelled([path])]


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_of_the_labelled_mails_words_and_what_is_like_them_tell_all_but_a_few(
    path: Path, sorts: Model
) -> None:
    def given(inquiry: Inquiry) -> Recognised:
        return recognise(inquiry, OURS, leaning(sorts, inquiry.subject, inquiry.text))

    found = [(mail, given(inquiry)) for mail, inquiry in as_read(path)]
    # A danger may have the form of anything: see test_people.
    people = [
        (mail.name, each.kind) for mail, each in found if mail.kind == "inquiry" and not mail.urgent
    ]
    assert [(name, kind) for name, kind in people if kind != "inquiry"] == []
    for kind in ("subscribe", "unsubscribe", "auto-reply", "spam", "bounce"):
        such = [each for mail, each in found if mail.kind == kind]
        missed = [each for each in such if each.kind != kind]
        assert len(missed) <= 0.15 * len(such)
        # What is missed is handed to a person, who does what it asks.
        assert all(each.kind == "inquiry" or not each.certain for each in missed)


def test_of_the_labelled_residents_only_those_who_look_like_machines_get_no_answer() -> None:
    mails = [each for path in LABELLED for each in as_read(path)]
    people = [inquiry for mail, inquiry in mails if mail.kind == "inquiry"]
    silent = [person for person in people if silence(person, OURS)]
    assert len(silent) < 0.01 * len(people)
    assert all(
        automatic.automatic_subject(person) or automatic.machine_sender(person) for person in silent
    )
