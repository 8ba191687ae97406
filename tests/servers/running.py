"""What all the servers have in common: they are started, they listen on a port, they are stopped.

Takes a command for a program, or a coroutine for a server in Python. Promises that `stop()` ends
the process or thread that `start()` began and no other, and removes its directory.

Started by root, a `Process` with an `account` runs as that user; else it runs as the caller.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import pytest
import trustme

PATIENCE = 30
"""Seconds that a server may take to start or to stop, on a machine that is busy."""


def missing(reason: str) -> NoReturn:
    """A server cannot run here: skip the test and say why. With CI=true the test fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, server: str, package: str, places: str = "/usr/sbin") -> Path:
    """Where a server's program is: `places` is a pattern, and the last match wins."""
    found = sorted(Path("/").glob(f"{places.strip('/')}/{name}"))
    if not found:
        missing(f"{server} is not installed: apt-get install {package}")
    return found[-1]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Running:
    """What is started and stopped."""

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class Process(Running):
    """A server program in the foreground, in `directory`, that listens on `port`.

    It may be halted and started again.
    """

    account = ""
    """Whom root runs the program as; empty means: as root."""
    ending = signal.SIGTERM

    def __init__(self) -> None:
        # Not pytest's tmp_path: no other user may enter that, and a path of a socket is short.
        self.directory = Path(tempfile.mkdtemp(prefix=f"{type(self).__name__.lower()}-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str | Path]:
        """Write what the program reads, and say how it is started."""
        raise NotImplementedError

    def start(self) -> None:
        try:
            with (self.directory / "output").open("wb") as output:
                self.process = subprocess.Popen(
                    # The server ends with the tests, also when they are killed.
                    ["setpriv", "--pdeathsig", "TERM", *self.command()],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self.directory,
                    start_new_session=True,
                    **self.identity(),
                )
            self.wait()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Return when the server answers."""
        assert self.process
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.directory / "output").read_text(errors="replace")
                raise RuntimeError(f"{type(self).__name__} did not start:\n{said}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it greets by now: a port that is open is not yet a server that is ready."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
                line.recv(1)
        except OSError:
            return False
        return True

    def identity(self) -> dict[str, Any]:
        """The user to run as, in the words of subprocess."""
        if os.geteuid() != 0 or not self.account:
            return {}
        user = pwd.getpwnam(self.account)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def give_away(self) -> None:
        """Let the directory and all in it belong to the user that the program runs as."""
        if identity := self.identity():
            for path in (self.directory, *self.directory.rglob("*")):
                os.chown(path, identity["user"], identity["group"])

    def halt(self) -> None:
        """End the program; `start` begins it again with all that it has kept."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.ending)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.directory, ignore_errors=True)


class Thread(Running):
    """A server in Python, in a thread and event loop of its own, that listens on `port`."""

    async def listen(self) -> asyncio.Server:
        raise NotImplementedError

    def start(self) -> None:
        self._listening: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.port = self._listening.result(PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._listening.set_exception(error)

    async def _serve(self) -> None:
        server = await self.listen()
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._listening.set_result(server.sockets[0].getsockname()[1])
        await self._ending.wait()
        server.close()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(PATIENCE)


def issue_certificate(directory: Path) -> None:
    """ca.pem, and server.pem with key and certificate for localhost and 127.0.0.1."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(directory / "ca.pem")
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(directory / "server.pem")
