"""The relay against real servers: what each way of going wrong makes of each letter."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiosmtplib.email import quote_address
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge import smtp
from mailer.edge.smtp import SmtpRelay, on_the_wire
from mailer.edge.store.outbox import LEASE
from mailer.errors import RelayError
from mailer.mail.address import address
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached, said
from mailer.mail.server import Secret, Server, read_server
from tests.servers import CUT, Sink, SmtpSink

pytestmark = pytest.mark.anyio

SENDER = "kontakt@example.org"
CONTENT = b"From: kontakt@example.org\r\nSubject: Ljuset\r\n\r\nHej!\r\n"
EIGHT_BIT = CONTENT + "Det är mörkt vid torget.\r\n".encode("latin-1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def letter(to: str = "anna@example.org", content: bytes = CONTENT) -> Letter:
    return Letter(SENDER, to, content)


def letters(count: int) -> list[Letter]:
    return [letter(f"p{number}@example.org") for number in range(count)]


def relay(url: str, *, ca: Path | None = None, connections: int = 4) -> SmtpRelay:
    context = ssl.create_default_context(cafile=str(ca)) if ca else None
    server = read_server(url, "smtp")
    return SmtpRelay(server, connections=connections, timeout=5, context=context)


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(outcome) for outcome in outcomes]


class Script:
    """A relay in the test's own loop: it answers each verb by a table and notes what it hears.

    `delays` are the seconds that it takes over a verb.
    """

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.delays: dict[str, float] = {}
        self.answers = {"CONNECT": b"220 relay.test", "DATA": b"354 Go", "QUIT": b"221 Bye"}
        self.answers |= answers
        self.heard: list[str] = []
        self.sessions: list[asyncio.Task[None]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        assert session
        self.sessions.append(session)
        try:
            await self.say(writer, "CONNECT")
            while line := await reader.readline():
                self.heard.append(line.decode().strip())
                verb = line.split()[0].decode()
                await self.say(writer, verb)
                if verb == "DATA" and self.answers["DATA"].startswith(b"354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    await self.say(writer, ".")
        finally:
            writer.close()

    async def say(self, writer: asyncio.StreamWriter, verb: str) -> None:
        await asyncio.sleep(self.delays.get(verb, 0))
        writer.write(self.answers.get(verb, b"250 Ok") + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def scripted(answers: Mapping[str, bytes]) -> AsyncIterator[Script]:
    script = Script(answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    async with server:
        yield script
    for session in script.sessions:
        session.cancel()
    await asyncio.gather(*script.sessions, return_exceptions=True)


# --- it goes well ---


async def test_every_letter_arrives_as_it_was_with_its_own_envelope(sink: Sink) -> None:
    sent = [Letter("", "bo@example.org", CONTENT), *letters(20)]
    outcomes = await relay(sink.url, connections=3).send(sent)
    assert outcomes == [Accepted("2.0.0 Ok: kept")] * 21
    assert {(one.mail_from, *one.recipients, one.raw) for one in sink.letters} == {
        (one.mail_from, one.recipient, CONTENT) for one in sent
    }


async def test_a_relay_that_is_postfixs_own_takes_them_too(smtp_sink: SmtpSink) -> None:
    outcomes = await relay(smtp_sink.url).send(letters(20))
    assert kinds(outcomes) == [Accepted] * 20
    assert {one.recipients[0] for one in smtp_sink.messages()} == {
        one.recipient for one in letters(20)
    }


async def test_nothing_to_send_opens_no_connection() -> None:
    assert await relay("smtp://127.0.0.1:1").send([]) == []


async def test_no_more_connections_are_opened_than_allowed_or_useful() -> None:
    async with scripted({}) as script:
        await relay(script.url, connections=2).send(letters(10))
        assert len(script.sessions) == 2
        await relay(script.url, connections=4).send(letters(1))
        assert len(script.sessions) == 3


async def test_a_relay_that_gives_one_connection_only_gets_everything_over_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with scripted({}) as script:
        say = script.say

        async def greet_one(writer: asyncio.StreamWriter, verb: str) -> None:
            if verb == "CONNECT" and len(script.sessions) > 1:
                writer.write(b"421 4.7.0 Too many connections\r\n")
                writer.close()
            else:
                await say(writer, verb)

        monkeypatch.setattr(script, "say", greet_one)
        assert kinds(await relay(script.url).send(letters(10))) == [Accepted] * 10


@pytest.mark.parametrize(("tls", "user"), [("starttls", "mailer"), ("implicit", "")])
async def test_tls_is_verified_and_the_login_goes_inside_it(tls: str, user: str) -> None:
    with Sink(tls, user, "hemligt" if user else "") as sink:  # type: ignore[arg-type]
        assert kinds(await relay(sink.url, ca=sink.ca).send(letters(3))) == [Accepted] * 3
        assert len(sink.letters) == 3


async def test_a_relay_that_knows_no_esmtp_is_greeted_the_old_way() -> None:
    with SmtpSink("-e", "-f", "EHLO") as sink:
        assert kinds(await relay(sink.url).send(letters(2))) == [Accepted] * 2


# --- the content ---


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"\xe5", b"\r\n", b"\n", b"\r", b""])))
def test_on_the_wire_every_line_can_be_told_from_the_end(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    *lines, end, rest = on_the_wire(content).split(b"\r\n")
    assert (end, rest) == (b".", b"")
    assert b"." not in lines
    told = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    assert [line.removeprefix(b".") for line in lines] == (told if content else [])


async def test_dots_and_line_ends_survive(sink: Sink) -> None:
    content = CONTENT + b".\r\n..\r\n.punkt\r\nslut."
    await relay(sink.url).send([letter(content=content), letter(content=CONTENT + b"a\nb\rc\r\n")])
    assert {one.raw for one in sink.letters} == {content + b"\r\n", CONTENT + b"a\r\nb\r\nc\r\n"}


async def test_8bit_octets_are_declared_where_that_is_known_and_sent_in_any_case(
    sink: Sink,
) -> None:
    for greeting, declared in (
        (b"250-relay.test\r\n250 8BITMIME", True),
        (b"250 relay.test", False),
    ):
        async with scripted({"EHLO": greeting}) as script:
            sent = [letter(content=CONTENT), letter(content=EIGHT_BIT)]
            assert kinds(await relay(script.url, connections=1).send(sent)) == [Accepted] * 2
        mails = [line for line in script.heard if line.startswith("MAIL")]
        assert mails == [
            f"MAIL FROM:<{SENDER}>",
            f"MAIL FROM:<{SENDER}>" + " BODY=8BITMIME" * declared,
        ]
    with SmtpSink("-8") as old:
        await relay(old.url).send([letter(content=EIGHT_BIT)])
        await relay(sink.url).send([letter(content=EIGHT_BIT)])
        assert [one.raw for one in (*old.messages(), *sink.letters)] == [EIGHT_BIT] * 2


async def test_a_letter_with_an_original_of_25_mib_goes_through(sink: Sink) -> None:
    content = CONTENT + (b"x" * 76 + b"\r\n") * (25 * 2**20 // 78)
    assert kinds(await relay(sink.url).send([letter(content=content)])) == [Accepted]
    assert sink.letters[0].raw == content


@given(
    st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z'{|}=-]+)?@example\.org", fullmatch=True)
)
def test_every_address_that_we_take_stands_in_the_envelope_as_it_is(text: str) -> None:
    email = address(text).email if len(text) < 60 else "anna@example.org"
    assert quote_address(email) == f"<{email}>"


# --- it goes wrong ---


REFUSALS: list[tuple[str, str, type | str]] = [
    # option of smtp-sink: q cuts the line, Q says 421, f refuses for good, r for now
    *(("-q", step, RelayError) for step in ("CONNECT", "EHLO")),
    *(("-q", step, Unreached) for step in ("MAIL", "RCPT", "DATA")),
    ("-q", ".", Uncertain),
    ("-q", "QUIT", Accepted),
    *(("-Q", step, RelayError) for step in ("CONNECT", "EHLO")),
    *(("-Q", step, Unreached) for step in ("MAIL", "RCPT", "DATA", ".")),
    ("-Q", "QUIT", Accepted),
    *(("-f", step, RelayError) for step in ("CONNECT", "EHLO,HELO")),
    *(("-f", step, Unreached) for step in ("MAIL",)),
    *(("-f", step, Refused) for step in ("RCPT", "DATA", ".")),
    ("-f", "QUIT", Accepted),
    *(("-r", step, RelayError) for step in ("CONNECT", "EHLO,HELO")),
    *(("-r", step, Unreached) for step in ("MAIL",)),
    *(("-r", step, Refused) for step in ("RCPT", "DATA", ".")),
    ("-r", "QUIT", Accepted),
]


@pytest.mark.parametrize(("option", "step", "expected"), REFUSALS)
async def test_what_becomes_of_a_letter_when_one_step_fails(
    option: str, step: str, expected: type
) -> None:
    with SmtpSink(option, step) as sink:
        trying = relay(sink.url).send([letter()])
        if expected is RelayError:
            with pytest.raises(RelayError, match=rf"^smtp://127\.0\.0\.1:{sink.port}: [^\n]+$"):
                await trying
            return
        (outcome,) = await trying
    assert isinstance(outcome, expected)
    if isinstance(outcome, Refused):
        assert outcome.permanent == (option == "-f")
    if option == "-Q" and expected is Unreached:
        assert said(outcome).startswith("421 ")


@pytest.mark.parametrize("answer", ["450 4.2.1 Greylisted", "550 5.1.1 No such user", CUT])
@pytest.mark.parametrize("at", ["answers", "data_answers"])
async def test_a_letter_that_fails_takes_no_other_with_it(sink: Sink, at: str, answer: str) -> None:
    if at == "answers":
        sink.answers = lambda _, recipient: answer if recipient.startswith("p4@") else None
    else:
        sink.data_answers = lambda one: answer if one.recipients[0].startswith("p4@") else None
    outcomes = list(await relay(sink.url, connections=2).send(letters(12)))
    failed = outcomes.pop(4)
    assert kinds(outcomes) == [Accepted] * 11
    if answer == CUT:
        assert type(failed) is (Unreached if at == "answers" else Uncertain)
    else:
        assert failed == Refused(int(answer[:3]), answer[4:])


async def test_where_every_connection_dies_the_rest_is_not_tried(sink: Sink) -> None:
    sink.answers = lambda mail_from, recipient: CUT
    outcomes = await relay(sink.url, connections=2).send(letters(5))
    assert kinds(outcomes) == [Unreached] * 5
    assert sum("not tried" in said(outcome) for outcome in outcomes) == 3


async def test_a_relay_that_is_not_there_is_named_without_the_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = Server("smtp", "127.0.0.1", port, "none", "mailer", Secret("hemligt"))
    with pytest.raises(RelayError, match=f"smtp://127.0.0.1:{port}: Connection refused$") as error:
        await SmtpRelay(server).send(letters(2))
    assert "hemligt" not in str(error.value)


async def test_a_wrong_password_is_an_error_and_tried_on_one_connection_alone() -> None:
    answers = {"EHLO": b"250-relay.test\r\n250 AUTH PLAIN", "AUTH": b"535 5.7.8 AGEAZmVs"}
    async with scripted(answers) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "a", Secret("fel"))
        with pytest.raises(RelayError, match=r"login was refused \(535\)"):
            await SmtpRelay(server, connections=4).send(letters(8))
    assert len(script.sessions) == 1
    assert [line.split()[0] for line in script.heard].count("AUTH") == 1


async def test_a_login_that_the_relay_does_not_offer_is_an_error(sink: Sink) -> None:
    server = Server("smtp", "127.0.0.1", sink.port, "none", "mailer", Secret("hemligt"))
    with pytest.raises(RelayError, match="AUTH"):
        await SmtpRelay(server).send(letters(1))


async def test_starttls_that_is_not_offered_ends_it_with_nothing_said_in_clear() -> None:
    async with scripted({}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "starttls", "mailer", Secret("hemligt"))
        with pytest.raises(RelayError, match="STARTTLS"):
            await SmtpRelay(server).send(letters(2))
    assert [line.split()[0] for line in script.heard] == ["EHLO"]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_certificate_that_is_not_the_relays_ends_it(
    tls: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def issue(directory: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(directory / "ca.pem")
        issued = authority.issue_cert("smtp.example.org" if wrong == "name" else "localhost")
        issued.private_key_and_cert_chain_pem.write_to_path(directory / "server.pem")

    monkeypatch.setattr("tests.servers.sink.issue_certificate", issue)
    with Sink(tls) as sink:  # type: ignore[arg-type]
        ca = sink.ca if wrong == "name" else None
        with pytest.raises(RelayError, match="its certificate is not trusted"):
            await relay(sink.url, ca=ca).send(letters(2))
        assert sink.letters == []


# --- it takes too long ---


async def test_a_relay_that_never_greets_is_waited_for_no_longer_than_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server("smtp", "127.0.0.1", silent.getsockname()[1], "none")
        began = time.monotonic()
        with pytest.raises(RelayError, match="no answer in time"):
            await SmtpRelay(server, timeout=0.2).send(letters(2))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("step", "expected"),
    [("MAIL", Unreached), ("RCPT", Unreached), ("DATA", Unreached), (".", Uncertain)],
)
async def test_a_relay_that_falls_silent_is_left(step: str, expected: type) -> None:
    async with scripted({}) as script:
        script.delays[step] = 60
        server = read_server(script.url, "smtp")
        (outcome,) = await SmtpRelay(server, timeout=0.2).send([letter()])
    assert isinstance(outcome, expected)
    assert said(outcome) == "no answer in time"


async def test_a_relay_that_does_not_read_a_large_letter_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "SLOWEST_OCTETS", 2**30)
    with SmtpSink("-H", "20") as sink:
        large = letter(content=CONTENT + b"x\r\n" * 2**22)
        (outcome,) = await SmtpRelay(read_server(sink.url, "smtp"), timeout=0.3).send([large])
    assert isinstance(outcome, Uncertain)


async def test_a_large_letter_is_given_the_time_that_a_slow_line_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "SLOWEST_OCTETS", len(CONTENT) / 30)  # half a minute for this one
    async with scripted({}) as script:
        script.delays["."] = 0.5
        relay = SmtpRelay(read_server(script.url, "smtp"), timeout=0.2)
        assert kinds(await relay.send([letter()])) == [Accepted]


async def test_no_letter_is_begun_when_the_time_for_them_all_is_over(
    monkeypatch: pytest.MonkeyPatch, sink: Sink
) -> None:
    monkeypatch.setattr(smtp, "SEND_SECONDS", 0.0)
    outcomes = await relay(sink.url, connections=2).send(letters(3))
    assert kinds(outcomes) == [Unreached] * 3
    assert sink.letters == []


async def test_once_told_to_stop_no_letter_is_begun_and_the_one_in_hand_ends() -> None:
    async with scripted({}) as script:
        stop = asyncio.Event()
        say = script.say

        async def stop_at_data(writer: asyncio.StreamWriter, verb: str) -> None:
            if verb == "DATA":
                stop.set()
            await say(writer, verb)

        script.say = stop_at_data  # type: ignore[method-assign]
        known: dict[int, Outcome] = {}
        outcomes = await relay(script.url, connections=1).send(letters(3), known, stop)
        assert kinds(outcomes) == [Accepted, Unreached, Unreached]
        assert known == {0: Accepted("Ok")}


async def test_a_caller_that_is_cancelled_knows_what_was_taken() -> None:
    async with scripted({}) as script:
        second = asyncio.Event()
        say = script.say

        async def hang_at_the_second(writer: asyncio.StreamWriter, verb: str) -> None:
            if verb == "RCPT" and "p1@" in script.heard[-1]:
                second.set()
                await asyncio.Event().wait()
            await say(writer, verb)

        script.say = hang_at_the_second  # type: ignore[method-assign]
        known: dict[int, Outcome] = {}
        task = asyncio.create_task(relay(script.url, connections=1).send(letters(3), known))
        await second.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert known == {0: Accepted("Ok")}


def test_the_slowest_relay_is_done_before_the_lease_ends() -> None:
    encoded = 25 * 2**20 * 78 / 57  # an original in base64
    last_letter = 4 * smtp.STEP_SECONDS + encoded / smtp.SLOWEST_OCTETS
    assert smtp.SEND_SECONDS + last_letter < LEASE.total_seconds()


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "RCPT", "."])
async def test_when_told_to_stop_the_lines_are_closed(step: str) -> None:
    async with scripted({}) as script:
        script.delays[step] = 0.5
        task = asyncio.create_task(relay(script.url, connections=2).send(letters(4)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert script.sessions
        _, open_lines = await asyncio.wait(script.sessions, timeout=5)
    assert not open_lines


# --- it talks nonsense ---


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("MAIL", b"?!", Unreached),
        ("RCPT", b"?!", Unreached),
        ("RCPT", b"354 Go", Unreached),
        ("DATA", b"250 Ok", Unreached),
        (".", b"?!", Uncertain),
        (".", b"251 Ok", Accepted),
        ("RCPT", "550 5.1.1 Okänd användare\x07".encode("latin-1"), Refused),
        (".", b"554-5.7.1 Nej\r\n554 5.7.1 tack", Refused),
    ],
)
async def test_every_answer_has_an_outcome_that_fits_on_one_line(
    step: str, answer: bytes, expected: type
) -> None:
    async with scripted({step: answer}) as script:
        (outcome,) = await relay(script.url).send([letter()])
    assert isinstance(outcome, expected)
    assert said(outcome).encode().decode().isprintable()


async def test_an_address_that_no_envelope_holds_fails_alone(sink: Sink) -> None:
    sent = [letter("en två@example.org"), letter("åke@example.org"), letter()]
    outcomes = await relay(sink.url, connections=3).send(sent)
    assert kinds(outcomes) == [Unreached, Unreached, Accepted]
