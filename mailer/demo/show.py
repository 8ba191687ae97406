"""`mailer demo`: both journeys on loopback, from the shipped config to the last folder.

Starts an IMAP and an SMTP server of its own, sends the edition of 11 September 2020 to the demo's
subscribers, lets triage take what residents wrote, and shows where everything went. With `serve`
it then stays, with a page to look at it all and to write in.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address as Sender
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from rich.console import Console

from mailer.app import mailroom, press
from mailer.app.service import Service, open_service
from mailer.demo.page import Routed, page
from mailer.demo.people import DemoMail, inquiries, subscribers
from mailer.demo.report import Placed, report, write_out
from mailer.edge.clock import ShiftedClock
from mailer.edge.files import shipped, templates_for
from mailer.edge.local import Captured, LocalImap, LocalSmtp
from mailer.errors import MailerError
from mailer.flows.decisions import Handled
from mailer.mail.message import text_of
from mailer.settings import load

NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
"""Ten o'clock in Markaryd, on the day of the first edition."""

_OVERRIDDEN = ("MAILER_DATABASE_URL", "MAILER_SECRET")


async def show(
    config: Path | None, out: Path | None, *, serve: bool, environ: Mapping[str, str]
) -> None:
    """Run the demo with `config`, or the shipped one. Nothing leaves this machine."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="mailer-demo-") as data:
        async with LocalImap() as imap, LocalSmtp() as smtp:
            ours = {
                "MAILER_IMAP_URL": imap.url,
                "MAILER_SMTP_URL": smtp.url,
                "MAILER_DATA_DIR": data,
            }
            others = {key: value for key, value in environ.items() if key not in _OVERRIDDEN}
            settings = load(config or shipped("config"), others | ours)
            async with open_service(settings, ShiftedClock(NOW)) as service:
                stage = _Stage(service, imap, smtp)
                placed = await stage.play()
                receipt = await service.editions.receipt(stage.period)
                assert receipt is not None  # noqa: S101 - play() queued it
                console = Console()
                report(console, receipt, smtp.letters, placed, time.monotonic() - began)
                if out:
                    write_out(out, smtp.letters, await imap.folders())
                    console.print(f"Written to {out / 'sent'} and {out / 'mailbox'}.")
                if serve:
                    await _serve(stage, console)


@dataclass(slots=True)
class _Stage:
    """The servers and the service between them; what the page shows (`DemoSource`)."""

    service: Service
    imap: LocalImap
    smtp: LocalSmtp
    period: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def play(self) -> Sequence[Placed]:
        """Send the edition, take the mail; where each mail went, in the order of arrival."""
        service, mails = self.service, inquiries()
        readers = [(address, "sv") for address in subscribers()]
        await service.subscribers.add(readers, "invented for the demo", service.clock.now())
        self.period = (await press.publish(service, NOW.date())).period
        await service.delivery().drain()
        for mail in mails:
            await self.imap.deliver(mail.raw, mail.received)
        handled = await self._take()
        return [_placed(mail, each) for mail, each in zip(mails, handled, strict=True)]

    def letters(self) -> Sequence[Captured]:
        return self.smtp.letters

    async def folders(self) -> Mapping[str, Sequence[bytes]]:
        return await self.imap.folders()

    async def write(self, name: str, email: str, subject: str, text: str) -> Routed:
        mail = EmailMessage(policy=SMTP)
        mailbox = self.service.settings.organisation.mailbox
        mail["From"] = Sender(name, addr_spec=email)
        mail["To"] = mailbox.email
        mail["Subject"] = subject
        mail.set_content(text)
        async with self.turn:
            before = len(self.smtp.letters)
            await self.imap.deliver(mail.as_bytes(), self.service.clock.now())
            handled = await self._take()
        if not handled:
            raise MailerError("the same mail, to the letter, was written before")
        answers = [each for each in self.smtp.letters[before:] if each.recipients == (email,)]
        answer = text_of(answers[0].raw) if answers else ""
        return Routed(handled[-1].verdict, handled[-1].route, answer)

    async def _take(self) -> Sequence[Handled]:
        async with self.service.mailbox() as mailbox:
            taken = await mailroom.intake(self.service, mailbox).once()
        await self.service.delivery().drain()
        return taken.handled


def _placed(mail: DemoMail, handled: Handled) -> Placed:
    return Placed(mail.name, handled.verdict, handled.route)


class _Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM like any server, but does not raise them again: we tidy up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(stage: _Stage, console: Console) -> None:
    """Show the page until the user has seen enough."""
    settings = stage.service.settings
    host, port = settings.web_listen
    templates = templates_for(settings.config_dir)
    app = page(stage, settings.organisation, templates, settings.zone)
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise MailerError(
            f"{host}:{port} is taken or not to be had; "
            "choose another with MAILER_WEB_LISTEN=127.0.0.1:PORT"
        ) from error
    console.print(f"Look at it on http://{host}:{port}/ - Ctrl-C ends it.", highlight=False)
    with listening:
        config = uvicorn.Config(app, log_level="warning", lifespan="off")
        await _Server(config).serve(sockets=[listening])
