"""What speaks for each kind in a mail that no mark of a program decides, weighed together.

Takes an `Inquiry`, what is `Ours` and what labelled mails teach of it; gives what it is `Seeming`.
The laws:

* What speaks for a kind, and against a person's own matter, is a sum of log odds: where the kind
  starts, what was learned of mails like this one, and each sign, as often as `WEIGHTS` says.
* The likeliest kind is the one with the largest sum, if that is above zero. No sign decides alone,
  none rules a kind out.
* Where nothing was learned the words decide alone, and more of them are asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailer.inquiry import advertising, answering, automatic, wish
from mailer.inquiry.ours import Ours
from mailer.inquiry.sort import ANSWER, SPAM, Leaning
from mailer.inquiry.telling import follows_up
from mailer.inquiry.verdict import Inquiry, Kind


@dataclass(frozen=True, slots=True)
class Seeming:
    """The likeliest kind; None: a person's own matter. `alike`: known mails of it are like this."""

    kind: Kind | None = None
    alike: bool = False


NOTHING = Seeming()


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds: of the kind as such, of each that was `learned`, and of each sign."""

    start: float
    learned: float
    signs: Mapping[str, float]


WEIGHTS: Mapping[Kind, Weights] = {
    "auto-reply": Weights(
        2.3,
        1.5,
        {
            "a machine's words": 1.5,
            "from a machine": 1.2,
            "absence": 1.0,
            "subject of an answer": 0.2,
            "from an office": 0.3,
            "request": -0.4,
            "from a post office": -0.5,
            "question": -1.5,
            "answers us": -3.0,
        },
    ),
    "bounce": Weights(
        1.9, 1.4, {"from a post office": 1.3, "from a machine": 1.1, "question": -0.7}
    ),
    "spam": Weights(
        1.2,
        1.3,
        {
            "from an office": 1.9,
            "forged sender": 0.7,
            "sum of money": 0.5,
            "offer": 0.3,
            "lure": 0.2,
            "a machine's words": -0.3,
            "from a machine": -0.4,
            "question": -0.5,
            "resident's words": -1.2,
            "answers us": -3.0,
        },
    ),
    "subscribe": Weights(
        1.2,
        1.0,
        {
            "only the wish to get it": 1.3,
            "asking": 0.8,
            "letter": 0.3,
            "question": -0.3,
            "another matter": -0.7,
            "leaving": -0.8,
            "only the wish to leave": -0.8,
            "more to say": -0.8,
        },
    ),
    "unsubscribe": Weights(
        0.6,
        1.0,
        {
            "leaving": 1.7,
            "only the wish to leave": 1.3,
            "letter or mail": 0.3,
            "question": -0.4,
            "only the wish to get it": -0.6,
            "another matter": -0.9,
            "more to say": -1.3,
        },
    ),
}
"""Fitted (logistic regression) to 5,800 labelled mails, with what was learned of each from others
than itself, and moved a little towards these kinds, spam apart: our examples of people's matters
were written to look like one, and such are rarer in a mailbox. Set by hand is what no example has:
a forged sender, and an answer to us."""

_QUESTION = re.compile(r"[?؟]")
_ALIKE = -2.5
"""Log odds under which a mail is too unlike the known ones for a machine to do what it asks."""


def seeming(inquiry: Inquiry, ours: Ours, learned: Leaning) -> Seeming:
    """What this mail seems to be."""
    if not learned.kinds:
        return Seeming(_by_words(inquiry, ours), alike=True)
    found = signs(inquiry, ours)
    odds = {
        kind: weights.start
        + weights.learned * learned.kinds[kind]
        + sum(weight * found[sign] for sign, weight in weights.signs.items())
        for kind, weights in WEIGHTS.items()
    }
    kind = max(odds, key=odds.__getitem__)
    if odds[kind] <= 0:
        return NOTHING
    return Seeming(kind, alike=learned.likeliest(kind) >= _ALIKE)


def signs(inquiry: Inquiry, ours: Ours) -> Mapping[str, int]:
    """How often each sign is found; of tables of words it counts how many sorts of them."""
    told = answering.sorts(inquiry, ours.case_prefix)
    marks = advertising.marks(inquiry)
    heard = wish.heard(inquiry)
    wished = wish.wish_of(inquiry)
    return {
        "question": bool(_QUESTION.search(inquiry.text)),
        "a machine's words": len(told & answering.MACHINE.keys()),
        "absence": len(told & answering.AWAY.keys()),
        "request": answering.REQUEST in told,
        "subject of an answer": automatic.answer_subject(inquiry),
        "from an office": automatic.office(inquiry),
        "from a post office": automatic.post_office(inquiry),
        "from a machine": automatic.machine_sender(inquiry),
        "forged sender": automatic.dmarc_failed(inquiry, ours.trusted_authserv),
        "answers us": follows_up(inquiry, ours),
        "offer": len(marks & advertising.PLAIN.keys()),
        "lure": len(marks & advertising.LURES.keys()),
        "sum of money": advertising.SUM in marks,
        "resident's words": advertising.RESIDENT in marks,
        "letter": "letter" in heard,
        "letter or mail": not heard.isdisjoint({"letter", "mail"}),
        "asking": not heard.isdisjoint({"join", "join again"}),
        "leaving": not heard.isdisjoint({"leave", "leave me"}),
        "another matter": "another matter" in heard,
        "more to say": wish.says_more(inquiry),
        "only the wish to get it": bool(wished and wished.act == "subscribe"),
        "only the wish to leave": bool(wished and wished.act == "unsubscribe"),
    }


def _by_words(inquiry: Inquiry, ours: Ours) -> Kind | None:
    forged = automatic.dmarc_failed(inquiry, ours.trusted_authserv)
    # Lures give themselves out for receipts and notices.
    if advertising.advertises(inquiry, forged=forged):
        return SPAM
    if answering.answers(inquiry, ours.case_prefix):
        return ANSWER
    wished = wish.wish_of(inquiry)
    return wished.act if wished else None
