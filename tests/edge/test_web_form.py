"""Forms of strangers: their bounds, their origin, and the seal of our own pages."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from mailer.edge.web import form
from mailer.edge.web.form import OCTETS, Seal, from_elsewhere, read_form
from tests.edge.browsing import BASE, NOW

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=grans"


def request(body: bytes = b"", kind: str = URLENCODED, **headers: str) -> Request:
    """A request whose body comes in pieces of 7 octets."""
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)] or [b""]
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": place < len(pieces)}
        for place, piece in enumerate(pieces, 1)
    ]
    messages.append({"type": "http.disconnect"})
    named = {"content-type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}

    async def receive() -> Message:
        return messages.pop(0)

    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


def multipart(**fields: str) -> bytes:
    parts = [
        f'--grans\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--grans--\r\n").encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"epost=anna%40example.org&namn=%C3%85sa", URLENCODED),
        (multipart(epost="anna@example.org", namn="Åsa"), MULTIPART),
    ],
)
def test_a_form_is_read_in_either_encoding(body: bytes, kind: str) -> None:
    assert asyncio.run(read_form(request(body, kind))) == {
        "epost": "anna@example.org",
        "namn": "Åsa",
    }


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json"])
def test_what_is_no_form_has_no_fields(kind: str) -> None:
    assert asyncio.run(read_form(request(b'{"epost": "x"}', kind))) == {}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a" * (OCTETS + 1), URLENCODED, 413),
        (b"&".join(b"a%d=1" % n for n in range(99)), URLENCODED, 400),
        (multipart(**{f"a{n}": "1" for n in range(99)}), MULTIPART, 400),
        (multipart(a="1"), "multipart/form-data", 400),
        (
            multipart(a="1").replace(b'"a"', b'"a"; filename="a"'),
            MULTIPART,
            400,
        ),
    ],
)
def test_a_form_beyond_its_bounds_is_refused(body: bytes, kind: str, status: int) -> None:
    with pytest.raises(HTTPException) as refused:
        asyncio.run(read_form(request(body, kind)))
    assert refused.value.status_code == status


def test_a_form_that_does_not_arrive_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "SECONDS", 0.05)

    async def never() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    scope = {"type": "http", "method": "POST", "headers": []}
    with pytest.raises(HTTPException) as refused:
        asyncio.run(read_form(Request(scope, never)))
    assert refused.value.status_code == 408


def test_a_form_that_is_cut_is_no_defect_of_ours() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "headers": []}
    with pytest.raises(HTTPException) as refused:
        asyncio.run(read_form(Request(scope, gone)))
    assert refused.value.status_code == 400


@given(st.binary(max_size=300), st.sampled_from([URLENCODED, MULTIPART, "text/plain"]))
def test_any_octets_are_fields_or_refused(body: bytes, kind: str) -> None:
    try:
        found = asyncio.run(read_form(request(body, kind)))
    except HTTPException as refused:
        assert refused.status_code == 400
    else:
        assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "cross-site", "origin": BASE}, True),
        ({"origin": "null"}, False),
        ({"origin": BASE}, False),
        ({"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"}, False),
        ({"origin": "https://evil.example", "host": "127.0.0.1:8080"}, True),
        ({"origin": "rubbish", "host": "127.0.0.1:8080"}, True),
        ({"origin": "http://[", "host": "127.0.0.1:8080"}, True),
    ],
)
def test_a_form_on_another_sites_page_is_told(headers: dict[str, str], elsewhere: bool) -> None:
    assert from_elsewhere(request(**headers), BASE) == elsewhere


@given(st.integers(0, 24 * 3600 - 1))
def test_a_seal_tells_its_age(seconds: int) -> None:
    seal = Seal(b"key")
    assert seal.age(seal.of(NOW), NOW + timedelta(seconds=seconds)) == timedelta(seconds=seconds)


def test_a_seal_does_not_last() -> None:
    seal = Seal(b"key")
    assert seal.age(seal.of(NOW), NOW + timedelta(hours=24)) is None


@given(st.text())
def test_only_our_own_seal_has_an_age(text: str) -> None:
    seal = Seal(b"key")
    for forged in (text, seal.of(NOW) + text, f"1600000000.{text}", Seal(b"other").of(NOW)):
        if forged != seal.of(NOW):
            assert seal.age(forged, NOW) is None
