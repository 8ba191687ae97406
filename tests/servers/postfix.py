"""Postfix as a relay, and its smtp-sink as a fast relay that pipelines."""

import os
import shutil
import time
from pathlib import Path

from tests.servers.running import PATIENCE, Process, missing, program
from tests.servers.sink import Letter


class SmtpSink(Process):
    """Postfix's smtp-sink; `options` as in smtp-sink(1), for instance "-r", "RCPT"."""

    account = "nobody"

    def __init__(self, *options: str) -> None:
        self.program = program("smtp-sink", "smtp-sink", "postfix")
        super().__init__()
        self.options = options

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def command(self) -> list[str | Path]:
        self.give_away()
        dump = self.directory / "letter."
        return [self.program, *self.options, "-d", dump, f"127.0.0.1:{self.port}", "100"]

    def messages(self) -> list[Letter]:
        """The letters, in no order. Ask when no client is in the middle of one.

        What a halted sink had not yet taken as a whole was never accepted, and is left out.
        """
        dumps = (path.read_bytes() for path in self.directory.glob("letter.*"))
        return [_read_dump(dump) for dump in dumps if dump.endswith(b"\n\n")]


def _read_dump(dump: bytes) -> Letter:
    """Read smtp-sink's dump: its own headers, a folded Received, the letter, an empty line."""
    sender, recipients = "", []
    lines = dump.splitlines(keepends=True)
    for number, line in enumerate(lines):
        name, _, rest = line.decode().partition(": ")
        match name:
            case "X-Mail-Args":
                sender = _path(rest)
            case "X-Rcpt-Args":
                recipients.append(_path(rest))
            case "Received":
                raw = b"".join(lines[number + 3 : -1]).replace(b"\n", b"\r\n")
                return Letter(sender, tuple(recipients), raw)
    raise ValueError("the dump ends before its Received header")


def _path(argument: str) -> str:
    """`<anna@example.org>` in the arguments of MAIL or RCPT."""
    return argument.partition("<")[2].partition(">")[0]


class Postfix(Process):
    """Postfix with a queue of its own; it hands everything to the relay at `relay_port`.

    Where that is away it tries again each second.
    """

    QUEUES = (
        *("incoming", "active", "deferred", "hold", "corrupt", "saved"),
        *("bounce", "defer", "trace", "flush", "private", "public"),
    )

    def __init__(self, relay_port: int) -> None:
        self.program = program("master", "Postfix", "postfix", "/usr/lib/postfix/sbin")
        if os.geteuid() != 0:
            missing("Postfix can only be started by root")
        super().__init__()
        self.relay_port = relay_port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def command(self) -> list[str | Path]:
        self.directory.chmod(0o755)
        (self.directory / "queue/pid").mkdir(parents=True, exist_ok=True)
        for name in ("data", *(f"queue/{queue}" for queue in self.QUEUES)):
            (self.directory / name).mkdir(exist_ok=True)
            shutil.chown(self.directory / name, "postfix")
        for name, text in (("main.cf", self.main()), ("master.cf", self.services())):
            (self.directory / name).write_text(text)
            os.utime(self.directory / name, (0, 0))  # Postfix waits while its settings are new
        return [self.program, "-c", self.directory, "-d"]

    def wait_until_idle(self) -> None:
        """Return when it has nothing left to hand on."""
        end = time.monotonic() + PATIENCE
        while self._queued():
            if time.monotonic() > end:
                raise TimeoutError(f"Postfix still has letters after {PATIENCE} s")
            time.sleep(0.02)

    def _queued(self) -> bool:
        # A letter goes from "incoming" to "active", what it leads to goes back, and what has to
        # wait goes to "deferred" and comes from there to "active".
        queues = ("incoming", "active", "deferred", "active", "incoming")
        places = (self.directory / "queue" / queue for queue in queues)
        return any(found.is_file() for place in places for found in place.rglob("*"))

    def main(self) -> str:
        return f"""
compatibility_level = 3.6
queue_directory = {self.directory}/queue
data_directory = {self.directory}/data
maillog_file = {self.directory}/maillog
maillog_file_prefixes = {self.directory}
myhostname = relay.test
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
relayhost = [127.0.0.1]:{self.relay_port}
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = yes
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
"""

    def services(self) -> str:
        return f"""
127.0.0.1:{self.port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
