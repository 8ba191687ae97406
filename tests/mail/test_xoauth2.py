"""A refused token: what to do about it, whatever the server and the token say."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.xoauth2 import Permission, advice, first_words

BOTH = ["SMTP.SendAsApp", "IMAP.AccessAsApp"]


def token(**claims: object) -> str:
    """A token as Entra ID makes them, unsigned."""
    parts = ({"typ": "JWT"}, claims)
    head, payload = (
        urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts
    )
    return f"{head}.{payload}.c2lnbmF0dXJl"


def challenge(**said: str) -> bytes:
    return json.dumps(said).encode()


INVALID = challenge(status="401", schemes="Bearer", scope="https://outlook.office.com")
LACKING, WHERE_FROM = "lacks the permission", "check 'tenant' and 'server'"
NOT_GRANTED, OTHER = "may not use this mailbox", "takes no token of this kind"


@pytest.mark.parametrize(
    ("permission", "given_token", "said", "words"),
    [
        ("SMTP.SendAsApp", token(roles=BOTH), b"", NOT_GRANTED),
        ("IMAP.AccessAsApp", token(roles=BOTH), b"", NOT_GRANTED),
        ("SMTP.SendAsApp", token(roles=["IMAP.AccessAsApp"]), b"", f"{LACKING} SMTP.SendAsApp"),
        ("IMAP.AccessAsApp", token(roles=["Mail.Send"]), INVALID, f"{LACKING} IMAP.AccessAsApp"),
        ("SMTP.SendAsApp", token(roles=[]), b"", LACKING),
        ("SMTP.SendAsApp", token(roles=BOTH), INVALID, f"(status 401); {WHERE_FROM}"),
        ("SMTP.SendAsApp", token(), challenge(status="400", schemes="Bearer"), WHERE_FROM),
        ("SMTP.SendAsApp", token(), challenge(status="403", schemes="bearer"), LACKING),
        ("SMTP.SendAsApp", token(), challenge(status="insufficient_scope"), LACKING),
        ("SMTP.SendAsApp", token(), challenge(status="invalid_token"), WHERE_FROM),
        ("SMTP.SendAsApp", token(), challenge(status="401", schemes="mac"), OTHER),
        ("SMTP.SendAsApp", "opaque", challenge(status="500"), NOT_GRANTED),
        ("SMTP.SendAsApp", "opa.\N{SNOWMAN}que", b"no JSON at all", NOT_GRANTED),
        ("SMTP.SendAsApp", "opaque", b'["no mapping"]', NOT_GRANTED),
    ],
)
def test_the_advice_fits_what_the_token_and_the_server_say(
    permission: Permission, given_token: str, said: bytes, words: str
) -> None:
    assert words in advice(permission, given_token, said)


@given(st.text(max_size=60), st.binary(max_size=60))
def test_there_is_advice_of_one_line_for_anything_and_never_the_token(
    secret: str, said: bytes
) -> None:
    found = advice("IMAP.AccessAsApp", f"{secret}.tok3n.{secret}", said)
    assert len(found.splitlines()) == 1
    assert "tok3n" not in found


def test_the_client_names_the_mailbox_and_gives_the_token() -> None:
    assert first_words("k@example.org", "abc") == b"user=k@example.org\1auth=Bearer abc\1\1"
