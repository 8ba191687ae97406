"""Subscribers as a table: CSV as spreadsheets write it, read and written.

Takes bytes: UTF-8 (with or without BOM) or windows-1252; comma, semicolon or tab, or what a first
line `sep=;` says; columns in any order with a header in English or Swedish. Gives rows with their
line numbers, or every problem; it never raises.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from mailer.mail.address import Address
from mailer.subscriber.address import subscriber_address
from mailer.subscriber.subscription import State, Subscriber

# Without hyphens, the surest first: in a list of people "adress" may be where they live.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "epost", "epostadress", "mail", "mejl", "adress"),
    "name": ("name", "namn"),
    "language": ("language", "lang", "språk"),
    "state": ("state",),
}
_LANGUAGES: Mapping[str, tuple[str, str]] = {
    "sv": ("svenska", "swedish"),
    "en": ("engelska", "english"),
    "ar": ("arabiska", "arabic"),
    "fi": ("finska", "finnish"),
    "uk": ("ukrainska", "ukrainian"),
    "so": ("somaliska", "somali"),
    "de": ("tyska", "german"),
    "pl": ("polska", "polish"),
}
_DEFAULT_LANGUAGE = "sv"
_STATES: Mapping[str, State] = {state: state for state in get_args(State)}
_SEPARATOR = re.compile(r"\s*sep=([;,\t])[ ;,\t]*(?=[\r\n]|\Z)", re.IGNORECASE)
_FORMULA = re.compile(r"'*[=+@\t\r-]")  # what a spreadsheet runs, and what `inert` makes of it


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table that can be imported. `line` counts from 1, the header included.

    `state` is what the table says, where it is a table of subscriptions such as we write ourselves.
    """

    line: int
    address: Address
    language: str
    state: State = "active"


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. Where there are `problems` ("line 4: …") nothing may be imported."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def read_table(content: bytes) -> Table:
    """Read a CSV file. Addresses that stand twice are a problem of the second line."""
    try:
        rows = _rows(_text(content))
    except ValueError as error:
        return Table((), (str(error),))
    line, header = rows[0] if rows else (1, [])
    places = _places(header)
    if "email" not in places:
        found = ", ".join(map(repr, header))[:200] or "nothing"
        missing = f"line {line}: no column 'email' (or 'e-post') in the header, found {found}"
        return Table((), (missing,))
    entries: list[Entry] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows[1:]:
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
        if each.is_erased:
            continue
        since = each.since.isoformat(timespec="seconds")
        cells = (each.address.email, each.address.name, each.language)
        writer.writerow([*map(inert, cells), each.state, since, inert(each.evidence)])
    return out.getvalue()


def _entry(line: int, values: Mapping[str, str]) -> Entry:
    language = language_called(values.get("language", "").lower() or _DEFAULT_LANGUAGE)
    written = _as_written(values["email"]), _as_written(values.get("name", ""))
    return Entry(line, subscriber_address(*written), language, _state(values.get("state", "")))


def language_called(word: str) -> str:
    """The language (ISO 639-1) that is called so; ValueError where letters know none such."""
    for code, names in _LANGUAGES.items():
        if word in (code, *names):
            return code
    raise ValueError(f"no language {word[:40]!r}; expected one of {', '.join(sorted(_LANGUAGES))}")


def _state(word: str) -> State:
    if word and word not in _STATES:
        raise ValueError(f"no state {word[:40]!r}; expected one of {', '.join(sorted(_STATES))}")
    return _STATES.get(word, "active")


def _text(content: bytes) -> str:
    before, nul, _ = content.partition(b"\0")
    if nul:
        line = before.count(b"\n") + 1
        raise ValueError(f"line {line}: this is no text; save the table as CSV in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, after the line on which it begins."""
    said = _SEPARATOR.match(text)
    header = next(iter(text[said.end() if said else 0 :].lstrip().splitlines()), "")
    delimiter = said[1] if said else max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"line {line}: no CSV from here on ({error}); is a quotation mark missing?"
        raise ValueError(reason) from error
    return rows[1:] if said else rows


def _places(header: Iterable[str]) -> dict[str, int]:
    """At which place each of our columns stands."""
    titles = [title.strip().lower().replace("-", "") for title in header]
    places: dict[str, int] = {}
    for name, ours in _COLUMNS.items():
        found = [titles.index(known) for known in ours if known in titles]
        if found:
            places[name] = found[0]
    return places


def inert(cell: str) -> str:
    # A spreadsheet runs what begins like a formula.
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_written(cell: str) -> str:
    """What `inert` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
