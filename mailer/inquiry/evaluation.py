"""How good triage is, measured on labelled mails.

Takes each mail with the verdict on it; gives a `Report`: figures between 0 and 1, each with the
interval that holds 95 % of what other mails of the same sort would have given (bootstrap: the same
mails drawn anew with replacement, `_DRAWN` times).

An owner is acceptable if a sensible colleague would not call it wrong: it is one of the mail's
routes or its `also_ok`, or it is right that there is none.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.labelled import Labelled
from mailer.inquiry.verdict import Verdict
from mailer.organisation import COORDINATOR

_DRAWN = 1_000
_BINS = 10
_SUREST = 0.8
_ROUTED = ("inquiry", "follow-up")
_NOT_ROUTED = "(not an inquiry)"

Judgement = tuple[Labelled, Verdict]
Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` of `mails` mails, between `low` and `high`."""

    value: float
    low: float
    high: float
    mails: int


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` by name; those of which there was no mail to measure are missing.

    `confusion` holds how many mails of each right owner (first) were given to each (second).
    """

    figures: Mapping[str, Figure]
    confusion: Mapping[tuple[str, str], int]

    def as_json(self) -> dict[str, Any]:
        rows: dict[str, dict[str, int]] = {}
        for (right, given), mails in sorted(self.confusion.items()):
            rows.setdefault(right, {})[given] = mails
        return {name: asdict(each) for name, each in self.figures.items()} | {"confusion": rows}

    def in_words(self) -> str:
        lines = [
            f"{name.replace('_', ' '):24} {each.value:6.3f}  ({each.low:.3f}-{each.high:.3f})"
            f"  of {each.mails}"
            for name, each in self.figures.items()
        ]
        owners = sorted({owner for pair in self.confusion for owner in pair})
        width = max(map(len, owners), default=0)
        lines += ["", "right owner ↓ given →"]
        for right in owners:
            counts = (f"{self.confusion.get((right, given), 0):5}" for given in owners)
            lines.append(f"{right:{width}} {''.join(counts)}")
        return "\n".join(lines)


def report(judgements: Sequence[Judgement]) -> Report:
    """Measure. Owners are measured on the inquiries, urgency too; kinds on the other mails."""
    inquiries = [each for each in judgements if each[0].kind == "inquiry"]
    others = [each for each in judgements if each[0].kind != "inquiry"]
    urgent = [each for each in inquiries if each[0].urgent]
    calm = [each for each in inquiries if not each[0].urgent]
    measured: list[tuple[str, Sequence[Judgement], Callable[[Rows], float]]] = [
        ("owner_accuracy", inquiries, _mean_of(_OWNER)),
        ("acceptable_accuracy", inquiries, _mean_of(_ACCEPTABLE)),
        ("recall_at_2", inquiries, _mean_of(_AMONG_TWO)),
        ("accuracy_at_80_coverage", inquiries, _accuracy_of_the_surest),
        ("calibration_error", inquiries, _calibration_error),
        ("certain", inquiries, _mean_of(_CERTAIN)),
        ("accuracy_of_certain", [e for e in inquiries if e[1].certain], _mean_of(_ACCEPTABLE)),
        ("urgent_recall", urgent, _mean_of(_URGENT)),
        ("urgent_false_alarms", calm, _mean_of(_URGENT)),
        ("inquiry_kind", inquiries, _mean_of(_KIND)),
        ("other_kinds", others, _mean_of(_KIND)),
    ]
    return Report(
        {name: _figure(mails, measure) for name, mails, measure in measured if mails},
        Counter((mail.owner or COORDINATOR, _given(verdict)) for mail, verdict in inquiries),
    )


_OWNER, _ACCEPTABLE, _AMONG_TWO, _CONFIDENCE, _CERTAIN, _URGENT, _KIND = range(7)


def _row(mail: Labelled, verdict: Verdict) -> tuple[float, ...]:
    owner, given = mail.owner or COORDINATOR, _given(verdict)
    return (
        given == owner,
        given in (owner, *mail.routes, *mail.also_ok),
        owner in verdict.suggestions,
        verdict.confidence,
        verdict.certain,
        verdict.urgent,
        verdict.kind == mail.kind,
    )


def _given(verdict: Verdict) -> str:
    return (verdict.owner or COORDINATOR) if verdict.kind in _ROUTED else _NOT_ROUTED


def _figure(judgements: Sequence[Judgement], measure: Callable[[Rows], float]) -> Figure:
    rows = np.array([_row(mail, verdict) for mail, verdict in judgements], dtype=np.float64)
    dice = np.random.default_rng(0)  # the same draws each time: a report can be repeated
    drawn = [measure(rows[dice.integers(len(rows), size=len(rows))]) for _ in range(_DRAWN)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Figure(measure(rows), float(low), float(high), len(rows))


def _mean_of(column: int) -> Callable[[Rows], float]:
    return lambda rows: float(rows[:, column].mean())


def _accuracy_of_the_surest(rows: Rows) -> float:
    surest = np.argsort(-rows[:, _CONFIDENCE], kind="stable")[: max(1, round(_SUREST * len(rows)))]
    return float(rows[surest, _ACCEPTABLE].mean())


def _calibration_error(rows: Rows) -> float:
    """Expected calibration error: how far confidence is from being right, in `_BINS` bins."""
    bins = np.minimum((rows[:, _CONFIDENCE] * _BINS).astype(int), _BINS - 1)
    sizes = np.bincount(bins, minlength=_BINS)
    said = np.bincount(bins, rows[:, _CONFIDENCE], minlength=_BINS)
    right = np.bincount(bins, rows[:, _ACCEPTABLE], minlength=_BINS)
    return float(np.abs(said - right).sum() / sizes.sum())
