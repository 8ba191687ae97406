"""How fast triage works the mailbox: python -m tests.bench.triage, from the checkout.

The backlog: so many mails of 16 kB lie in Dovecot's inbox, automatic ones or inquiries; from there
until each is decided, its letters are queued and it lies in its folder; in the last row until the
relay (smtp-sink) has taken the letters. SQLite, every commit on the disk. Beside it imapfilter,
which moves the automatic mail by two rules and does no more. Rounds alternate; prints medians, and
the most memory that the process ever took.

The arrival: one mail after the other, from Dovecot's notice (IDLE), or from the end of its APPEND
(a look every 50 ms), until the relay has taken both forwards.

The decision alone, and the models: fitted to 1,000 examples, and loaded. Needs Debian's
dovecot-imapd, postfix and imapfilter.
"""

import argparse
import asyncio
import multiprocessing
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from mailer.app import running
from mailer.app.deciding import identity, own_texts, triage
from mailer.app.learning import models
from mailer.app.service import open_service
from mailer.edge.clock import SystemClock
from mailer.edge.examples import shipped_examples
from mailer.inquiry.learn import fit
from mailer.inquiry.triage import classifier
from mailer.settings import Settings
from tests.bench.arrival import Arrivals
from tests.bench.backlog import CHECKOUT, Taken, drained, settings_in
from tests.bench.mails import Mails
from tests.servers import Account, Dovecot
from tests.servers.running import Process, program

ROUNDS = 5
AT_ONCE = 100  # mails in one APPEND
POLL = timedelta(milliseconds=50)
WARMING = 5  # the first ones, which meet nothing ready
DECISIONS = 500
EXAMPLES = 1000

RULES = """
options.starttls = false
options.create = true
options.subscribe = true
box = IMAP {{ server = '127.0.0.1', port = {port}, username = '{user}', password = '{password}' }}
found = box.INBOX:match_header('Auto-Submitted: auto') + box.INBOX:contain_field(
  'Content-Type', 'multipart/report')
found:move_messages(box['Autosvar'])
"""


class Counter(Process):
    """smtp-sink that keeps nothing."""

    account = "nobody"

    def __init__(self) -> None:
        self.program = program("smtp-sink", "smtp-sink", "postfix")
        super().__init__()

    def command(self) -> list[str | Path]:
        self.give_away()
        return [self.program, f"127.0.0.1:{self.port}", "1000"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000, help="in a backlog (2000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--arrivals", type=int, default=100, help="of single mails (100)")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))) / "data"
        folder.mkdir()
        shutil.copytree(CHECKOUT / "config", folder.parent / "config")
        dovecot, sink = stack.enter_context(Dovecot()), stack.enter_context(Counter())
        tell_of_decisions(folder)
        tell_of_backlogs(dovecot, sink.port, folder, given.mails, given.rounds)
        tell_of_arrivals(dovecot, folder, given.arrivals)


def say(name: str, *values: str) -> None:
    print(f"{name:<34}", *(f"{value:>18}" for value in values))  # noqa: T201


# --- the backlog ---


