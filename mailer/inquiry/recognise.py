"""What kind of mail this is, and whether its sender may get an automatic answer.

Takes an `Inquiry`, what is `Ours`, and what labelled mails teach of it; gives a kind with its
reason. Two tables, both in order: the first rule that holds decides. `RULES` is total: its last row
always holds, so that a mail that nothing else claims reaches a human. `SILENCES` holds back the
acknowledgement only, never the filing or the forward.

A person's words are worth more than a mark: what a person may have written is never anything but
an inquiry on the ground of a list header, a sender's name or a subject alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.inquiry import automatic
from mailer.inquiry.advertising import advertises
from mailer.inquiry.answering import answers
from mailer.inquiry.case import tagged
from mailer.inquiry.sort import Leaning
from mailer.inquiry.verdict import Inquiry, Kind
from mailer.inquiry.wish import Wish, unsubscribes_by_token, wish_of
from mailer.mail.address import Address


@dataclass(frozen=True, slots=True)
class Ours:
    """How to know ourselves.

    `addresses` are the contact mailbox's. `kind_of_own` tells what a Message-ID (without angle
    brackets) of ours stands on: "edition", "acknowledgement", "forward" …, "" for another's.
    `case_prefix` is "IT" in [IT-2020-0042]. Only the authserv-ids in `trusted_authserv` are
    believed when they write Authentication-Results.
    """

    addresses: tuple[Address, ...]
    kind_of_own: Callable[[str], str]
    case_prefix: str
    trusted_authserv: tuple[str, ...] = ()

    def writes(self, address: Address | None) -> bool:
        """Whether `address` is one of the contact mailbox's."""
        return address is not None and any(address.same(own) for own in self.addresses)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind, and why, in plain Swedish. Not `certain`: a person must do what follows from it."""

    kind: Kind
    reason: str
    certain: bool = True


_OF_A_CASE = {"acknowledgement", "forward"}

KindTest = Callable[[Inquiry, Ours, Leaning], bool]
SilenceTest = Callable[[Inquiry, Ours], bool]

NOTHING_LEARNED = Leaning(urgent=0.0, answer=float("-inf"), spam=float("-inf"))
"""Where there are no labelled mails, words and header fields decide alone."""


@dataclass(frozen=True, slots=True)
class KindRule:
    kind: Kind
    name: str
    test: KindTest
    reason: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class SilenceRule:
    name: str
    test: SilenceTest
    reason: str


def recognise(inquiry: Inquiry, ours: Ours, learned: Leaning = NOTHING_LEARNED) -> Recognised:
    """The kind of this mail, by the first of `RULES` that holds."""
    rule = next(rule for rule in RULES if rule.test(inquiry, ours, learned))
    return Recognised(rule.kind, rule.reason, rule.certain)


def silence(inquiry: Inquiry, ours: Ours) -> str:
    """Why the sender gets no automatic answer, by the first of `SILENCES` that holds; else ""."""
    return next((rule.reason for rule in SILENCES if rule.test(inquiry, ours)), "")


def surely_by_machine(inquiry: Inquiry) -> bool:
    """Marks that nobody's own words come with, whatever else the mail says of itself."""
    return (
        automatic.null_path(inquiry)
        or bool(automatic.auto_submitted(inquiry))
        or automatic.answer_field(inquiry)
        or "auto_reply" in automatic.precedence(inquiry)
        or automatic.report_part(inquiry)
        or automatic.calendar_reply(inquiry)
    )


def _answers_by_machine(inquiry: Inquiry, ours: Ours) -> bool:
    # People write "Frånvaro: min son" too: the subject needs another mark beside it.
    return automatic.answer_subject(inquiry) and (
        surely_by_machine(inquiry)
        or automatic.suppresses_answers(inquiry)
        or automatic.bulk(inquiry)
        or any(ours.kind_of_own(reference) for reference in inquiry.references)
    )


def _own_id(inquiry: Inquiry, ours: Ours) -> bool:
    return bool(ours.kind_of_own(inquiry.message_id))


def _follows_up(inquiry: Inquiry, ours: Ours) -> bool:
    # An answer to an edition opens a case of its own.
    kinds = {ours.kind_of_own(reference) for reference in inquiry.references}
    return not kinds.isdisjoint(_OF_A_CASE) or bool(tagged(inquiry.subject, ours.case_prefix))


