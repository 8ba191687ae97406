"""The relay against real servers, when it goes well: what arrives, and over which connections."""

import asyncio

import pytest

from mailer.edge import smtp, smtp_line
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.outbox import LEASE
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached
from mailer.mail.server import Secret, Server, read_server
from mailer.mail.smtp import PIECE
from tests.edge.relaying import CONTENT, EIGHT_BIT, SENDER, kinds, letter, letters, opened, send
from tests.servers import HANG_UP, Sink, SmtpSink, scripted

pytestmark = pytest.mark.anyio

PIPELINING = {"EHLO": b"250-relay.test\r\n250 PIPELINING"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_every_letter_arrives_as_it_was_with_its_own_envelope(sink: Sink) -> None:
    sent = [Letter("", "bo@example.org", CONTENT), *letters(20)]
    outcomes = await send(sink.url, sent, connections=3)
    assert outcomes == [Accepted("2.0.0 Ok: kept")] * 21
    assert {(one.mail_from, *one.recipients, one.raw) for one in sink.letters} == {
        (one.mail_from, one.recipient, CONTENT) for one in sent
    }


async def test_a_relay_that_is_postfixs_own_and_pipelines_takes_them_too(
    smtp_sink: SmtpSink,
) -> None:
    outcomes = await send(smtp_sink.url, letters(20))
    assert kinds(outcomes) == [Accepted] * 20
    assert {one.recipients[0] for one in smtp_sink.messages()} == {
        one.recipient for one in letters(20)
    }


async def test_nothing_to_send_opens_no_connection() -> None:
    assert await send("smtp://127.0.0.1:1", []) == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("user", ["mailer", ""])
async def test_tls_is_verified_and_the_login_goes_inside_it(tls: str, user: str) -> None:
    with Sink(tls, user, "hemligt" if user else "") as sink:  # type: ignore[arg-type]
        assert kinds(await send(sink.url, letters(3), ca=sink.ca)) == [Accepted] * 3
        assert len(sink.letters) == 3


async def test_over_tls_a_large_letter_arrives_too() -> None:
    content = CONTENT + (b"x" * 76 + b"\r\n") * (PIECE // 8)
    with Sink("implicit") as sink:
        await send(sink.url, [letter(content=content)], ca=sink.ca)
        assert sink.letters[0].raw == content


async def test_a_relay_that_knows_no_esmtp_is_greeted_the_old_way() -> None:
    with SmtpSink("-e", "-f", "EHLO") as sink:
        assert kinds(await send(sink.url, letters(2))) == [Accepted] * 2


# --- the login ---


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        (b"AUTH LOGIN PLAIN", "AUTH PLAIN AG1haWxlcgBoZW1saWd0"),
        (b"AUTH LOGIN", "AUTH LOGIN bWFpbGVy"),
        (b"AUTH=LOGIN", "AUTH LOGIN bWFpbGVy"),
    ],
)
async def test_the_password_is_given_in_the_way_that_is_offered(offer: bytes, says: str) -> None:
    answers = {
        "EHLO": b"250-relay.test\r\n250 " + offer,
        "AUTH": b"334 UGFzc3dvcmQ6" if b"PLAIN" not in offer else b"235 Ok",
        "aGVtbGlndA==": b"235 Ok",
    }
    async with scripted(answers) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "mailer", Secret("hemligt"))
        assert kinds(await send(server, letters(1))) == [Accepted]
    assert says in script.heard


async def test_a_token_is_asked_for_at_each_login_and_given_as_xoauth2() -> None:
    tokens = iter(["ett", "två"])

    async def token() -> Secret:
        return Secret(next(tokens))

    answers = {"EHLO": b"250-relay.test\r\n250 AUTH PLAIN XOAUTH2", "AUTH": b"235 Ok"}
    async with scripted(answers) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "k@example.org")
        async with opened(server, connections=1, letters=1, token=token) as relay:
            assert kinds(await relay.send(letters(2))) == [Accepted] * 2
    logins = [line for line in script.heard if line.startswith("AUTH XOAUTH2 ")]
    assert len(set(logins)) == 2


# --- the connections ---


async def test_no_more_connections_are_opened_than_allowed_or_useful() -> None:
    async with scripted({}) as script:
        script.delays["RCPT"] = 0.05
        await send(script.url, letters(10), connections=2)
        assert len(script.sessions) == 2
        await send(script.url, letters(1), connections=4)
        assert len(script.sessions) == 3


