"""A person's own words, out of a mail that quotes others.

Takes the text of a mail; gives it without what we ourselves sent, without quotations and without
the signature that a program adds. Never gives less than something: where nothing would be left,
the whole text is the person's matter (a mail passed on without a word).
"""

import re
from functools import cache, lru_cache

from mailparser_reply.parser import EmailMessage

# Shingles of four words, but only a run of eight is cut: a resident may name a heading of ours.
SHINGLE = 4
RUN = 8

# The library's patterns take quadratic time in the length of what they are given.
_ATTRIBUTION_LINES = 3
_ATTRIBUTION_LENGTH = 200
_ATTRIBUTIONS = 100

_BLOCK_LINES = 8
_SIGNATURE_LINES = 12

_WORD = re.compile(r"\w+")
_FORWARD = re.compile(r"\s*(?:vb|fwd?|wg|tr|pd|vl|vidarebefordrat|videresendt)\s*:", re.IGNORECASE)
_SENT_FROM = re.compile(
    r"(?:skickat|sänt|sent|sendt|gesendet|verzonden|wysłane?|envoyé|enviado|lähetetty|hämta|get) "
    r"(?:från|from|fra|von|vanaf|z|depuis|desde|outlook)\b[^.!?]{0,60}\.?"
    r"|lähetetty [^.!?]{1,60}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s*_=-]+")
_SEPARATOR = re.compile(
    r"[-_=]{2,} ?(?:(?:original|ursprungligt )(?:meddelande|mejl)|vidarebefordrat .{1,30}|"
    r"original message|forwarded .{1,30}|opprinnelig melding|oprindelig meddelelse|"
    r"ursprüngliche nachricht|weitergeleitete nachricht|alkuperäinen viesti|oryginalna wiadomość|"
    r"исходное сообщение|الرسالة الأصلية) ?[-_=]{2,}|"
    r"begin forwarded message:|vidarebefordrat brev:",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[*\s]*(?:från|from|von|fra|van|de|da|od|lähettäjä|от|від|من|از)[*\s]*[:：]", re.IGNORECASE
)
_FIELD = re.compile(
    r"[*\s]*(?:från|from|von|fra|van|de|da|od|lähettäjä|от|від|من|از|"
    r"skickat|sent|gesendet|sendt|verzonden|envoyé|enviado|wysłano|lähetetty|отправлено|"
    r"تاريخ الإرسال|datum|date|dato|data|fecha|päivämäärä|päiväys|дата|التاريخ|till|to|an|til|"
    r"aan|à|para|do|vastaanottaja|кому|إلى|به|kopia|cc|kopi|kopie|dw|kopio|копия|"
    r"ämne|subject|betreff|emne|onderwerp|objet|asunto|temat|aihe|тема|الموضوع|موضوع)[*\s]*[:：]",
    re.IGNORECASE,
)
# Attributions in languages that the library lacks, or writes otherwise than the programs do.
_WROTE = re.compile(
    r"\b(?:kirjoitti|skrev|napisał\w*|napisao|napisala|пише|пишет|написа\w*|كتب\w*|نوشت\w*|"
    r"a scris|yazdı|shkroi|qoray|rašė|rakstīja|kirjutas|wrote|schrieb)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d")
_TIMED = re.compile(r"\b(?:19|20)\d\d\b.*\d{1,2}[:.]\d{2}", re.DOTALL)


def own_words(text: str, subject: str = "", ours: str = "") -> str:
    """What the sender wrote. `ours` is the text of what we have sent.

    What a mail passes on ("VB:", "Fwd:") is its matter, and stays.
    """
    left = _without_ours(text, ours) if ours else text
    if not _FORWARD.match(subject):
        left = _without_signature(_without_quotations(left.split("\n")))
    left = re.sub(r"\n{3,}", "\n\n", left).strip()
    return left if _WORD.search(left) else text.strip()


# --- our own text


def _without_ours(text: str, ours: str) -> str:
    found = list(_WORD.finditer(text))
    words = [word[0].casefold() for word in found]
    known = _shingles(ours)
    kept: list[str] = []
    position = start = covered = 0  # words[start:covered] all stand in shingles of ours
    for number in range(len(words) + 1):
        if number > covered or number == len(words):
            if covered - start >= RUN:
                kept.append(text[position : found[start].start()])
                position = found[covered - 1].end()
            start = covered = number
        if tuple(words[number : number + SHINGLE]) in known:
            covered = number + SHINGLE
    return "".join([*kept, text[position:]])


