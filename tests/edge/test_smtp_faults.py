"""The relay against servers that fail: the right letters fail, all others arrive, and it ends."""

import asyncio
import socket
from base64 import b64encode
from pathlib import Path

import pytest
import trustme

from mailer.edge import smtp, smtp_line
from mailer.errors import RelayError
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, RelayRefused, Uncertain, Unreached, said
from mailer.mail.server import Secret, Server
from tests.edge.relaying import CONTENT, kinds, letter, letters, opened, send
from tests.servers import CUT, DRIPPING, ENDLESS, HANG_UP, SILENCE, Sink, SmtpSink, scripted

pytestmark = pytest.mark.anyio

LOCKSTEP: dict[str, bytes] = {}
PIPELINING = {"EHLO": b"250-relay.test\r\n250 PIPELINING"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# --- a scripted relay, each reply in turn ---

CLOSING = b"421 4.3.2 Going down"
LATER = b"451 4.3.0 Later"
NEVER = b"550 5.1.1 Never"
GARBAGE = b"\0\xff?!"
LOSSES = (CLOSING, SILENCE, HANG_UP, GARBAGE, ENDLESS)

# At the fourth letter: a connection that has worked may end before a letter, and costs none then.
AT_THE_FOURTH: dict[tuple[str, bytes], type] = {
    **{("MAIL", fault): Accepted for fault in LOSSES},
    ("MAIL", LATER): Unreached,
    ("MAIL", NEVER): RelayRefused,
    **{("RCPT", fault): Unreached for fault in LOSSES},
    ("RCPT", LATER): Refused,
    ("RCPT", NEVER): Refused,
    ("RCPT", b"554 5.7.1 Relay access denied"): RelayRefused,
    **{("DATA", fault): Unreached for fault in LOSSES},
    ("DATA", LATER): Refused,
    ("DATA", NEVER): Refused,
    **{(".", fault): Uncertain for fault in LOSSES},
    (".", CLOSING): Unreached,
    (".", LATER): Refused,
    (".", NEVER): Refused,
}


@pytest.mark.parametrize("answers", [LOCKSTEP, PIPELINING], ids=["lockstep", "pipelining"])
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lax"])
@pytest.mark.parametrize(("step", "fault"), AT_THE_FOURTH)
async def test_one_bad_reply_is_one_letters_and_all_others_arrive(
    step: str, fault: bytes, strict: bool, answers: dict[str, bytes]
) -> None:
    async with scripted(answers) as script:
        script.strict = strict
        script.faults[(step, 4)] = fault
        outcomes = list(await send(script.url, letters(9), connections=1, timeout=0.3))
        taken = [recipient for recipient, _ in script.taken]
        assert len(script.sessions) == (2 if fault in LOSSES else 1)
    expected = AT_THE_FOURTH[step, fault]
    assert isinstance(outcomes.pop(3), expected)
    assert kinds(outcomes) == [Accepted] * 8
    others = [one.recipient for at, one in enumerate(letters(9)) if at != 3 or expected is Accepted]
    assert sorted(taken) == others


@pytest.mark.parametrize("answers", [LOCKSTEP, PIPELINING], ids=["lockstep", "pipelining"])
@pytest.mark.parametrize(("step", "fault"), AT_THE_FOURTH)
async def test_with_more_connections_it_is_one_letters_too(
    step: str, fault: bytes, answers: dict[str, bytes]
) -> None:
    async with scripted(answers) as script:
        script.faults[(step, 4)] = fault
        outcomes = await send(script.url, letters(12), connections=3, timeout=0.3)
        taken = [recipient for recipient, _ in script.taken]
    assert kinds(outcomes).count(Accepted) >= 11
    accepted = [
        one.recipient
        for one, outcome in zip(letters(12), outcomes, strict=True)
        if isinstance(outcome, Accepted)
    ]
    assert sorted(taken) == sorted(accepted)


@pytest.mark.parametrize("answers", [LOCKSTEP, PIPELINING], ids=["lockstep", "pipelining"])
@pytest.mark.parametrize("step", ["RSET", "QUIT"])
@pytest.mark.parametrize("fault", [*LOSSES, LATER, NEVER])
@pytest.mark.parametrize("connections", [1, 3])
async def test_between_letters_a_bad_reply_costs_none(
    step: str, fault: bytes, connections: int, answers: dict[str, bytes]
) -> None:
    async with scripted(answers) as script:
        script.faults = {("RCPT", 4): NEVER, (step, 1): fault}
        outcomes = await send(script.url, letters(9), connections=connections, timeout=0.3)
    assert [each for each in outcomes if each != Accepted("Ok")] == [Refused(550, "5.1.1 Never")]


@pytest.mark.parametrize("step", ["CONNECT", "EHLO"])
@pytest.mark.parametrize("fault", [*LOSSES, LATER, NEVER])
async def test_a_relay_that_is_not_ready_is_an_error_and_another_connection_that_is_not_none(
    step: str, fault: bytes
) -> None:
    async with scripted({}) as script:
        script.answers["HELO"] = NEVER
        script.faults[(step, 1)] = fault
        with pytest.raises(RelayError):
            await send(script.url, letters(3), timeout=0.3)
        script.faults = {(step, number): fault for number in (3, 4, 5)}
        assert kinds(await send(script.url, letters(9), timeout=0.3)) == [Accepted] * 9


@pytest.mark.parametrize("answers", [LOCKSTEP, PIPELINING], ids=["lockstep", "pipelining"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("fault", LOSSES)
@pytest.mark.parametrize("connections", [1, 2, 4])
async def test_where_every_connection_is_lost_the_rest_is_not_tried(
    step: str, fault: bytes, connections: int, answers: dict[str, bytes]
) -> None:
    # When the last of IN_VAIN is lost, all others may be open, or just being opened.
    lost = smtp.IN_VAIN + connections - 1
    async with scripted({**answers, step: fault}) as script:
        outcomes = await send(script.url, letters(20), connections=connections, timeout=0.2)
        assert len(script.sessions) <= lost
    assert not any(isinstance(outcome, Accepted | Refused) for outcome in outcomes)
    assert sum("not tried" in said(outcome) for outcome in outcomes) >= 20 - lost


async def test_a_relay_that_always_refuses_us_is_not_asked_for_every_letter() -> None:
    answers = {"MAIL": b"550 5.7.1 Not you"}
    async with scripted(answers) as script, opened(script.url, connections=1) as relay:
        outcomes = await relay.send(letters(20))
        refused = RelayRefused(550, "5.7.1 Not you")
        assert list(outcomes[: smtp.IN_VAIN]) == [refused] * smtp.IN_VAIN
        assert kinds(outcomes[smtp.IN_VAIN :]) == [Unreached] * 17
        assert len(script.heard) < 20
        script.answers["MAIL"] = b"250 Ok"
        assert kinds(await relay.send(letters(3))) == [Accepted] * 3


async def test_a_call_that_waits_behind_one_that_goes_wrong_hears_of_it() -> None:
    async with scripted({"RCPT": HANG_UP}) as script:
        async with opened(script.url, connections=1) as relay:
            first = asyncio.create_task(relay.send(letters(9)))
            with pytest.raises(RelayError, match="cut"):
                await asyncio.gather(first, relay.send(letters(2)))
        assert kinds(await first) == [Unreached] * 9


# --- real servers ---

REFUSALS: list[tuple[str, str, type]] = [
    # option of smtp-sink: q cuts the line, Q says 421, f refuses for good, r for now
    *(("-q", step, RelayError) for step in ("CONNECT", "EHLO")),
    *(("-q", step, Unreached) for step in ("MAIL", "RCPT", "DATA")),
    ("-q", ".", Uncertain),
    ("-q", "QUIT", Accepted),
    *(("-Q", step, RelayError) for step in ("CONNECT", "EHLO")),
    *(("-Q", step, Unreached) for step in ("MAIL", "RCPT", "DATA", ".")),
    ("-Q", "QUIT", Accepted),
    *(("-f", step, RelayError) for step in ("CONNECT", "EHLO,HELO")),
    ("-f", "MAIL", RelayRefused),
    *(("-f", step, Refused) for step in ("RCPT", "DATA", ".")),
    ("-f", "QUIT", Accepted),
    *(("-r", step, RelayError) for step in ("CONNECT", "EHLO,HELO")),
    ("-r", "MAIL", Unreached),
    *(("-r", step, Refused) for step in ("RCPT", "DATA", ".")),
    ("-r", "QUIT", Accepted),
]


@pytest.mark.parametrize(("option", "step", "expected"), REFUSALS)
@pytest.mark.parametrize("pipelining", [(), ("-p",)], ids=["pipelining", "lockstep"])
async def test_what_becomes_of_a_letter_when_one_step_of_postfixs_sink_fails(
    option: str, step: str, expected: type, pipelining: tuple[str, ...]
) -> None:
    with SmtpSink(*pipelining, option, step) as sink:
        if expected is RelayError:
            with pytest.raises(RelayError, match=rf"^smtp://127\.0\.0\.1:{sink.port}: [^\n]+$"):
                await send(sink.url, [letter()])
            return
        (outcome,) = await send(sink.url, [letter()])
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
    outcomes = list(await send(sink.url, letters(12), connections=2))
    failed = outcomes.pop(4)
    assert kinds(outcomes) == [Accepted] * 11
    if answer == CUT:
        assert type(failed) is (Unreached if at == "answers" else Uncertain)
    else:
        assert failed == Refused(int(answer[:3]), answer[4:])


# --- the way in ---


async def test_a_relay_that_is_not_there_is_named_without_the_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = Server("smtp", "127.0.0.1", port, "none", "mailer", Secret("hemligt"))
    with pytest.raises(RelayError, match=f"smtp://127.0.0.1:{port}: Connection refused$") as error:
        await send(server, letters(2))
    assert "hemligt" not in str(error.value)


@pytest.mark.parametrize("offer", [b"AUTH PLAIN", b"AUTH CRAM-MD5 LOGIN PLAIN"])
async def test_a_wrong_password_is_an_error_and_tried_once(offer: bytes) -> None:
    answers = {"EHLO": b"250-relay.test\r\n250 " + offer, "AUTH": b"535 5.7.8 AGEAZmVs"}
    async with scripted(answers) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "a", Secret("fel"))
        with pytest.raises(RelayError, match=r"login was refused \(535\)") as refused:
            await send(server, letters(8), connections=4)
    assert refused.value.left_alone == 300
    assert len(script.sessions) == 1
    assert [line.split()[0] for line in script.heard].count("AUTH") == 1


@pytest.mark.parametrize("fault", [*LOSSES, LATER, NEVER])
async def test_a_login_that_goes_wrong_is_an_error_and_on_another_connection_none(
    fault: bytes,
) -> None:
    async with scripted({"EHLO": b"250-relay.test\r\n250 AUTH PLAIN", "AUTH": b"235 Ok"}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "a", Secret("ett"))
        script.faults[("AUTH", 1)] = fault
        with pytest.raises(RelayError) as fails:
            await send(server, letters(3), timeout=0.3)
        assert fails.value.left_alone == (300 if fault == NEVER else 0)
        assert len(script.sessions) == 1
        script.faults = {("AUTH", number): fault for number in (3, 4, 5)}
        assert kinds(await send(server, letters(9), timeout=0.3)) == [Accepted] * 9


@pytest.mark.parametrize("fault", [*LOSSES, LATER, NEVER])
async def test_where_starttls_goes_wrong_nothing_is_said_in_clear(fault: bytes) -> None:
    offer = b"250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN"
    async with scripted({"EHLO": offer, "STARTTLS": fault}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "starttls", "mailer", Secret("hemligt"))
        with pytest.raises(RelayError):
            await send(server, letters(2), timeout=0.3)
        assert len(script.sessions) == 1
    verbs = [line.split()[0] for line in script.heard]
    assert {*verbs} <= {"EHLO", "STARTTLS", "QUIT"}


@pytest.mark.parametrize("offer", [b"250 relay.test", b"250-relay.test\r\n250 AUTH GSSAPI"])
async def test_a_login_that_the_relay_does_not_offer_is_an_error(offer: bytes) -> None:
    async def token() -> Secret:
        return Secret("ett")

    async with scripted({"EHLO": offer}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "mailer", Secret("hemligt"))
        with pytest.raises(RelayError, match="AUTH PLAIN, LOGIN"):
            await send(server, letters(1))
        with pytest.raises(RelayError, match="AUTH XOAUTH2"):
            await send(server, letters(1), token=token)


@pytest.mark.parametrize(
    ("challenge", "advice"),
    [
        (b64encode(b'{"status":"401","schemes":"Bearer"}'), "check 'tenant'"),
        (b"nobody can read this", "may not use this mailbox"),
        (b"", "may not use this mailbox"),
    ],
)
async def test_a_token_that_is_refused_is_told_of_with_what_to_do(
    challenge: bytes, advice: str
) -> None:
    async def token() -> Secret:
        return Secret("hemligt")

    refusal = b"535 5.7.3 Authentication unsuccessful"
    answers = {"EHLO": b"250-relay.test\r\n250 AUTH XOAUTH2", "AUTH": refusal, "": refusal}
    if challenge:
        answers["AUTH"] = b"334 " + challenge
    async with scripted(answers) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "k@example.org")
        with pytest.raises(RelayError, match=r"login was refused \(535\): ") as error:
            await send(server, letters(1), token=token)
    assert error.value.left_alone == 300
    assert advice in str(error.value)
    assert "hemligt" not in str(error.value)


async def test_a_token_that_nobody_gives_is_an_error() -> None:
    async def token() -> Secret:
        raise RelayError("no token: the client secret has run out")

    async with scripted({"EHLO": b"250-relay.test\r\n250 AUTH XOAUTH2"}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "none", "k@example.org")
        with pytest.raises(RelayError, match="has run out"):
            await send(server, letters(1), token=token)


async def test_starttls_that_is_not_offered_ends_it_with_nothing_said_in_clear() -> None:
    async with scripted({}) as script:
        server = Server("smtp", "127.0.0.1", script.port, "starttls", "mailer", Secret("hemligt"))
        with pytest.raises(RelayError, match="STARTTLS"):
            await send(server, letters(2))
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
            await send(sink.url, letters(2), ca=ca)
        assert sink.letters == []


# --- it takes too long ---


async def test_a_relay_that_never_greets_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server("smtp", "127.0.0.1", silent.getsockname()[1], "none")
        with pytest.raises(RelayError, match="no answer in time"):
            await send(server, letters(2), timeout=0.2)


async def test_a_relay_that_answers_one_octet_at_a_time_is_left() -> None:
    # Each octet is in time, the whole reply never is.
    async with scripted({"RCPT": DRIPPING}) as script:
        (outcome,) = await send(script.url, [letter()], timeout=0.5)
    assert outcome == Unreached("no answer in time")


@pytest.mark.parametrize("size", [2**16, 2**22])
async def test_a_relay_that_does_not_read_a_letter_is_left(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_line, "SLOWEST_OCTETS", 2**30)
    with SmtpSink("-H", "20") as sink:
        large = letter(content=CONTENT + b"x\r\n" * size)
        (outcome,) = await send(sink.url, [large], timeout=0.3)
    # What never left us was never taken.
    assert isinstance(outcome, Unreached if size > 2**20 else Uncertain | Unreached)


async def test_a_large_letter_is_given_the_time_that_a_slow_line_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_line, "SLOWEST_OCTETS", len(CONTENT) / 30)  # half a minute for this
    async with scripted({}) as script:
        script.delays["."] = 0.5
        assert kinds(await send(script.url, [letter()], timeout=0.2)) == [Accepted]


# --- it talks nonsense ---


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("MAIL", b"?!", Unreached),
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
        (outcome,) = await send(script.url, [letter()])
    assert isinstance(outcome, expected)
    assert said(outcome).encode().decode().isprintable()


async def test_a_line_lost_while_the_call_ends_changes_no_outcome() -> None:
    async with scripted({"QUIT": HANG_UP}) as script:
        known: dict[int, Outcome] = {}
        async with opened(script.url) as relay:
            await relay.send([Letter("", "anna@example.org", CONTENT)], known)
        assert known == {0: Accepted("Ok")}
