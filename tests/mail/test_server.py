"""Where a mail server is, and that its password is never shown."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.server import NO_SECRET, Secret, Server, is_loopback, read_server

PASSWORD = "s3kr3t"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://relay.example", Server("smtp", "relay.example", 587, "starttls")),
        ("smtp://relay.example:25", Server("smtp", "relay.example", 25, "starttls")),
        ("smtps://relay.example", Server("smtp", "relay.example", 465, "implicit")),
        ("smtps://relay.example?tls=", Server("smtp", "relay.example", 465, "implicit")),
        ("smtp://relay.example?tls=none", Server("smtp", "relay.example", 587, "none")),
        ("smtp://relay.example?tls=", Server("smtp", "relay.example", 587, "starttls")),
        ("smtp://relay.example/", Server("smtp", "relay.example", 587, "starttls")),
        (" SMTP://Relay.Example ", Server("smtp", "relay.example", 587, "starttls")),
        ("smtp://127.0.0.1:2525", Server("smtp", "127.0.0.1", 2525, "none")),
        ("smtp://localhost", Server("smtp", "localhost", 587, "none")),
        ("smtp://[::1]:25", Server("smtp", "::1", 25, "none")),
        ("smtp://[2001:db8::1]:25", Server("smtp", "2001:db8::1", 25, "starttls")),
        ("smtp://localhost?tls=starttls", Server("smtp", "localhost", 587, "starttls")),
        ("smtps://localhost", Server("smtp", "localhost", 465, "implicit")),
        (
            "smtp://anna%40b.se:p%3A%2F%C3%A5@relay.example",
            Server("smtp", "relay.example", 587, "starttls", "anna@b.se", Secret("p:/å")),
        ),
        (
            "smtp://anna@b.se:p@ss@relay.example",
            Server("smtp", "relay.example", 587, "starttls", "anna@b.se", Secret("p@ss")),
        ),
        ("smtp://anna@relay.example", Server("smtp", "relay.example", 587, "starttls", "anna")),
    ],
)
def test_a_relay_is_read_from_its_url(url: str, server: Server) -> None:
    assert read_server(url, "smtp") == server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("imap://imap.example", Server("imap", "imap.example", 143, "starttls")),
        ("imaps://imap.example", Server("imap", "imap.example", 993, "implicit")),
        ("imap://127.0.0.2", Server("imap", "127.0.0.2", 143, "none")),
    ],
)
def test_a_mailbox_is_read_from_its_url(url: str, server: Server) -> None:
    assert read_server(url, "imap") == server


EXPECTED = "expected smtp://host:port"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", f"{EXPECTED} or smtps://host:port"),
        ("relay.example:25", f"{EXPECTED} or smtps://host:port"),
        ("imap://x:s3kr3t@h", f"{EXPECTED} or smtps://host:port"),
        ("smtp://", f"no host in it; {EXPECTED}"),
        ("smtp://:25", f"no host in it; {EXPECTED}"),
        ("smtp://x:s3kr3t@:25", f"no host in it; {EXPECTED}"),
        ("smtp://x:s3kr3t@h:port", f"not a URL; {EXPECTED}"),
        ("smtp://x:s3kr3t@h:65536", f"not a URL; {EXPECTED}"),
        ("smtp://x:s3kr3t@h:-1", f"not a URL; {EXPECTED}"),
        ("smtp://x:s3kr3t@[::1", f"not a URL; {EXPECTED}"),
        ("smtp://x:s3#kr3t@h", f"not a URL; {EXPECTED}"),
        ("smtp://x:s3/s3kr3t@h", f"not a URL; {EXPECTED}"),
        ("smtp://x:12#s3kr3t@h", "nothing may follow the port but ?tls="),
        ("smtp://x:12/s3kr3t@h", "nothing may follow the port but ?tls="),
        ("smtp://x:s3kr3t@h/path", "nothing may follow the port but ?tls="),
        ("smtp://x:12?s3kr3t@h", "unknown option; only ?tls= is known"),
        ("smtp://x:s3kr3t@h?ssl=1", "unknown option; only ?tls= is known"),
        ("smtp://x:s3kr3t@h:0", "no server listens on port 0"),
        ("smtp://x:12?tls=s3kr3t@h", "tls= must be starttls or none"),
        ("smtp://h?tls=implicit", "tls= must be starttls or none"),
        ("smtp://h?tls=STARTTLS", "tls= must be starttls or none"),
        ("smtps://h?tls=starttls", "smtps:// is TLS from the first byte, without ?tls="),
        ("smtps://h?tls=none", "smtps:// is TLS from the first byte, without ?tls="),
    ],
)
def test_a_wrong_url_is_refused_without_repeating_it(url: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_server(url, "smtp")
    assert str(caught.value) == reason
    assert caught.value.__cause__ is None


@given(st.text(st.characters()), st.sampled_from(["imap", "smtp"]))
def test_no_url_makes_it_say_the_password(junk: str, protocol: Literal["imap", "smtp"]) -> None:
    for url in (
        f"{protocol}://anna:{PASSWORD}{junk}@mail.example",
        f"{protocol}://anna:{junk}{PASSWORD}@mail.example",
        f"{protocol}://anna:{PASSWORD}@{junk}",
        f"{protocol}s://anna:{PASSWORD}@mail.example{junk}",
    ):
        try:
            server = read_server(url, protocol)
        except ValueError as error:
            assert PASSWORD not in str(error)
        else:
            assert PASSWORD not in repr(server)
            assert server.host


def test_a_server_is_written_without_user_and_password() -> None:
    server = read_server(f"smtp://anna:{PASSWORD}@relay.example", "smtp")
    assert server.password.reveal() == PASSWORD
    assert str(server) == "smtp://relay.example:587"
    assert repr(server) == (
        "Server(protocol='smtp', host='relay.example', port=587, tls='starttls', user='anna', "
        "password=Secret(…))"
    )
    assert str(Server("imap", "::1", 143, "none")) == "imap://[::1]:143"
    assert str(Server("imap", "h", 993, "implicit")) == "imaps://h:993"
    assert str(Server("smtp", "h", 465, "implicit")) == "smtps://h:465"


def test_a_secret_is_shown_nowhere() -> None:
    secret = Secret(PASSWORD)
    assert {str(secret), repr(secret), f"{secret}", f"{secret!s:>3}"} == {"Secret(…)"}
    assert (str(NO_SECRET), repr(NO_SECRET)) == ("Secret()", "Secret()")
    assert secret.reveal() == PASSWORD
    assert not hasattr(secret, "__dict__")


def test_secrets_are_values() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a")
    assert not NO_SECRET


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
