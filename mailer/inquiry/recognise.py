"""What kind of mail this is.

Takes an `Inquiry`, what is `Ours`, and what labelled mails teach of it; gives a kind with its
reason. `RULES` is in order: the first that holds decides. It is total: its last row always holds,
so that a mail that nothing else claims reaches a human. Its first rows, `MARKS`, ask for marks of
programs alone; most of the others ask what the mail seems to be, by all `signs` weighed together.

A person's words are worth more than a mark: what a person may have written is never anything but
an inquiry on the ground of a list header, a sender's name or a subject alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.inquiry import automatic
from mailer.inquiry.ours import Ours
from mailer.inquiry.signs import NOTHING, Seeming, seeming
from mailer.inquiry.sort import ANSWER, BOUNCE, SPAM, Leaning
from mailer.inquiry.telling import answers_by_machine, follows_up, own_id
from mailer.inquiry.verdict import Inquiry, Kind
from mailer.inquiry.wish import Wish, unsubscribes_by_token, wish_of


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind, and why, in plain Swedish. Not `certain`: a person must do what follows from it, or
    at least see that it came; then `confidence` is how probable it is.
    """

    kind: Kind
    reason: str
    certain: bool = True
    confidence: float = 1.0


KindTest = Callable[[Inquiry, Ours, Seeming], bool]

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
    seems = seeming(inquiry, ours, learned)
    rule = next(rule for rule in RULES if rule.test(inquiry, ours, seems))
    confidence = 1.0 if rule.certain or rule.kind != seems.kind else seems.probability
    return Recognised(rule.kind, rule.reason, rule.certain, confidence)


def marked(inquiry: Inquiry, ours: Ours) -> Recognised | None:
    """The kind by the first of `MARKS` that holds, whatever the words are; None: they decide."""
    found = (rule for rule in MARKS if rule.test(inquiry, ours, NOTHING))
    return next((Recognised(each.kind, each.reason, each.certain) for each in found), None)


def surely_wishes(inquiry: Inquiry, wish: Wish, seems: Seeming) -> bool:
    """Whether this wish is all that it says, and known mails of the kind are like it."""
    return seems.kind == wish.act and seems.alike and wish_of(inquiry) == wish


LEAVE, TAKE_OFF = Wish("unsubscribe"), Wish("unsubscribe", theirs=False)
JOIN, ADD = Wish("subscribe"), Wish("subscribe", theirs=False)

MARKS: tuple[KindRule, ...] = (
    KindRule(
        "own",
        "own id",
        lambda inquiry, ours, seems: own_id(inquiry, ours),
        "brevet är ett av våra egna",
    ),
    KindRule(
        "complaint",
        "feedback report",
        lambda inquiry, ours, seems: automatic.complains(inquiry),
        "en e-postleverantör rapporterar att en mottagare har markerat vårt utskick som skräp",
    ),
    KindRule(
        "unsubscribe",
        "unsubscribe by Apple Mail",
        lambda inquiry, ours, seems: automatic.has_field(inquiry, ("x-apple-unsubscribe",)),
        "avsändarens e-postprogram avslutar prenumerationen",
    ),
    KindRule(
        "bounce",
        "undelivered",
        lambda inquiry, ours, seems: automatic.undelivered(inquiry),
        "en e-postserver meddelar att ett brev inte har kommit fram eller är försenat",
    ),
    KindRule(
        "unsubscribe",
        "command with a token",
        lambda inquiry, ours, seems: unsubscribes_by_token(inquiry),
        "ämnet är det som nyhetsbrevets länk för att sluta skriver",
    ),
    KindRule(
        "auto-reply",
        "Auto-Submitted: auto-replied",
        lambda inquiry, ours, seems: "auto-replied" in automatic.auto_submitted(inquiry),
        "brevet är ett automatiskt svar (Auto-Submitted)",
    ),
    KindRule(
        "auto-reply",
        "field of an answering machine",
        lambda inquiry, ours, seems: automatic.answer_field(inquiry),
        "brevet är ett automatiskt svar (enligt brevhuvudet)",
    ),
    KindRule(
        "auto-reply",
        "Precedence: auto_reply",
        lambda inquiry, ours, seems: "auto_reply" in automatic.precedence(inquiry),
        "brevet är ett automatiskt svar (Precedence)",
    ),
    KindRule(
        "auto-reply",
        "read receipt",
        lambda inquiry, ours, seems: automatic.report_type(inquiry) == "disposition-notification",
        "brevet är ett läskvitto",
    ),
    KindRule(
        "auto-reply",
        "answer to an invitation",
        lambda inquiry, ours, seems: automatic.calendar_reply(inquiry),
        "brevet är ett kalendersvar",
    ),
    KindRule(
        "auto-reply",
        "subject of an automatic answer",
        lambda inquiry, ours, seems: answers_by_machine(inquiry, ours),
        "ämnet är det som program skriver i automatiska svar, och brevhuvudet likaså",
    ),
)

