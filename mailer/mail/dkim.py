"""DKIM: the sender's signature over a letter, and the DNS records that prove it (RFC 6376, 8463).

Takes a letter as the relay gets it, its lines ending in CRLF, before dots are stuffed; gives the
DKIM-Signature fields that go before it, one for each key. The header is canonicalized relaxed, so
that a relay may fold it anew, and the body simple, which is one pass of the hash over its octets.

Every field in SIGNED is named once more than the letter has it: one that somebody adds on the way
breaks the signature (RFC 6376, 8.15).
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Any, Literal, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from nacl.signing import SigningKey

Algorithm = Literal["rsa", "ed25519"]

SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"mime-version",
    b"content-type",
)

RSA_BITS = 2048
"""RFC 8301 asks for it; a longer key no longer fits one DNS answer over UDP."""

_BLANK_LINE = b"\r\n\r\n"
_STRING = 255  # octets of one string in a TXT record (RFC 1035, 3.3)
_WIDTH = 72
_PADDING, _SHA256 = PKCS1v15(), SHA256()
_place, _field = itemgetter(0), itemgetter(1)  # of what `_canonical` gives


class Sign(Protocol):
    """What signs letters: see `Signer.sign`."""

    def __call__(self, content: bytes, shared: bytes = b"") -> bytes: ...


@dataclass(frozen=True, slots=True)
class Key:
    """A private key, and the selector that its public half is found under."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def pem(self) -> bytes:
        """The key as a file holds it (PKCS #8), in clear."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(selector: str, pem: bytes) -> Key:
    """A key from what a file holds. Raises ValueError with a reason that holds nothing of it."""
    try:
        private = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ValueError("expected a private key in PEM, without a passphrase") from None
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError("expected an RSA or an Ed25519 key")
    if isinstance(private, RSAPrivateKey) and private.key_size < RSA_BITS:
        raise ValueError(f"the RSA key has {private.key_size} bits; expected at least {RSA_BITS}")
    return Key(selector, private)


class Signer:
    """Signs in the name of `domain`, which must be the domain of From (DMARC, RFC 7489)."""

    def __init__(self, domain: str, keys: Sequence[Key]) -> None:
        self._keys = [
            (
                _signing(key.private),
                f"v=1; a={key.algorithm}-sha256; c=relaxed/simple;\r\n"
                f" d={domain}; s={key.selector};\r\n h=".encode("ascii"),
            )
            for key in keys
        ]

    def sign(self, content: bytes, shared: bytes = b"") -> bytes:
        """The DKIM-Signature fields to put before `content`.

        Its body begins with `shared`; where the bodies of many letters do, that is hashed once.
        """
        header = content[: content.find(_BLANK_LINE)] if _BLANK_LINE in content else content
        names, canonical = _signed(header)
        body_hash = _body_hash(content, len(header) + len(_BLANK_LINE), shared)
        hashed = b";\r\n bh=" + b64encode(body_hash) + b";\r\n b="
        fields = []
        for signature_of, beginning in self._keys:
            value = beginning + names + hashed
            # Relaxed already, once it is unfolded: it has single blanks only.
            octets = canonical + b"dkim-signature:" + value.replace(b"\r\n", b"")
            signature = b64encode(signature_of(octets))
            lines = [signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)]
            fields.append(b"DKIM-Signature: " + value + b"\r\n ".join(lines) + b"\r\n")
        return b"".join(fields)


def record(domain: str, key: Key) -> str:
    """The line of a zone file that tells the world the public half."""
    public = key.private.public_key()
    if isinstance(key.private, RSAPrivateKey):
        octets = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    text = f"v=DKIM1; k={key.algorithm}; p={b64encode(octets).decode()}"
    strings = (text[at : at + _STRING] for at in range(0, len(text), _STRING))
    quoted = " ".join(f'"{string}"' for string in strings)
    return f"{key.selector}._domainkey.{domain}. IN TXT {quoted}"


def _signing(private: RSAPrivateKey | Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    """What gives the signature over octets."""
    if isinstance(private, RSAPrivateKey):
        return lambda octets: private.sign(octets, _PADDING, _SHA256)
    # libsodium needs little more than half the time of OpenSSL, which `cryptography` stands on.
    sodium = SigningKey(private.private_bytes_raw())
    return lambda octets: sodium.sign(sha256(octets).digest()).signature  # RFC 8463, 3


def _signed(header: bytes) -> tuple[bytes, bytes]:
    """What stands in h=, and the fields that it names, canonical (RFC 6376, 3.4.2 and 5.4.2)."""
    lines = header.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n")
    # In the order of SIGNED; of those with one name the last one first.
    fields = sorted(filter(None, map(_canonical, reversed(lines))), key=_place)
    return _names(tuple(map(_place, fields))), b"".join(map(_field, fields))


@lru_cache(maxsize=64)  # most lines of a letter stand in all letters of its edition
def _canonical(line: bytes) -> tuple[int, bytes] | None:
    """An unfolded field's place in SIGNED, if it has one, and the field canonical."""
    name, _, value = line.partition(b":")
    name = name.lower()
    if name not in SIGNED:
        return None
    return SIGNED.index(name), name + b":" + _relaxed(value) + b"\r\n"


@lru_cache(maxsize=64)
def _names(places: tuple[int, ...]) -> bytes:
    """SIGNED as h= has it, folded; at `places` in it are those that the letter has."""
    lines = [b""]
    for name in (each for at, each in enumerate(SIGNED) for _ in range(places.count(at) + 1)):
        if len(lines[-1]) + len(name) > _WIDTH:
            lines.append(b" ")
        lines[-1] += name + b":"
    return b"\r\n".join(lines).removesuffix(b":")


def _relaxed(value: bytes) -> bytes:
    """An unfolded value with each run of blanks made one space, none at its ends."""
    return b" ".join([word for word in value.replace(b"\t", b" ").split(b" ") if word])


def _body_hash(content: bytes, start: int, shared: bytes) -> bytes:
    """The simple body (RFC 6376, 3.4.3): one line end after the last line that is not empty.

    It is what of `content` is behind `start`.
    """
    end = len(content)
    while content.endswith(b"\r\n", start, end):
        end -= 2
    if start + len(shared) > end:
        shared = b""
    digest = _hashed(shared).copy()
    digest.update(memoryview(content)[start + len(shared) : end])
    digest.update(b"\r\n")
    octets: bytes = digest.digest()
    return octets


@lru_cache(maxsize=8)  # the languages of an edition, and of the one before
def _hashed(beginning: bytes) -> Any:
    """SHA-256 after these octets, to be copied before it is told of more."""
    return sha256(beginning)
