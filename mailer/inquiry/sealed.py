"""What a mail holds that its text does not show, named in Swedish for the leader.

Takes the parts of a mail and its text; says why it cannot be read (a clause), or what stands
beside the text (sentences): encryption, signatures that nobody can see into, the attachments in
Outlook's winmail.dat, meetings, and mails that are nothing but a picture or a recording.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailer.inquiry.meeting import meeting
from mailer.inquiry.mime import PKCS7, RPMSG, TNEF, Part

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # RFC 5652, 5.1
_PGP_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"

_ARMOUR = re.compile(
    r"-----BEGIN PGP (?:MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----.*?"
    r"(?:-----END PGP [A-Z ]{1,30}-----|\Z)",
    re.DOTALL,
)
_SIGNED = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z]+: [^\n]*\n)*\n?")
_DASHED = re.compile(r"^- (?=-)", re.MULTILINE)  # RFC 9580, 7.2


@dataclass(frozen=True, slots=True)
class _Seal:
    """`alone`: why a mail with no other text cannot be read, or ""; `beside`: what is told else."""

    holds: Callable[[Part, str], bool]
    alone: str
    beside: str


def _wrapped(part: Part) -> bool:
    return part.content_type == PKCS7 and not part.children


def _signed_around(part: Part, text: str) -> bool:
    said = part.parameters.get("smime-type", "").lower()
    signed = said == "signed-data" or (not said and _SIGNED_DATA in part.octets[:100])
    return _wrapped(part) and signed


_SEALS = (
    _Seal(
        lambda part, text: (
            part.content_type == "application/pgp-encrypted" or _PGP_ENCRYPTED in text
        ),
        "brevet är krypterat (PGP), så texten går inte att läsa här",
        "En del av mejlet är krypterad (PGP) och går inte att läsa här.",
    ),
    _Seal(
        _signed_around,
        "brevet är signerat (S/MIME) så att texten bara går att läsa i ett e-postprogram",
        "Mejlet har en signerad del (S/MIME) som bara går att läsa i ett e-postprogram.",
    ),
    _Seal(
        lambda part, text: _wrapped(part),
        "brevet är krypterat (S/MIME), så texten går inte att läsa här",
        "En del av mejlet är krypterad (S/MIME) och går inte att läsa här.",
    ),
    _Seal(
        lambda part, text: part.content_type == RPMSG,
        "brevet är skyddat (Microsoft), så texten går bara att läsa i Outlook",
        "Mejlet är skyddat (Microsoft). Det kan gå att läsa i Outlook.",
    ),
    _Seal(
        lambda part, text: part.content_type == TNEF and not part.children,
        "brevets text ligger i en fil (winmail.dat) som bara Outlook kan läsa",
        "Bilagan winmail.dat går bara att öppna i Outlook.",
    ),
    _Seal(
        lambda part, text: part.content_type == TNEF and len(part.children) > 1,
        "",
        "Bilagorna ligger i en fil (winmail.dat) som bara går att öppna i Outlook.",
    ),
)


def why_sealed(root: Part, text: str) -> str:
    """Why there is nothing to read, as a clause; "" where there is, or nothing hides it."""
    seal = None if without_armour(text).strip() else _seal(root, text)
    return seal.alone if seal else ""


def note_on(root: Part, text: str, own: str) -> str:
    """What the leader is told beside the text. `own` is what is left of it without quotations."""
    readable = bool(without_armour(text).strip())
    seal = _seal(root, text)
    meetings = (meeting(part) for part in root.walk() if part.content_type == "text/calendar")
    notes = [seal.beside if seal and (readable or not seal.alone) else "", next(meetings, "")]
    if readable and not own:
        notes.append("Mejlet har ingen annan text än den som vi själva har skickat.")
    if not (text or seal or any(notes)):
        notes.append(_only(root))
    return " ".join(filter(None, notes))


def _seal(root: Part, text: str) -> _Seal | None:
    held = (seal for seal in _SEALS if any(seal.holds(part, text) for part in root.walk()))
    return next(held, None)


def without_armour(text: str) -> str:
    """What PGP leaves to read of a text: without keys, signatures and what is encrypted."""
    if "-----BEGIN PGP " not in text:
        return text
    return _DASHED.sub("", _SIGNED.sub("", _ARMOUR.sub("", text)))


# --- mails without a text

_MEDIA = (
    ("audio/", "en ljudinspelning. Lyssna på bilagan."),
    ("video/", "en film. Titta på bilagan."),
    ("image/", "bilder. Titta på bilagan."),
    ("application/", "en bilaga."),
)


def _only(root: Part) -> str:
    types = [part.content_type for part in root.walk()]
    for start, words in _MEDIA:
        if any(found.startswith(start) for found in types):
            return f"Mejlet har ingen text, bara {words}"
    return ""
