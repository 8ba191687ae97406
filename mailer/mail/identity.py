"""Message-IDs and tokens that we can recognise as our own (RFC 5322, 3.6.4).

Takes the key of an outbox row ("edition/2020-09/17"); gives an id that is the same each time the
row is sent, that nobody can forge without the secret, and that says nothing of the recipient.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from mailer.mail.server import Secret


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
        domain = re.escape(self.domain.encode())
        # Bounded, or a long run of letters would be searched anew from each of them.
        name = rb"(?<![a-z])[a-z]{1,20}(?:\.[a-z2-7]{16}){2}@"
        ids = (each.decode("ascii") for each in re.findall(name + domain, raw))
        return frozenset(each for each in ids if self.kind_of(each))

    def _mac(self, purpose: str, text: str) -> str:
        # 80 bits of HMAC-SHA-256: short enough for a header line, far past guessing.
        message = _octets(f"{purpose}\0{text}")
        digest = hmac.new(_octets(self.secret.reveal()), message, sha256).digest()
        return b32encode(digest[:10]).decode().lower()


def _octets(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # ids of strangers and the environment hold anything
