"""Subscribers as a table: CSV as spreadsheets write it, read and written.

Takes bytes: UTF-8 (with or without BOM) or windows-1252; comma, semicolon or tab; columns in any
order with a header in English or Swedish. Gives rows with their line numbers, or every problem.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailer.mail.address import Address, address
from mailer.subscriber.subscription import Subscriber

_COLUMNS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email", "e-mail", "mail", "epost", "e-post", "e-postadress", "adress"}),
    "name": frozenset({"name", "namn"}),
    "language": frozenset({"language", "lang", "språk"}),
}
_LANGUAGES = frozenset({"sv", "en", "ar", "fi", "uk", "so", "de", "pl"})
_DEFAULT_LANGUAGE = "sv"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table that can be imported. `line` counts from 1, the header included."""

    line: int
    address: Address
    language: str


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. Where there are `problems` ("line 4: …") nothing may be imported."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def read_table(content: bytes) -> Table:
    """Read a CSV file. Addresses that stand twice are a problem of the second line."""
    rows = _rows(_text(content))
    header = next(rows, (0, []))[1]
    places = _places(header)
    if "email" not in places:
        names = ", ".join(repr(name) for name in header) or "nothing"
        return Table((), (f"line 1: no column 'email' (or 'e-post') in the header, found {names}",))
    entries: list[Entry] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        values = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        try:
            entry = _entry(line, values)
        except ValueError as error:
            problems.append(f"line {line}: {error}")
            continue
        first = seen.setdefault(entry.address.email.lower(), line)
        if first != line:
            problems.append(f"line {line}: {entry.address.email} stands on line {first} already")
        entries.append(entry)
    return Table(tuple(entries), tuple(problems))


def write_table(subscribers: Iterable[Subscriber]) -> str:
    """The CSV that `read_table` reads, with state and evidence beside."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["email", "name", "language", "state", "since", "evidence"])
    for each in subscribers:
        since = each.since.isoformat(timespec="seconds")
        cells = (each.address.email, each.address.name, each.language)
        writer.writerow([*map(_inert, cells), each.state, since, _inert(each.evidence)])
    return out.getvalue()


def _entry(line: int, values: Mapping[str, str]) -> Entry:
    language = values.get("language", "").lower() or _DEFAULT_LANGUAGE
    if language not in _LANGUAGES:
        known = ", ".join(sorted(_LANGUAGES))
        raise ValueError(f"no language {language!r}; expected one of {known}")
    return Entry(line, address(values["email"], values.get("name", "")), language)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    header = text.partition("\n")[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))


def _places(header: Iterable[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        for name, titles in _COLUMNS.items():
            if title.strip().lower() in titles:
                places.setdefault(name, place)
    return places


def _inert(cell: str) -> str:
    # A spreadsheet runs what begins like a formula.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
