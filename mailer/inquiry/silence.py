"""Why the sender of a mail gets no automatic answer.

Takes an `Inquiry` and what is `Ours`; gives the reason in Swedish, or "". `SILENCES` is in order:
the first rule that holds decides. It holds back the acknowledgement only, never the filing or the
forward: on doubt it is silence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.inquiry import automatic
from mailer.inquiry.case import tagged
from mailer.inquiry.ours import Ours
from mailer.inquiry.telling import own_id
from mailer.inquiry.verdict import Inquiry

SilenceTest = Callable[[Inquiry, Ours], bool]

_NUMBERED = "brevet nämner ett ärendenummer: avsändaren har redan fått besked"


@dataclass(frozen=True, slots=True)
class SilenceRule:
    name: str
    test: SilenceTest
    reason: str


def silence(inquiry: Inquiry, ours: Ours) -> str:
    """Why the sender gets no automatic answer, by the first of `SILENCES` that holds; else ""."""
    return next((rule.reason for rule in SILENCES if rule.test(inquiry, ours)), "")


def believed(silence: str) -> bool:
    """Whether a sender may be who he seems, where this is why he gets no automatic answer.

    Of a leader who answers from a forward, case number and all, it says nothing.
    """
    return silence in ("", _NUMBERED)


def _not_to_us(inquiry: Inquiry, ours: Ours) -> bool:
    return not any(ours.writes(recipient) for recipient in inquiry.recipients)


SILENCES: tuple[SilenceRule, ...] = (
    SilenceRule(
        "no address",
        lambda inquiry, ours: inquiry.sender is None,
        "brevet har ingen avsändare som det går att svara",
    ),
    SilenceRule(
        "own id",
        own_id,
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
    SilenceRule(
        "SPF",
        lambda inquiry, ours: automatic.spf_failed(inquiry, ours.trusted_authserv),
        "avsändaren är troligen förfalskad (SPF): svaret skulle nå någon annan",
    ),
    SilenceRule(
        "several senders",
        lambda inquiry, ours: automatic.several_senders(inquiry),
        "brevet har flera avsändare",
    ),
    SilenceRule(
        "quotes a case",
        lambda inquiry, ours: bool(tagged(inquiry.whole, ours.case_prefix)),
        _NUMBERED,
    ),
)
