"""What a mail asks of the newsletter itself, where it asks nothing else.

Takes an `Inquiry`; gives "subscribe", "unsubscribe" or "". A wish is done by machine and nobody
reads the mail, so the bar is high: a few words, no attachment, nobody else's address, and no
sentence about another matter. What falls short of it reaches a human, who does it by hand.

Only the subject that List-Unsubscribe gives, a command and a token, is a wish whatever the text:
mail programs write one of their own, and people have signatures.
"""

import re
from typing import Literal

from mailer.inquiry.verdict import Inquiry

Wish = Literal["subscribe", "unsubscribe", ""]

WORDS = 60
"""A longer text is a letter to somebody."""

_REPLY = re.compile(r"(?:(?:re|sv|aw|vs|svar)\s*:\s*)+", re.IGNORECASE)
# Bounded on the left: a long run would be searched anew from each of its characters.
_SENTENCE = re.compile(r"(?<![.!?;\n])[.!?;\n]+(?=\s|\Z)")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{0,253}\w")

_LETTER = (
    r"(?:\w*brev(?:et|en)?|\w*blad(?:et|en)?|utskick(?:et|en)?|mejl(?:en)?|mails?|mailen|e-?post(?:en)?|"
    r"newsletters?|e-?mails?|mailings?)"
)
_LIST = r"(?:\w*list\w*|register|registret|utskick\w*|mailings?|newsletters?)"
_ME = r"(?:mig|oss|me|us|min adress|vår adress|my address|both of us)"
_NEAR = r"[^.!?]{0,30}"

# The whole subject, or the whole text.
_COMMANDS: dict[Wish, str] = {
    "unsubscribe": (
        r"(?:avsluta|avslut|avregistrera|avprenumerera|avanmäl(?:an)?|avbeställ|stopp|stop|"
        rf"unsubscribe|remove me|cancel)(?: {_ME})?(?: från)?(?: min| the)?"
        rf"(?: prenumeration\w*| subscription| {_LETTER})?"
    ),
    "subscribe": (
        rf"(?:prenumerera|prenumeration|anmäl(?:an)?|subscribe|sign me up)(?: {_ME})?"
        rf"(?: på| till| to| for)?(?: the| ert)?(?: {_LETTER})?"
    ),
}
_WORDINGS: dict[Wish, tuple[str, ...]] = {
    "unsubscribe": (
        rf"\b(?:ta|tag|tar|plocka|stryk|kryssa) (?:\w+ )?(?:bort|ur) {_ME}\b",
        rf"\bbort med {_ME}\b{_NEAR}\b{_LIST}",
        rf"\b(?:ta|tag|tar|plocka|stryk) {_ME} (?:bort )?från\b",
        rf"\b(?:drop|take|remove) {_ME}\b{_NEAR}\b(?:from|off)\b{_NEAR}\b{_LIST}",
        r"\b(?:avregistrera|avprenumerera|avanmäla?|avbeställa?|unsubscribe)\b",
        rf"\bavsluta\b{_NEAR}\b(?:prenumeration\w*|mottagarskap\w*|utskick\w*)",
        rf"\bsluta (?:maila|mejla|skicka)\b(?: {_ME}| {_LETTER})?",
        rf"\b(?:vill|önskar) inte (?:\w+ )?(?:ha|få|fa)\b{_NEAR}\b{_LETTER}",
        rf"\bbehöver inte (?:er\w*|fler|några|det här)\b{_NEAR}\b{_LETTER}",
        rf"\b(?:inga fler|slippa (?:få )?(?:er\w*|fler)|no more) {_LETTER}",
        rf"\b(?:do not|don't|no longer) (?:want|need|wish)\b{_NEAR}\b{_LETTER}",
    ),
    "subscribe": (
        rf"\b(?:sätt|lägga?|skriva?|put|add)\b{_NEAR}\b(?:{_ME}|on your)\b{_NEAR}\b{_LIST}",
        rf"\banmäla? {_ME}\b{_NEAR}\b{_LETTER}",
        r"\b(?:vill|skulle|kan|får|want|like|can|may)\b[^.!?]{0,30}\b(?:prenumerera|subscribe)\b",
        rf"\b(?:vill|skulle|kan|får|gärna|could|would|can|may)\b{_NEAR}"
        rf"\b(?:ha|få|fa|get|receive|skicka|send)\b{_NEAR}\b(?:nyhets\w+|\w+brev|\w+blad|newsletters?)",
        rf"\bskicka (?:det|ert \w+|er \w+) till {_ME} också",
    ),
}
# What people add to such a wish: where it comes, what they think of it, why they go.
_BESIDE = re.compile(
    rf"\b{_LETTER}\b|\b{_LIST}\b|prenum|subscri|adress|address|inkorg|inbox|nyhet|newsletter|"
    r"flytt|\bmoved\b|pension|gick bort|avliden|\btack\b|thank|hemsida|webbplats|hälsning|regards",
    re.IGNORECASE,
)
_HEX = r"\s+[0-9a-f]{32}"
# To erase, or to do something for somebody else, takes a person; a disclaimer only speaks of it.
_FOR_A_PERSON = re.compile(
    r"\bradera|\bgdpr\b|dataskydd|mina uppgifter|person\w{0,20}uppgift|\berase|delete my|my data|"
    r"\b(?:till|åt|for) (?:min|mina|vår|våra|my|our) (?!adress|mejl|mail|e-?post|inkorg|inbox)",
    re.IGNORECASE,
)
_ASKED_WITHIN = 3
"""In so many sentences people say what they want; the signature comes later."""


def unsubscribes_by_token(inquiry: Inquiry) -> bool:
    """Whether the subject is a command to leave with a token of ours."""
    return _is(_COMMANDS["unsubscribe"] + _HEX, _subject(inquiry))


def wish_of(inquiry: Inquiry) -> Wish:
    """The wish that is all this mail is about, or ""."""
    if unsubscribes_by_token(inquiry):
        return "unsubscribe"
    subject = _subject(inquiry)
    text = _ADDRESS.sub("", inquiry.text).strip()
    others = {address.casefold() for address in _ADDRESS.findall(inquiry.text)}
    if inquiry.sender:
        others.discard(inquiry.sender.email.casefold())
    if inquiry.attachments or others or len(_WORD.findall(text)) > WORDS:
        return ""
    parts = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    if any(_FOR_A_PERSON.search(part) for part in (subject, *parts[:_ASKED_WITHIN])):
        return ""
    sentences = [part for part in parts if len(_WORD.findall(part)) > 3]
    for wish, command in _COMMANDS.items():
        said = [part for part in (subject, text.strip(" .!")) if _is(command, part)]
        if said and (not sentences or sentences == said):
            return wish
    for wish, wordings in _WORDINGS.items():
        worded = re.compile("|".join(wordings), re.IGNORECASE)
        if worded.search(text) and all(
            _BESIDE.search(part) or worded.search(part) for part in sentences
        ):
            return wish
    return ""


def _subject(inquiry: Inquiry) -> str:
    return _REPLY.sub("", inquiry.subject).strip(" .!")


def _is(command: str, text: str) -> bool:
    return re.fullmatch(command, text, re.IGNORECASE) is not None
