"""The main program of a second process that judges mails, and the messages it understands.

`python -m mailer.edge.second_judge` takes from stdin how to judge (a `Triage`), then lists of
mails; gives on stdout the judgements of each list. Both ends are one program and nobody else has
the pipe, so what goes through it is pickled. It ends when the pipe does, however the process that
started it has ended.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from struct import Struct
from typing import IO

from mailer.inquiry.shingles import Shingles
from mailer.inquiry.triage import Judged, Triage

Mail = tuple[bytes, int]
"""A mail as it was fetched; and its size, where that is only its beginning, else 0."""

_LENGTH = Struct(">Q")
_PIECE = 2**18  # octets: what waits to be written is not all copied at once


def told(triage: Triage) -> Iterator[memoryview]:
    """The first message, in pieces."""
    return _pieces(triage, pickle.Pickler)


def asked(mails: Sequence[Mail]) -> Iterator[memoryview]:
    """Every other message."""
    return _pieces(mails, pickle.Pickler)


def answered(parts: Sequence[bytes], sent: Shingles) -> Sequence[Judged]:
    """What the process says of a list of mails; `sent` is what it was told that we sent."""
    answer = _Answer(BytesIO(parts[0]), buffers=parts[1:])
    answer.sent = sent
    judged: Sequence[Judged] = answer.load()
    return judged


class _Answering(pickle.Pickler):
    """A mail whose text was not read knows our texts, to be read later: they stay here."""

    def persistent_id(self, value: object) -> str | None:
        return "sent" if isinstance(value, Shingles) else None


class _Answer(pickle.Unpickler):
    sent: Shingles

    def persistent_load(self, _: object) -> Shingles:
        return self.sent


def _pieces(value: object, pickler: Callable[..., pickle.Pickler]) -> Iterator[memoryview]:
    """How many parts there are, the length of each, and the parts: large arrays stand alone."""
    arrays: list[pickle.PickleBuffer] = []
    first = BytesIO()
    pickler(first, protocol=5, buffer_callback=arrays.append).dump(value)
    parts = [first.getbuffer(), *(array.raw() for array in arrays)]
    lengths = (len(parts), *(part.nbytes for part in parts))
    yield memoryview(b"".join(map(_LENGTH.pack, lengths)))
    for part in parts:
        for start in range(0, part.nbytes, _PIECE):
            yield part[start : start + _PIECE]


def parts_from(source: IO[bytes]) -> Sequence[bytes]:
    """The parts of the next message. Raises EOFError where none follows."""
    (number,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    lengths = [_LENGTH.unpack(_exactly(source, _LENGTH.size))[0] for _ in range(number)]
    return [_exactly(source, length) for length in lengths]


def _exactly(source: IO[bytes], length: int) -> bytes:
    octets = source.read(length)
    while len(octets) < length:  # a pipe gives what it has
        more = source.read(length - len(octets))
        if not more:
            raise EOFError
        octets += more
    return octets


def main() -> None:
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        first, *arrays = parts_from(source)
        triage: Triage = pickle.loads(first, buffers=arrays)  # noqa: S301 - from our own program
        while True:
            mails: Sequence[Mail] = pickle.loads(*parts_from(source))  # noqa: S301 - likewise
            judged = [_read(triage.judge(raw, too_large=size)) for raw, size in mails]
            for piece in _pieces(judged, _Answering):
                target.write(piece)
            target.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # nobody is there any more


def _read(judged: Judged) -> Judged:
    """The same; where the text was read, all is: that takes time."""
    inquiry = judged.inquiry
    if "text" in vars(inquiry):
        _ = inquiry.attachments, inquiry.unreadable, inquiry.note
    return judged


if __name__ == "__main__":
    main()
