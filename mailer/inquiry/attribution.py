"""The lines that mail programs write above what they quote or pass on.

Takes the lines of a text; tells where an attribution ("Den 3 maj skrev Anna:"), a header block
("Från: … Skickat: …") or a separator stands, and which of them pass a mail on. Knows the wording
of the programs that people in a Swedish municipality use, in the languages that they use them in;
mail-parser-reply knows more.
"""

import re
from collections.abc import Sequence
from functools import cache

from mailparser_reply.parser import EmailMessage

# The library's patterns take quadratic time in the length of what they are given.
_LENGTH = 200
_LINES = 3
_ATTRIBUTIONS = 100

_BLOCK_LINES = 14  # six fields with a blank line between, as HTML gives them

_EDGES = " \t*\u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_RULED = r"[-_=]{2,} ?(?:%s) ?[-_=]{2,}"
_ORIGINAL = (
    r"original (?:message|meddelande|mejl)|original(?:meddelande|mejl)|reply message|"
    r"ursprungligt (?:meddelande|mejl|brev)|opprinnelig melding|oprindelig meddelelse|"
    r"ursprüngliche nachricht|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    r"originalna poruka|исходное сообщение|вихідне повідомлення|оригінальне повідомлення|"
    r"الرسالة الأصلية|پیام اصلی|orijinal mesaj"
)
_PASSED_ON = (
    r"vidarebefordra(?:t|d) .{1,30}|forwarded .{1,30}|videresendt .{1,30}|"
    r"weitergeleitete .{1,30}|välitetty viesti|przekazana wiadomość|wiadomość przekazana dalej|"
    r"proslijeđena poruka|пересылаемое сообщение|переслане повідомлення|"
    r"رسالة (?:معاد توجيهها|محوّلة)"
)
_SEPARATOR = re.compile(_RULED % _ORIGINAL, re.IGNORECASE)
_PASSES_ON = re.compile(
    _RULED
    % _PASSED_ON
    + r"|(?:begin forwarded message|(?:början på )?vidarebefordrat (?:brev|meddelande)|"
    r"anfang der weitergeleiteten nachricht|välitetty viesti alkaa|"
    r"początek przekazanej wiadomości|بداية الرسالة (?:المعاد توجيهها|المحولة)) ?:",
    re.IGNORECASE,
)
_SENDERS = "från|from|von|fra|van|de|da|od|lähettäjä|від|от|من|از|kimden|de la|prej"
_OTHERS = (
    "skickat|sent|gesendet|sendt|verzonden|envoyé|enviado|wysłan[oe]|poslano|lähetetty|надіслано|"
    "отправлено|تاريخ الإرسال|تم الإرسال|أرسلت|gönderildi|datum|date|dato|data|fecha|päivämäärä|"
    "päiväys|дата|التاريخ|tarih|till|to|an|til|aan|à|para|do|za|vastaanottaja|saaja|кому|إلى|به|"
    "kime|kopia|cc|kopi|kopie|dw|kopio|копія|копия|نسخة|ämne|rubrik|subject|betreff|emne|"
    "onderwerp|objet|asunto|temat|predmet|aihe|тема|الموضوع|موضوع|konu"
)
_FROM = re.compile(rf"[*\s]*(?:{_SENDERS})[*\s]*[:：]", re.IGNORECASE)
_FIELD = re.compile(rf"[*\s]*(?:{_SENDERS}|{_OTHERS})[*\s]*[:：]", re.IGNORECASE)

# Attributions in languages that the library lacks, or writes otherwise than the programs do.
_WROTE = re.compile(
    r"\b(?:kirjoitti|skrev|napisał\w*|napisao|napisala|пише|пишет|написа\w*|كتب\w*|كتابة|نوشت\w*|"
    r"a scris|yazdı|shkroi|qoray|rašė|rakstīja|kirjutas|wrote|schrieb)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\b\d{4}\b|\d{1,2}[./-]\d{1,2}[./-]\d")
_TIMED = re.compile(r"\b\d{4}\b.*\d{1,2}[:.]\d{2}|\d{1,2}[:.]\d{2}.*\b\d{4}\b", re.DOTALL)
_ADDRESS_LAST = re.compile(r"[<(\[]\s*[^\s<>@]+@[^\s<>@]+\s*[>)\]],?\s*:\Z")


def quoted(lines: Sequence[str | None], number: int, blank: bool = True) -> bool:
    """Whether a line is quoted; past a blank one where `blank`, the next that is not."""
    for line in lines[number : number + 3]:
        if line is None:
            return False
        if line.strip() or not blank:
            return line.lstrip("\ufeff \t").startswith(">")
    return False


def passes_on(line: str) -> bool:
    """Whether a program wrote this line above a mail that is passed on."""
    return len(line) <= _LENGTH and bool(_PASSES_ON.fullmatch(line.strip(_EDGES)))


def block_end(lines: Sequence[str | None], number: int) -> int:
    """The line after a separator or header block that starts here; `number` where none does."""
    line = (lines[number] or "").strip()
    if _separates(line):
        return number + 1
    if not _FIELD.match(line):
        return number
    near = [field or "" for field in lines[number : number + _BLOCK_LINES]]
    near = near[: next((place for place, field in enumerate(near) if _separates(field)), None)]
    fields = [place for place, field in enumerate(near) if _FIELD.match(field)]
    if len(fields) < 3 or not any(_FROM.match(near[place]) for place in fields):
        return number
    return number + fields[-1] + 1


def _separates(line: str) -> bool:
    return passes_on(line) or (
        len(line) <= _LENGTH and bool(_SEPARATOR.fullmatch(line.strip(_EDGES)))
    )


def attributions(lines: Sequence[str | None]) -> dict[int, int]:
    """Where an attribution starts, and the line after its end."""
    ends = [
        number for number, line in enumerate(lines) if line and _bare(line).endswith((":", "："))
    ]
    found: dict[int, int] = {}
    for end in ends[:_ATTRIBUTIONS]:
        start = _start(lines, end)
        if start is not None:
            found[start] = end + 1
    return found


def _bare(line: str) -> str:
    return line.strip(_EDGES + ">")


def _start(lines: Sequence[str | None], end: int) -> int | None:
    marked = quoted(lines, end + 1)
    window: list[str] = []
    for start in range(end, max(-1, end - _LINES), -1):
        line = _bare(lines[start] or "")
        if not line or len(line) > _LENGTH:
            break
        window.insert(0, line)
        if _attributes(window, marked):
            return start
    return end if marked and _names_writer((lines[end] or "")[:_LENGTH]) else None


def _attributes(window: Sequence[str], marked: bool) -> bool:
    """Whether these lines say when somebody wrote something."""
    text = "\n".join(window)
    dated = bool(_DATED.search(window[0]))
    if marked:
        return dated and _names_writer(text)
    # Without marks all that follows is lost with it: be sure that a program wrote it.
    if _TIMED.search(text) and _ADDRESS_LAST.search(text):
        return True
    sure = "@" in text or _TIMED.search(text)
    known = (dated and _WROTE.search(text)) or _library().fullmatch(text)
    return bool(sure and known)


def _names_writer(text: str) -> bool:
    return "@" in text or bool(_WROTE.search(text))


@cache
def _library() -> re.Pattern[str]:
    """What mail-parser-reply knows of attribution lines."""
    languages = ["sv", "en", "de", "da", "nl", "fr", "es", "it", "pl", "cs", "ja", "ko", "zh"]
    pattern: re.Pattern[str] = EmailMessage(text="", languages=languages).HEADER_REGEX
    return pattern
