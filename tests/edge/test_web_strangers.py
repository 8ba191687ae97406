"""Whatever strangers send, to whichever page: an answer of ours, and nothing of theirs in it.

The pages stand before the real store; what is sent to them is text that means something to HTML,
headers, templates, SQL or SMTP.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mailer.edge.archive import Archive
from mailer.edge.store.database import Database
from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.subscriptions import StoredSubscriptions
from mailer.edge.store.tables import outbox
from mailer.edge.web import subscribing
from mailer.edge.web.archive import ArchivePages
from mailer.edge.web.form import Seal
from mailer.edge.web.own import OwnPage
from mailer.edge.web.subscribing import SubscribingPages
from mailer.flows.subscribe import Invitations, Subscribing
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.server import Secret
from mailer.subscriber.letters import SubscriberLetters
from mailer.subscriber.wording import wordings
from tests.edge.archived import ORGANISATION, filled
from tests.edge.browsing import (
    BASE,
    NEWSLETTER,
    NOW,
    PHRASES,
    TEMPLATES,
    ZONE,
    Browser,
    browser_of,
    layout,
)

SEAL = Seal(b"key")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% include 'web/own.html' %}",
    "{0.__class__}{newsletter}",
    "%(epost)s%n",
    "a@b.se\r\nBcc: c@d.se",
    "a@b.se%0d%0aSet-Cookie:%20a=b",
    "a@b.se\nSubject: x\n\nbody",
    "a@b.se, c@d.se",
    "'; DROP TABLE subscribers; --",
    "../../../etc/passwd",
    "\0",
    "\u202etxt.exe",
    "\ud7ff\ufffd",
    "a" * 5000,
)
TEXTS = st.one_of(st.sampled_from(ATTACKS), st.text(max_size=40))


class Site:
    """The whole site, with one active subscriber."""

    def __init__(self, folder: Path) -> None:
        self.database = asyncio.run(Database.open(f"sqlite:///{folder}/mailer.db"))
        municipality = ORGANISATION.municipality
        letters = SubscriberLetters(
            TEMPLATES,
            ORGANISATION,
            NEWSLETTER.title,
            BASE,
            wordings(PHRASES, NEWSLETTER.title, municipality),
        )
        identity = Identity(Secret("secret"), ORGANISATION.mailbox.domain)
        desk = Subscribing(
            StoredSubscriptions(self.database, Fingerprint(b"secret")),
            Invitations(letters, ORGANISATION.mailbox, identity, ZONE),
            self,
        )
        setting = layout()
        self.subscribers = StoredSubscribers(self.database)
        archive: Archive = filled(folder / "archive")
        parts = (
            SubscribingPages(setting, desk, SEAL, self.now),
            OwnPage(setting, desk, ZONE, self.now),
            ArchivePages(archive, setting, ZONE, self.now),
        )
        self.browser: Browser = browser_of(setting, parts)
        asyncio.run(self.subscribers.add([(Address("anna@example.org"), "sv")], "test", NOW))
        (anna,) = asyncio.run(self.subscribers.all())
        self.token = anna.token
        self.time = NOW
        self.step = timedelta(hours=1)  # allowances are another matter

    def now(self) -> datetime:
        self.time += self.step
        return self.time

    def letters(self) -> list[bytes]:
        """The bytes of every letter that waits, with its recipient's own lines."""
        due = asyncio.run(StoredOutbox(self.database).claim("test", 1000, self.time))
        return [each.content for each in due]

    def recipients(self) -> list[str]:
        query = select(outbox.c.recipient)
        return asyncio.run(self.database.read(lambda c: list(c.execute(query).scalars())))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    async def at_once(seconds: float) -> None: ...

    monkeypatch.setattr(subscribing, "sleep", at_once)
    here = Site(tmp_path)
    yield here
    asyncio.run(here.database.close())


