"""What speaks for each kind in a mail that no mark of a program decides, weighed together.

Takes an `Inquiry`, what is `Ours` and what labelled mails teach of it; gives what it is `Seeming`.
The laws:

* What speaks for a kind, and against a person's own matter, is a sum of log odds: where the kind
  starts, what was learned of mails like this one, and each sign, as often as `WEIGHTS` says.
* The likeliest kind is the one with the largest sum, if that is above zero. No sign decides alone.
* A mail without one sign of a kind is not of it, unless known mails of the kind are much like it:
  two lines from a person are like nothing, and a person must read them.
* Where nothing was learned the words decide alone, and more of them are asked for.
"""

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from mailer.inquiry import advertising, answering, automatic, wish
from mailer.inquiry.ours import Ours
from mailer.inquiry.sort import ANSWER, SPAM, Leaning
from mailer.inquiry.telling import answers_edition, follows_up
from mailer.inquiry.verdict import Inquiry, Kind


@dataclass(frozen=True, slots=True)
class Seeming:
    """The likeliest kind; None: a person's own matter. `alike`: known mails of it are like this.

    `probability` is that of the kind, by all that was weighed.
    """

    kind: Kind | None = None
    alike: bool = False
    probability: float = field(default=1.0, compare=False)


NOTHING = Seeming()


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds: of the kind as such, of each that was `learned`, and of each sign.

    `needs` are the signs of which a mail must have one.
    """

    start: float
    learned: float
    signs: Mapping[str, float]
    needs: Set[str] = frozenset()


WEIGHTS: Mapping[Kind, Weights] = {
    "auto-reply": Weights(
        1.6,
        1.6,
        {
            "from a machine": 2.0,
            "absence": 1.8,
            "a machine's words": 1.4,
            "subject of an answer": 1.2,
            "resident's words": -0.9,
            "says undelivered": -1.3,
            "request": -1.4,
            "question": -2.6,
            "answers us": -3.0,
            "from a post office": -3.3,
            "form": -5.0,
        },
        {"from a machine", "absence", "a machine's words", "subject of an answer"},
    ),
    "bounce": Weights(
        0.2,
        1.4,
        {
            "from a post office": 2.9,
            "from a machine": 1.2,
            "says undelivered": 0.5,
            "a machine's words": -1.3,
            "question": -1.7,
            "form": -5.0,
        },
        {"from a post office", "from a machine", "says undelivered"},
    ),
    "spam": Weights(
        1.2,
        1.4,
        {
            "office that offers": 2.1,
            "offer": 1.0,
            "sum of money": 1.0,
            "forged sender": 0.7,
            "lure": 0.2,
            "question": -0.2,
            "a machine's words": -1.7,
            "resident's words": -2.2,
            "from a machine": -2.3,
            "answers us": -3.0,
            "form": -5.0,
        },
        {"offer", "lure", "forged sender"},
    ),
    "subscribe": Weights(
        0.0,
        1.1,
        {
            "only the wish to get it": 1.5,
            "asking": 0.8,
            "letter": 0.5,
            "more to say": -0.2,
            "another matter": -0.5,
            "leaving": -1.2,
            "only the wish to leave": -1.8,
        },
        {"asking", "letter"},
    ),
    "unsubscribe": Weights(
        -0.6,
        0.9,
        {
            "leaving": 1.8,
            "only the wish to leave": 1.5,
            "letter or mail": -0.1,
            "more to say": -0.3,
            "question": -0.4,
            "another matter": -0.6,
            "only the wish to get it": -1.5,
            "farewell": -6.0,
        },
        {"leaving", "letter or mail"},
    ),
}
"""Fitted (logistic regression) to 6,700 labelled mails, with what was learned of each from others
than itself; the two wishes start a little lower, for the sake of those who mention the newsletter
and want something else. Set by hand is what no example has: a forged sender, an answer to us, and
that what came through a form is a person's, and that "Jag vill inte längre" may be said of life."""


_QUESTION = re.compile(r"[?؟]")
_WORD = re.compile(r"\w+")
_OFFERED = advertising.PLAIN.keys() | advertising.LURES.keys()
_MUCH_LIKE = -0.3
"""Log odds from which known mails of the kind alone are reason enough, in a mail of _WORDS."""
_WORDS = 10
_ALIKE = -1.0
"""Log odds under which a mail is too unlike the known ones for a machine to do what it asks."""


def seeming(inquiry: Inquiry, ours: Ours, learned: Leaning) -> Seeming:
    """What this mail seems to be."""
    if not learned.kinds:
        return Seeming(_by_words(inquiry, ours), alike=True)
    found = signs(inquiry, ours)
    long = len(_WORD.findall(f"{inquiry.subject} {inquiry.text}")) >= _WORDS
    odds = {
        kind: weights.start
        + weights.learned * learned.kinds[kind]
        + sum(weight * found[sign] for sign, weight in weights.signs.items())
        for kind, weights in WEIGHTS.items()
        if (long and learned.kinds[kind] >= _MUCH_LIKE) or any(map(found.get, weights.needs))
    }
    kind = max(odds, key=odds.__getitem__, default=None)
    if kind is None or odds[kind] <= 0:
        return NOTHING
    probability = 1 / (1 + math.exp(-odds[kind]))
    return Seeming(kind, learned.likeliest(kind) >= _ALIKE, probability)


def signs(inquiry: Inquiry, ours: Ours) -> Mapping[str, int]:
    """How often each sign is found; of tables of words it counts how many sorts of them."""
    told = answering.sorts(inquiry, ours.case_prefix)
    marks = advertising.marks(inquiry)
    form = automatic.through_form(inquiry)
    heard = wish.heard(inquiry)
    wished = wish.wish_of(inquiry)
    return {
        "question": bool(_QUESTION.search(inquiry.text)),
        "a machine's words": len(told & answering.MACHINE.keys()),
        "absence": len(told & answering.AWAY.keys()),
        "request": answering.REQUEST in told,
        "subject of an answer": automatic.answer_subject(inquiry),
        "office that offers": automatic.office(inquiry) and bool(marks & _OFFERED),
        "form": form,
        "from a post office": automatic.post_office(inquiry),
        "from a machine": automatic.machine_sender(inquiry) and not form,
        "says undelivered": automatic.says_undelivered(inquiry),
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
        "farewell": "farewell" in heard
        and heard.isdisjoint({"letter", "mail", "title"})
        and not answers_edition(inquiry, ours),
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
