"""A line to a server that can be cut or hung: a TCP proxy on loopback, in the test's event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.servers import Account


class Line:
    """Passes everything on; `cut_after` counts octets from the server from when it is set."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pairs: set[asyncio.StreamWriter] = set()
        self.opened = 0
        self.heard = b""
        self.cut_after: int | None = None
        self.hung = False
        self.refusing = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.close()
            return
        self.opened += 1
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        pair = {writer, server_writer}
        self._pairs |= pair
        try:
            await asyncio.gather(
                self._pass(reader, server_writer, counted=False),
                self._pass(server_reader, writer, counted=True),
            )
        except OSError:
            pass
        finally:
            self._pairs -= pair
            for end in pair:
                end.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        while data := await reader.read(4096):
            if self.hung:
                continue
            if counted and self.cut_after is not None:
                data, rest = data[: self.cut_after], data[self.cut_after :]
                self.cut_after -= len(data)
                if rest:
                    self.cut_after = None
                    self.cut()
                    return
            if not counted:
                self.heard += data
            writer.write(data)
            await writer.drain()
        writer.close()

    def cut(self) -> None:
        for end in self._pairs:
            end.transport.abort()


@asynccontextmanager
async def line_to(account: Account) -> AsyncIterator[tuple[Line, Account]]:
    """The line, and the account as it is reached through it."""
    line = Line(account.port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    try:
        yield line, replace(account, port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        line.cut()
        await asyncio.sleep(0.05)
