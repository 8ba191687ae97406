"""The mailbox against Dovecot and pymap; a line that fails, fails in a proxy between the two."""

import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailer.edge import imap_reading
from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_reading import BATCH, FETCH_BYTES
from mailer.errors import LoginRefused, MailboxError
from mailer.mail.server import read_server
from tests.edge.imap_line import line_to
from tests.servers import Account, Dovecot

pytestmark = pytest.mark.anyio

RECEIVED = datetime(2020, 9, 7, 6, 40, tzinfo=UTC)
FOLDER = "Trygg boendemiljö"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["dovecot", "basic_dovecot", "pymap_server"])
def account(request: pytest.FixtureRequest) -> Account:
    """One mailbox after the other: on Dovecot, on Dovecot without MOVE, on pymap."""
    found: Account = request.getfixturevalue(request.param)
    return found


def mail(subject: str, body: str = "Det är mörkt vid torget.") -> bytes:
    return f"From: anna@example.org\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


def mailbox(account: Account, **options: Any) -> ImapMailbox:
    return ImapMailbox(read_server(account.url, "imap"), timeout=5, **options)


def flags(account: Account) -> dict[bytes, set[bytes]]:
    """The flags of each mail in the inbox, by its bytes."""
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        return {one[b"BODY[]"]: set(one[b"FLAGS"]) - {b"\\Recent"} for one in found.values()}


# --- what it holds ---


async def test_a_mail_is_found_by_a_field_in_whatever_folder_it_lies(account: Account) -> None:
    async with mailbox(account) as box:
        assert not await box.holds("X-Edition", "2020-09 list.example")
        raw = b"X-Edition: 2020-09 list.example\r\n" + mail("Nummer 1")
        await box.append(raw, "Egna utskick")
        assert await box.holds("X-Edition", "2020-09 list.example")
        assert not await box.holds("X-Edition", "2020-10 list.example")
        assert not await box.holds("X-Other", "2020-09 list.example")
        assert await box.waiting() == []


# --- what waits ---


async def test_an_empty_inbox_has_nothing_waiting(account: Account) -> None:
    async with mailbox(account) as box:
        assert await box.waiting() == []
        assert await box.fetch([]) == []
        assert await box.file([], FOLDER) == []


async def test_a_mail_comes_as_its_exact_bytes_with_the_time_of_its_arrival(
    account: Account,
) -> None:
    raw = mail("åäö").replace("åäö".encode(), b"\xe5\xe4\xf6")
    account.deliver(raw, RECEIVED.astimezone(timezone(timedelta(hours=2))))
    async with mailbox(account) as box:
        (one,) = await box.fetch(await box.waiting())
    assert (one.folder, one.raw, one.size) == ("INBOX", raw, len(raw))
    assert (one.received, one.received.tzinfo) == (RECEIVED, UTC)


async def test_what_waits_comes_oldest_first_and_is_given_in_the_order_asked_for(
    account: Account,
) -> None:
    raws = [mail(f"Nummer {number}") for number in range(12)]
    for raw in raws:
        account.deliver(raw)
    async with mailbox(account) as box:
        uids = await box.waiting()
        assert [one.raw for one in await box.fetch(uids)] == raws
        assert [one.raw for one in await box.fetch(uids[::-1])] == raws[::-1]


async def test_reading_leaves_seen_as_it_was(account: Account) -> None:
    account.deliver(mail("oläst"))
    with account.client() as client:
        client.append("INBOX", mail("läst"), [b"\\Seen"])
    before = flags(account)
    async with mailbox(account, limit=50) as box:
        await box.fetch(await box.waiting())
    async with mailbox(account) as box:
        await box.fetch(await box.waiting())
    assert flags(account) == before
    assert before[mail("läst")] == {b"\\Seen"}


async def test_a_mail_that_a_person_has_read_or_starred_still_waits(account: Account) -> None:
    with account.client() as client:
        client.append("INBOX", mail("läst"), [b"\\Seen", b"\\Flagged", b"\\Answered"])
    async with mailbox(account) as box:
        assert len(await box.waiting()) == 1


async def test_a_mail_that_a_person_has_marked_as_deleted_does_not_wait(account: Account) -> None:
    with account.client() as client:
        client.append("INBOX", mail("bort"), [b"\\Deleted"])
    async with mailbox(account) as box:
        assert await box.waiting() == []


