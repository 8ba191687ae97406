"""What is no mail at all, and what is a broken one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.no_mail import why_no_mail


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\n", "it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it has no header, and is no text"),
        (b"Hej hej\nvi ses klockan 18:00\n", "it has no header: no line such as 'From: "),
        (b'{\n"from": "a@example.org"\n}\n', "it has no header: no line such as 'From: "),
        (b"\0\0\nFrom: a@example.org\n\nHej\0", "it has no header, and is no text"),
        (b"Subject:\x20\n", ""),
    ],
)
def test_a_file_without_a_header_is_no_mail(raw: bytes, reason: str) -> None:
    assert why_no_mail(raw).startswith(reason)
    assert bool(why_no_mail(raw)) == bool(reason)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@example.org\n\nHej",
        b"Subject: Hej",
        b"\nFrom: a@example.org\n\nHej",
        b"Hej, detta kom till oss:\n\nFrom: a@example.org\nSubject: x\n\nHej",
        b"From: a@example.org\n\nHej\0",
        b"From a@example.org Fri Sep 11 2020\nSubject : x\n\n",
    ],
)
def test_a_mail_may_be_broken_in_any_way(raw: bytes) -> None:
    assert why_no_mail(raw) == ""


@given(st.binary(max_size=200))
def test_octets_with_a_field_before_them_are_a_mail(body: bytes) -> None:
    assert why_no_mail(b"Subject: x\r\n\r\n" + body) == ""
