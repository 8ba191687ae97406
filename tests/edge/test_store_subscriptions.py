"""What subscribers do by links, on both databases; the flows' tests tell the rest."""

import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailer.edge.store import tokens
from mailer.edge.store.database import Database
from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.subscriptions import StoredSubscriptions
from mailer.mail.address import Address
from mailer.mail.post import Post
from mailer.subscriber.subscription import Change, Subscriber
from mailer.subscriber.wording import Wording

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ANNA, NEW = Address("Anna@example.org"), Address("ny@example.net")
ASKING, FROM, TO = "a" * 32, "b" * 32, "c" * 32


def request(address: Address = ANNA, token: str = ASKING) -> Change:
    wording = Wording("sv", "Jag vill.")
    return Change(
        "subscribe", address, "form", way="web", wording=wording, language="sv", confirmed_by=token
    )


def letter(address: Address = ANNA, kind: str = "confirmation") -> Post:
    key = f"{kind}/2020-09-11/{address.email.lower()}"
    return Post(key, "confirmation", address, "", f"{key}@example.org", b"Vill du?")


@pytest.fixture
def store(database: Database) -> StoredSubscriptions:
    return StoredSubscriptions(database, Fingerprint(b"secret"))


async def subscribe(store: StoredSubscriptions, database: Database) -> Subscriber:
    assert await store.ask(request(), lambda known: letter(), NOW)
    assert await store.confirm(ASKING, "button", NOW)
    found = await StoredSubscribers(database).find(ANNA.email)
    assert found
    return found


async def test_asking_confirming_pausing_and_leaving(
    store: StoredSubscriptions, database: Database
) -> None:
    anna = await subscribe(store, database)
    assert (anna.state, anna.address) == ("active", ANNA)
    assert not await store.ask(request(), lambda known: letter(), NOW)
    pause = Change("pause", None, "page", anna.token, "web", until=date(2020, 12, 1))
    assert await store.change(pause, NOW) == "paused"
    assert await store.change(Change("leave", None, "button", anna.token, "web"), NOW) == "left"
    assert await store.change(Change("leave", None, "button", anna.token, "web"), NOW) == "left"
    assert await store.change(Change("leave", None, "button", ASKING, "web"), NOW) is None
    acts = [each.act for each in await store.history(anna)]
    assert acts == ["subscribe", "confirm", "pause", "leave"]


async def test_the_letter_is_told_of_an_active_subscriber_only(
    store: StoredSubscriptions, database: Database
) -> None:
    told: list[Subscriber | None] = []

    def later(known: Subscriber | None) -> Post:
        told.append(known)
        return letter(kind=f"confirmation{len(told)}")

    await store.ask(request(), later, NOW)
    await store.confirm(ASKING, "button", NOW)
    await store.ask(request(token="d" * 32), later, NOW)
    active = await StoredSubscribers(database).find("anna@EXAMPLE.org")
    assert told == [None, active]
    # Nothing hangs on the second token: it was never sent.
    assert await store.asked("d" * 32, NOW) is None


async def test_moving_and_erasing(store: StoredSubscriptions, database: Database) -> None:
    anna = await subscribe(store, database)
    posts = [letter(ANNA, "move"), letter(NEW, "move")]
    await store.ask_to_move(anna, NEW, FROM, TO, posts, NOW)
    await store.ask_to_move(anna, NEW, "e" * 32, "f" * 32, posts, NOW)
    assert await store.asked("e" * 32, NOW) is None
    half = await store.confirm(TO, "button", NOW)
    assert half and half.progress == "waiting"
    done = await store.confirm(FROM, "button", NOW + timedelta(days=1))
    assert done and (done.progress, done.email) == ("done", NEW.email)
    moved = await store.own(done.token)
    assert moved and (moved.id, moved.address) == (anna.id, NEW)
    assert await store.own(anna.token) is None
    await store.speak(moved, "ar", NOW)
    await store.erase(moved, NOW)
    assert await store.own(moved.token) is None
    assert await store.change(Change("leave", None, "button", anna.token, "web"), NOW) is None
    assert [each.evidence for each in await store.history(moved)][:-1] == [""] * 3
    assert await store.letters(moved) == []


async def test_tokens_are_compared_in_constant_time(
    store: StoredSubscriptions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that begin alike are told apart by nothing but `compare_digest`."""
    anna = await subscribe(store, database)
    compared: list[tuple[Any, Any]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(tokens, "compare_digest", compare)
    near = anna.token[:16] + ("0" * 16 if anna.token[16:] != "0" * 16 else "1" * 16)
    assert await store.own(near) is None
    assert compared == [(anna.token.encode(), near.encode())]
    assert await store.own(anna.token)


async def test_whoever_tries_tokens_causes_no_write(
    store: StoredSubscriptions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await subscribe(store, database)

    async def write(work: object) -> None:
        raise AssertionError

    monkeypatch.setattr(database, "write", write)
    for token in ("0" * 32, "", "x", "a" * 16, "å" * 32, "%"):
        assert await store.confirm(token, "button", NOW) is None
        assert await store.own(token) is None
        assert await store.change(Change("leave", None, "button", token, "web"), NOW) is None
