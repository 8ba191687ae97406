"""Message-IDs and tokens that we can recognise as our own (RFC 5322, 3.6.4).

Takes the key of an outbox row ("edition/2020-09/17"); gives an id that is the same each time the
row is sent, that nobody can forge without the secret, and that says nothing of the recipient.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from mailer.mail.server import Secret

_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_NAME = re.compile(rb"(?<![a-z])[a-z]{1,20}(?:\.[a-z2-7]{16}){2}\Z")
_LONGEST = 55  # octets of it, and the one before
_TWO = [first + second for first in _DIGITS for second in _DIGITS]  # of ten bits each


@dataclass(frozen=True, slots=True)
class Identity:
    """`domain` is the part after the @ of the contact mailbox."""

    secret: Secret
    domain: str

    def message_id(self, key: str) -> str:
        """The Message-ID of the letter with this outbox key, without angle brackets."""
        kind = key.partition("/")[0]
        name = f"{kind}.{self._mac('id', key)}"
        return f"{name}.{self._mac('own', name)}@{self.domain}"

    def seal(self, *parts: str) -> str:
        """What proves that a link of ours names these parts: 26 characters, 128 bits."""
        message = b"".join(len(each).to_bytes(8, "big") + each for each in map(_octets, parts))
        digest = hmac.new(_octets(self.secret.reveal()), b"seal" + message, sha256).digest()
        return b32encode(digest[:16]).decode().rstrip("=").lower()

    def sealed(self, seal: str, *parts: str) -> bool:
        """Whether `seal` is the one for these parts; takes as long whatever it is."""
        return hmac.compare_digest(_octets(seal), _octets(self.seal(*parts)))

    def series(self, key: str) -> Callable[[int], str]:
        """`message_id` for the numbered letters of one mailing, fast.

        Ids of neighbouring numbers have a beginning in common, so that an index of a million is
        written in few places. A number (below 2**40) is masked; only the distance of two shows.
        """
        digest = self._hmac("series", key).digest()
        begin = f"{key.partition('/')[0]}.{_eight(digest[:5])}"
        mask = int.from_bytes(digest[5:10], "big")
        own, domain = self._hmac("own", begin), self.domain

        def message_id(number: int) -> str:
            masked = _eight((number ^ mask).to_bytes(5, "big"))
            mac = own.copy()
            mac.update(masked.encode())
            return f"{begin}{masked}.{_sixteen(mac.digest())}@{domain}"

        return message_id

    def kind_of(self, message_id: str) -> str:
        """The kind of our letter that has this id (angle brackets off), or empty: not ours.

        Needs no look-up, so it holds after a restore too.
        """
        local, _, domain = message_id.rpartition("@")
        name, _, proof = local.rpartition(".")
        ours = hmac.compare_digest(_octets(proof), _octets(self._mac("own", name)))
        return name.partition(".")[0] if ours and domain == self.domain else ""

    def ids_in(self, raw: bytes) -> frozenset[str]:
        """Every Message-ID of ours that stands anywhere in a mail, such as a bounce."""
        found = (
            _NAME.search(raw, max(0, at.start() - _LONGEST), at.start())
            for at in re.finditer(b"@" + re.escape(self.domain.encode()), raw)
        )
        ids = (f"{each[0].decode('ascii')}@{self.domain}" for each in found if each)
        return frozenset(each for each in ids if self.kind_of(each))

    def _mac(self, purpose: str, text: str) -> str:
        return _sixteen(self._hmac(purpose, text).digest())

    def _hmac(self, purpose: str, text: str) -> hmac.HMAC:
        return hmac.new(_octets(self.secret.reveal()), _octets(f"{purpose}\0{text}"), sha256)


def _sixteen(mac: bytes) -> str:
    # 80 bits of HMAC-SHA-256: short enough for a header line, far past guessing.
    return _eight(mac[:5]) + _eight(mac[5:10])


def _eight(octets: bytes) -> str:
    """Five octets in base 32 (RFC 4648), in lower case."""
    bits = int.from_bytes(octets, "big")
    return _TWO[bits >> 30] + _TWO[bits >> 20 & 1023] + _TWO[bits >> 10 & 1023] + _TWO[bits & 1023]


def _octets(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # ids of strangers and the environment hold anything