def _lures(inquiry: Inquiry, ours: Ours, learned: Leaning) -> bool:
    forged = automatic.dmarc_failed(inquiry, ours.trusted_authserv)
    return advertises(inquiry, learned.spam, forged=forged)


def _reads_like_an_answer(inquiry: Inquiry, ours: Ours, learned: Leaning) -> bool:
    # Lures give themselves out for receipts and notices.
    return answers(inquiry, learned.answer) and not _lures(inquiry, ours, learned)


def _not_to_us(inquiry: Inquiry, ours: Ours) -> bool:
    return not any(ours.writes(recipient) for recipient in inquiry.recipients)


RULES: tuple[KindRule, ...] = (
    KindRule(
        "own",
        "own id",
        lambda inquiry, ours, learned: _own_id(inquiry, ours),
        "brevet är ett av våra egna",
    ),
    KindRule(
        "complaint",
        "feedback report",
        lambda inquiry, ours, learned: automatic.complains(inquiry),
        "en e-postleverantör rapporterar att en mottagare har markerat vårt utskick som skräp",
    ),
    KindRule(
        "unsubscribe",
        "unsubscribe by Apple Mail",
        lambda inquiry, ours, learned: automatic.has_field(inquiry, ("x-apple-unsubscribe",)),
        "avsändarens e-postprogram avslutar prenumerationen",
    ),
    KindRule(
        "bounce",
        "undelivered",
        lambda inquiry, ours, learned: automatic.undelivered(inquiry),
        "en e-postserver meddelar att ett brev inte har kommit fram eller är försenat",
    ),
    KindRule(
        "unsubscribe",
        "command with a token",
        lambda inquiry, ours, learned: unsubscribes_by_token(inquiry),
        "ämnet är det som nyhetsbrevets länk för att sluta skriver",
    ),
    KindRule(
        "auto-reply",
        "Auto-Submitted: auto-replied",
        lambda inquiry, ours, learned: "auto-replied" in automatic.auto_submitted(inquiry),
        "brevet är ett automatiskt svar (Auto-Submitted)",
    ),
    KindRule(
        "auto-reply",
        "field of an answering machine",
        lambda inquiry, ours, learned: automatic.answer_field(inquiry),
        "brevet är ett automatiskt svar (enligt brevhuvudet)",
    ),
    KindRule(
        "auto-reply",
        "Precedence: auto_reply",
        lambda inquiry, ours, learned: "auto_reply" in automatic.precedence(inquiry),
        "brevet är ett automatiskt svar (Precedence)",
    ),
    KindRule(
        "auto-reply",
        "read receipt",
        lambda inquiry, ours, learned: automatic.report_type(inquiry) == "disposition-notification",
        "brevet är ett läskvitto",
    ),
    KindRule(
        "auto-reply",
        "answer to an invitation",
        lambda inquiry, ours, learned: automatic.calendar_reply(inquiry),
        "brevet är ett kalendersvar",
    ),
    KindRule(
        "auto-reply",
        "subject of an automatic answer",
        lambda inquiry, ours, learned: _answers_by_machine(inquiry, ours),
        "ämnet är det som program skriver i automatiska svar, och brevhuvudet likaså",
    ),
    KindRule(
        "auto-reply",
        "says that it is automatic",
        lambda inquiry, ours, learned: automatic.says_automatic(inquiry),
        "brevet säger själv att det är automatiskt",
    ),
    KindRule(
        "auto-reply",
        "reads like an automatic answer",
        _reads_like_an_answer,
        "brevet har flera av de drag som frånvaromeddelanden och kvitton har",
    ),
    KindRule(
        "spam",
        "marked by the filter",
        lambda inquiry, ours, learned: automatic.filtered_as_spam(inquiry),
        "brevlådans skräppostfilter har markerat brevet",
    ),
    KindRule(
        "unreadable",
        "unreadable",
        lambda inquiry, ours, learned: bool(inquiry.unreadable),
        "brevet går inte att läsa automatiskt och måste läsas för hand",
    ),
    KindRule(
        "unsubscribe",
        "asks to be taken off the list",
        lambda inquiry, ours, learned: wish_of(inquiry) == Wish("unsubscribe"),
        "brevet handlar bara om att sluta få nyhetsbrevet",
    ),
    KindRule(
        "unsubscribe",
        "asks to take another address off the list",
        lambda inquiry, ours, learned: wish_of(inquiry) == Wish("unsubscribe", theirs=False),
        "brevet handlar bara om att någon annan adress ska sluta få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter",
        lambda inquiry, ours, learned: wish_of(inquiry) == Wish("subscribe"),
        "brevet handlar bara om att få nyhetsbrevet",
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter to another address",
        lambda inquiry, ours, learned: wish_of(inquiry) == Wish("subscribe", theirs=False),
        "brevet handlar bara om att någon annan adress ska få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "follow-up",
        "answers one of our letters",
        lambda inquiry, ours, learned: _follows_up(inquiry, ours),
        "brevet svarar på ett tidigare ärende",
    ),
    KindRule(
        "spam",
        "lures or sells",
        _lures,
        "brevet har flera av de drag som bluffbrev och massreklam har",
    ),
    KindRule(
        "inquiry",
        "anything else",
        lambda inquiry, ours, learned: True,
        "brevet är skrivet av en person",
    ),
)