@lru_cache(maxsize=2)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return frozenset(
        tuple(words[number : number + SHINGLE]) for number in range(len(words) - SHINGLE + 1)
    )


# --- what others wrote


def _without_quotations(lines: list[str]) -> str:
    attributions = _attributions(lines)
    own: list[str] = []
    number = 0
    while number < len(lines):
        end = attributions.get(number, number)
        cuts = end > number and not _quoted(lines, end)
        if end == number:
            end = _block_end(lines, number)
            cuts = end > number
        if cuts and any(_WORD.search(line) for line in own):
            break
        if end == number:
            end = number + 1
            if not _quoted(lines, number, blank=False):
                own.append(lines[number])
        number = end
    while own and _RULE.fullmatch(own[-1] or " "):
        own.pop()
    return "\n".join(own)


def _quoted(lines: list[str], number: int, blank: bool = True) -> bool:
    """Whether a line is quoted; past a blank one where `blank`, the next that is not."""
    for line in lines[number : number + 3]:
        if line.strip() or not blank:
            return line.lstrip().startswith(">")
    return False


def _attributions(lines: list[str]) -> dict[int, int]:
    """Where an attribution ("Den … skrev Anna:") starts, and the line after its end."""
    ends = [number for number, line in enumerate(lines) if line.rstrip().endswith((":", "："))]
    found: dict[int, int] = {}
    for end in ends[:_ATTRIBUTIONS]:
        start = _attribution_start(lines, end)
        if start is not None:
            found[start] = end + 1
    return found


def _attribution_start(lines: list[str], end: int) -> int | None:
    marked = _quoted(lines, end + 1)
    for start in range(end, max(-1, end - _ATTRIBUTION_LINES), -1):
        line = lines[start].strip()
        if not line or len(line) > _ATTRIBUTION_LENGTH:
            break
        if _attributes(lines[start : end + 1], marked):
            return start
    return end if marked and _names_writer(lines[end][:_ATTRIBUTION_LENGTH]) else None


def _attributes(lines: list[str], marked: bool) -> bool:
    """Whether these lines say when somebody wrote something."""
    window = "\n".join(line.strip(" >\t\u200e\u200f") for line in lines)
    dated = bool(_DATED.search(lines[0]))
    if marked:
        return dated and _names_writer(window)
    # Without marks all that follows is lost with it: be sure that a program wrote it.
    sure = "@" in window or _TIMED.search(window)
    known = (dated and _WROTE.search(window)) or _library().fullmatch(window)
    return bool(sure and known)


def _names_writer(text: str) -> bool:
    return "@" in text or bool(_WROTE.search(text))


@cache
def _library() -> re.Pattern[str]:
    """What mail-parser-reply knows of attribution lines."""
    languages = ["sv", "en", "de", "da", "nl", "fr", "es", "it", "pl", "cs"]
    pattern: re.Pattern[str] = EmailMessage(text="", languages=languages).HEADER_REGEX
    return pattern


def _block_end(lines: list[str], number: int) -> int:
    """The line after a separator or header block that starts here; `number` where none does."""
    line = lines[number].strip()
    if len(line) <= _ATTRIBUTION_LENGTH and _SEPARATOR.fullmatch(line):
        return number + 1
    if not _FIELD.match(line):
        return number
    near = lines[number : number + _BLOCK_LINES]
    fields = [place for place, field in enumerate(near) if _FIELD.match(field)]
    if len(fields) < 3 or not any(_FROM.match(near[place]) for place in fields):
        return number
    return number + fields[-1] + 1


def _without_signature(text: str) -> str:
    lines = [line for line in text.split("\n") if not _SENT_FROM.fullmatch(line.strip())]
    for number, line in enumerate(lines):
        # A longer rest is not a signature, whatever stands above it.
        if line.rstrip() == "--" and number and len(lines) - number <= _SIGNATURE_LINES:
            return "\n".join(lines[:number])
    return "\n".join(lines)
