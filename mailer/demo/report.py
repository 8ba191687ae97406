"""What the demo leaves behind: tables on the console, and every mail as a file.

Takes values only. File names begin with the mail's number, so that they sort as it happened and no
two are the same.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailer.demo.reading import Sort, reading
from mailer.edge.local import Captured
from mailer.inquiry.reasons import telling
from mailer.inquiry.verdict import Reason, Route, Verdict
from mailer.newsletter.receipt import Receipt

_SHOWN_REASONS = 3
_NUMBERED = "[0-9][0-9][0-9]-*.eml"
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.+-]+")
# What some file system refuses, and names that lead elsewhere; "%" so that no two become the same.
_NOT_IN_A_FOLDER_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%]|^\.|[. ]$')

_SORTS: Mapping[Sort, str] = {
    "newsletter": "newsletters to subscribers",
    "forward": "forwards to leaders",
    "acknowledgement": "acknowledgements to residents",
    "other": "other letters",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one inquiry went. `name` is what the demo calls it."""

    name: str
    verdict: Verdict
    route: Route


def report(
    console: Console,
    receipt: Receipt,
    letters: Sequence[Captured],
    placed: Sequence[Placed],
    seconds: float,
) -> None:
    """Print what was sent, and where each inquiry went and why. Readable from 80 columns on."""
    console.print(_letters(receipt, letters))
    console.print(_inquiries(placed))
    console.print(f"Done in {seconds:.1f} s, on loopback only.", highlight=False)


def _letters(receipt: Receipt, letters: Sequence[Captured]) -> Table:
    table = Table("Sent", title=f"Edition {receipt.edition}", title_justify="left")
    table.add_column("Letters", justify="right")
    sorts = Counter(reading(letter.raw).sort for letter in letters)
    for sort, title in _SORTS.items():
        if sorts[sort]:
            table.add_row(title, str(sorts[sort]))
    table.add_section()
    for title, count in (
        ("accepted by the relay", receipt.accepted),
        ("failed", receipt.failed),
        ("uncertain", receipt.uncertain),
        ("excluded", receipt.excluded),
        ("pending", receipt.pending),
    ):
        table.add_row(title, str(count))
    table.add_row("audience of the edition", str(receipt.audience), style="bold")
    return table


def _inquiries(placed: Sequence[Placed]) -> Table:
    table = Table(title="Where each mail went, and why", title_justify="left", show_lines=True)
    table.add_column("Mail", ratio=4)
    table.add_column("Goes to", ratio=5)
    table.add_column("Why", ratio=7)
    for each in placed:
        table.add_row(_mail(each), _destination(each.route), _why(each.verdict))
    return table


def _mail(placed: Placed) -> Text:
    text = Text(placed.name)
    text.append(f"\n{placed.verdict.kind}", "dim")
    if placed.verdict.urgent:
        text.append(" URGENT", "bold red")
    return text


def _destination(route: Route) -> Text:
    text = Text(route.folder, "bold")
    for leader in route.leaders:
        text.append(f"\n→ {leader.name}", "not bold")
    if not route.leaders:
        text.append("\nnobody needs to act", "not bold dim")
    return text


def _why(verdict: Verdict) -> Text:
    strongest = sorted(telling(verdict), key=lambda reason: -reason.weight)[:_SHOWN_REASONS]
    lines = [_reason(reason) for reason in strongest]
    if verdict.suggestions and not verdict.certain:
        lines.append(Text(f"uncertain: {' or '.join(verdict.suggestions)}", "yellow"))
    return Text("\n").join(lines)


def _reason(reason: Reason) -> Text:
    return Text.assemble((f"{reason.weight:+.2g} ", "cyan"), reason.what)


def write_out(
    directory: Path, letters: Sequence[Captured], folders: Mapping[str, Sequence[bytes]]
) -> None:
    """Write DIR/sent/*.eml and DIR/mailbox/<folder>/*.eml, in place of an earlier demo's.

    Other files that lie there are left alone.
    """
    sent, mailbox = directory / "sent", directory / "mailbox"
    for old in (*sent.glob(_NUMBERED), *mailbox.glob(f"*/{_NUMBERED}")):
        old.unlink()
    sent.mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters, 1):
        sort, to = reading(letter.raw).sort, letter.recipients[0]
        (sent / f"{number:03d}-{sort}-{_file_name(to)}.eml").write_bytes(letter.raw)
    for folder, mails in folders.items():
        inside = mailbox / _folder_name(folder)
        inside.mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(mails, 1):
            subject = _file_name(reading(raw).subject) or "no-subject"
            (inside / f"{number:03d}-{subject}.eml").write_bytes(raw)


def _file_name(text: str) -> str:
    return _NOT_IN_A_FILE_NAME.sub("_", normalize("NFC", text)).strip("._")[:60]


def _folder_name(folder: str) -> str:
    return _NOT_IN_A_FOLDER_NAME.sub(
        lambda found: f"%{ord(found[0]):02X}", normalize("NFC", folder)
    )
