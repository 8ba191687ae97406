"""Commands on many mails of the selected folder, cut into pieces of bounded size.

Takes UIDs; gives what is still there of them. Promises that one mail that the server cannot give
or move stops no other, and that one FETCH brings at most FETCH_BYTES of mails (or one larger mail).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from imapclient import IMAPClient

from mailer.edge.imap_session import FAULTS, is_refusal, reason
from mailer.inquiry.record import RawMail

logger = logging.getLogger("mailer.imap")

T = TypeVar("T")

BATCH = 200
"""Mails named in one command: 200 UIDs of ten digits stay far below the 8,000 octets at which a
server may refuse (RFC 2683), and more at once is hardly faster."""

FETCH_BYTES = 8 * 2**20
"""Two such are in memory at a time: the next are fetched while the last are worked on."""

BEGINNING = 2**18
"""Octets that are fetched of a mail that is too large: its text stands before its attachments."""

UNKNOWN_ARRIVAL = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the server has no INTERNALDATE that can be read: a wrong day in sight, not a lost mail."""


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def each(action: str, uids: Sequence[int], act: Callable[[Sequence[int]], Iterable[T]]) -> list[T]:
    """What `act` gives for all of `uids`; where the server refuses them together, for each alone.

    One that is refused alone is left out: it stays where it is, and the log says so.
    """
    if not uids:
        return []
    try:
        return list(act(uids))
    except FAULTS as error:
        if not is_refusal(error):
            raise
        if len(uids) > 1:
            return [one for uid in uids for one in each(action, [uid], act)]
        logger.warning(
            "%s: UID %d stays in the inbox: %s",
            action,
            uids[0],
            reason(error),
            extra={"action": f"{action}_refused"},
        )
        return []


def read(
    client: IMAPClient, folder: str, validity: int, uids: Sequence[int], limit: int
) -> list[RawMail]:
    """Mails of the selected folder, in the order asked for; over `limit`, their beginnings."""
    return [mail for part in portions(client, folder, validity, uids, limit) for mail in part]


def portions(
    client: IMAPClient, folder: str, validity: int, uids: Sequence[int], limit: int
) -> Iterator[list[RawMail]]:
    """The same, FETCH_BYTES at a time, each fetched when it is asked for; one may be empty."""
    for batch in batches(uids):
        facts = dict(
            each(
                "fetch",
                batch,
                lambda part: client.fetch(part, ["RFC822.SIZE", "INTERNALDATE"]).items(),
            )
        )
        # News of another mail's flags can look like a mail that is gone: it has no size.
        there = [uid for uid in batch if b"RFC822.SIZE" in facts.get(uid, {})]
        sizes = {uid: facts[uid][b"RFC822.SIZE"] for uid in there}
        octets = {uid: fetched_of(size, limit) or size for uid, size in sizes.items()}
        for part in _portions(octets):
            raw = dict(contents(client, {uid: sizes[uid] for uid in part}, limit))
            yield [
                RawMail(
                    folder=folder,
                    validity=validity,
                    uid=uid,
                    received=(facts[uid].get(b"INTERNALDATE") or UNKNOWN_ARRIVAL).astimezone(UTC),
                    size=sizes[uid],
                    raw=raw[uid],
                )
                for uid in part
                if uid in raw
            ]


def contents(
    client: IMAPClient, sizes: Mapping[int, int], limit: int
) -> Iterator[tuple[int, bytes]]:
    """The UID and bytes of mails of these sizes, FETCH_BYTES at a time; over `limit` the beginning.

    One that is gone or refused is left out.
    """
    small = {uid: size for uid, size in sizes.items() if size <= limit}
    beginning = min(BEGINNING, limit)
    large = {uid: beginning for uid in sizes if uid not in small}
    for part in _portions(small):
        yield from each("fetch", part, lambda uids: bodies(client, uids))
    for part in _portions(large):
        yield from each("fetch", part, lambda uids: bodies(client, uids, beginning))


def fetched_of(size: int, limit: int) -> int | None:
    """How many octets are fetched of a mail; None: all."""
    return None if size <= limit else min(BEGINNING, limit)


def _portions(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """The UIDs in runs of at most FETCH_BYTES; a larger mail is a run of its own."""
    run: list[int] = []
    weight = 0
    for uid, size in sizes.items():
        if run and weight + size > FETCH_BYTES:
            yield run
            run, weight = [], 0
        run.append(uid)
        weight += size
    if run:
        yield run


def bodies(
    client: IMAPClient, uids: Sequence[int], most: int | None = None
) -> Iterable[tuple[int, bytes]]:
    """The UID and bytes of those that are still there, or so many at `most`; \\Seen stays."""
    asked, key = ("BODY.PEEK[]", b"BODY[]")
    if most is not None:
        asked, key = (f"BODY.PEEK[]<0.{most}>", b"BODY[]<0>")
    found = client.fetch(uids, [asked])
    return [(uid, mail[key]) for uid, mail in found.items() if mail.get(key) is not None]


def alike(client: IMAPClient, raw: bytes, size: int, limit: int, *where: str) -> list[int]:
    """The UIDs of those mails of the selected folder that are these very bytes.

    Of a mail over `limit` the bytes are its beginning. `where` narrows the search.
    """
    sized = client.search(["LARGER", max(size - 1, 0), "SMALLER", size + 1, *where])
    most = fetched_of(size, limit)
    return [uid for uid in sized if any(raw == b for _, b in bodies(client, [uid], most))]
