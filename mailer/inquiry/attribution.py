"""The lines that mail programs write above what they quote or pass on.

Takes the lines of a text; tells where an attribution ("Den 3 maj skrev Anna:"), a header block
("Från: … Skickat: …") or a separator stands, and which of them pass a mail on. Knows the wording
of the programs that people in a Swedish municipality use, in the languages that they use them in;
mail-parser-reply knows more.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from mailparser_reply.parser import EmailMessage

# The library's patterns take quadratic time in the length of what they are given.
_LENGTH = 200
_LINES = 3
_ATTRIBUTIONS = 100

_FIELDS = 6
_BLOCK_LINES = 14  # six fields with a blank line between, as HTML gives them

# Spaces, the stars of bold text, and marks of direction.
_EDGES = " \t*\u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_RULES = "-_=‐–—"
_ORIGINAL = re.compile(
    r"original (?:message|meddelande|mejl)|original(?:meddelande|mejl)|reply message|"
    r"ursprungligt (?:meddelande|mejl|brev)|opprinnelig melding|oprindelig meddelelse|"
    r"ursprüngliche nachricht|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    r"originalna poruka|исходное сообщение|вихідне повідомлення|оригінальне повідомлення|"
    r"الرسالة الأصلية|پیام اصلی|orijinal mesaj",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(
    r"vidarebefordra(?:t|d) .{1,30}|forwarded .{1,30}|videresendt .{1,30}|"
    r"weitergeleitete .{1,30}|välitetty viesti|przekazana wiadomość|wiadomość przekazana dalej|"
    r"proslijeđena poruka|пересылаемое сообщение|переслане повідомлення|"
    r"رسالة (?:معاد توجيهها|محوّلة)",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:begin forwarded message|(?:början på )?vidarebefordrat (?:brev|meddelande)|"
    r"anfang der weitergeleiteten nachricht|välitetty viesti alkaa|"
    r"początek przekazanej wiadomości|بداية الرسالة (?:المعاد توجيهها|المحولة)) ?:",
    re.IGNORECASE,
)
_SENDERS = (
    "från|from|von|fra|van|de|da|od|šalje|lähettäjä|saatja|feladó|від|от|من|از|kimden|de la|prej|"
    "nga|từ|จาก|发件人"
)
_OTHERS = (
    "skickat|sent|gesendet|sendt|verzonden|envoyé|enviado|wysłan[oe]|poslano|lähetetty|saadetud|"
    "elküldve|trimis|dërguar|надіслано|отправлено|تاريخ الإرسال|تم الإرسال|أرسلت|ارسال شده|"
    "gönderildi|đã gửi|ส่ง|发送时间|datum|date|dato|data|fecha|päivämäärä|päiväys|дата|التاريخ|"
    "tarih|till|to|an|til|aan|à|para|do|za|prima|vastaanottaja|saaja|adressaat|címzett|către|për|кому|"
    "إلى|به|kime|đến|ถึง|收件人|kopia|cc|kopi|kopie|dw|kopio|копія|копия|نسخة|ämne|rubrik|subject|"
    "betreff|emne|onderwerp|objet|asunto|temat|predmet|aihe|teema|tárgy|subiect|subjekti|тема|"
    "الموضوع|موضوع|konu|chủ đề|เรื่อง|主题"
)
_ARROWS = re.compile(r">>> (.+) >>>")
_NAMED = rf"[{_EDGES}]*(?:%s)[{_EDGES}]*[:：]"
# eM Client writes no colons, but a rule above.
_BARE_FIELD = re.compile(rf"(?:{_SENDERS}|{_OTHERS})\b", re.IGNORECASE)
_FROM = re.compile(_NAMED % _SENDERS, re.IGNORECASE)
_FIELD = re.compile(_NAMED % f"{_SENDERS}|{_OTHERS}", re.IGNORECASE)

# Attributions in languages that the library lacks, or writes otherwise than the programs do.
_WROTE = re.compile(
    r"\b(?:kirjoitti|skrev|napisał\w*|napisao|napisala|пише|пишет|написа\w*|كتب\w*|كتابة|نوشت\w*|"
    r"a scris|yazdı|shkroi|qoray|rašė|rakstīja|kirjutas|wrote|schrieb)\b|"
    r"\A(?:citerar|quoting|zitat von|meddelande från|message from|nachricht von)\b",
    re.IGNORECASE,
)
# Words that a person tells of it with.
_TOLD = re.compile(
    r"\b(?:mig|oss|min|mitt|mina|vår|vårt|våra|hans|hennes|han|hon|nån|någon|en man|en kvinna|"
    r"en kille|grannen|exet|me|us|my|our|he|she|someone|somebody|они|она|він|вона|мені|мне)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\b\d{4}\b|\d{1,2}[./-]\d{1,2}[./-]\d")
_TIMED = re.compile(r"\b\d{4}\b.*\d{1,2}[:.]\d{2}|\d{1,2}[:.]\d{2}.*\b\d{4}\b", re.DOTALL)
_ADDRESS = re.compile(r"[<(\[]\s*[^\s<>@]+@[^\s<>@]+\s*[>)\]]")
_ADDRESS_LAST = re.compile(rf"{_ADDRESS.pattern},?\s*:\Z")


def marked(line: str) -> bool:
    """Whether a line is marked as quoted."""
    return line.lstrip("\ufeff \t").startswith(">")


def quoted(lines: Sequence[str | None], number: int) -> bool:
    """Whether the line here, or the next below blank ones, is marked as quoted."""
    return marked(_written(lines, number) or "")


def _written(lines: Sequence[str | None], number: int) -> str | None:
    """The first of three lines that is not blank; None for one that is ours, "" for none."""
    return next((line for line in lines[number : number + 3] if line is None or line.strip()), "")


def passes_on(line: str) -> bool:
    """Whether a program wrote this line above a mail that is passed on."""
    if len(line) > _LENGTH:
        return False
    return bool(_PASSED_ON.fullmatch(_ruled(line)) or _BEGINS.fullmatch(line.strip(_EDGES)))


def block_end(lines: Sequence[str | None], number: int, *, answers: bool = True) -> int:
    """The line after a separator or header block that starts here; `number` where none does.

    `answers`: the mail answers another. In one that does not, people write "Från: Storgatan 5".
    """
    line = (lines[number] or "").strip()
    if not line:
        return number
    if _separates(line):
        below = lines[number + 1 : number + 1 + _FIELDS]
        named = takewhile(lambda field: bool(field and _BARE_FIELD.match(field)), below)
        return number + 1 + sum(1 for _ in named)
    if not _FIELD.match(line):
        return number
    near = [field or "" for field in lines[number : number + _BLOCK_LINES]]
    near = near[: next((place for place, field in enumerate(near) if _separates(field)), None)]
    fields = [place for place, field in enumerate(near) if _FIELD.match(field)]
    if len(fields) < 3 or not any(_FROM.match(near[place]) for place in fields):
        return number
    block = "\n".join(near[: fields[-1] + 1])
    if not (answers or "@" in block or _TIMED.search(block)):
        return number
    return number + fields[-1] + 1


def _separates(line: str) -> bool:
    return passes_on(line) or (
        len(line) <= _LENGTH
        and bool(_ORIGINAL.fullmatch(_ruled(line)) or ("@" in line and _names_sender(line)))
    )


def _names_sender(line: str) -> bool:
    """Whether this is an attribution between rules (Zoho, Notes) or arrows (GroupWise)."""
    arrows = _ARROWS.fullmatch(line.strip(_EDGES))
    written = _DATED.search(arrows[1]) if arrows else _WROTE.search(_ruled(line))
    return bool(written)


def _ruled(line: str) -> str:
    """What a line says between two rules; "" where there are none."""
    bare = line.strip(_EDGES)
    return "" if (bare[:2] + bare[-2:]).strip(_RULES) else bare.strip(_RULES + _EDGES)


def attributions(lines: Sequence[str | None], *, answers: bool = True) -> dict[int, int]:
    """Where an attribution starts, and the line after its end.

    In a mail that `answers` nothing one without an address is a person's: "I går kväll skrev han:".
    """
    ends = [
        number for number, line in enumerate(lines) if line and _bare(line).endswith((":", "："))
    ]
    found: dict[int, int] = {}
    for end in ends[:_ATTRIBUTIONS]:
        start = _start(lines, end, answers)
        if start is not None:
            found[start] = end + 1
    return found


def _bare(line: str) -> str:
    return line.strip(_EDGES + ">")


def _start(lines: Sequence[str | None], end: int, answers: bool) -> int | None:
    below = _written(lines, end + 1)
    sure = below is None or marked(below)
    window: list[str] = []
    for start in range(end, max(-1, end - _LINES), -1):
        line = _bare(lines[start] or "")
        if not line or len(line) > _LENGTH:
            break
        window.insert(0, line)
        if _attributes(window, sure, answers):
            return start
    return end if sure and _names_writer((lines[end] or "")[:_LENGTH]) else None


def _attributes(window: Sequence[str], sure: bool, answers: bool) -> bool:
    """Whether these lines say when somebody wrote something; `sure`: above marks, or our letter."""
    text = "\n".join(window)
    dated = bool(_DATED.search(window[0]))
    if sure:
        return dated and _names_writer(text)
    # All that follows would be lost with it: a program must have written it.
    if _TIMED.search(text) and _ADDRESS_LAST.search(text):
        return True
    if not (_ADDRESS.search(text) or answers) or _TOLD.search(text):
        return False
    if "@" not in text and not _TIMED.search(text):
        return False
    return bool((dated and _WROTE.search(text)) or _library().fullmatch(text))


def _names_writer(text: str) -> bool:
    return "@" in text or bool(_WROTE.search(text))


@cache
def _library() -> re.Pattern[str]:
    """What mail-parser-reply knows of attribution lines."""
    languages = ["sv", "en", "de", "da", "nl", "fr", "es", "it", "pl", "cs", "ja", "ko", "zh"]
    pattern: re.Pattern[str] = EmailMessage(text="", languages=languages).HEADER_REGEX
    return pattern
