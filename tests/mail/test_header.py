"""Header fields, byte for byte."""

import pytest

from mailer.mail.address import Address
from mailer.mail.header import addresses_field, phrase_field, plain_field, text_field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("", b"Subject: \r\n"),
        ("Hej", b"Subject: Hej\r\n"),
        (" Hej \r\n alla  ", b"Subject: Hej alla\r\n"),
        ("x" * 67, b"Subject: " + b"x" * 67 + b"\r\n"),
        ("x" * 68, b"Subject: =?utf-8?q?" + b"x" * 54 + b"?=\r\n =?utf-8?q?xxxxxxxxxxxxxx?=\r\n"),
        ("Trygg miljö", b"Subject: =?utf-8?q?Trygg_milj=C3=B6?=\r\n"),
        ("åäö åäö", b"Subject: =?utf-8?b?w6XDpMO2IMOlw6TDtg==?=\r\n"),
        ("=?utf-8?q?x?=", b"Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n"),
        ("Hej\r\nBcc: all@example.org", b"Subject: Hej Bcc: all@example.org\r\n"),
    ],
)
def test_a_text_is_written_as_it_is_where_that_is_safe(value: str, field: bytes) -> None:
    assert text_field("Subject", value) == field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", b"To: a@b.se\r\n"),
        ("Anna Ek", b"To: Anna Ek <a@b.se>\r\n"),
        ("Ek, Anna", b'To: "Ek, Anna" <a@b.se>\r\n'),
        ("A. Ek", b'To: "A. Ek" <a@b.se>\r\n'),
        ('Anna "A" \\', b'To: "Anna \\"A\\" \\\\" <a@b.se>\r\n'),
        ("Åsa", b"To: =?utf-8?q?=C3=85sa?= <a@b.se>\r\n"),
        ("=?x", b"To: =?utf-8?b?PT94?= <a@b.se>\r\n"),
        ("x" * 63, b"To: " + b"x" * 63 + b" <a@b.se>\r\n"),  # 76 octets
        ("x" * 64, b"To: " + b"x" * 64 + b"\r\n <a@b.se>\r\n"),
        ("x\r\nBcc: y", b'To: "x Bcc: y" <a@b.se>\r\n'),
    ],
)
def test_a_name_is_plain_quoted_or_encoded(name: str, field: bytes) -> None:
    assert addresses_field("To", [Address("a@b.se", name)]) == field


def test_addresses_stand_one_a_line() -> None:
    addresses = [Address("a@b.se", "A"), Address("c@b.se"), Address("e@b.se", "Å")]
    assert addresses_field("Reply-To", addresses) == (
        b"Reply-To: A <a@b.se>,\r\n c@b.se,\r\n =?utf-8?b?w4U=?= <e@b.se>\r\n"
    )


def test_an_address_can_start_no_field() -> None:
    evil = Address("a@b.se\r\nBcc: all@example.org")
    assert addresses_field("To", [evil]) == b"To: a@b.se Bcc: all@example.org\r\n"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("<a.example>", b"List-Id: <a.example>\r\n"),
        ("a.example", b"List-Id: <a.example>\r\n"),
        ("Nytt <a.example>", b"List-Id: Nytt <a.example>\r\n"),
        ("Nytt, nu <a.example>", b'List-Id: "Nytt, nu" <a.example>\r\n'),
        ("Nytt för er <a.example>", b"List-Id: =?utf-8?q?Nytt_f=C3=B6r_er?= <a.example>\r\n"),
    ],
)
def test_a_phrase_stands_before_angle_brackets(value: str, field: bytes) -> None:
    assert phrase_field("List-Id", value) == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("", b"X: \r\n"),
        ("a\r\nb", b"X: a b\r\n"),
        ("a" * 200, b"X: " + b"a" * 200 + b"\r\n"),
        ("a" * 200 + " b", b"X: " + b"a" * 200 + b"\r\n b\r\n"),
        (f"a {'b' * 71} c", b"X: a " + b"b" * 71 + b"\r\n c\r\n"),  # 76 octets
        (f"a {'b' * 72} c", b"X: a\r\n " + b"b" * 72 + b" c\r\n"),
    ],
)
def test_a_structured_value_is_folded_at_its_spaces(value: str, field: bytes) -> None:
    assert plain_field("X", value) == field