RULES: tuple[KindRule, ...] = (
    *MARKS,
    KindRule(
        "bounce",
        "reads like a bounce",
        lambda inquiry, ours, seems: seems.kind == BOUNCE,
        "brevet har flera av de drag som meddelanden om olevererade brev har",
        certain=False,
    ),
    KindRule(
        "auto-reply",
        "says that it is automatic",
        lambda inquiry, ours, seems: automatic.says_automatic(inquiry),
        "brevet säger själv att det är automatiskt",
        certain=False,
    ),
    KindRule(
        "auto-reply",
        "reads like an automatic answer",
        lambda inquiry, ours, seems: seems.kind == ANSWER,
        "brevet har flera av de drag som frånvaromeddelanden och kvitton har",
        certain=False,
    ),
    KindRule(
        "spam",
        "marked by the filter",
        lambda inquiry, ours, seems: automatic.filtered_as_spam(inquiry),
        "brevlådans skräppostfilter har markerat brevet",
    ),
    KindRule(
        "unreadable",
        "unreadable",
        lambda inquiry, ours, seems: bool(inquiry.unreadable),
        "brevet går inte att läsa automatiskt och måste läsas för hand",
    ),
    KindRule(
        "unsubscribe",
        "asks to be taken off the list",
        lambda inquiry, ours, seems: surely_wishes(inquiry, LEAVE, seems),
        "brevet handlar bara om att sluta få nyhetsbrevet",
    ),
    KindRule(
        "unsubscribe",
        "asks to take another address off the list",
        lambda inquiry, ours, seems: seems.kind == "unsubscribe" and wish_of(inquiry) == TAKE_OFF,
        "brevet handlar bara om att någon annan adress ska sluta få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter",
        lambda inquiry, ours, seems: surely_wishes(inquiry, JOIN, seems),
        "brevet handlar bara om att få nyhetsbrevet",
    ),
    KindRule(
        "subscribe",
        "asks for the newsletter to another address",
        lambda inquiry, ours, seems: seems.kind == "subscribe" and wish_of(inquiry) == ADD,
        "brevet handlar bara om att någon annan adress ska få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "follow-up",
        "answers one of our letters",
        lambda inquiry, ours, seems: follows_up(inquiry, ours),
        "brevet svarar på ett tidigare ärende",
    ),
    KindRule(
        "unsubscribe",
        "seems to ask to be taken off the list",
        lambda inquiry, ours, seems: seems.kind == "unsubscribe",
        "brevet handlar troligen om att sluta få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "subscribe",
        "seems to ask for the newsletter",
        lambda inquiry, ours, seems: seems.kind == "subscribe",
        "brevet handlar troligen om att få nyhetsbrevet",
        certain=False,
    ),
    KindRule(
        "spam",
        "lures or sells",
        lambda inquiry, ours, seems: seems.kind == SPAM,
        "brevet har flera av de drag som bluffbrev och massreklam har",
    ),
    KindRule(
        "inquiry",
        "anything else",
        lambda inquiry, ours, seems: True,
        "brevet är skrivet av en person",
    ),
)
