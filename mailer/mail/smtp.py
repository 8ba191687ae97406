"""The SMTP dialogue after greeting, TLS and login, without I/O (RFC 5321).

Takes letters, each under a key of the caller's own, and the octets that the relay says; gives the
octets to say to it, and what became of each letter. The caller's turn, whenever it hears something:

    ended = session.receive(octets)
    while session.ready: session.begin(key, letter)
    while octets := session.give(): write(octets)

Where the relay offers PIPELINING (RFC 2920), a letter's content goes out together with the next
letter's MAIL, RCPT and DATA, so that one round trip serves both; elsewhere one command at a time.

Promises: every reply is counted for the command that it answers. A letter that was begun ends once,
with an outcome, or with None where the line was lost before the relay said anything of it: it may
be begun again on another. What the relay says is bounded; what is no SMTP ends the connection.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached
from mailer.mail.refusal import refusal

MAX_LINE = 4096
"""Octets of one line of a reply. RFC 5321, 4.5.3.1.5 allows 512; some relays are wordier."""

MAX_REPLY = 64 * 1024
"""Octets of a reply with all its lines."""

PIECE = 64 * 1024
"""Octets given at a time. Behind a larger letter nothing is pipelined: it need not wait so long."""

Key = TypeVar("Key")
Ended = list[tuple[Key, Outcome | None]]

Step = Literal["RSET", "MAIL", "RCPT", "DATA", ".", "no letter", "QUIT"]
"""What the relay owes a reply to: a command, the end of a letter, or of none (RFC 2920, 3.1)."""

_CLOSING = (221, 421)
_ENDLESS = "the relay's reply does not end"
_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r]*))?\r?\Z")
_PATH = re.compile(r"[^\x00-\x20\x7f<>\ud800-\udfff]*\Z")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SHOWN = 60  # octets of nonsense that a reason repeats


@dataclass(frozen=True, slots=True)
class Offered:
    """What a relay's EHLO offers. `size` is the largest letter: 0 is any, None is not said."""

    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    size: int | None = None


def offered(extensions: Mapping[str, str]) -> Offered:
    """Read the keywords of EHLO, in lower case, with their parameters."""
    size = extensions.get("size")
    return Offered(
        pipelining="pipelining" in extensions,
        eight_bit="8bitmime" in extensions,
        utf8="smtputf8" in extensions,
        size=None if size is None else int(size) if re.fullmatch("[0-9]{1,20}", size) else 0,
    )


