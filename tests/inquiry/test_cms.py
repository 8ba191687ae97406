"""What a signed S/MIME mail wraps is read out of it."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.cms import signed_content
from mailer.inquiry.parse import read

SIGNED, ENVELOPED, DATA = (bytes.fromhex(f"06092a864886f70d01070{n}") for n in (2, 3, 1))
ENTITY = b"Content-Type: text/plain\r\n\r\nHej!\r\n"

Form = Callable[..., bytes]


def definite(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


def indefinite(tag: int, *contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


def signed(*octets: bytes, kind: bytes = SIGNED, form: Form = definite) -> bytes:
    algorithms = form(0x31, form(0x30, definite(0x06, b"\x60\x86\x48"), b"\x05\0"))
    content = form(0x30, DATA, form(0xA0, *octets))
    signers = form(0x31, definite(0x02, b"\x01" * 200))
    inner = form(0x30, definite(0x02, b"\x01"), algorithms, content, signers)
    return form(0x30, kind, form(0xA0, inner))


@pytest.mark.parametrize("form", [definite, indefinite])
def test_what_is_signed_is_found(form: Form) -> None:
    assert signed_content(signed(definite(0x04, ENTITY), form=form)) == ENTITY


@pytest.mark.parametrize("form", [definite, indefinite])
def test_what_is_signed_may_come_in_pieces(form: Form) -> None:
    pieces = form(0x24, form(0x24, definite(0x04, ENTITY[:9])), definite(0x04, ENTITY[9:]))
    assert signed_content(signed(pieces, form=form)) == ENTITY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Hej!",
        definite(0x30),
        signed(definite(0x04, ENTITY), kind=ENVELOPED),
        signed(definite(0x04, ENTITY), kind=definite(0x04, SIGNED[2:])),
        signed(),
        signed(definite(0x0C, ENTITY)),
        signed(definite(0x04, ENTITY), definite(0x04, ENTITY)),
        signed(definite(0x04, ENTITY))[:-1],
        signed(definite(0x04, ENTITY), form=indefinite)[:-1],
        signed(b"\x04\xff" + b"\xff" * 30),
        signed(b"\x24\x80" * 30 + definite(0x04, ENTITY)),
        signed(b"\x24\x80" + b"\x04\x00" * 300_000 + b"\0\0", form=indefinite),
    ],
)
def test_what_is_not_signed_or_broken_has_no_content(data: bytes) -> None:
    assert signed_content(data) == b""


def test_pieces_are_followed_to_a_bounded_depth() -> None:
    octets = definite(0x04, ENTITY)
    for _ in range(30):
        octets = definite(0x24, octets)
    assert signed_content(signed(octets)) == b""


def test_a_mail_that_is_wrapped_in_its_signature_is_read() -> None:
    body = b64encode(signed(definite(0x04, ENTITY), form=indefinite)).decode()
    for head in ("application/pkcs7-mime", "application/octet-stream; name=smime.p7m"):
        head += "\nContent-Transfer-Encoding: base64"
        inquiry = read(f"Subject: x\nContent-Type: {head}\n\n{body}\n".encode())
        assert (inquiry.text, inquiry.note, inquiry.unreadable) == ("Hej!", "", "")


@given(st.integers(0, 400), st.binary(max_size=8))
def test_any_damage_is_read(position: int, damage: bytes) -> None:
    data = signed(definite(0x04, ENTITY), form=indefinite)
    signed_content(data[:position] + damage + data[position:])
    signed_content(data[:position] + damage)


@given(st.binary())
def test_any_octets_are_read(data: bytes) -> None:
    signed_content(data)
