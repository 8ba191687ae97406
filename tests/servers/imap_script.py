"""A line to an IMAP server on which one command goes wrong: a proxy in the event loop of the test.

Takes an account; gives it as it is reached through the line. All goes through as it is but for the
`faults` by command, in the words of RFC 3501: "UID MOVE" is MOVE, CONNECT the greeting, DONE the
end of IDLE. Each strikes once. `without` are capabilities that the server does not tell of.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from tests.servers.imap import Account

READING = ("cut before", "cut inside", "silent before", "NO", "BAD", "BYE")
CHANGING = (*READING, "cut after", "silent after")
"""What can go wrong: before the server has heard the command, after it has done it, or inside of
its answer. Or that is answered in its place:"""

ANSWERS = {
    "NO": b"%s NO [SERVERBUG] as the test has it\r\n",
    "BAD": b"%s BAD as the test has it\r\n",
    "BYE": b"* BYE [UNAVAILABLE] in maintenance\r\n",
    "NOLOGIN": b"%s NO [AUTHENTICATIONFAILED] Authentication failed.\r\n",
    "OVERQUOTA": b"%s NO [OVERQUOTA] Quota exceeded\r\n",
}
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")


class ImapScript:
    """`always` are faults that strike each time; `heard` are the commands, in order.

    `meanwhile` is done once, before the server hears the command: what others do just then.
    """

    def __init__(self, port: int, without: Collection[str]) -> None:
        self.faults: dict[str, str] = {}
        self.always: dict[str, str] = {}
        self.meanwhile: dict[str, Callable[[], None]] = {}
        self.heard: list[str] = []
        self._port = port
        self._without = [re.compile(rf" {name}(?=[ \]\r])".encode()) for name in without]
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, server_writer}
        self._open |= ends
        dialogue = _Dialogue(self, (reader, writer), (server_reader, server_writer))
        try:
            await dialogue.go()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    def fault(self, verb: str) -> str:
        """What goes wrong with this command, this time."""
        self.heard.append(verb)
        return self.faults.pop(verb, "") or self.always.get(verb, "")

    def told(self, data: bytes) -> bytes:
        """What the server says, without the capabilities that it does not tell of."""
        for name in self._without:
            data = name.sub(b"", data)
        return data

    def cut(self) -> None:
        """Cut every line that is open."""
        for end in self._open:
            end.transport.abort()


_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Dialogue:
    """One connection. `tag` is that of the command that is under way."""

    def __init__(self, script: ImapScript, client: _Streams, server: _Streams) -> None:
        self._script = script
        self._reader, self._writer = client
        self._server_reader, self._server_writer = server
        self._tag = b"*"
        self._held: bytearray | None = None
        self._more = asyncio.Event()

    async def go(self) -> None:
        if not await self._hear("CONNECT", b""):
            return
        answers = asyncio.ensure_future(self._answers())
        try:
            while (line := await self._reader.readline()) and await self._hear(
                self._verb(line), line
            ):
                pass
        finally:
            answers.cancel()

    def _verb(self, line: bytes) -> str:
        """The command of a line; empty where the line goes on with an earlier one."""
        words = line.upper().split()
        if words == [b"DONE"]:
            return "DONE"
        if len(words) < 2:
            return ""
        self._tag = line.split()[0]
        return words[2 if words[1] == b"UID" else 1].decode()

    async def _hear(self, verb: str, line: bytes) -> bool:
        """Whether the dialogue goes on."""
        fault = self._script.fault(verb) if verb else ""
        if act := self._script.meanwhile.pop(verb, None):
            await asyncio.to_thread(act)
        if fault in ANSWERS:
            await self._say(ANSWERS[fault].replace(b"%s", self._tag))
            return fault != "BYE"
        if fault in ("cut after", "cut inside", "silent after"):
            said = await self._done(line)
            if fault == "cut inside":
                await self._say(said[: len(said) // 2])
        elif not fault:
            await self._pass(line)
        if fault.startswith("silent"):
            await self._reader.read(-1)
        return not fault

    async def _pass(self, line: bytes) -> None:
        """Hand on a command with its literals."""
        self._server_writer.write(line)
        while found := _LITERAL.search(line):
            self._server_writer.write(await self._reader.readexactly(int(found[1])))
            line = await self._reader.readline()
            self._server_writer.write(line)
        await self._server_writer.drain()

    async def _done(self, line: bytes) -> bytes:
        """Have the server do it; what it says to it, which the client does not hear."""
        self._held = bytearray()
        await self._pass(line)
        end = re.compile(rb"(^|\r\n)(\* OK|\+ |" + re.escape(self._tag) + rb" )")
        while not end.search(self._held):
            await self._more.wait()
            self._more.clear()
        return bytes(self._held)

    async def _answers(self) -> None:
        with suppress(OSError):
            while data := await self._server_reader.read(65536):
                if self._held is None:
                    await self._say(self._script.told(data))
                else:
                    self._held += data
                    self._more.set()
        self._writer.close()

    async def _say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


@asynccontextmanager
async def imap_script(
    account: Account, without: Collection[str] = ()
) -> AsyncIterator[tuple[ImapScript, Account]]:
    """The line, and the account as it is reached through it."""
    script = ImapScript(account.port, without)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    try:
        yield script, replace(account, port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        script.cut()
        await asyncio.sleep(0.02)
