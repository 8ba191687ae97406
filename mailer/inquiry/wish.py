"""What a mail asks of the newsletter itself, where it asks nothing else.

Takes an `Inquiry`; gives the `Wish` that is all it is about, or None. A wish is done by machine and
nobody reads the mail, so the bar is high: a short text that speaks of the newsletter and says what
is wanted, not a word of another matter, no question beside it, hardly a sentence that says neither,
no attachment. What falls short of it reaches a person, who does it by hand. So does a wish for
somebody else's address: it is recognised, but not by a program to be done.

Only the subject that List-Unsubscribe gives, a command and a token, is a wish whatever the text:
mail programs write one of their own, and people have signatures.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

from mailer.inquiry.pattern import SWEDISH, Patterns
from mailer.inquiry.verdict import Inquiry
from mailer.inquiry.wish_words import (
    ANOTHER_MATTER,
    ERASURE,
    FAREWELL,
    JOIN,
    JOIN_AGAIN,
    LEAVE,
    LEAVE_ME,
    LETTER,
    MAIL,
    ME,
    PASSING,
    SOMEBODY_ELSE,
    TITLE,
)

Act = Literal["subscribe", "unsubscribe"]
ACTS: tuple[Act, ...] = get_args(Act)


@dataclass(frozen=True, slots=True)
class Wish:
    """`theirs`: the sender's own address is meant, and no other."""

    act: Act
    theirs: bool = True


WORDS = 70
"""A longer text is a letter to somebody."""
COMMAND = 4
"""So few words, if all are of a wish, need not name what it is about."""
ASKED_WITHIN = 3
"""In so many sentences people say what they want; the signature comes later."""
BESIDE = 2
"""So many sentences may be of neither the letter nor the writer: where one moves, a greeting."""

_TOKEN = re.compile(
    r"(?:avsluta|avslut|avregistrera|avprenumerera|avanmäl(?:an)?|stopp|stop|unsubscribe)"
    r"\s+[0-9a-f]{32}",
    re.IGNORECASE,
)
_REPLY = re.compile(r"(?:(?:re|sv|aw|vs|svar)\s*:\s*)+", re.IGNORECASE)
_QUESTION = re.compile(r"[?؟]")
_SENTENCE = re.compile(r"[^.!?؟\n]+[.!?؟]*")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{0,253}")


def unsubscribes_by_token(inquiry: Inquiry) -> bool:
    """Whether the subject is a command to leave with a token of ours."""
    return _TOKEN.fullmatch(_subject(inquiry)) is not None


@lru_cache(maxsize=1)  # the rules ask it several times of one mail
def wish_of(inquiry: Inquiry) -> Wish | None:
    """The wish that is all this mail is about."""
    if unsubscribes_by_token(inquiry):
        return Wish("unsubscribe")
    subject, text = _subject(inquiry), _text(inquiry)
    if inquiry.attachments or len(_WORD.findall(text)) > WORDS:
        return None
    sentences = _SENTENCE.findall(text)
    others = _others(inquiry)
    spoken = heard(inquiry)
    if _more(spoken, sentences) or ("somebody else" in spoken and not others):
        return None
    if "erasure" in _heard(". ".join((subject, *sentences[:ASKED_WITHIN]))):
        return None
    command = _commands(subject, text) or _commands(text, subject)
    named = command or not spoken.isdisjoint({"letter", "mail"})
    again = "join again" in spoken and "letter" in spoken
    said = [_heard(sentence) for sentence in (subject, *sentences)]
    if not again and any(_leaves(each, named, command) for each in said):
        return Wish("unsubscribe", theirs=not others)
    if again or _joins(said, command):
        return Wish("subscribe", theirs=not others)
    return None


@lru_cache(maxsize=1)  # likewise
def heard(inquiry: Inquiry) -> Set[str]:
    """What subject and text speak of, by the name of the table that knows the words."""
    return _heard(f"{_subject(inquiry)}. {_text(inquiry)}")


