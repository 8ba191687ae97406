"""What the demo prints and writes."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mailer.demo.people import inquiries
from mailer.demo.report import Placed, report, write_out
from mailer.edge.local import Captured
from mailer.inquiry.verdict import Reason, Route, Verdict
from mailer.mail.address import Address
from mailer.newsletter.receipt import Receipt
from mailer.organisation import Leader

SVEN = Leader("sven", "Sven Holmberg", Address("sven@markaryd.example"))
NEWS = b"List-Id: <tt.markaryd.se>\r\nSubject: Tryggare tillsammans\r\n\r\nHej\r\n"
ANSWER = b"Auto-Submitted: auto-replied\r\nSubject: Tack\r\n\r\nHej\r\n"
LETTERS = [
    Captured("initiativtrygghet@markaryd.se", ("anna.ek@example.org",), NEWS),
    Captured("", ("../../etc@example.org",), ANSWER),
]
ACCOUNT = Receipt("2020-09", 3, accepted=1, failed=1, uncertain=0, excluded=1, pending=0)
REASONS = (
    Reason("trygg-boendemiljo", "ordet ”lykta”", 2.34),
    Reason("trygg-boendemiljo", "ordet ”mörkt” [red]", 0.25),
    Reason("drogforebyggande", "ordet ”hasch”", 1.0),
    Reason("urgent", "ordet ”eld”", 3.0),
)


def printed(*placed: Placed, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=False)
    report(console, ACCOUNT, LETTERS, placed, 3.21)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_letters_are_counted_by_sort_and_the_receipt_adds_up() -> None:
    text = printed()
    assert "newsletters to subscribers    │       1" in text
    assert "acknowledgements to residents │       1" in text
    assert "forwards" not in text
    assert "audience of the edition       │       3" in text
    assert "Done in 3.2 s, on loopback only." in text


def test_an_inquiry_shows_its_folder_its_leaders_and_what_led_there() -> None:
    verdict = Verdict("inquiry", "trygg-boendemiljo", urgent=True, reasons=REASONS)
    text = printed(Placed("01-dark-footpath", verdict, Route("Boende", (SVEN,), True)))
    assert "inquiry URGENT" in text
    assert "→ Sven Holmberg" in text
    assert text.index("+3 ordet ”eld”") < text.index("+2.3 ordet ”lykta”") < text.index("+0.25")
    assert "hasch" not in text


def test_brackets_in_a_reason_are_not_taken_for_markup() -> None:
    verdict = Verdict("inquiry", REASONS[1].slug, reasons=REASONS[1:2])
    assert "[red]" in printed(Placed("x", verdict, Route("Boende", (SVEN,), True)))


def test_an_uncertain_verdict_shows_both_suggestions() -> None:
    verdict = Verdict("inquiry", suggestions=("skola", "coordinator"), certain=False)
    assert "uncertain: skola or" in printed(Placed("x", verdict, Route("S", (SVEN,), True)))


def test_a_mail_that_needs_nobody_says_so() -> None:
    placed = Placed("09-bounce", Verdict("bounce"), Route("Automatiskt", (), False))
    assert "nobody needs to act" in printed(placed)


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_console(width: int) -> None:
    verdict = Verdict("inquiry", reasons=(Reason("x", "ett långt skäl " * 20, 1.0),))
    text = printed(Placed("x" * 30, verdict, Route("Mapp " * 30, (SVEN,), True)), width=width)
    assert max(map(len, text.splitlines())) <= width


def test_every_letter_and_every_mail_is_a_file_with_its_exact_bytes(tmp_path: Path) -> None:
    raw = [mail.raw for mail in inquiries()]
    folders = {"INBOX": [], "Trygg boendemiljö": raw[:2], "Samordning": raw[2:] + raw[2:3]}
    write_out(tmp_path, LETTERS, folders)
    assert sorted(path.name for path in (tmp_path / "sent").iterdir()) == [
        "001-newsletter-anna.ek_example.org.eml",
        "002-acknowledgement-etc_example.org.eml",
    ]
    assert (tmp_path / "sent" / "001-newsletter-anna.ek_example.org.eml").read_bytes() == NEWS
    for folder, mails in folders.items():
        files = sorted((tmp_path / "mailbox" / folder).iterdir())
        assert [file.read_bytes() for file in files] == mails
    assert (tmp_path / "mailbox/Trygg boendemiljö/001-Mörkt_och_otryggt_på_gångvägen.eml").exists()
    assert (tmp_path / "mailbox/Samordning/006-no-subject.eml").exists()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Åtgärdat", "Åtgärdat"),
        ("INBOX/Skola", "INBOX%2FSkola"),
        ("..", "%2E%2E"),
        (".dold", "%2Edold"),
        ("A%2FB", "A%252FB"),
        ("slut. ", "slut.%20"),
        ("a\\b:c", "a%5Cb%3Ac"),
        ("Bra\N{COMBINING RING ABOVE}", "Brå"),
    ],
)
def test_a_folder_name_is_safe_on_disk(tmp_path: Path, folder: str, name: str) -> None:
    write_out(tmp_path, (), {folder: [NEWS]})
    (written,) = (tmp_path / "mailbox").iterdir()
    assert written.name == name
    assert [path.name for path in tmp_path.iterdir() if path.name != "sent"] == ["mailbox"]


def test_an_earlier_demo_is_replaced_and_other_files_are_left_alone(tmp_path: Path) -> None:
    write_out(tmp_path, LETTERS, {"Boende": [NEWS, NEWS]})
    (tmp_path / "sent" / "notes.txt").write_text("mine")
    write_out(tmp_path, LETTERS[:1], {"Boende": [NEWS]})
    assert len(list(tmp_path.rglob("*.eml"))) == 2
    assert (tmp_path / "sent" / "notes.txt").read_text() == "mine"
