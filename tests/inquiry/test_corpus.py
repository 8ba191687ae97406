"""Real mails are read as a reader sees them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mailer.inquiry.mime import LIMITS
from mailer.inquiry.parse import read
from mailer.inquiry.plaintext import plain_text
from tests.inquiry.raw import REAL, SAMPLES, encodable

OTHERWISE = {
    "malformed/012": "a mail within a part ends with that part; in the corpus it swallows the next",
    "malformed/016": "boundaries of 80 characters, where 70 are allowed: the source is shown",
    "malformed/020": "two types: we take the first, the corpus shows the source of the HTML",
}
"""Texts of the corpus/parse that we read otherwise than its parser does, and why."""


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


@pytest.mark.skipif(not REAL, reason="the shared corpus is not here")
def test_every_real_mail_is_read_within_the_limits() -> None:
    for sample in REAL:
        inquiry = read(sample.read_bytes())
        assert encodable(inquiry)
        assert len(inquiry.content_types) <= LIMITS.parts
        assert len(inquiry.whole) <= LIMITS.text
        assert inquiry.text or not inquiry.whole
        assert inquiry.whole or inquiry.subject or inquiry.unreadable or inquiry.note


def shown(message: dict[str, Any]) -> tuple[str, list[int]]:
    """The text that the corpus says a reader sees, and its other parts.

    Its parser sets a text without an end apart, and the text of a forwarded mail; both are read.
    """
    without_end = [number for number in message["attachments"] if cut_off(message, number)]
    apart = [number for number in message["attachments"] if number not in without_end]
    texts = sorted([*message["text_body"], *without_end])
    bodies = [message["parts"][number]["body"] for number in texts]
    words = "".join(
        plain_text(body["Html"]) if "Html" in body else body.get("Text", "") for body in bodies
    )
    if not words.strip():
        mails = (message["parts"][number]["body"].get("Message") for number in apart)
        words = next((shown(mail)[0] for mail in mails if mail), "")
    return words, apart


def cut_off(message: dict[str, Any], number: int) -> bool:
    """Whether a part is an attachment to the corpus' parser alone: its header does not say so."""
    part = message["parts"][number]
    header = {str(field["name"]): field["value"] for field in part["headers"]}
    kind = (header.get("content_type") or {}).get("ContentType", {})
    text = kind.get("c_type") == "multipart" or kind.get("c_subtype") in ("plain", "html")
    return "Text" in part["body"] and text and "content_disposition" not in header


def same(text: str, expected: str) -> bool:
    """Whether the letters are the same, where the corpus could read them at all."""
    unread = re.sub(r"(?:[^\w\ufffd]|_)+", "", expected).lower()
    return bool(re.fullmatch(re.escape(unread).replace("\ufffd", "(?:.|)"), squeezed(text)))


@pytest.mark.skipif(not SAMPLES, reason="the shared corpus/parse is not here")
@pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda sample: f"{sample.parent.name}/{sample.stem}"
)
def test_the_parse_corpus_is_read_as_its_own_parser_reads_it(sample: Path) -> None:
    if why := OTHERWISE.get(f"{sample.parent.name}/{sample.stem}"):
        pytest.skip(why)
    inquiry = read(sample.read_bytes())
    words, apart = shown(json.loads(sample.with_suffix(".json").read_text()))
    assert same(inquiry.whole, words)
    assert len(inquiry.attachments) == len(apart)