def leaves_too(inquiry: Inquiry) -> bool:
    """Whether a sentence of a mail about something else asks to be rid of the letter."""
    if heard(inquiry).isdisjoint({"leave", "leave me"}) or "letter" not in heard(inquiry):
        return False
    sentences = _SENTENCE.findall(_text(inquiry))
    return any(
        "letter" in said and not said.isdisjoint({"leave", "leave me"}) and "?" not in sentence
        for sentence, said in ((each, _heard(each)) for each in sentences)
    )


def says_more(inquiry: Inquiry) -> bool:
    """Whether the mail is about more than the letter, or may be."""
    return _more(heard(inquiry), _SENTENCE.findall(_text(inquiry)))


def beside(inquiry: Inquiry) -> str:
    """The sentences of the mail that do not speak of the letter."""
    return " ".join(_silent(_SENTENCE.findall(_text(inquiry))))


def _more(spoken: Set[str], sentences: list[str]) -> bool:
    if "another matter" in spoken:
        return True
    silent = _silent(sentences)
    return len(silent) > BESIDE or any(_QUESTION.search(sentence) for sentence in silent)


def _silent(sentences: list[str]) -> list[str]:
    full = (sentence for sentence in sentences if len(_WORD.findall(sentence)) > 3)
    return [sentence for sentence in full if _heard(sentence).isdisjoint(_OF_THE_LETTER)]


def _commands(said: str, beside: str) -> bool:
    """Whether all that is `said` is a wish: "Avsluta", and not "Avsluta byggprojektet"."""
    words = _WORD.findall(said)
    few = len(words) <= COMMAND and len(_WORD.findall(beside)) < COMMAND
    return few and bool(words) and all(_heard(word) for word in words)


def _leaves(said: set[str], named: bool, command: bool) -> bool:
    """Whether one sentence says so, in a mail that has `named` what is to be left."""
    if "leave me" in said:
        return named or "me" in said
    close = command or not said.isdisjoint({"letter", "mail"}) or (named and "me" in said)
    return "leave" in said and close


def _joins(said: list[set[str]], command: bool) -> bool:
    """Whether a sentence says so, and it, the one before it or the subject names the letter."""
    return any(
        "join" in each and (command or "letter" in each | before | said[0])
        for before, each in pairwise([set(), *said])
    )


def _heard(text: str) -> set[str]:
    """What is spoken of in `text`, by the name of the table that knows the words."""
    found = _PATTERNS.find("", text, SWEDISH)
    return {name for match in found for name in _NAMES[match.pattern]}


def _others(inquiry: Inquiry) -> set[str]:
    """The addresses in the text that are not the sender's."""
    own = inquiry.sender.email.casefold() if inquiry.sender else ""
    return {found.casefold().rstrip(".") for found in _ADDRESS.findall(inquiry.text)} - {own}


def _text(inquiry: Inquiry) -> str:
    return _ADDRESS.sub("", inquiry.text)


def _subject(inquiry: Inquiry) -> str:
    return _REPLY.sub("", inquiry.subject).strip(" .!")


_TABLES = {
    "letter": LETTER,
    "mail": MAIL,
    "leave": LEAVE,
    "leave me": LEAVE_ME,
    "join": JOIN,
    "join again": JOIN_AGAIN,
    "me": ME,
    "passing": PASSING,
    "another matter": ANOTHER_MATTER,
    "erasure": ERASURE,
    "title": TITLE,
    "farewell": FAREWELL,
    "somebody else": SOMEBODY_ELSE,
}
_OF_THE_LETTER = {"letter", "mail", "leave", "leave me", "join", "join again", "passing"}
_NAMES: dict[str, set[str]] = {}
for _name, _table in _TABLES.items():
    for _pattern in _table.split(","):
        _NAMES.setdefault(" ".join(_pattern.split()), set()).add(_name)
_PATTERNS = Patterns(_NAMES)
