"""A relay that misbehaves by script, in the event loop of the test."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

HANG_UP = b"(cuts the line)"
SILENCE = b"(says nothing more)"
ENDLESS = b"(begins a reply that never ends)"
DRIPPING = b"(says one octet of it now and then)"

_BAD_SEQUENCE = b"503 5.5.1 Bad sequence of commands"


class Scripted:
    """Answers each command by `answers`, and notes what it hears and takes.

    A command is known by its verb; "." is the end of a letter and CONNECT the greeting. `faults`
    are answers to its n-th time, counted from one over all connections. HANG_UP, SILENCE, ENDLESS
    and DRIPPING are answers too; after a 421 the line is cut. `delays` are the seconds that a
    command takes, and `heard_for` has an event that is set when it is heard for the n-th time.
    With `strict`, DATA is refused where there is no recipient.
    """

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.answers = {"CONNECT": b"220 relay.test", "DATA": b"354 Go", "QUIT": b"221 Bye"}
        self.answers |= answers
        self.faults: dict[tuple[str, int], bytes] = {}
        self.delays: dict[str, float] = {}
        self.heard_for: defaultdict[tuple[str, int], asyncio.Event] = defaultdict(asyncio.Event)
        self.strict = True
        self.heard: list[str] = []
        self.taken: list[tuple[str, bytes]] = []
        self.sessions: list[asyncio.Task[None]] = []
        self.port = 0
        self._times: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        assert session
        self.sessions.append(session)
        try:
            with suppress(ConnectionError):
                await _Dialogue(self, reader, writer).go()
        finally:
            writer.close()

    async def answer(self, verb: str) -> bytes:
        """What is said to a command, this time."""
        self._times[verb] += 1
        time = verb, self._times[verb]
        self.heard_for[time].set()
        await asyncio.sleep(self.delays.get(verb, 0))
        return self.faults.get(time) or self.answers.get(verb, b"250 Ok")


class _Dialogue:
    """One connection, with its transaction."""

    def __init__(
        self, script: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._script = script
        self._reader = reader
        self._writer = writer
        self._sender = False
        self._recipient = ""

    async def go(self) -> None:
        alive = await self._say(await self._script.answer("CONNECT"))
        while alive and (line := await self._reader.readline()):
            self._script.heard.append(line.decode().strip())
            verb, _, _ = line.decode().strip().partition(" ")
            alive = await self._hear(verb, line.decode())

    async def _hear(self, verb: str, line: str) -> bool:
        wrong = {
            "MAIL": self._sender,
            "RCPT": not self._sender,
            "DATA": self._script.strict and not self._recipient,
        }
        if wrong.get(verb):
            return await self._say(_BAD_SEQUENCE)
        answer = await self._script.answer(verb)
        good = answer[:1] in b"23"
        if verb == "MAIL":
            self._sender = good
        elif verb == "RCPT" and good:
            self._recipient = line.partition("<")[2].partition(">")[0]
        elif verb == "RSET":
            self._sender, self._recipient = False, ""
        alive = await self._say(answer)
        if verb == "DATA" and answer.startswith(b"354"):
            return await self._take()
        return alive

    async def _take(self) -> bool:
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        recipient, self._recipient, self._sender = self._recipient, "", False
        if not recipient:
            return await self._say(b"554 5.5.1 No valid recipients")
        answer = await self._script.answer(".")
        if answer.startswith(b"2"):
            self._script.taken.append((recipient, b"".join(lines)))
        return await self._say(answer)

    async def _say(self, answer: bytes) -> bool:
        """Whether the dialogue goes on after it."""
        if answer == SILENCE:
            await self._reader.read(-1)
        elif answer == ENDLESS:
            while True:
                self._writer.write(b"250-and so on\r\n" * 100)
                await self._writer.drain()
        elif answer == DRIPPING:
            while True:
                self._writer.write(b"2")
                await self._writer.drain()
                await asyncio.sleep(0.1)
        elif answer != HANG_UP:
            self._writer.write(answer + b"\r\n")
            await self._writer.drain()
            return not answer.startswith((b"221", b"421"))
        return False


@asynccontextmanager
async def scripted(answers: Mapping[str, bytes]) -> AsyncIterator[Scripted]:
    script = Scripted(answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    async with server:
        yield script
        for session in script.sessions:
            session.cancel()
    await asyncio.gather(*script.sessions, return_exceptions=True)
