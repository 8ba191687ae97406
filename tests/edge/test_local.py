"""The demo's servers, spoken to by the clients that the service itself uses."""

import asyncio
import gc
import time
from collections.abc import Coroutine
from datetime import UTC, datetime

import aiosmtplib
import pytest
from imapclient import IMAPClient

from mailer.edge.local import Captured, LocalImap, LocalSmtp
from mailer.mail.server import read_server

RECEIVED = datetime(2020, 9, 7, 6, 40, tzinfo=UTC)
MAIL = b"From: anna@example.org\r\nSubject: Hej\r\n\r\nEn rad.\r\n"
FOLDER = "Trygg boendemiljö & så"


def run(work: Coroutine[None, None, None]) -> None:
    """Run in a loop of its own; whatever is left open when it ends is an error."""

    async def bounded() -> None:
        async with asyncio.timeout(20):
            await work
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(bounded())
    gc.collect()


def log_in(url: str, password: str = "") -> IMAPClient:
    server = read_server(url, "imap")
    client = IMAPClient(server.host, server.port, ssl=False, timeout=5)
    try:
        client.login(server.user, password or server.password.reveal())
    except IMAPClient.Error:
        client.shutdown()
        raise
    return client


async def connected(url: str) -> aiosmtplib.SMTP:
    server = read_server(url, "smtp")
    client = aiosmtplib.SMTP(hostname=server.host, port=server.port, start_tls=False, timeout=5)
    await client.connect()
    await client.ehlo()
    return client


def test_both_servers_start_in_less_than_half_a_second() -> None:
    async def work() -> None:
        started = time.perf_counter()
        async with LocalImap(), LocalSmtp():
            assert time.perf_counter() - started < 0.5

    run(work())


def test_the_account_is_empty_and_can_what_triage_needs() -> None:
    def session(url: str) -> None:
        with log_in(url) as client:
            assert {b"MOVE", b"IDLE", b"UIDPLUS"} <= set(client.capabilities())
            assert [name for _, _, name in client.list_folders()] == ["INBOX"]
            assert client.select_folder("INBOX")[b"EXISTS"] == 0

    async def work() -> None:
        async with LocalImap() as imap:
            await asyncio.to_thread(session, imap.url)

    run(work())


@pytest.mark.parametrize(
    "raw",
    [
        MAIL,
        b"Subject: r\xe4ksm\xf6rg\xe5s\r\n\r\n\xe5\xe4\xf6\r\n",
        b"Subject: only newlines\n\nhej\n",
        bytes(range(1, 256)),
    ],
    ids=["plain", "latin-1", "newlines", "every octet"],
)
def test_a_mail_is_kept_byte_for_byte_with_its_date_also_when_moved(raw: bytes) -> None:
    def session(url: str) -> None:
        with log_in(url) as client:
            client.normalise_times = False
            client.create_folder(FOLDER)
            client.select_folder("INBOX")
            client.move(client.search(), FOLDER)
            assert client.search() == []
            client.select_folder(FOLDER, readonly=True)
            (mail,) = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE"]).values()
            assert mail[b"BODY[]"] == raw
            assert mail[b"INTERNALDATE"] == RECEIVED

    async def work() -> None:
        async with LocalImap() as imap:
            await imap.deliver(raw, RECEIVED)
            await asyncio.to_thread(session, imap.url)
            assert await imap.folders() == {"INBOX": [], FOLDER: [raw]}

    run(work())


def test_an_appended_mail_keeps_its_date() -> None:
    def session(url: str) -> None:
        with log_in(url) as client:
            client.normalise_times = False
            client.append("INBOX", MAIL, msg_time=RECEIVED)
            client.select_folder("INBOX")
            (mail,) = client.fetch(client.search(), ["INTERNALDATE"]).values()
            assert mail[b"INTERNALDATE"] == RECEIVED

    async def work() -> None:
        async with LocalImap() as imap:
            await asyncio.to_thread(session, imap.url)
            assert await imap.folders() == {"INBOX": [MAIL]}

    run(work())


def test_a_delivered_mail_wakes_a_client_in_idle() -> None:
    def session(url: str, idling: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
        with log_in(url) as client:
            client.select_folder("INBOX")
            client.idle()
            loop.call_soon_threadsafe(idling.set)
            # Not idle_check(), which takes half a line that has arrived for a broken one.
            said = b""
            while b"* 1 EXISTS\r\n" not in said or not said.endswith(b"\r\n"):
                more = client.socket().recv(1000)
                assert more, said
                said += more
            client.idle_done()

    async def work() -> None:
        async with LocalImap() as imap:
            idling = asyncio.Event()
            loop = asyncio.get_running_loop()
            client = asyncio.create_task(asyncio.to_thread(session, imap.url, idling, loop))
            await idling.wait()
            await imap.deliver(MAIL, RECEIVED)
            await client

    run(work())


def test_a_wrong_password_is_refused() -> None:
    async def work() -> None:
        async with LocalImap() as imap:
            with pytest.raises(IMAPClient.Error):
                await asyncio.to_thread(log_in, imap.url, "wrong")

    run(work())


def test_user_and_password_may_hold_any_character() -> None:
    async def work() -> None:
        async with LocalImap("anna@markaryd.example", "p@/:?#%") as imap:
            await asyncio.to_thread(lambda: log_in(imap.url).logout())

    run(work())


def test_leaving_cuts_a_client_that_idles() -> None:
    async def work() -> None:
        async with LocalImap() as imap:
            client = await asyncio.to_thread(log_in, imap.url)
            await asyncio.to_thread(client.select_folder, "INBOX")
            await asyncio.to_thread(client.idle)
        with pytest.raises((IMAPClient.Error, OSError)):
            await asyncio.to_thread(client.idle_done)
        client.shutdown()

    run(work())


def test_letters_are_kept_in_order_with_their_envelope() -> None:
    async def work() -> None:
        async with LocalSmtp() as smtp:
            client = await connected(smtp.url)
            assert client.supports_extension("8bitmime")
            assert client.supports_extension("smtputf8")
            await client.sendmail("a@example.org", ["b@example.org", "c@example.org"], MAIL)
            await client.sendmail(
                "", "d@example.org", b".\r\n\xe5\r\n", mail_options=["BODY=8BITMIME"]
            )
            await client.sendmail("å@example.org", "é@example.org", MAIL, mail_options=["SMTPUTF8"])
            await client.quit()
            assert smtp.letters == [
                Captured("a@example.org", ("b@example.org", "c@example.org"), MAIL),
                Captured("", ("d@example.org",), b".\r\n\xe5\r\n"),
                Captured("å@example.org", ("é@example.org",), MAIL),
            ]

    run(work())


def test_leaving_cuts_a_client_in_the_middle_of_a_letter() -> None:
    async def work() -> None:
        async with LocalSmtp() as smtp:
            server = read_server(smtp.url, "smtp")
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(
                b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhalf"
            )
            await reader.readuntil(b"354 ")
        assert smtp.letters == []
        assert not (await reader.read()).endswith(b"250 ")
        writer.close()

    run(work())


def test_the_servers_say_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with LocalImap() as imap, LocalSmtp() as smtp:
            await imap.deliver(MAIL, RECEIVED)
            await asyncio.to_thread(lambda: log_in(imap.url).logout())
            client = await connected(smtp.url)
            await client.sendmail("a@example.org", "b@example.org", MAIL)
            await client.quit()

    with caplog.at_level("INFO"):
        run(work())
    assert {record.name.split(".")[0] for record in caplog.records} <= {"asyncio", "imapclient"}