async def test_of_a_mail_over_the_limit_only_the_beginning_is_fetched(account: Account) -> None:
    small, large = mail("liten"), mail("stor", "x" * 2000)
    account.deliver(large)
    account.deliver(small)
    async with mailbox(account, limit=1000) as box:
        first, second = await box.fetch(await box.waiting())
    assert first.size == len(large)
    assert first.raw == large[:1000]
    assert second.raw == small


async def test_a_mail_that_is_gone_is_left_out(account: Account) -> None:
    for subject in ("ett", "två", "tre"):
        account.deliver(mail(subject))
    async with mailbox(account) as box:
        uids = await box.waiting()
        with account.client() as client:
            client.select_folder("INBOX")
            client.delete_messages(uids[1])
            client.expunge()
        assert [one.uid for one in await box.fetch(uids)] == [uids[0], uids[2]]


async def test_one_fetch_brings_a_bounded_number_of_octets(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    fetch = IMAPClient.fetch

    def counted(client: IMAPClient, uids: list[int], items: list[str]) -> Any:
        found = fetch(client, uids, items)
        asked.append(sum(len(one.get(b"BODY[]", b"")) for one in found.values()))
        return found

    monkeypatch.setattr(IMAPClient, "fetch", counted)
    raws = [
        mail(f"Nummer {n}", ("x" * 70 + "\r\n") * (FETCH_BYTES * 2 // 5 // 72)) for n in range(4)
    ]
    for raw in raws:
        dovecot.deliver(raw)
    asked.clear()
    async with mailbox(dovecot) as box:
        uids = await box.waiting()
        assert [one.raw for one in await box.fetch(uids)] == raws[:2]
        assert [one.raw for one in await box.fetch(uids[2:])] == raws[2:]
    assert [total for total in asked if total] == [len(raws[0]) * 2] * 2


async def test_what_is_gone_or_refused_hides_nothing_behind_it(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_reading, "FETCH_BYTES", 1)
    for number in range(3):
        dovecot.deliver(mail(f"Nummer {number}"))
    fetch = IMAPClient.fetch

    def refusing(client: IMAPClient, uids: list[int], items: list[str]) -> Any:
        if 1 in uids and items == ["BODY.PEEK[]"]:
            raise IMAPClientError("fetch failed")
        return fetch(client, uids, items)

    monkeypatch.setattr(IMAPClient, "fetch", refusing)
    async with mailbox(dovecot) as box:
        assert [one.uid for one in await box.fetch([1, 2, 3])] == [2]
        assert [one.uid for one in await box.fetch([77, 3])] == [3]


async def test_a_mail_that_the_server_cannot_give_stops_no_other(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for subject in ("ett", "två", "tre"):
        dovecot.deliver(mail(subject))
    fetch = IMAPClient.fetch

    def broken(client: IMAPClient, uids: list[int], items: list[str]) -> Any:
        if 2 in uids and items == ["BODY.PEEK[]"]:
            raise IMAPClient.Error("fetch failed: [SERVERBUG] Internal error")
        return fetch(client, uids, items)

    monkeypatch.setattr(IMAPClient, "fetch", broken)
    async with mailbox(dovecot) as box:
        assert [one.uid for one in await box.fetch(await box.waiting())] == [1, 3]
    assert "UID 2 stays in the inbox: fetch failed: [SERVERBUG] Internal error" in caplog.text


# --- filing ---


async def test_a_filed_mail_is_in_its_folder_and_waits_no_more(account: Account) -> None:
    account.deliver(mail("ett"), RECEIVED)
    account.deliver(mail("två"))
    async with mailbox(account) as box:
        first, second = await box.fetch(await box.waiting())
        assert await box.file([first], FOLDER) == [first.uid]
        assert await box.waiting() == [second.uid]
        assert (await box.dump())[FOLDER] == [first.raw]
    with account.client() as client:
        assert FOLDER in [name for _, _, name in client.list_sub_folders()]
        client.select_folder(FOLDER, readonly=True)
        (copy,) = client.fetch(client.search(), ["INTERNALDATE", "FLAGS"]).values()
        assert b"\\Seen" not in copy[b"FLAGS"]


async def test_filing_again_changes_nothing(account: Account) -> None:
    account.deliver(mail("ett"))
    async with mailbox(account) as box:
        mails = await box.fetch(await box.waiting())
        await box.file(mails, FOLDER)
        await box.file(mails, FOLDER)
        assert (await box.dump())[FOLDER] == [mail("ett")]


async def test_without_move_the_original_stays_marked_and_undeleted(
    basic_dovecot: Account,
) -> None:
    basic_dovecot.deliver(mail("ett"))
    async with mailbox(basic_dovecot) as box:
        mails = await box.fetch(await box.waiting())
        assert await box.file(mails, FOLDER) == [mails[0].uid]
        assert await box.file(mails, FOLDER) == [mails[0].uid]
    assert flags(basic_dovecot) == {mail("ett"): {b"$Filed"}}


async def test_where_no_keyword_is_allowed_a_star_marks_the_copied_mail(
    basic_dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_keywords(monkeypatch)
    basic_dovecot.deliver(mail("ett"))
    async with mailbox(basic_dovecot) as box:
        mails = await box.fetch(await box.waiting())
        assert await box.file(mails, FOLDER) == [mails[0].uid]
        assert await box.waiting() == []
    assert flags(basic_dovecot) == {mail("ett"): {b"\\Flagged"}}


async def test_where_no_keyword_is_allowed_and_move_is_known_a_star_hides_nothing(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_keywords(monkeypatch)
    with dovecot.client() as client:
        client.append("INBOX", mail("ett"), [b"\\Flagged"])
    async with mailbox(dovecot) as box:
        mails = await box.fetch(await box.waiting())
        assert await box.file(mails, FOLDER) == [mails[0].uid]


def forbid_keywords(monkeypatch: pytest.MonkeyPatch) -> None:
    select_folder = IMAPClient.select_folder

    def without(client: IMAPClient, folder: str, readonly: bool = False) -> Any:
        answer = select_folder(client, folder, readonly)
        return {**answer, b"PERMANENTFLAGS": (b"\\Seen", b"\\Flagged")}

    monkeypatch.setattr(IMAPClient, "select_folder", without)


@pytest.mark.parametrize("limit", [10_000, 100])
async def test_a_crash_between_copy_and_mark_does_not_double(
    basic_dovecot: Account, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    raws = [mail("ett", "x" * 300), mail("två", "x" * 300)]
    for raw in raws:
        basic_dovecot.deliver(raw)

    def crash(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    async with mailbox(basic_dovecot, limit=limit) as box:
        mails = await box.fetch(await box.waiting())
        with monkeypatch.context() as patch:
            patch.setattr(IMAPClient, "add_flags", crash)
            with pytest.raises(MailboxError):
                await box.file(mails[:1], FOLDER)
        assert await box.waiting() == [1, 2]
        assert sorted(await box.file(mails, FOLDER)) == [1, 2]
        assert await box.waiting() == []
        assert sorted((await box.dump())[FOLDER]) == sorted(raws)


async def test_a_mail_that_another_has_moved_away_is_left_out(account: Account) -> None:
    account.deliver(mail("ett"))
    account.deliver(mail("två"))
    async with mailbox(account) as box:
        first, second = await box.fetch(await box.waiting())
        with account.client() as client:
            client.create_folder("Någon annans")
            client.select_folder("INBOX")
            client.copy([first.uid], "Någon annans")
            client.delete_messages([first.uid])
            client.expunge()
        assert await box.file([first, second], FOLDER) == [second.uid]
        folders = await box.dump()
    assert (folders["Någon annans"], folders[FOLDER]) == ([mail("ett")], [mail("två")])


async def test_a_folder_that_was_removed_in_between_is_created_again(account: Account) -> None:
    account.deliver(mail("ett"))
    account.deliver(mail("två"))
    async with mailbox(account) as box:
        first, second = await box.fetch(await box.waiting())
        await box.file([first], FOLDER)
        with account.client() as client:
            client.delete_folder(FOLDER)
        assert await box.file([second], FOLDER) == [second.uid]
        assert (await box.dump())[FOLDER] == [mail("två")]


async def test_nothing_is_moved_out_of_a_rebuilt_inbox(account: Account) -> None:
    account.deliver(mail("ett"))
    async with mailbox(account) as box:
        (one,) = await box.fetch(await box.waiting())
        with pytest.raises(MailboxError, match="the inbox was rebuilt"):
            await box.file([replace(one, validity=one.validity - 1)], FOLDER)
        assert await box.waiting() == [one.uid]
        assert (await box.dump())[FOLDER] == []


@pytest.mark.parametrize("name", ["Hem/skola", "A.B", "Kv. Ö & Å", '5 % * "citat"', "a\\b"])
async def test_a_name_is_one_folder_whatever_is_in_it(account: Account, name: str) -> None:
    account.deliver(mail("ett"))
    async with mailbox(account) as box:
        before = await box.dump()
        await box.file(await box.fetch(await box.waiting()), name)
        new = (await box.dump()).keys() - before.keys()
    assert len(new) == 1
    assert "/" not in new.pop()


async def test_more_mails_than_go_into_two_commands_are_read_and_filed(account: Account) -> None:
    number = 2 * BATCH + 1
    raws = [mail(f"Nummer {each}") for each in range(number)]
    async with mailbox(account) as box:
        for raw in raws:
            await box.append(raw)
        uids = await box.waiting()
        parts = [await box.fetch(uids[first : first + BATCH]) for first in range(0, number, BATCH)]
        mails = [one for part in parts for one in part]
        assert [one.raw for one in mails] == raws
        filed = await box.file(mails[: BATCH + 50], FOLDER)
        assert sorted(filed) == [one.uid for one in mails[: BATCH + 50]]
        assert await box.waiting() == [one.uid for one in mails[BATCH + 50 :]]
        assert (await box.dump())[FOLDER] == raws[: BATCH + 50]


# --- servers that are set up otherwise ---


class Prefixed(Dovecot):
    """As after a migration from Courier: every folder below INBOX, a dot between levels."""

    def configuration(self) -> str:
        return super().configuration() + "namespace inbox {\n prefix = INBOX.\n separator = .\n}\n"


class Full(Dovecot):
    """Room for 100 kB."""

    def configuration(self) -> str:
        return (
            super().configuration()
            + "mail_plugins = quota\n"
            + "plugin {\n"
            + " quota = count:User\n quota_rule = *:storage=100K\n quota_vsizes = yes\n"
            + "}\n"
        )


@pytest.fixture
def prefixed() -> Iterator[Account]:
    with Prefixed() as server:
        yield server.new_account()


@pytest.fixture
def full() -> Iterator[Account]:
    with Full(Dovecot.BASIC) as server:
        yield server.new_account()


async def test_a_folder_lies_below_the_prefix_of_the_namespace(prefixed: Account) -> None:
    prefixed.deliver(mail("ett"))
    async with mailbox(prefixed) as box:
        await box.file(await box.fetch(await box.waiting()), "Kv. Eken")
        assert await box.dump() == {"INBOX": [], "Kv- Eken": [mail("ett")]}
    assert prefixed.folders().keys() == {"INBOX", "INBOX.Kv- Eken"}


async def test_what_does_not_fit_stays_and_the_rest_is_filed(
    full: Account, caplog: pytest.LogCaptureFixture
) -> None:
    small, large = mail("liten"), mail("stor", ("x" * 70 + "\r\n") * 1000)
    full.deliver(large)
    full.deliver(small)
    async with mailbox(full) as box:
        mails = await box.fetch(await box.waiting())
        assert await box.file(mails, FOLDER) == [mails[1].uid]
        assert await box.waiting() == [mails[0].uid]
        assert (await box.dump())[FOLDER] == [small]
    (record,) = [one for one in caplog.records if one.name == "mailer.imap"]
    assert record.levelno == logging.WARNING
    assert "UID 1 stays in the inbox: copy failed: [OVERQUOTA]" in record.getMessage()
    assert record.__dict__["action"] == "file_refused"


# --- lines, logins, TLS ---


async def test_a_line_cut_in_a_fetch_is_one_error_and_the_next_call_works(
    dovecot: Account,
) -> None:
    raw = mail("stor", ("x" * 70 + "\r\n") * 5000)
    dovecot.deliver(raw)
    async with line_to(dovecot) as (line, account), mailbox(account) as box:
        uids = await box.waiting()
        line.cut_after = 100_000
        with pytest.raises(MailboxError, match=rf"imap://127\.0\.0\.1:{account.port}: .+"):
            await box.fetch(uids)
        (one,) = await box.fetch(uids)
    assert one.raw == raw
    assert line.opened == 2


async def test_a_line_cut_in_a_move_is_one_error_and_the_next_call_works(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail("ett"))
    move = IMAPClient.move

    def cut(client: IMAPClient, uids: list[int], folder: str) -> None:
        move(client, uids, folder)
        monkeypatch.undo()
        raise IMAPClientAbortError("socket error: EOF")

    async with mailbox(dovecot) as box:
        mails = await box.fetch(await box.waiting())
        monkeypatch.setattr(IMAPClient, "move", cut)
        with pytest.raises(MailboxError, match="the line was cut"):
            await box.file(mails, FOLDER)
        assert await box.file(mails, FOLDER) == []
        assert (await box.dump())[FOLDER] == [mail("ett")]


async def test_a_line_that_died_between_two_calls_costs_nothing(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account), mailbox(account) as box:
        line.cut()
        assert await box.waiting() == []
        assert line.opened == 2


async def test_closing_a_line_that_is_cut_is_no_error(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account), mailbox(account):
        line.cut()


async def test_a_server_that_says_nothing_is_given_up_after_the_timeout(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account):
        line.hung = True
        box = ImapMailbox(read_server(account.url, "imap"), timeout=0.3)
        with pytest.raises(MailboxError, match="no answer in time"):
            await box.open()
        line.hung = False
        assert await box.waiting() == []
        await box.close()


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    server = read_server("imap://kontakt:hemligt@127.0.0.1:1", "imap")
    with pytest.raises(MailboxError, match=r"^imap://127.0.0.1:1: Connection refused$"):
        async with ImapMailbox(server):
            pass


@pytest.mark.parametrize(("user", "password"), [("", "fel-lösenord"), ("Åsa Ek", "x y")])
async def test_a_refused_login_is_told_apart_and_shows_no_secret(
    account: Account, caplog: pytest.LogCaptureFixture, user: str, password: str
) -> None:
    caplog.set_level(logging.INFO)
    wrong = replace(account, user=user or account.user, password=password)
    with pytest.raises(LoginRefused, match="the login was refused") as refused:
        async with mailbox(wrong):
            pass
    told = str(refused.value) + caplog.text
    assert f"127.0.0.1:{account.port}" in told
    assert password not in told
    assert (user or account.user) not in told


async def test_a_line_cut_at_the_login_is_no_refused_login(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account):
        box = mailbox(account)
        line.cut_after = 500
        with pytest.raises(MailboxError, match="the line was cut") as cut:
            while True:
                await box.open()
        assert not isinstance(cut.value, LoginRefused)
        await box.close()


async def test_a_server_without_sasl_plain_gets_the_login_command(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(IMAPClient, "plain_login")
    has = IMAPClient.has_capability
    monkeypatch.setattr(
        IMAPClient,
        "has_capability",
        lambda client, name: name != "AUTH=PLAIN" and has(client, name),
    )
    async with mailbox(dovecot) as box:
        assert await box.waiting() == []


@pytest.mark.parametrize("answer", ["[UNAVAILABLE] Try later", "[LIMIT] Too many connections"])
async def test_a_login_that_is_not_possible_now_is_no_refused_login(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    def unavailable(*_: Any, **__: Any) -> None:
        raise IMAPClient.Error(answer)

    monkeypatch.setattr(IMAPClient, "_command_and_check", unavailable)
    with pytest.raises(MailboxError, match="logging in is not possible now") as error:
        async with mailbox(dovecot):
            pass
    assert not isinstance(error.value, LoginRefused)


def over_tls(account: Account, url: str, *, trusted: bool = True) -> ImapMailbox:
    context = ssl.create_default_context(cafile=str(account.ca) if trusted else None)
    return ImapMailbox(read_server(url, "imap"), timeout=5, context=context)


@pytest.mark.parametrize("url", ["tls_url", "starttls_url"])
async def test_mail_is_read_and_filed_over_tls(dovecot: Account, url: str) -> None:
    dovecot.deliver(mail("ett"))
    async with over_tls(dovecot, getattr(dovecot, url)) as box:
        mails = await box.fetch(await box.waiting())
        assert await box.file(mails, FOLDER) == [1]


@pytest.mark.parametrize("url", ["tls_url", "starttls_url"])
async def test_a_certificate_that_is_not_trusted_ends_it_before_the_login(
    dovecot: Account, url: str
) -> None:
    with pytest.raises(MailboxError, match="its certificate is not trusted"):
        async with over_tls(dovecot, getattr(dovecot, url), trusted=False):
            pass


async def test_without_starttls_the_password_is_not_sent(pymap_server: Account) -> None:
    async with line_to(pymap_server) as (line, account):
        with pytest.raises(MailboxError, match="STARTTLS"):
            async with ImapMailbox(read_server(account.starttls_url, "imap"), timeout=5):
                pass
        assert b"LOGIN" not in line.heard
        assert b"AUTHENTICATE" not in line.heard


# --- append and dump ---


async def test_an_appended_mail_is_in_its_folder_with_its_time(account: Account) -> None:
    async with mailbox(account) as box:
        await box.append(mail("ett"), received=RECEIVED)
        await box.append(mail("två"), FOLDER)
        (one,) = await box.fetch(await box.waiting())
        assert one.received == RECEIVED
        assert await box.dump() == {"INBOX": [mail("ett")], FOLDER: [mail("två")]}
