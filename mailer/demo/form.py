"""The demo's form: what a resident fills in, and what is asked for where it cannot be sent.

Takes the values of a submitted form, whatever they are; gives them tidied, and by field what to
change, in Swedish.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.mail.address import address


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `missing` is what to say where it must not be empty; `limit` in characters."""

    name: str
    label: str
    limit: int
    missing: str = ""
    kind: str = "text"


FIELDS = (
    Field("name", "Namn", 100),
    Field("email", "E-postadress", 254, "Skriv en e-postadress.", "email"),
    Field("subject", "Ämne", 200),
    Field("text", "Vad vill du säga?", 10_000, "Skriv vad det gäller.", "long"),
)

FIELD_OCTETS = 128 * 1024
"""The longest field in any alphabet, as a browser encodes it: 12 octets a character."""


def tidied(sent: Mapping[str, object]) -> dict[str, str]:
    """Every field once; all but the long one on one line."""
    found = {field.name: str(sent.get(field.name, "")) for field in FIELDS}
    return {
        field.name: found[field.name].strip()
        if field.kind == "long"
        else " ".join(found[field.name].split())
        for field in FIELDS
    }


def wrong(given: Mapping[str, str]) -> dict[str, str]:
    """What to change, by field; empty where the form can be sent."""
    return {field.name: reason for field in FIELDS if (reason := _wrong(field, given[field.name]))}


def _wrong(field: Field, value: str) -> str:
    if not value:
        return field.missing
    if len(value) > field.limit:
        return f"Skriv högst {field.limit} tecken."
    if field.kind == "email":
        try:
            address(value)
        except ValueError:
            return "Skriv en hel e-postadress, till exempel anna@example.org."
    return ""