def tell_of_backlogs(dovecot: Dovecot, relay: int, folder: Path, mails: int, rounds: int) -> None:
    made = Mails.of(settings_in(folder))
    automatic = list(islice(made.automatic(), mails))
    inquiries = list(islice(made.inquiries(), mails))

    def ours(account: Account, send: bool) -> Taken:
        return drained(new_data(folder), account.url, relay, mails, send=send)

    ways: dict[str, tuple[list[bytes], Callable[[Account], Taken]]] = {
        "automatic, imapfilter": (automatic, filtered),
        "automatic": (automatic, lambda account: ours(account, False)),
        "inquiries": (inquiries, lambda account: ours(account, False)),
        "inquiries, letters accepted": (inquiries, lambda account: ours(account, True)),
    }
    spent: dict[str, list[Taken]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (waiting, way) in ways.items():
            account = dovecot.new_account()
            fill(account, waiting)
            spent[name].append(way(account))
            assert_empty(account)
    for name, every in spent.items():
        rate = mails / median(each.seconds for each in every)
        most = max(each.megabytes for each in every)
        say(name, f"{rate:.0f} mails/s", f"{most:.0f} MB" if most else "")


def fill(account: Account, mails: list[bytes]) -> None:
    with account.client() as client:
        for first in range(0, len(mails), AT_ONCE):
            client.multiappend("INBOX", mails[first : first + AT_ONCE])


def assert_empty(account: Account) -> None:
    with account.client() as client:
        assert client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 0


def filtered(account: Account) -> Taken:
    """What imapfilter does with them."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as rules:
        login = {"port": account.port, "user": account.user, "password": account.password}
        rules.write(RULES.format(**login))
        rules.flush()
        began = perf_counter()
        subprocess.run(["imapfilter", "-c", rules.name], check=True, stdout=subprocess.DEVNULL)
        return Taken(perf_counter() - began, 0)


def new_data(folder: Path) -> Path:
    """A data directory of its own; the models are fitted already."""
    data = Path(tempfile.mkdtemp(dir=folder.parent))
    if (folder / "models").is_dir():
        shutil.copytree(folder / "models", data / "models")
    return data


# --- the arrival ---


def tell_of_arrivals(dovecot: Dovecot, folder: Path, number: int) -> None:
    mails = list(islice(Mails.of(settings_in(folder)).inquiries(), number + WARMING))
    for name, idle in (("arrival, from IDLE's notice", True), ("arrival, looked for", False)):
        with (
            Arrivals(dovecot.new_account(), idle) as arrivals,
            working(new_data(folder), arrivals.account.url, arrivals.relay, idle),
        ):
            say_spread(name, arrivals.spent_on(mails)[WARMING:])


@contextmanager
def working(data: Path, imap: str, relay: int, idle: bool) -> Iterator[None]:
    """A process that works the mailbox and the outbox."""
    fresh = multiprocessing.get_context("spawn")
    stop = fresh.Event()
    process = fresh.Process(target=work, args=(data, imap, relay, idle, stop))
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join()
        assert process.exitcode == 0


def work(data: Path, imap: str, relay: int, idle: bool, stop: Event) -> None:
    asyncio.run(_work(settings_in(data, imap, relay, idle=idle, poll=POLL), stop))


async def _work(settings: Settings, stop: Event) -> None:
    async with open_service(settings, SystemClock()) as service:
        stopped = asyncio.Event()
        working = asyncio.create_task(running.work_mailbox(service, stopped))
        await asyncio.to_thread(stop.wait)
        stopped.set()
        await working


# --- the decision ---


def tell_of_decisions(folder: Path) -> None:
    settings = settings_in(folder)
    models(settings)  # fitted now, where examples or rules have changed since they were last
    began = perf_counter()
    learned = models(settings)
    loaded = perf_counter() - began
    decide = triage(settings, identity(settings), learned, own_texts(settings)).judge
    mails = list(islice(Mails.of(settings).inquiries(), DECISIONS + WARMING))
    say_spread("a decision", [spent(lambda mail=mail: decide(mail)) for mail in mails][WARMING:])
    labelled = shipped_examples(settings.config_dir)
    examples = [each.example() for each in labelled if each.kind == "inquiry"][:EXAMPLES]
    rules = classifier(settings.triage, settings.organisation)
    start = [rules.score(each.subject, each.text, each.language).sums for each in examples]
    say(
        "a model of 1,000 examples",
        f"fitted {spent(lambda: fit(start, examples)):.2f} s",
        f"both loaded {loaded * 1000:.0f} ms",
    )


def spent(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def say_spread(name: str, seconds: Sequence[float]) -> None:
    last = quantiles(seconds, n=20)[-1]
    say(name, f"median {median(seconds) * 1000:.1f} ms", f"p95 {last * 1000:.1f} ms")


if __name__ == "__main__":
    main()
