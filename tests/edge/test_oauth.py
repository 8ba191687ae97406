"""Tokens from an endpoint on loopback: kept while they last, and refusals in words."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.edge.oauth import SCOPE, Application, Tokens
from mailer.errors import MailboxError, MailerError, RelayError
from mailer.mail.server import Secret
from tests.servers.token import TENANT, TokenServer, refusal

VALUE = "s3cr3t~value"
NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    monkeypatch.setenv("NO_PROXY", "localhost")
    with TokenServer() as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca))
        yield running


def application(tenant: str = TENANT, expires: date | None = None) -> Application:
    return Application(tenant, "client-id", Secret(VALUE), expires)


def tokens(
    server: TokenServer, given: Application | None = None, error: type[MailerError] = RelayError
) -> Tokens:
    return Tokens(given or application(), error, lambda: NOON, authority=server.url)


def test_a_token_is_asked_for_with_the_secret_and_kept_while_it_lasts(server: TokenServer) -> None:
    source = tokens(server)
    assert [source.fetch().reveal() for _ in range(3)] == ["token-1"] * 3
    (form,) = server.asked
    assert form["grant_type"] == "client_credentials"
    assert form["client_id"] == "client-id"
    assert form["client_secret"] == VALUE
    assert form["scope"] == SCOPE


def test_the_next_token_is_asked_for_five_minutes_before_the_end(server: TokenServer) -> None:
    source = tokens(server)
    server.lasts = 299
    assert source.fetch() == Secret("token-1")
    server.lasts = 360
    assert source.fetch() == Secret("token-2")
    assert source.fetch() == Secret("token-2")


def test_connections_that_open_together_ask_once(server: TokenServer) -> None:
    async def together() -> list[Secret]:
        source = tokens(server)
        return await asyncio.gather(*(source() for _ in range(5)))

    assert asyncio.run(together()) == [Secret("token-1")] * 5
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(7000215, "Invalid client secret provided."), "must hold its value, not its id"),
        (refusal(7000222, "The provided client secret keys are expired."), "make a new one"),
        (refusal(700016, "Application was not found."), "check 'client' and 'tenant'"),
        (refusal(53003, "Blocked by Conditional Access."), "AADSTS53003: Blocked by Conditional"),
        ((400, '{"error": "temporarily_unavailable"}'), "temporarily_unavailable"),
        ((400, "{}"), "no reason was given"),
        ((503, "busy"), "503"),
        ((200, "<html>"), "cannot be used"),
    ],
)
@pytest.mark.parametrize("error", [RelayError, MailboxError])
def test_a_refusal_says_what_to_do_and_not_the_secret(
    server: TokenServer, answer: tuple[int, str], words: str, error: type[MailerError]
) -> None:
    server.answer = answer
    with pytest.raises(error) as refused:
        tokens(server, error=error).fetch()
    assert words in str(refused.value)
    assert VALUE not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_after_a_refusal_the_next_call_asks_again(server: TokenServer) -> None:
    source = tokens(server)
    server.answer = refusal(7000222, "Expired.")
    with pytest.raises(RelayError):
        source.fetch()
    server.answer = None
    assert source.fetch() == Secret("token-2")


def test_a_tenant_that_is_not_there_is_named_as_the_reason(server: TokenServer) -> None:
    with pytest.raises(RelayError, match="check 'tenant'"):
        tokens(server, application("nobody")).fetch()


def test_a_server_that_cannot_be_reached_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        authority = f"https://localhost:{taken.getsockname()[1]}"
        source = Tokens(application(), RelayError, lambda: NOON, authority=authority)
        with pytest.raises(RelayError, match=r"no token: .*Connection refused") as refused:
            source.fetch()
    assert "\n" not in str(refused.value)


def test_a_certificate_that_nobody_trusts_gets_no_secret(
    server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    source = tokens(server)
    with pytest.raises(RelayError, match="certificate"):
        source.fetch()
    assert server.asked == []


@pytest.mark.parametrize(
    ("expires", "told"),
    [
        (None, False),
        (date(2020, 10, 12), False),
        (date(2020, 10, 11), True),
        (date(2020, 9, 1), True),
    ],
)
def test_the_end_of_the_secret_is_told_thirty_days_before(expires: date | None, told: bool) -> None:
    assert bool(application(expires=expires).expiry(NOON.date())) is told


def test_the_log_tells_of_the_end_once_a_day_and_holds_no_secret(
    server: TokenServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = tokens(server, application(expires=date(2020, 9, 20)))
    for _ in range(3):
        source.fetch()
    told: list[Any] = [each for each in caplog.records if each.name == "mailer.oauth"]
    assert [each.message.split()[0] for each in told] == ["secret-expires"]
    assert "2020-09-20" in told[0].message
    assert VALUE not in caplog.text
    assert "token-1" not in caplog.text