class Session(Generic[Key]):
    """One connection's dialogue.

    `over` says why it has ended, and is empty until then. `moves` counts letters begun and replies
    read: it grows for as long as the dialogue goes on. `on_the_way` is the content that the relay
    has not answered, in octets. `worked` is whether it ever answered for a letter.
    """

    def __init__(self, offer: Offered) -> None:
        self.over = ""
        self.moves = 0
        self.on_the_way = 0
        self.worked = False
        self._offer = offer
        self._owed: deque[Step] = deque()
        self._later: deque[tuple[Step, bytes]] = deque()  # each waits for the reply to the last
        self._out: deque[bytes | memoryview] = deque()
        self._to_end = 0  # octets to give until the relay can have all of `_ending`
        self._begun: Key | None = None  # the letter that MAIL, RCPT and DATA are about
        self._content = b""
        self._ending: Key | None = None  # the letter whose content is on the way
        self._unclean = False  # whether the relay may hold half a transaction
        self._partial = b""
        self._code = 0
        self._reply: list[str] = []
        self._reply_size = 0

    @property
    def ready(self) -> bool:
        """Whether another letter may be begun."""
        if self.over:
            return False
        if not self._owed:
            return True
        behind = len(self._owed) == 1 and self._owed[0] in (".", "no letter")
        return self._offer.pipelining and behind and self.on_the_way <= PIECE

    @property
    def idle(self) -> bool:
        """Whether the relay owes no reply."""
        return not self._owed

    @property
    def in_hand(self) -> tuple[Key, ...]:
        """The letters that were begun and have not ended, the first one first."""
        return tuple(key for key in (self._ending, self._begun) if key is not None)

    def begin(self, key: Key, letter: Letter) -> Refused | None:
        """Send a letter, when `ready`; or the refusal that the relay need not be asked for."""
        eight_bit = not letter.content.isascii()
        utf8 = not (letter.mail_from.isascii() and letter.recipient.isascii())
        size = len(letter.content)
        if not letter.recipient or not _PATH.match(letter.mail_from + letter.recipient):
            return Refused(501, "5.1.3 an address that cannot stand in an envelope")
        if utf8 and not self._offer.utf8:
            return Refused(553, "5.6.7 the relay takes ASCII addresses alone (no SMTPUTF8)")
        if eight_bit and not self._offer.eight_bit:
            return Refused(554, "5.6.3 the relay takes 7-bit letters alone (no 8BITMIME)")
        if self._offer.size and size > self._offer.size:
            return Refused(552, f"5.3.4 the relay takes no more than {self._offer.size} octets")
        options = b"" if self._offer.size is None else b" SIZE=%d" % size
        options += b" BODY=8BITMIME" * eight_bit + b" SMTPUTF8" * utf8
        if self._unclean:
            self._say("RSET", b"RSET\r\n")
            self._unclean = False
        self._say("MAIL", b"MAIL FROM:<%b>%b\r\n" % (letter.mail_from.encode(), options))
        self._say("RCPT", b"RCPT TO:<%b>\r\n" % letter.recipient.encode())
        self._say("DATA", b"DATA\r\n")
        self._begun = key
        self._content = letter.content if letter.dotless else on_the_wire(letter.content)
        self.moves += 1
        return None

    def quit(self) -> None:
        """Say goodbye, when `idle`; the answer, whatever it is, ends the dialogue."""
        self._say("QUIT", b"QUIT\r\n")
        self.moves += 1

    def give(self) -> bytes:
        """The next octets for the relay; empty when there is nothing to say."""
        pieces: list[bytes | memoryview] = []
        size = 0
        while self._out and size < PIECE:
            pieces.append(self._out.popleft())
            size += len(pieces[-1])
        self._to_end -= size
        return b"".join(pieces)

    def receive(self, octets: bytes) -> Ended[Key]:
        """Read what the relay says, in pieces of any size; the letters that end with it."""
        ended: Ended[Key] = []
        *lines, self._partial = (self._partial + octets).split(b"\n")
        for line in lines:
            if not self.over:
                self._read(line, ended)
        if not self.over and len(self._partial) > MAX_LINE:
            self._close(_ENDLESS, ended)
        return ended

    def lost(self, reason: str) -> Ended[Key]:
        """The line was cut, or nobody waits any longer; the letters that end with it."""
        ended: Ended[Key] = []
        if not self.over:
            self._close(reason, ended)
        return ended

    def _say(self, step: Step, command: bytes) -> None:
        if self._owed and not self._offer.pipelining:
            self._later.append((step, command))
        else:
            self._owed.append(step)
            self._out.append(command)

    def _read(self, line: bytes, ended: Ended[Key]) -> None:
        if len(line) + self._reply_size > MAX_REPLY or len(line) > MAX_LINE:
            self._close(_ENDLESS, ended)
            return
        code, text, more = _read_line(line)
        if not code or (self._reply and code != self._code):
            shown = line.rstrip()[:_SHOWN].decode(errors="replace")
            self._close(f"the relay says what is no reply: {shown}", ended)
        elif more:
            self._code = code
            self._reply.append(text)
            self._reply_size += len(line)
        else:
            if self._reply:
                text = " ".join((*self._reply, text))
                self._reply.clear()
                self._reply_size = 0
            self._answer(code, text, ended)

    def _answer(self, code: int, text: str, ended: Ended[Key]) -> None:
        """What one whole reply means, by the command that it answers."""
        step = self._owed[0] if self._owed else "QUIT"  # out of turn, it ends the dialogue too
        if step == "QUIT" or code in _CLOSING:
            self._close(f"{code} {text}", ended, closing=code in _CLOSING)
            return
        refused = code >= 400
        good = code == 354 if step == "DATA" else code < 300
        early = step == "." and self._to_end > 0
        if not (refused or good) or (good and early) or (refused and step == "RSET"):
            self._close(f"the relay answers {step} with {code} {text}", ended)
            return
        self._owed.popleft()
        self.moves += 1
        if step == "." and self._ending is not None:
            ended.append((self._ending, refusal(step, code, text) if refused else Accepted(text)))
            self._ending = None
            self.on_the_way = 0
            self.worked = True
        elif step == "DATA" and not refused:
            self._send_content()
        elif step != "no letter" and refused:
            self._refuse(step, code, text, ended)
        if early:
            self._close("the relay would not hear the whole letter", ended)
        elif self._later:
            self._say(*self._later.popleft())

    def _refuse(self, step: str, code: int, text: str, ended: Ended[Key]) -> None:
        """MAIL, RCPT or DATA was refused: the first of them that is ends the letter."""
        if self._begun is not None:
            ended.append((self._begun, refusal(step, code, text)))
            self._begun = None
            self.worked = True
        self._later.clear()
        self._unclean = True

    def _send_content(self) -> None:
        if self._begun is None:
            # It takes DATA all the same. What ends here has no recipient: nobody gets it.
            self._owed.append("no letter")
        else:
            self._owed.append(".")
            self._ending, self._begun = self._begun, None
            self.on_the_way = len(self._content)
            whole = memoryview(self._content)
            self._out += [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]
        self._out.append(b".\r\n")
        self._to_end = sum(map(len, self._out))

    def _close(self, reason: str, ended: Ended[Key], closing: bool = False) -> None:
        """End the dialogue. `closing`: in so many words, to what was said last."""
        self.over = reason
        if self._ending is not None:
            untaken = closing or self._to_end > 0
            ended.append((self._ending, Unreached(reason) if untaken else Uncertain(reason)))
        if self._begun is not None:
            step = self._owed[0]
            # An idle line may be cut at the next MAIL, for its age: that is no answer to a letter.
            heard = step in ("RCPT", "DATA") or (step == "MAIL" and not self.worked)
            ended.append((self._begun, Unreached(reason) if heard else None))
        self._ending = self._begun = None


@lru_cache(maxsize=64)  # relays say the same to most letters
def _read_line(line: bytes) -> tuple[int, str, bool]:
    """Code and text of one line of a reply, and whether more follow; code 0 is no reply at all."""
    found = _REPLY.match(line)
    if not found:
        return 0, "", False
    code, more, text = found.groups(b"")
    return int(code), text.decode(errors="replace"), more == b"-"


def on_the_wire(content: bytes) -> bytes:
    """Lines that end in CRLF, leading dots doubled (RFC 5321, 4.5.2)."""
    lines = content.count(b"\r\n")
    if content.count(b"\r") != lines or content.count(b"\n") != lines:
        content = _LINE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
