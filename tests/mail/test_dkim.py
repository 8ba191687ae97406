"""What we sign, another implementation (dkimpy) verifies, and not what was changed on the way."""

import re
from base64 import b64decode
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.mail.address import Address
from mailer.mail.dkim import SIGNED, Key, Signer, read_key, record
from mailer.mail.message import Draft, own_lines, shared

DOMAIN = "kommun.example"
SHORT = generate_rsa(65537, 1024)  # noqa: S505 - it is to be refused
KEYS = (Key("m-rsa", generate_rsa(65537, 2048)), Key("m-ed25519", Ed25519PrivateKey.generate()))
SIGNER = Signer(DOMAIN, KEYS)
BOTH = [True, True]

MAILBOX = Address(f"trygghet@{DOMAIN}", "Initiativ trygghet")
DRAFT = Draft(
    sender=MAILBOX,
    subject="Tryggare tillsammans i september",
    text="Hej!\n\nVi ses på torget.\n",
    date=datetime(2020, 9, 11, 9, 30, tzinfo=UTC),
    reply_to=(MAILBOX,),
    html="<p>Hej!</p>\n",
    list_id=f"Nyheter <nyheter.{DOMAIN}>",
    unsubscribe="<https://kommun.example/avsluta/x>",
)
LETTER = own_lines(Address("anna@example.org", "Anna Ek"), f"x@{DOMAIN}") + shared(DRAFT)

WORDS = st.text(max_size=200)
LINES = st.lists(st.binary(max_size=90).map(lambda line: re.sub(rb"[\r\n]", b"", line)))


def published(name: bytes, timeout: int = 0) -> bytes:
    """What DNS answers: the strings of the record, joined."""
    records = dict(record(DOMAIN, key).split(" IN TXT ") for key in KEYS)
    return "".join(re.findall('"([^"]*)"', records[name.decode()])).encode()


def verified(letter: bytes) -> list[bool]:
    """Whether each of the two signatures holds."""
    return [_verifies(letter, place) for place in (0, 1)]


def _verifies(letter: bytes, place: int) -> bool:
    try:
        return bool(dkim.DKIM(letter).verify(place, dnsfunc=published))
    except dkim.ValidationError:  # the body's hash
        return False


def signed(letter: bytes) -> bytes:
    return SIGNER.sign(letter) + letter


@settings(max_examples=60)
@given(subject=WORDS, text=WORDS, html=WORDS, name=WORDS)
@example(subject="", text="\n\n\n", html="", name="")
def test_every_letter_that_we_make_verifies_with_both_keys(
    subject: str, text: str, html: str, name: str
) -> None:
    draft = Draft(
        Address(MAILBOX.email, name), subject, text, DRAFT.date, html=html, references=("a@b",)
    )
    letter = own_lines(Address("anna@example.org", name), f"x@{DOMAIN}") + shared(draft)
    assert verified(signed(letter)) == BOTH


@settings(max_examples=60)
@given(LINES)
@example([])
@example([b""] * 9)
@example([b"a", b"", b"", b" ", b""])
@example([b"From x", b".", b"..", b"\t \xe5"])
def test_every_body_verifies(lines: list[bytes]) -> None:
    header = LETTER.partition(b"\r\n\r\n")[0]
    body = b"".join(line + b"\r\n" for line in lines)
    assert verified(signed(header + b"\r\n\r\n" + body)) == BOTH


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"Subject", b"TO", b"reply-to", b"Date", b"X-Other"]),
            st.lists(st.sampled_from([b"a", b"\xe5", b" ", b"\t", b"\r\n ", b"\r\n\t"])),
        ),
        max_size=8,
    )
)
def test_fields_verify_however_often_they_stand_and_however_they_are_folded(
    fields: list[tuple[bytes, list[bytes]]],
) -> None:
    header = b"".join(name + b": x" + b"".join(value) + b"x\r\n" for name, value in fields)
    letter = b"From: a@kommun.example\r\n" + header + b"\r\nHej\r\n"
    assert verified(signed(letter)) == BOTH


