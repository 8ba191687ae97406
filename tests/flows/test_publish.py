"""An edition goes out once, as it was when it was claimed, and never empty."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailer.errors import EditionError
from mailer.flows.publish import edition_of
from mailer.mail.address import Address
from mailer.newsletter.activity import When
from mailer.newsletter.archived import edition_in
from mailer.newsletter.edition import Announcement
from tests.flows.conftest import OpenWorld
from tests.flows.editions import ACTIVITIES, activity, composer
from tests.flows.world import IDENTITY, MAILBOX, World, opened, public, text_of

pytestmark = pytest.mark.anyio

SEPTEMBER, OCTOBER = date(2020, 9, 11), date(2020, 10, 9)


async def subscribe(world: World, *emails: str) -> None:
    people = [(Address(email), "sv") for email in emails]
    await world.subscribers.add(people, "test", world.clock.now())


async def test_every_active_subscriber_gets_a_letter(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org", "bo@example.org", "eva@example.org")
        await world.subscribers.leave("bo@example.org", "test", world.clock.now())
        queued = await world.publish(SEPTEMBER, composer())
        assert (queued.period, queued.letters, queued.again) == ("2020-09", 2, False)
        await world.delivery().drain()
        assert {x.recipient for x in world.relay.letters} == {"anna@example.org", "eva@example.org"}
        for letter in world.relay.letters:
            message = opened(letter)
            reader = await world.subscribers.find(letter.recipient)
            assert reader
            assert message["List-Unsubscribe"].split(", ") == [
                f"<https://trygghet.example/avsluta/{reader.token}>",
                f"<mailto:{MAILBOX.email}?subject=avsluta%20{reader.token}>",
            ]
            assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert message["From"] == f"Tryggare tillsammans <{MAILBOX.email}>"
            assert IDENTITY.kind_of(message["Message-ID"].strip("<>")) == "edition"


async def test_an_edition_is_queued_once_however_often_it_is_published(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        first = await world.publish(SEPTEMBER, composer())
        await subscribe(world, "late@example.org")
        for day in (SEPTEMBER, date(2020, 9, 30)):
            again = await world.publish(day, composer())
            assert again == replace(first, letters=0, again=True)
        assert list(await world.rows()) == ["edition/2020-09/1"]


async def test_two_that_publish_at_once_queue_it_once(open_world: OpenWorld) -> None:
    class Blind:
        """Sees no claim: another process makes it a moment later."""

        def __init__(self, world: World) -> None:
            self._editions = world.editions
            self.last_before = world.editions.last_before
            self.told_before = world.editions.told_before
            self.queue = world.editions.queue
            self.sent = world.editions.sent

        async def claimed(self, period: str) -> bool:
            return False

    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        await world.publish(SEPTEMBER, composer(), editions=Blind(world))
        second = await world.publish(SEPTEMBER, composer(), editions=Blind(world))
        assert (second.letters, second.again) == (0, True)
        assert len(await world.rows()) == 1


async def test_an_empty_edition_is_not_sent_and_can_be_published_later(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        with pytest.raises(EditionError, match="2020-09 has nothing done and nothing to come"):
            await world.publish(SEPTEMBER, composer([]))
        assert await world.editions.all() == []
        queued = await world.publish(SEPTEMBER, composer())
        assert queued.letters == 1


async def test_what_is_edited_after_the_claim_changes_no_letter(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        await world.publish(SEPTEMBER, composer())
        edited = composer(introduction="Nya ord.")
        await world.publish(SEPTEMBER, edited)
        await world.delivery().drain()
        (letter,) = world.relay.letters
        assert "Nya ord." not in text_of(letter)


async def test_one_who_left_before_the_letter_was_sent_gets_none(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org", "bo@example.org")
        await world.publish(SEPTEMBER, composer())
        await world.subscribers.leave("anna@example.org", "test", world.clock.now())
        await world.delivery().drain()
        assert [letter.recipient for letter in world.relay.letters] == ["bo@example.org"]
        receipt = await world.editions.receipt("2020-09")
        assert receipt and (receipt.audience, receipt.accepted, receipt.excluded) == (2, 1, 1)


async def test_nothing_is_told_as_news_twice(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        on_the_day = activity("Invigning", OCTOBER)
        filed_late = replace(activity("Brandövning", date(2020, 9, 8)), filed="2020-10")
        christmas = activity("Julfest", date(2020, 12, 13))
        all_of_it = composer([*ACTIVITIES, on_the_day, filed_late, christmas])
        told = []
        for day in (SEPTEMBER, OCTOBER, date(2020, 11, 13), date(2020, 12, 11)):
            edition = await edition_of(day, all_of_it, world.editions)
            told.append([each.title for each in edition.done])
            await world.publish(day, all_of_it)
        september = ["Vandring med polisen", "Brandövning"]
        assert told == [september, ["Idrottens dag"], ["Invigning"], []]


async def test_a_new_date_is_told_as_changed_and_raises_the_sequence(
    open_world: OpenWorld,
) -> None:
    festival, market = activity("Fest", date(2020, 10, 16)), activity("Loppis", date(2020, 10, 17))
    moved = replace(festival, when=When(date(2020, 10, 23), date(2020, 10, 23)))
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        await world.publish(SEPTEMBER, composer([festival, market]))
        before = world.archived.read("2020-09")
        assert edition_in(before.json).announcements == {
            "Fest": Announcement(0, changed=False),
            "Loppis": Announcement(0, changed=False),
        }
        after = composer([moved, market])
        assert (await edition_of(OCTOBER, after, world.editions)).announcements == {
            "Fest": Announcement(1, changed=True),
            "Loppis": Announcement(0, changed=False),
        }
        await world.publish(OCTOBER, after)
        october = world.archived.read("2020-10")
        assert b"\nSEQUENCE:1\r\n" in october.calendar
        assert "Ändrad tid" in october.letters["sv"].text.decode()
        assert "Ändrad tid" not in before.letters["sv"].text.decode()


async def test_the_archive_holds_what_the_readers_got(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        await world.publish(SEPTEMBER, composer())
        await world.delivery().drain()
        (letter,) = world.relay.letters
        kept = world.archived.read("2020-09").letters["sv"]
        body = opened(letter).get_body(("html",))
        assert body is not None
        anna = await world.subscribers.find("anna@example.org")
        assert anna
        assert kept.html.decode() == public(body.get_content().replace("\r\n", "\n"))
        assert kept.text.decode() == public(text_of(letter).replace("\r\n", "\n"))
        assert f"https://trygghet.example/avsluta/{anna.token}" in body.get_content()
        assert f"https://trygghet.example/min-sida/{anna.token}" in text_of(letter)
        # Whoever reads the archive leaves nobody's subscription, and sees nobody's page.
        files = b"".join((kept.eml, kept.html, kept.text))
        for own in (b"anna", anna.token.encode(), b"List-Unsubscribe", b"avsluta/", b"xxxxxxxx"):
            assert own not in files
        assert b'href="https://trygghet.example/"' in kept.html


async def test_what_an_edition_told_is_told_again_where_it_is_composed_anew(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world, "anna@example.org")
        before = await edition_of(SEPTEMBER, composer(), world.editions)
        await world.publish(SEPTEMBER, composer())
        assert await edition_of(SEPTEMBER, composer(), world.editions) == before


@pytest.mark.parametrize(
    ("now", "dated"),
    [
        (datetime(2020, 9, 11, 8, 0, tzinfo=UTC), "Fri, 11 Sep 2020 10:00:00 +0200"),
        (datetime(2020, 9, 10, 22, 30, tzinfo=UTC), "Fri, 11 Sep 2020 00:30:00 +0200"),
        (datetime(2026, 1, 7, 12, 0, tzinfo=UTC), "Fri, 11 Sep 2020 08:00:00 +0200"),
    ],
)
def test_a_letter_is_dated_now_or_on_the_morning_of_its_day(now: datetime, dated: str) -> None:
    compose = composer()
    edition = compose.plan(SEPTEMBER, None, frozenset())
    content = compose.compose(edition, now).content
    assert f"Date: {dated}\r\n".encode() in content
