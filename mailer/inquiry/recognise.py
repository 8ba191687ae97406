"""What kind of mail this is.

Takes an `Inquiry`, what is `Ours`, and what labelled mails teach of it; gives a kind with its
reason. `RULES` is in order: the first that holds decides. It is total: its last row always holds,
so that a mail that nothing else claims reaches a human. Its first rows, `MARKS`, ask for marks of
programs alone.

A person's words are worth more than a mark: what a person may have written is never anything but
an inquiry on the ground of a list header, a sender's name or a subject alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.inquiry import automatic
from mailer.inquiry.ours import Ours
from mailer.inquiry.sort import Leaning
from mailer.inquiry.telling import (
    answers_by_machine,
    follows_up,
    lures,
    own_id,
    reads_like_a_bounce,
    reads_like_an_answer,
    seems_to_wish,
    wishes,
)
from mailer.inquiry.verdict import Inquiry, Kind
from mailer.inquiry.wish import Wish, unsubscribes_by_token


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind, and why, in plain Swedish. Not `certain`: a person must do what follows from it."""

    kind: Kind
    reason: str
    certain: bool = True


KindTest = Callable[[Inquiry, Ours, Leaning], bool]

NOTHING_LEARNED = Leaning()
"""Where there are no labelled mails, words and header fields decide alone."""


@dataclass(frozen=True, slots=True)
class KindRule:
    kind: Kind
    name: str
    test: KindTest
    reason: str
    certain: bool = True


def recognise(inquiry: Inquiry, ours: Ours, learned: Leaning = NOTHING_LEARNED) -> Recognised:
    """The kind of this mail, by the first of `RULES` that holds."""
    rule = next(rule for rule in RULES if rule.test(inquiry, ours, learned))
    return Recognised(rule.kind, rule.reason, rule.certain)


def marked(inquiry: Inquiry, ours: Ours) -> Recognised | None:
    """The kind by the first of `MARKS` that holds, whatever the words are; None: they decide."""
    found = (rule for rule in MARKS if rule.test(inquiry, ours, NOTHING_LEARNED))
    return next((Recognised(each.kind, each.reason, each.certain) for each in found), None)


LEAVE, TAKE_OFF = Wish("unsubscribe"), Wish("unsubscribe", theirs=False)
JOIN, ADD = Wish("subscribe"), Wish("subscribe", theirs=False)

MARKS: tuple[KindRule, ...] = (
    KindRule(
        "own",
        "own id",
        lambda inquiry, ours, learned: own_id(inquiry, ours),
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
        lambda inquiry, ours, learned: answers_by_machine(inquiry, ours),
        "ämnet är det som program skriver i automatiska svar, och brevhuvudet likaså",
    ),
)

RULES: tuple[KindRule, ...] = (
    *MARKS,
    KindRule(
        "bounce",
        "reads like a bounce",
        lambda inquiry, ours, learned: reads_like_a_bounce(inquiry, learned),
        "brevet har flera av de drag som meddelanden om olevererade brev har",
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
        reads_like_an_answer,
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
        lambda inquiry, ours, learned: wishes(inquiry, LEAVE, learned),
        "brevet handlar bara om att sluta få nyhetsbrevet",
    ),
    KindRule(
        "unsubscribe",
        "asks to take another address off the list",
        lambda inquiry, ours, learned: wishes(inquiry, TAKE_OFF, learned),
        "brevet handlar bara om att någon annan adress ska sluta få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter",
        lambda inquiry, ours, learned: wishes(inquiry, JOIN, learned),
        "brevet handlar bara om att få nyhetsbrevet",
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter to another address",
        lambda inquiry, ours, learned: wishes(inquiry, ADD, learned),
        "brevet handlar bara om att någon annan adress ska få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "follow-up",
        "answers one of our letters",
        lambda inquiry, ours, learned: follows_up(inquiry, ours),
        "brevet svarar på ett tidigare ärende",
    ),
    KindRule(
        "unsubscribe",
        "seems to ask to be taken off the list",
        lambda inquiry, ours, learned: seems_to_wish(inquiry, LEAVE, learned),
        "brevet handlar troligen om att sluta få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "subscribe",
        "seems to ask for the newsletter",
        lambda inquiry, ours, learned: seems_to_wish(inquiry, JOIN, learned),
        "brevet handlar troligen om att få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "spam",
        "lures or sells",
        lures,
        "brevet har flera av de drag som bluffbrev och massreklam har",
    ),
    KindRule(
        "inquiry",
        "anything else",
        lambda inquiry, ours, learned: True,
        "brevet är skrivet av en person",
    ),
)
