"""What the faults of a line are called."""

import socket
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator

import pytest
from imapclient import exceptions

from mailer.edge.imap_session import connect, drop, fault, is_refusal, reason
from mailer.errors import LoginRefused, MailboxError
from mailer.mail.server import Secret, Server

SERVER = Server("imap", "imap.example.org", 993, "implicit", "kontakt")


@pytest.mark.parametrize(
    ("error", "words", "refusal"),
    [
        (TimeoutError("timed out"), "no answer in time", False),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer", False),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known", False),
        (ssl.SSLError(1, "wrong version number"), "wrong version number", False),
        (exceptions.IMAPClientAbortError("socket error: EOF"), "the line was cut", False),
        (exceptions.IMAPClientReadOnlyError("x"), "the mailbox may only be read", False),
        (exceptions.IMAPClientError("copy failed:\r\n full"), "copy failed: full", True),
        (exceptions.ProtocolError("Kära kommunen"), "its answer cannot be read", True),
        (ValueError("Kära kommunen"), "its answer cannot be read", True),
    ],
)
def test_a_fault_is_one_line_without_a_word_of_the_mail(
    error: Exception, words: str, refusal: bool
) -> None:
    assert reason(error) == words
    assert str(fault(SERVER, error)) == f"imaps://imap.example.org:993: {words}"
    assert is_refusal(error) == refusal


def test_a_greeting_that_never_comes_is_waited_for_no_longer_than_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server("imap", "127.0.0.1", silent.getsockname()[1], "none")
        with pytest.raises(MailboxError, match="no answer in time"):
            connect(server, ssl.create_default_context(), 0.1)


# --- logging in with a token --------------------------------------------------------------------


class Xoauth2:
    """An IMAP server for one line, which takes one token and says `refusal` to any other.

    Before that it says `challenge`, if it is given one.
    """

    refusal = b"NO [AUTHENTICATIONFAILED] kontakt may not"
    challenge = b""

    def __init__(self) -> None:
        self.heard = b""
        self.answer = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def server(self) -> Server:
        return Server("imap", "127.0.0.1", self._socket.getsockname()[1], "none", "kontakt")

    def close(self) -> None:
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        line, _ = self._socket.accept()
        with line, line.makefile("rb") as lines:
            line.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
            for request in lines:
                tag, verb, *_ = request.split()
                if verb == b"AUTHENTICATE":
                    line.sendall(b"+ \r\n")
                    self.heard = b64decode(lines.readline())
                    right = b"token-1" in self.heard
                    if self.challenge and not right:
                        line.sendall(b"+ " + b64encode(self.challenge) + b"\r\n")
                        self.answer = lines.readline()
                    line.sendall(tag + b" " + (b"OK hello" if right else self.refusal) + b"\r\n")
                else:
                    line.sendall(tag + b" OK done\r\n")


@pytest.fixture
def xoauth2() -> Iterator[Xoauth2]:
    running = Xoauth2()
    yield running
    running.close()


def test_a_token_logs_in_instead_of_a_password(xoauth2: Xoauth2) -> None:
    client = connect(xoauth2.server, ssl.create_default_context(), 5, lambda: Secret("token-1"))
    drop(client)
    assert xoauth2.heard == b"user=kontakt\x01auth=Bearer token-1\x01\x01"


def test_a_token_that_is_refused_is_told_without_it(xoauth2: Xoauth2) -> None:
    with pytest.raises(LoginRefused, match="the application may not use this mailbox") as error:
        connect(xoauth2.server, ssl.create_default_context(), 5, lambda: Secret("token-2"))
    assert "token-2" not in str(error.value)
    assert "AUTHENTICATIONFAILED" in str(error.value)


def test_what_the_server_says_of_a_token_before_it_refuses_it_is_heard(xoauth2: Xoauth2) -> None:
    xoauth2.challenge = b'{"status":"401","schemes":"Bearer"}'
    with pytest.raises(LoginRefused, match="check 'tenant'"):
        connect(xoauth2.server, ssl.create_default_context(), 5, lambda: Secret("token-2"))
    assert xoauth2.answer == b"\r\n"


def test_where_there_is_no_token_its_own_reason_is_told(xoauth2: Xoauth2) -> None:
    def no_token() -> Secret:
        raise MailboxError("https://login.test: no token: expired")

    with pytest.raises(MailboxError, match="no token: expired"):
        connect(xoauth2.server, ssl.create_default_context(), 5, no_token)
