"""What programs and employers add to a mail, taken off: signatures, disclaimers, banners.

Takes and gives the lines of a text. A name, a title, an address and a telephone number that a
person signs with are the person's own words: a lamp is broken "outside my house".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

_SIGNATURE_LINES = 12  # a longer rest is not a signature, whatever stands above it
_LINE = 160
_PARAGRAPH = 1_000
_SPEAKING = 4  # words of a sentence; a greeting has fewer

_PROGRAM = (
    r"iphone|ipad|ios|android|samsung|galaxy|huawei|xiaomi|oneplus|nokia|xperia|pixel|blackberry|"
    r"outlook|hotmail|windows|e-post för|mail för|mail for|yahoo|gmail|icloud|proton|spark|"
    r"thunderbird|k-9|bluemail|aqua ?mail|mobil|smartphone|surfplatta|handy"
)
_ADDED = re.compile(
    r"(?:skicka(?:t|des)|sänt|sent|sendt|gesendet|verzonden|wysłan[eo]|envoyé|enviado|inviato|"
    r"надіслано|отправлено|poslano|trimis) "
    rf"(?:från|from|fra|von|vanaf|z|de|desde|depuis|da|din|з|с|sa|med|with|mit|via|using) "
    rf"(?:[\w-]+ ){{0,3}}(?:{_PROGRAM}).{{0,80}}"
    rf"|lähetetty (?:[\w-]+ ){{0,2}}(?:{_PROGRAM}).{{0,60}}"
    rf"|von meinem .{{0,30}}(?:{_PROGRAM}).{{0,30}} gesendet"
    r"|(?:hämta|skaffa|get|hent|hanki|pobierz|download|отримати|получить) (?:\w+ )?outlook\b.{0,90}"
    r"|outlook f(?:ü|o)r .{0,20}(?:beziehen|herunterladen).{0,60}"
    rf"|(?:أُ?رسلت? من|تم الإرسال من|احصل على)\b.{{0,20}}(?:{_PROGRAM}).{{0,60}}"
    r"|(?:\W*virus-?fri(?:tt|a)?|virus-free)\b.{0,60}"
    r"|tänk på miljön .{0,80}skriver ut.{0,40}|please consider the environment .{0,80}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\w[.!?؟]['\"”)]?\s*\Z")
_WEB_ONLY = re.compile(
    r"(?:(?:webb|hemsida|web|e-?post|e-?mail|mejl|mail)\s*:?\s*)?"
    r"(?:<?(?:https?://|www\.)\S{3,120}|<?(?:mailto:)?[\w.+-]{1,64}@[\w.-]{3,120}>?)"
    r"(?:\s*<[^<>\s]{3,200}>)?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:m\.?v\.?h|(?:(?:med|många|bästa|varma) )?(?:vänlig\w*|bästa)? ?hälsning\w*|v[äa]nligen|"
    r"hälsar|(?:best|kind|warm)? ?regards|sincerely|mit freundlichen grüßen|viele grüße|"
    r"(?:ystävällisin )?terveisin|pozdrawiam|z poważaniem|з повагою|с уважением|pozdrav|"
    r"(?:مع )?(?:أطيب |خالص )?(?:تحياتي|التحيات)).{0,40}",
    re.IGNORECASE,
)
_DISCLAIMS = re.compile(
    r"\W*(?:(?:confidentiality |legal )?disclaimer\W*\Z"
    r"|(?:(?:detta|det här|denna|den här|innehållet i|informationen i|om du har fått|varning|obs|"
    r"observera|this|the (?:information|content)|if you have received|if you are not|caution|"
    r"warning|external|extern\w*|confidential\w*|konfidentiell\w*|disclaimer|diese|die "
    r"informationen|tämä|ta wiadomość|niniejsza)\b.{0,400}?"
    r"(?:avsedda? (?:endast |enbart |bara )?för|avsedda? mottagare\w*|rätt mottagare|felaktigt|"
    r"av misstag|obehörig\w*|intended (?:solely|only|recipient|for)|in error|"
    r"scanned (?:for|by)|genomsökt|originated (?:from )?outside|outside (?:of )?(?:the|your|our) "
    r"organi[sz]ation|utanför (?:organisation|kommun)\w*|extern avsändare|vertraulich|"
    r"luottamuksell\w*|poufn\w*))"
    r"|(?:när du|om du|då du|genom att) (?:skicka|mejla|maila|kontakta|e-posta)\w* .{0,200}"
    r"personuppgift\w*"
    r"|så (?:här )?(?:behandlar|hanterar) (?:vi|\w+ kommun|regionen) .{0,40}personuppgift\w*"
    r"|(?:du får inte ofta|you don't often get) e-?(?:post|mail) .{0,300})",
    re.IGNORECASE | re.DOTALL,
)

# No employer speaks so; in English one does ("notify me").
_PERSONAL = re.compile(
    r"\b(?:jag|mig|min|mitt|mina|han|hon|honom|henne|hans|hennes|i|my|he|she|him|ich|mein\w*|er|minä|"
    r"minun|hän|ja|mój|moja|on|ona)\b",
    re.IGNORECASE,
)


def without_signature(lines: Sequence[str]) -> list[str]:
    """Without what a program signs with, and all below the delimiter of a signature ("-- ")."""
    kept = [line for line in lines if not _added(line.strip())]
    # People part what they say with such a line, too: a signature is below the last, and says
    # nothing.
    delimiter = max(
        (number for number, line in enumerate(kept) if line.rstrip() == "--"), default=0
    )
    below = kept[delimiter + 1 :]
    if delimiter and len(below) < _SIGNATURE_LINES and not any(map(_speaks, below)):
        return kept[:delimiter]
    closing = next(_closings(kept), len(kept))
    return kept[:closing] + [line for line in kept[closing:] if not _web_only(line.strip())]


def _speaks(line: str) -> bool:
    return bool(_SENTENCE.search(line)) and len(line.split()) >= _SPEAKING


def _added(line: str) -> bool:
    return len(line) <= _LINE and bool(_ADDED.fullmatch(line))


def _closings(lines: Sequence[str]) -> Iterator[int]:
    """Where a greeting ends the mail."""
    first = max(0, len(lines) - _SIGNATURE_LINES)
    for number, line in enumerate(lines[first:], first):
        if len(line) <= _LINE and _CLOSING.fullmatch(line.strip()):
            yield number


def _web_only(line: str) -> bool:
    return len(line) <= 2 * _LINE and bool(_WEB_ONLY.fullmatch(line))


def without_disclaimers(lines: Sequence[str]) -> list[str]:
    """Without the disclaimers that end a mail, and the banners that servers put above it."""
    left = _paragraphs(lines)
    while left and _disclaims(left[-1]):
        left.pop()
    first = next((number for number, each in enumerate(left) if not _disclaims(each)), 0)
    return [*lines[left[first].start : left[-1].stop]] if left else [*lines]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines without a blank one between them: where they stand, and their beginning."""

    start: int
    stop: int
    text: str


def _paragraphs(lines: Sequence[str]) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    for written, group in groupby(enumerate(lines), lambda numbered: bool(numbered[1].strip())):
        if written:
            numbers, texts = zip(*group, strict=True)
            text = " ".join(texts)[:_PARAGRAPH]
            found.append(_Paragraph(numbers[0], numbers[-1] + 1, text))
    return found


def _disclaims(paragraph: _Paragraph) -> bool:
    return bool(_DISCLAIMS.match(paragraph.text)) and not _PERSONAL.search(paragraph.text)
