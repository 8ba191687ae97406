"""What config/triage.yaml says, as values: the words that speak for each subproject.

A pattern is a word (`lampa`), a prefix (`knark*`), the end of a compound (`*belysning`), a part of
one (`*langning*`), or a phrase of several such words (`säljer droger`). Letter case does not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mailer.inquiry.verdict import Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern that speaks with `weight`, which `classify` makes odds of; may be negative."""

    pattern: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)  # what is made ready of them is kept by identity
class TriageRules:
    """Every setting of triage.

    `rules` and `urgent` are by language (ISO 639-1); `urgent` holds patterns by what they tell of
    ("weapon", "child", "past": the tables of `urgency`). Below `threshold` (of the owner's
    probability) a verdict is uncertain. `none` is the log weight of "none of the subprojects".
    `folders` names the IMAP folder of each kind that is not routed to a subproject. Within
    `answer_within` working days residents are told to expect an answer. `second_notice_after` and
    `remind_after` (working days) are those of the table in `follow_up`.
    """

    rules: Mapping[str, Mapping[str, tuple[Rule, ...]]] = field(default_factory=dict)
    urgent: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    threshold: float = 0.6
    none: float = 1.0
    folders: Mapping[Kind, str] = field(default_factory=dict)
    trusted_authserv: tuple[str, ...] = ()
    acknowledgements_an_hour: int = 60
    answer_within: int = 5
    second_notice_after: timedelta = timedelta(minutes=30)
    remind_after: int = 3
