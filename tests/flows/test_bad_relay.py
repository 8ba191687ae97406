"""An edition through a relay of which each reply in turn goes wrong: how every letter ends.

The real outbox and the real SMTP client; the clock is set on by hand, past the pauses of retrying.
"""

from collections import Counter

import pytest

from mailer.edge.relays import Paced, Relays
from mailer.edge.smtp import IN_VAIN, SmtpRelay
from mailer.mail.server import Secret, Server
from tests.flows.conftest import OpenWorld
from tests.flows.test_deliver import email, queue
from tests.flows.world import World
from tests.servers import ENDLESS, HANG_UP, SILENCE, Scripted, scripted

pytestmark = pytest.mark.anyio

READERS = range(12)
ROUNDS = 4
"""Passes over the outbox in which all is to have ended: with one bad reply, two would do."""

OFFERS = {
    "lockstep": b"250-relay.test\r\n250 AUTH PLAIN",
    "pipelining": b"250-relay.test\r\n250-AUTH PLAIN\r\n250 PIPELINING",
}
FAULTS = {
    "421": b"421 4.3.2 Going down",
    "451": b"451 4.3.0 Later",
    "550": b"550 5.1.1 Never",
    "silence": SILENCE,
    "cut": HANG_UP,
    "garbage": b"\0\xff?!",
    "endless": ENDLESS,
}
STEPS = ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "RSET", "QUIT")


async def deliver(world: World, script: Scripted, connections: int, tls: str = "none") -> int:
    """Work the outbox until nothing waits, or ROUNDS times; how many times."""
    server = Server("smtp", "127.0.0.1", script.port, tls, "mailer", Secret("hemligt"))  # type: ignore[arg-type]
    for number in range(1, ROUNDS + 1):
        sender = SmtpRelay(server, connections=connections, timeout=0.3)
        relay = Relays([Paced(sender)], world.clock.now)
        await world.delivery(relay=relay).drain()
        await relay.close()
        if "pending" not in (await ends(world)).values():
            return number
        world.clock.forward(minutes=6)
    return ROUNDS


async def ends(world: World) -> dict[str, str]:
    """The state of each letter by its recipient."""
    return {row.recipient: row.state for row in (await world.rows()).values()}


@pytest.mark.parametrize(("connections", "offer"), [(1, "lockstep"), (3, "pipelining")])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
async def test_one_bad_reply_fails_whom_it_refuses_for_good_and_nobody_else(
    open_world: OpenWorld, step: str, fault: str, connections: int, offer: str
) -> None:
    answers = {"EHLO": OFFERS[offer], "HELO": FAULTS["550"], "AUTH": b"235 Welcome"}
    async with open_world() as world, scripted(answers) as script:
        await queue(world, *READERS)
        # The RSET comes after a letter that is refused.
        refused = {("RCPT", 2): FAULTS["451"]} if step == "RSET" else {}
        time = 1 if step in ("CONNECT", "EHLO", "AUTH", "RSET", "QUIT") else 4
        script.faults = {**refused, (step, time): FAULTS[fault]}
        assert await deliver(world, script, connections) < ROUNDS
        found = await ends(world)
        taken = Counter(recipient for recipient, _ in script.taken)
        assert len(script.sessions) <= ROUNDS * (connections + 1)
    failed = [recipient for recipient, state in found.items() if state == "failed"]
    assert len(failed) == (fault == "550" and step in ("RCPT", "DATA", "."))
    accepted = {recipient for recipient, state in found.items() if state == "accepted"}
    assert accepted == {email(number) for number in READERS} - {*failed} == taken.keys()
    assert max(taken.values()) == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_where_a_reply_is_always_bad_nothing_is_lost_and_it_ends(
    open_world: OpenWorld, step: str, fault: str
) -> None:
    answers = {"EHLO": OFFERS["pipelining"], "HELO": FAULTS["550"], "AUTH": b"235 Welcome"}
    async with open_world() as world, scripted({**answers, step: FAULTS[fault]}) as script:
        await queue(world, *READERS)
        await deliver(world, script, connections=2)
        found = await ends(world)
        taken = {recipient for recipient, _ in script.taken}
        assert len(script.sessions) <= ROUNDS * (IN_VAIN + len(READERS))
    states = Counter(found.values())
    assert sum(states.values()) == len(READERS)
    if step in ("RSET", "QUIT"):
        assert states == {"accepted": len(READERS)}
    elif fault == "550" and step in ("RCPT", "DATA", "."):
        assert states["failed"] == len(READERS)
    else:
        assert states["pending"] == len(READERS)
    assert {recipient for recipient, state in found.items() if state == "accepted"} == taken


@pytest.mark.parametrize("fault", FAULTS)
async def test_where_starttls_fails_no_letter_is_tried_and_all_wait(
    open_world: OpenWorld, fault: str
) -> None:
    offer = b"250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN"
    async with (
        open_world() as world,
        scripted({"EHLO": offer, "STARTTLS": FAULTS[fault]}) as script,
    ):
        await queue(world, *READERS)
        await deliver(world, script, connections=2, tls="starttls")
        assert {row.state for row in (await world.rows()).values()} == {"pending"}
        assert {row.tries for row in (await world.rows()).values()} == {0}
        assert script.taken == []
