"""Whether links work, asked of a real server on loopback."""

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from mailer.edge import links


class Site(BaseHTTPRequestHandler):
    """Answers /404 with 404; /head/200 refuses HEAD and answers GET with 200."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer("405" if self.path.startswith("/head/") else self.path[1:4])

    def do_GET(self) -> None:
        self._answer(self.path.removeprefix("/head")[1:4])

    def _answer(self, code: str) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(int(code))
        if code == "302":
            self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(*given: str) -> dict[str, str]:
    return dict(asyncio.run(links.ask(given)))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/200", ""),
        ("/302", ""),
        ("/200/åäö?å=ö#x", ""),
        ("/head/200", ""),
        ("/401", ""),
        ("/403", ""),
        ("/429", ""),
        ("/404", "404 Not Found"),
        ("/410", "410 Gone"),
        ("/500", "500 Internal Server Error"),
    ],
)
def test_a_link_works_if_something_is_there(base: str, path: str, answer: str) -> None:
    assert ask(base + path) == {base + path: answer}


def test_each_link_is_asked_once(base: str) -> None:
    ask(f"{base}/200", f"{base}/200")
    assert Site.asked == ["HEAD /200"]


def test_a_server_that_is_not_there_is_a_reason(base: str) -> None:
    answer = ask("http://127.0.0.1:1/")["http://127.0.0.1:1/"]
    assert "refused" in answer


@pytest.mark.parametrize("link", ["http://[", "http://a..b/", "http://a:x/", "http://a b/"])
def test_what_is_no_link_is_a_reason_too(link: str) -> None:
    assert ask(link)[link]
