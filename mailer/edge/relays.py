"""Several relays in order of preference, each at its own pace: one takes over where another fails.

Implements the port `Relay`. A letter goes to the first relay that works and has room for it.

======================================  ==========================================================
the relay answered for the letter       that is its outcome
it did not (no connection, a cut line,  the next relay gets it, at once; where none is left, what
our login or sender refused)            the last one said is its outcome
cut after the whole letter              uncertain: no other relay may have it, it might come twice
the relay has had its pace              the next relay gets it; where none is left it is not begun
======================================  ==========================================================

A relay that answered for no letter is left alone for a while (`mail.breaker`), then tried with one
letter; when that is answered it is back. Where all are left alone they are tried all the same, as
the caller makes the pauses then; but not one that refused our login, while there is another.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, overload

from mailer.edge.smtp import SEND_SECONDS
from mailer.errors import NotNow, RelayError
from mailer.mail.breaker import CLOSED, Breaker
from mailer.mail.forecast import Stand
from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome, RelayRefused, Unreached, said
from mailer.mail.pace import Given, Limit, Room

log = logging.getLogger("mailer.relays")


class Sender(Protocol):
    """One relay, such as `SmtpRelay`."""

    name: str

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]: ...

    async def close(self) -> None: ...


class Pace(Protocol):
    """How many letters a relay takes when; remembered longer than we live."""

    limits: Sequence[Limit]

    async def past(self) -> Sequence[Given]:
        """What it was given, as far back as any limit counts."""
        ...

    async def take(self, wanted: int, now: datetime, pressing: int = 0) -> Room:
        """The room for at most `wanted` letters, the first of them `pressing`; they count as given.

        See `mail.pace`.
        """
        ...

    async def give_back(self, letters: int, at: datetime) -> None:
        """Letters taken at `at` were not given after all."""
        ...


_TRIAL = 1
"""Letters that a relay gets which may be back."""

_LEFT = Unreached("not tried: no relay or no time was left")
_UNANSWERED = (Unreached, RelayRefused)


@dataclass(slots=True)
class Paced:
    """A relay, its pace if it sets us any, and how it has been doing."""

    sender: Sender
    pace: Pace | None = None
    breaker: Breaker = CLOSED

    async def stand(self, now: datetime) -> Stand:
        name, state = self.sender.name, self.breaker.state(now)
        if self.pace is None:
            return Stand(name, state)
        return Stand(name, state, self.pace.limits, await self.pace.past())


@dataclass(slots=True)
class _Call:
    """One call of `send`: `left` are the places of letters that no relay has answered for.

    Places below `pressing` are those of pressing letters; `via` are the relays that letters were
    given to last. `unanswered` is what came instead of an
    answer, from the last relay that tried; `full` is when the relays that have had their pace take
    more; `left_alone` is for how many seconds each that failed is not to be tried.
    """

    letters: Sequence[Letter]
    known: dict[int, Outcome]
    stop: asyncio.Event
    left: list[int]
    pressing: int
    via: dict[int, str]
    unanswered: dict[int, Outcome] = field(default_factory=dict)
    full: list[datetime] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_alone: list[float] = field(default_factory=list)


class Relays:
    """The port `Relay`. `name` is that of the relay in use.

    Where a `send` ends with letters that were not begun, because the relays that work have had
    their pace, it raises NotNow: `known` lacks those letters, and holds what became of the others.
    """

    def __init__(self, relays: Sequence[Paced], now: Callable[[], datetime]) -> None:
        self.name = relays[0].sender.name
        self._relays = relays
        self._now = now

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
        pressing: int = 0,
        via: dict[int, str] | None = None,
    ) -> Sequence[Outcome]:
        stop = stop or asyncio.Event()
        outcomes = {} if known is None else known
        left = list(range(len(letters)))
        call = _Call(letters, outcomes, stop, left, pressing, {} if via is None else via)
        clock = asyncio.get_running_loop()
        end = clock.time() + SEND_SECONDS  # later no other relay takes over, or leases run out
        usable = self._usable()
        call.left_alone += [0.0] * (len(self._relays) - len(usable))  # those will be tried soon
        for relay in usable:
            if call.left and not stop.is_set() and clock.time() < end:
                await self._through(relay, call)
        if not stop.is_set():
            _conclude(call)
        return [outcomes.get(place, _LEFT) for place in range(len(letters))]

    async def stand(self) -> Sequence[Stand]:
        """Each relay as it is now."""
        now = self._now()
        return [await each.stand(now) for each in self._relays]

    async def close(self) -> None:
        """Close what the relays keep open. No `send` may be running."""
        await asyncio.gather(*(each.sender.close() for each in self._relays))

    def _usable(self) -> Sequence[Paced]:
        now = self._now()
        open = [each for each in self._relays if each.breaker.state(now) == "open"]
        usable = [each for each in self._relays if each not in open]
        return usable or [each for each in open if not each.breaker.refused] or self._relays

    async def _through(self, relay: Paced, call: _Call) -> None:
        """Give a relay what it takes, for as long as it answers for all that it is given."""
        answers = True
        while answers and call.left and not call.stop.is_set():
            now = self._now()
            wanted = _TRIAL if relay.breaker.state(now) == "half-open" else len(call.left)
            places = call.left[: await self._granted(relay, wanted, call, now)]
            if not places:
                return
            answered = await self._hand_over(relay, places, call)
            if relay.pace and answered < len(places):
                await relay.pace.give_back(len(places) - answered, now)
            answers = answered == len(places)

    async def _granted(self, relay: Paced, wanted: int, call: _Call, now: datetime) -> int:
        """How many of `wanted` letters the relay's pace has room for."""
        if relay.pace is None:
            return wanted
        pressing = sum(place < call.pressing for place in call.left[:wanted])
        room = await relay.pace.take(wanted, now, pressing)
        if not room.letters:
            call.full.append(room.again)
            call.problems.append(f"{relay.sender.name}: it has had as many letters as it may have")
        return room.letters

    async def _hand_over(self, relay: Paced, places: Sequence[int], call: _Call) -> int:
        """Hand over the letters at `places`; for how many of them there is an answer."""
        self.name = relay.sender.name
        call.via.update(dict.fromkeys(places, self.name))
        heard = _Heard(places, call.known)
        problem, left_alone = "", 0.0
        try:
            await relay.sender.send(_Part(call.letters, places), heard, call.stop)
        except RelayError as error:
            problem, left_alone = str(error), error.left_alone
            call.problems.append(problem)
            call.left_alone.append(left_alone)
        call.unanswered |= {places[at]: outcome for at, outcome in heard.items()}
        call.left = [place for place in call.left if place not in call.known]
        answered = sum(place in call.known for place in places)
        if answered:
            self._is_back(relay)
        elif not call.stop.is_set():
            self._leave(relay, problem or said(heard[0]), timedelta(seconds=left_alone))
        return answered

    def _is_back(self, relay: Paced) -> None:
        if relay.breaker != CLOSED:
            log.warning("relay-back relay=%s", relay.sender.name)
            relay.breaker = CLOSED

    def _leave(self, relay: Paced, reason: str, left_alone: timedelta) -> None:
        before = relay.breaker
        relay.breaker = before.after_failure(self._now(), left_alone)
        if relay.breaker != before:
            until = relay.breaker.until
            log.warning("relay-left relay=%s until=%s reason=%s", relay.sender.name, until, reason)