class Marks(HTMLParser):
    """Every element and attribute that a page has; what no page of ours has is found by it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "style"):
            self.foreign.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").startswith("javascript:"):
                self.foreign.append(f"{tag} {name}")


PATHS = (
    "/",
    "/prenumerera",
    "/bekrafta/{}",
    "/avsluta/{}",
    "/min-sida/{}",
    "/nyhetsbrev/{}",
    "/nyhetsbrev/2020-10/bild/{}",
    "/kalender/2020-10/{}.ics",
    "/{}",
)
FIELDS = ("epost", "sprak", "webbplats", "sigill", "gor", "till", "saker", "List-Unsubscribe")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
    path=st.sampled_from(PATHS),
    inside=st.one_of(TEXTS, st.just("own")),
    query=TEXTS,
    form=st.dictionaries(st.sampled_from(FIELDS), TEXTS),
    language=TEXTS,
    sealed=st.booleans(),
)
def test_nothing_that_is_sent_breaks_a_page_or_becomes_part_of_it(
    site: Site,
    method: str,
    path: str,
    inside: str,
    query: str,
    form: dict[str, str],
    language: str,
    sealed: bool,
) -> None:
    word = site.token if inside == "own" else quote(inside, safe="")
    address = path.format(word) + f"?sprak={quote(query, safe='')}"
    if sealed:
        form = {**form, "sigill": SEAL.of(site.time - timedelta(minutes=5))}
    headers = {"Accept_Language": quote(language, safe=" ,;=")[:200]}
    if method == "POST":
        answer = site.browser.post(address, form, **headers)
    else:
        answer = site.browser.get(address, method, **headers)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    assert "Set-Cookie" not in answer.headers
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        assert Marks(answer.text).foreign == []
        for sent in (inside, query, language, *form.values()):
            if sent != escape(sent) and len(sent) > 8:
                assert sent not in answer.text


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_field_gets_anything_into_a_letter(site: Site, attack: str) -> None:
    seal = {"sigill": SEAL.of(site.time)}
    for email in (attack, f"{attack}@example.org", f"a@{attack}", f'"{attack}" <a@example.org>'):
        form = {"epost": email, "sprak": attack, **seal}
        assert site.browser.post("/prenumerera", form).status_code in (200, 422)
        form = {"gor": "flytta", "epost": email}
        assert site.browser.post(f"/min-sida/{site.token}", form).status_code in (200, 422)
    for content in site.letters():
        letter = message_from_bytes(content, policy=policy.default)
        assert not {"bcc", "set-cookie"} & {name.lower() for name in letter}
        assert letter["From"] == str(ORGANISATION.mailbox)
        assert "<script" not in letter.get_content()
        assert "49" not in letter["Subject"]
    for recipient in site.recipients():
        assert recipient.isascii() and not set(recipient) & set(' ,\r\n\0<>"')


def test_fifty_scanners_that_fetch_every_link_change_nothing(site: Site) -> None:
    site.browser.post("/prenumerera", {"epost": "bo@example.org", "sigill": SEAL.of(site.time)})
    (content,) = site.letters()
    letter = message_from_bytes(content, policy=policy.default).get_content()
    links = [word for word in letter.split() if word.startswith(BASE)]
    links += [f"{BASE}/{page}/{site.token}" for page in ("avsluta", "min-sida")]
    before = asyncio.run(site.subscribers.all())
    for link in links * 50:
        for method in ("GET", "HEAD"):
            assert site.browser.get(link.removeprefix(BASE), method).status_code == 200
    assert asyncio.run(site.subscribers.all()) == before


def test_a_bomb_of_requests_sends_each_victim_one_letter(site: Site) -> None:
    site.step = timedelta(0)
    statuses = set()
    for number in range(2000):
        form = {"epost": f"victim{number % 50}@example.org", "sigill": SEAL.of(NOW)}
        statuses.add(site.browser.post("/prenumerera", form).status_code)
    assert statuses == {200, 429}
    assert sorted(site.recipients()) == sorted(
        f"victim{number}@example.org" for number in range(50)
    )
    assert len(site.letters()) == 50
