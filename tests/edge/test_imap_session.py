"""What the faults of a line are called."""

import socket
import ssl

import pytest
from imapclient import exceptions

from mailer.edge.imap_session import connect, fault, is_refusal, reason
from mailer.errors import MailboxError
from mailer.mail.server import Server

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
    assert str(fault(SERVER, error)) == f"imap://imap.example.org:993: {words}"
    assert is_refusal(error) == refusal


def test_a_greeting_that_never_comes_is_waited_for_no_longer_than_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server("imap", "127.0.0.1", silent.getsockname()[1], "none")
        with pytest.raises(MailboxError, match="no answer in time"):
            connect(server, ssl.create_default_context(), 0.1)
