"""Serving on a real socket: taken first, freed soon after."""

import asyncio
import signal
import socket

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from mailer.edge.web.serving import serve
from mailer.errors import MailerError


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("Hej")(scope, receive, send)


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(3600)


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_it_serves_until_told_to_stop_and_frees_the_port(host: str, url: str) -> None:
    async def whole() -> None:
        stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve(hello, host, 0, stop, opened.set_result))
        port = await opened
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://{url}:{port}/")
            assert answer.text == "Hej"
            assert "server" not in answer.headers
            stop.set()
            await asyncio.wait_for(serving, 10)
        with pytest.raises(OSError):
            await asyncio.open_connection(host, port)

    asyncio.run(whole())


def test_an_answer_that_never_comes_does_not_hold_it_up() -> None:
    async def whole() -> None:
        stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve(never, "127.0.0.1", 0, stop, opened.set_result))
        _, writer = await asyncio.open_connection("127.0.0.1", await opened)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)
        stop.set()
        await asyncio.wait_for(serving, 10)
        writer.close()

    asyncio.run(whole())


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MailerError, match=rf"^127\.0\.0\.1:{port}: .*in use; choose another"):
            asyncio.run(serve(hello, "127.0.0.1", port, asyncio.Event()))


def test_a_host_that_is_not_ours_is_said() -> None:
    with pytest.raises(MailerError, match="the web pages cannot be there"):
        asyncio.run(serve(hello, "192.0.2.1", 0, asyncio.Event()))


def test_signals_stay_with_the_caller() -> None:
    async def whole() -> None:
        before = signal.getsignal(signal.SIGTERM)
        stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve(hello, "127.0.0.1", 0, stop, opened.set_result))
        await opened
        await asyncio.sleep(0.05)
        assert signal.getsignal(signal.SIGTERM) is before
        stop.set()
        await serving

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("proxies", "said", "client"),
    [
        (["127.0.0.1"], "198.51.100.7", "198.51.100.7"),
        (["127.0.0.0/8"], "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (["192.0.2.1"], "198.51.100.7", "127.0.0.1"),
        ([], "198.51.100.7", "127.0.0.1"),
        (["127.0.0.1"], "", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_visitor_comes_from(
    proxies: list[str], said: str, client: str
) -> None:
    async def who(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    async def whole() -> None:
        stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve(who, "127.0.0.1", 0, stop, opened.set_result, trusted_proxies=proxies)
        )
        async with httpx.AsyncClient() as browser:
            headers = {"X-Forwarded-For": said} if said else {}
            answer = await browser.get(f"http://127.0.0.1:{await opened}/", headers=headers)
        assert answer.text == client
        stop.set()
        await serving

    asyncio.run(whole())
