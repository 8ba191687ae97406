"""One backlog, worked by a process that holds nothing but the program: `drained`.

That is `python -m tests.bench.backlog DATA IMAP-URL RELAY-PORT MAILS SEND`, and prints JSON.
"""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from mailer.app import mailroom
from mailer.app.service import open_service
from mailer.edge.clock import SystemClock
from mailer.settings import Settings, load

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one backlog took: seconds, and the most memory of the process in MB."""

    seconds: float
    megabytes: float


def drained(data: Path, imap: str, relay: int, mails: int, *, send: bool) -> Taken:
    """What triage does with so many mails; `send`: until the relay has taken the letters, too."""
    command = (sys.executable, "-m", __name__, data, imap, relay, mails, int(send))
    done = subprocess.run(list(map(str, command)), cwd=CHECKOUT, check=True, stdout=subprocess.PIPE)
    return Taken(**json.loads(done.stdout))


def settings_in(data: Path, imap: str = "", relay: int = 25, **others: Any) -> Settings:
    """Those of the config beside `data`; every inquiry is acknowledged."""
    environment = {"MAILER_DATA_DIR": str(data), "MAILER_SMTP_URL": f"smtp://127.0.0.1:{relay}"}
    if imap:
        environment["MAILER_IMAP_URL"] = imap
    settings = load(data.parent / "config", environment)
    answering = replace(settings.triage, acknowledgements_an_hour=10**9)
    return replace(settings, triage=answering, **others)


async def taken(settings: Settings, mails: int, send: bool) -> Taken:
    async with open_service(settings, SystemClock()) as service, service.mailbox() as mailbox:
        await service.knowledge.renew()
        intake = mailroom.intake(service, mailbox)
        began = perf_counter()
        found = await intake.drain()
        if send:
            await service.delivery().drain()
        seconds = perf_counter() - began
        assert found.moved == mails
        assert not send or (await service.outbox.counts()).keys() == {"accepted"}
    return Taken(seconds, most_memory())


def most_memory() -> float:
    """Of this process since it was started, in MB."""
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    folder, mailbox, port, number, sending = sys.argv[1:]
    settings = settings_in(Path(folder), mailbox, int(port))
    found = asyncio.run(taken(settings, int(number), sending == "1"))
    print(json.dumps(asdict(found)))  # noqa: T201