async def test_connections_are_kept_open_and_closed_with_a_goodbye() -> None:
    async with scripted({}) as script:
        script.delays["RCPT"] = 0.05
        async with opened(script.url, connections=2) as relay:
            for _ in range(3):
                assert kinds(await relay.send(letters(4))) == [Accepted] * 4
            assert script.heard.count("QUIT") == 0
        assert len(script.sessions) == 2
        assert script.heard.count("QUIT") == 2
        assert kinds(await send(script.url, letters(1))) == [Accepted]


async def test_a_relay_that_was_closed_may_send_again() -> None:
    async with scripted({}) as script, opened(script.url) as relay:
        await relay.send(letters(1))
        await relay.close()
        assert kinds(await relay.send(letters(1))) == [Accepted]


@pytest.mark.parametrize("answers", [{}, PIPELINING])
async def test_after_so_many_letters_another_connection_is_used(answers: dict[str, bytes]) -> None:
    async with scripted(answers) as script:
        outcomes = await send(script.url, letters(10), connections=1, letters=4)
    assert kinds(outcomes) == [Accepted] * 10
    assert len(script.sessions) == 3
    assert script.heard.count("QUIT") == 3


async def test_an_idle_connection_says_goodbye_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_line, "IDLE_SECONDS", 0.1)
    async with scripted({}) as script, opened(script.url, connections=1) as relay:
        await relay.send(letters(1))
        await asyncio.wait(script.sessions, timeout=5)
        assert script.heard[-1] == "QUIT"
        assert kinds(await relay.send(letters(1))) == [Accepted]


async def test_an_idle_connection_that_the_relay_closed_costs_no_letter() -> None:
    async with scripted({}) as script, opened(script.url, connections=1) as relay:
        script.faults[("MAIL", 2)] = HANG_UP
        await relay.send(letters(1))
        assert kinds(await relay.send(letters(2))) == [Accepted] * 2
        assert len(script.sessions) == 2


async def test_calls_that_overlap_share_the_connections() -> None:
    async with scripted({}) as script, opened(script.url, connections=2) as relay:
        script.delays["RCPT"] = 0.05
        first, second = await asyncio.gather(relay.send(letters(6)), relay.send(letters(3)))
        assert kinds(first) == [Accepted] * 6
        assert kinds(second) == [Accepted] * 3
        assert len(script.sessions) == 2


async def test_a_relay_that_gives_one_connection_only_gets_everything_over_that() -> None:
    async with scripted({}) as script:
        for number in range(2, 20):
            script.faults[("CONNECT", number)] = b"421 4.7.0 Too many connections"
        assert kinds(await send(script.url, letters(10))) == [Accepted] * 10
        assert len(script.sessions) <= 4


# --- the content ---


async def test_dots_and_line_ends_survive(sink: Sink) -> None:
    content = CONTENT + b".\r\n..\r\n.punkt\r\nslut."
    await send(sink.url, [letter(content=content), letter(content=CONTENT + b"a\nb\rc\r\n")])
    assert {one.raw for one in sink.letters} == {content + b"\r\n", CONTENT + b"a\r\nb\r\nc\r\n"}


async def test_8bit_octets_are_declared_where_the_relay_takes_them(sink: Sink) -> None:
    async with scripted({"EHLO": b"250-relay.test\r\n250 8BITMIME"}) as script:
        sent = [letter(content=CONTENT), letter(content=EIGHT_BIT)]
        assert kinds(await send(script.url, sent, connections=1)) == [Accepted] * 2
    mails = [line for line in script.heard if line.startswith("MAIL")]
    assert mails == [f"MAIL FROM:<{SENDER}>", f"MAIL FROM:<{SENDER}> BODY=8BITMIME"]
    await send(sink.url, [letter(content=EIGHT_BIT)])
    assert sink.letters[0].raw == EIGHT_BIT


async def test_a_letter_that_the_relay_cannot_take_fails_alone() -> None:
    sent = [letter(content=EIGHT_BIT), letter("åke@example.org"), letter("en två@x.se"), letter()]
    async with scripted({"EHLO": b"250-relay.test\r\n250 SIZE 1000"}) as script:
        outcomes = await send(script.url, [*sent, letter(content=CONTENT * 100)])
        assert kinds(outcomes) == [Refused, Refused, Refused, Accepted, Refused]
        assert len(script.taken) == 1