SILENCES: tuple[SilenceRule, ...] = (
    SilenceRule(
        "no address",
        lambda inquiry, ours: inquiry.sender is None,
        "brevet har ingen avsändare som går att svara",
    ),
    SilenceRule(
        "own id",
        _own_id,
        "brevet är ett av våra egna",
    ),
    SilenceRule(
        "own address",
        lambda inquiry, ours: ours.writes(inquiry.sender) or ours.writes(inquiry.reply_to),
        "svaret skulle gå till vår egen brevlåda",
    ),
    SilenceRule(
        "null envelope sender",
        lambda inquiry, ours: automatic.null_path(inquiry),
        "brevet är skickat av ett program (tom avsändare)",
    ),
    SilenceRule(
        "machine's address",
        lambda inquiry, ours: automatic.machine_sender(inquiry),
        "ingen läser svar till avsändarens adress",
    ),
    SilenceRule(
        "Auto-Submitted",
        lambda inquiry, ours: bool(automatic.auto_submitted(inquiry)),
        "brevet är automatiskt (Auto-Submitted)",
    ),
    SilenceRule(
        "X-Auto-Response-Suppress",
        lambda inquiry, ours: automatic.suppresses_answers(inquiry),
        "avsändaren har bett att inte få automatiska svar",
    ),
    SilenceRule(
        "Precedence",
        lambda inquiry, ours: automatic.bulk(inquiry),
        "brevet är ett massutskick (Precedence)",
    ),
    SilenceRule(
        "list",
        lambda inquiry, ours: automatic.from_list(inquiry),
        "brevet kommer från en e-postlista",
    ),
    SilenceRule(
        "field of an answering machine",
        lambda inquiry, ours: automatic.answer_field(inquiry),
        "brevet är ett automatiskt svar",
    ),
    SilenceRule(
        "field of a program",
        lambda inquiry, ours: automatic.machine_field(inquiry),
        "brevet är skickat eller vidarebefordrat av ett program",
    ),
    SilenceRule(
        "report",
        lambda inquiry, ours: automatic.report_part(inquiry),
        "brevet är en rapport från en e-postserver",
    ),
    SilenceRule(
        "answer to an invitation",
        lambda inquiry, ours: automatic.calendar_reply(inquiry),
        "brevet är ett kalendersvar",
    ),
    SilenceRule(
        "subject",
        lambda inquiry, ours: automatic.automatic_subject(inquiry),
        "ämnet är det som program skriver i automatiska brev",
    ),
    SilenceRule(
        "not to us",
        _not_to_us,
        "vår adress står inte bland mottagarna: en lista eller en dold kopia förde brevet hit",
    ),
    SilenceRule(
        "DMARC",
        lambda inquiry, ours: automatic.dmarc_failed(inquiry, ours.trusted_authserv),
        "avsändaren är troligen förfalskad (DMARC): svaret skulle nå någon annan",
    ),
)