def _conclude(call: _Call) -> None:
    """What is told of the letters that no relay answered for. Raises RelayError."""
    call.known.update(
        {place: call.unanswered[place] for place in call.left if place in call.unanswered}
    )
    not_begun = [place for place in call.left if place not in call.known]
    if not_begun and call.full:
        pressing_went = not_begun[0] >= call.pressing
        raise NotNow("; ".join(call.problems), min(call.full), pressing_may_go=pressing_went)
    if not_begun and not call.known:
        # The first that may be tried again says when.
        raise RelayError("; ".join(call.problems), min(call.left_alone, default=0))
    call.known.update(dict.fromkeys(not_begun, _LEFT))


class _Part(Sequence[Letter]):
    """Some of the letters, each asked for when it is needed: see `flows.batch`."""

    def __init__(self, letters: Sequence[Letter], places: Sequence[int]) -> None:
        self._letters = letters
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Letter: ...
    @overload
    def __getitem__(self, at: slice) -> "_Part": ...
    def __getitem__(self, at: int | slice) -> "Letter | _Part":
        if isinstance(at, slice):
            return _Part(self._letters, self._places[at])
        return self._letters[self._places[at]]


class _Heard(dict[int, Outcome]):
    """What a relay says of its part of the letters; its answers are known to the caller at once."""

    def __init__(self, places: Sequence[int], known: dict[int, Outcome]) -> None:
        super().__init__()
        self._places = places
        self._known = known

    def __setitem__(self, at: int, outcome: Outcome) -> None:
        super().__setitem__(at, outcome)
        if not isinstance(outcome, _UNANSWERED):
            self._known[self._places[at]] = outcome