async def test_a_letter_with_an_original_of_25_mib_goes_through(sink: Sink) -> None:
    content = CONTENT + (b"x" * 76 + b"\r\n") * (25 * 2**20 // 78)
    sent = [letter(content=content), *letters(3)]
    assert kinds(await send(sink.url, sent, connections=1)) == [Accepted] * 4
    assert sink.letters[0].raw == content


# --- to stop ---


async def test_once_told_to_stop_no_letter_is_begun_and_the_one_in_hand_ends() -> None:
    async with scripted({}) as script:
        known: dict[int, Outcome] = {}
        async with opened(script.url, connections=1) as relay:
            outcomes = await relay.send(letters(3), known, script.heard_for["DATA", 1])
        assert kinds(outcomes) == [Accepted, Unreached, Unreached]
        assert known == {0: Accepted("Ok")}


@pytest.mark.parametrize("answers", [{}, PIPELINING])
async def test_a_caller_that_is_cancelled_knows_what_was_taken(answers: dict[str, bytes]) -> None:
    async with scripted(answers) as script, opened(script.url, connections=1) as relay:
        script.delays["RCPT"] = 0.05
        known: dict[int, Outcome] = {}
        sending = asyncio.create_task(relay.send(letters(50), known))
        await script.heard_for["RCPT", 4].wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await asyncio.wait(script.sessions, timeout=5)
        assert known == {place: Accepted("Ok") for place in range(len(script.taken))}
        assert len(known) == 3


async def test_a_letter_whose_answer_was_not_waited_for_is_uncertain() -> None:
    async with scripted({}) as script, opened(script.url, connections=1) as relay:
        script.delays["."] = 60
        known: dict[int, Outcome] = {}
        sending = asyncio.create_task(relay.send(letters(2), known))
        await script.heard_for[".", 1].wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert known == {0: Uncertain("told to stop")}


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "RCPT", "."])
async def test_when_a_caller_is_cancelled_the_lines_are_closed(step: str) -> None:
    async with scripted({}) as script, opened(script.url, connections=2) as relay:
        script.delays[step] = 0.5
        sending = asyncio.create_task(relay.send(letters(4)))
        await script.heard_for[step, 1].wait()
        await asyncio.sleep(0.1)  # so that the client, too, has its connection
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert script.sessions
        _, open_lines = await asyncio.wait(script.sessions, timeout=5)
    assert not open_lines


async def test_a_caller_that_is_cancelled_takes_no_other_with_it() -> None:
    async with scripted({}) as script, opened(script.url, connections=1) as relay:
        script.delays["RCPT"] = 0.05
        first = asyncio.create_task(relay.send(letters(5)))
        second = asyncio.create_task(relay.send(letters(3)))
        await script.heard_for["RCPT", 1].wait()
        first.cancel()
        assert kinds(await second) == [Accepted] * 3


async def test_no_letter_is_begun_when_the_time_for_them_all_is_over(
    monkeypatch: pytest.MonkeyPatch, sink: Sink
) -> None:
    monkeypatch.setattr(smtp, "SEND_SECONDS", 0.0)
    outcomes = await send(sink.url, letters(3), connections=2)
    assert kinds(outcomes) == [Unreached] * 3
    assert sink.letters == []


def test_the_slowest_relay_is_done_before_the_lease_ends() -> None:
    encoded = 25 * 2**20 * 78 / 57  # an original in base64
    # The end of a letter before it, then MAIL, RCPT, DATA and its own end.
    last_letter = 5 * smtp.STEP_SECONDS + (PIECE + encoded) / smtp_line.SLOWEST_OCTETS
    assert smtp.SEND_SECONDS + last_letter < LEASE.total_seconds()


async def test_a_letter_that_cannot_be_made_is_its_callers_matter(sink: Sink) -> None:
    class Unsigned(list[Letter]):
        def __getitem__(self, place):  # type: ignore[no-untyped-def]
            if place == 3:
                raise LookupError("no key")
            return super().__getitem__(place)

    async with opened(sink.url, connections=2) as relay:
        with pytest.raises(LookupError, match="no key"):
            await relay.send(Unsigned(letters(6)))
        assert len(sink.letters) == 3
        assert kinds(await relay.send(letters(2))) == [Accepted] * 2


def test_making_a_relay_needs_no_loop_and_opens_nothing() -> None:
    assert SmtpRelay(read_server("smtp://127.0.0.1:1", "smtp")).name == "smtp://127.0.0.1:1"