def test_a_body_without_its_last_line_end_verifies_once_the_wire_has_added_it() -> None:
    letter = LETTER.removesuffix(b"\r\n")
    assert verified(SIGNER.sign(letter) + LETTER) == BOTH


@given(LINES, st.integers(0, 2000))
@example([b"a", b"", b""], 7)
def test_how_a_body_begins_may_be_hashed_before_and_changes_nothing(
    lines: list[bytes], size: int
) -> None:
    body = b"".join(line + b"\r\n" for line in lines)
    letter = b"From: a@kommun.example\r\n\r\n" + body
    signer = Signer(DOMAIN, KEYS[1:])
    assert signer.sign(letter, body[:size]) == signer.sign(letter)


def test_a_header_alone_verifies() -> None:
    assert verified(SIGNER.sign(b"From: a@kommun.example") + b"From: a@kommun.example\r\n") == BOTH


def test_relays_may_fold_the_header_anew_and_write_names_in_capitals() -> None:
    letter = signed(LETTER).replace(b"Subject: ", b"SUBJECT:\r\n \t")
    assert verified(letter) == BOTH


@pytest.mark.parametrize("name", SIGNED, ids=[name.decode() for name in SIGNED])
def test_a_signed_field_that_is_changed_or_added_breaks_both_signatures(name: bytes) -> None:
    found = re.search(rb"^" + name + rb": ?", LETTER, re.I | re.M)
    assert found, "the letter of the test lacks the field"
    changed = LETTER[: found.end()] + b"x" + LETTER[found.end() :]
    assert verified(SIGNER.sign(LETTER) + changed) == [False, False]
    assert verified(SIGNER.sign(LETTER) + name + b": x\r\n" + LETTER) == [False, False]


def test_a_changed_body_breaks_both_signatures() -> None:
    changed = LETTER.replace(b"torget", b"Torget")
    assert verified(SIGNER.sign(LETTER) + changed) == [False, False]


def test_a_field_that_is_not_signed_may_be_added() -> None:
    assert verified(b"Received: from x by y; today\r\n" + signed(LETTER)) == BOTH


def test_the_fields_are_folded_and_end_in_crlf() -> None:
    fields = SIGNER.sign(LETTER)
    lines = fields.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert [line for line in lines if not line.startswith(b" ")] == [
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple;",
        b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple;",
    ]


def test_an_ed25519_signature_is_the_same_each_time() -> None:
    signer = Signer(DOMAIN, KEYS[1:])
    assert signer.sign(LETTER) == signer.sign(LETTER)


def test_no_string_of_a_record_is_longer_than_dns_allows() -> None:
    strings = re.findall('"([^"]*)"', record(DOMAIN, KEYS[0]))
    assert len(strings) == 2
    assert max(map(len, strings)) <= 255


def test_a_record_of_ed25519_holds_the_bare_key() -> None:
    name, text = record(DOMAIN, KEYS[1]).split(" IN TXT ")
    assert name == f"m-ed25519._domainkey.{DOMAIN}."
    assert text.startswith('"v=DKIM1; k=ed25519; p=')
    assert len(b64decode(text.strip('"').partition("p=")[2])) == 32


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
def test_a_key_is_read_as_it_was_written(key: Key) -> None:
    assert read_key(key.selector, key.pem).pem == key.pem


def _pem(private: object, password: bytes = b"") -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return private.private_bytes(  # type: ignore[attr-defined,no-any-return]
        Encoding.PEM, PrivateFormat.PKCS8, encryption
    )


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "expected a private key in PEM, without a passphrase"),
        (b"secret", "expected a private key in PEM, without a passphrase"),
        (_pem(KEYS[1].private, b"x"), "expected a private key in PEM, without a passphrase"),
        (_pem(generate_private_key(SECP256R1())), "expected an RSA or an Ed25519 key"),
        (_pem(SHORT), "the RSA key has 1024 bits; expected at least 2048"),
    ],
    ids=["empty", "no key", "passphrase", "elliptic curve", "short"],
)
def test_what_is_no_key_for_dkim_is_refused_with_the_reason(pem: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        read_key("m", pem)
