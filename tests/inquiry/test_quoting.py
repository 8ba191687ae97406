"""Of what any program quotes nothing is left; of what a person writes around it, all."""

import json
from itertools import cycle
from pathlib import Path

import pytest

from mailer.inquiry.parse import read
from mailer.inquiry.shingles import Shingles
from tests.inquiry.clients import plain
from tests.inquiry.quoting import (
    ATTRIBUTIONS,
    FIRST,
    HEADERS,
    LAST,
    broken_anew,
    marked_below_a_block,
    with_marks,
    without_marks,
)

SHARED = Path(__file__).parents[3] / "shared"
EXAMPLES = sorted((SHARED / "triage").glob("examples_*.jsonl"))
EVERY = 6
"""One example in so many; each is quoted below in other ways."""

SOURCE = SHARED / "source" / "newsletter-2020-09.txt"

ACKNOWLEDGEMENT = """Hej!

Tack för ditt mejl. Det har fått nummer IT-2020-0042 och ligger hos Sven Holmberg och
John Karlsson, som leder delprojektet Trygg boendemiljö. Du får svar senast fredag den 18
september 2020. Är det bråttom? Ring 112, eller polisen på 114 14.

Med vänlig hälsning
Initiativ trygghet
initiativtrygghet@markaryd.example"""


def letters() -> list[str]:
    """What of ours people quote; the newsletter where it lies beside the checkout."""
    return [ACKNOWLEDGEMENT, *([SOURCE.read_text(encoding="utf-8").strip()] * SOURCE.exists())]


def own(mail: str, ours: Shingles) -> str:
    return " ".join(read(f"Subject: Sv: Nummer 1\n{mail}".encode(), ours=ours).text.split())


@pytest.mark.parametrize("head", ATTRIBUTIONS)
def test_what_stands_around_marked_lines_is_left(head: str) -> None:
    for letter in letters():
        for ours in (Shingles(), Shingles([letter])):
            for way, mail, words in with_marks(head, letter):
                assert (way, own(mail, ours)) == (way, " ".join(words.split()))


@pytest.mark.parametrize("head", HEADERS)
def test_what_stands_above_a_pasted_letter_is_left(head: str) -> None:
    for letter in letters():
        for ours in (Shingles(), Shingles([letter])):
            for way, mail, words in without_marks(head, letter):
                assert (way, own(mail, ours)) == (way, " ".join(words.split()))


@pytest.mark.parametrize("head", [head for head in HEADERS if not head.startswith("------ ")])
def test_what_stands_below_marked_lines_with_a_header_block_is_left(head: str) -> None:
    text = own(marked_below_a_block(head, ACKNOWLEDGEMENT), Shingles())
    assert text == " ".join(f"{FIRST} {LAST}".split())


@pytest.mark.parametrize("head", ATTRIBUTIONS)
def test_a_letter_of_ours_goes_also_where_its_lines_were_broken_below_their_marks(
    head: str,
) -> None:
    for letter in letters():
        text = own(broken_anew(head, letter), Shingles([letter]))
        assert text == " ".join(f"{FIRST} {LAST}".split())


@pytest.mark.skipif(not EXAMPLES, reason="the shared triage/examples_*.jsonl are not here")
def test_of_a_hundred_mails_one_at_most_is_read_otherwise_with_a_letter_quoted() -> None:
    lines = [line for file in EXAMPLES for line in file.read_text(encoding="utf-8").splitlines()]
    bodies = [mail["body"] for mail in map(json.loads, lines) if not mail["quotes_newsletter"]]
    letter = letters()[-1]
    heads = zip(cycle(ATTRIBUTIONS), cycle(HEADERS), strict=False)
    read_otherwise, tried = 0, 0
    for body, (attribution, header) in zip(bodies[::EVERY], heads, strict=False):
        ways = [*with_marks(attribution, letter, body), *without_marks(header, letter, body)]
        for ours in (Shingles(), Shingles([letter])):
            for _, mail, words in ways:
                tried += 1
                read_otherwise += own(mail, ours) != own(plain(words), ours)
    assert 100 * read_otherwise <= tried
