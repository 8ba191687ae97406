"""The whole service, its clock set by hand: leaders are told of what nobody has answered."""

import pytest

from mailer.app import house, mailroom
from mailer.app.service import open_service
from mailer.settings import load
from tests.flows.doubles import SetClock
from tests.servers import Account, Sink
from tests.whole.program import Program
from tests.whole.residents import LEADERS, SUBPROJECT, mail, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_leaders_are_reminded_of_what_nobody_answered_in_a_mail_program(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    clock = SetClock()  # a Friday
    async with open_service(load(program.config, program.environ), clock) as service:
        async with service.mailbox() as mailbox:
            for number in (1, 2):
                dovecot.deliver(mail(number))
                await mailroom.intake(service, mailbox).drain()
            await service.delivery().drain()
            with dovecot.client() as client:
                client.select_folder(SUBPROJECT)
                client.add_flags(client.search(["SUBJECT", "Gatlampa 1"]), [b"\\Answered"])
            clock.forward(days=5)
            already = len(sink.letters)
            assert await mailroom.follow_up(service, mailbox).look() == 1
            assert await mailroom.follow_up(service, mailbox).look() == 0
            await service.delivery().drain()
        told = {
            (*letter.recipients, opened(letter.raw)["Subject"]) for letter in sink.letters[already:]
        }
        assert told == {
            *((leader, "Påminnelse [IT-2026-0002] Gatlampa 2 är släckt") for leader in LEADERS),
            (
                "projektledningen@markaryd.example",
                "Brevlådan den 16 september 2020: inga nya, 1 väntar på svar",
            ),
        }
        figures = await house.status(service)
        assert figures["answers"] == {"open": 1, "overdue": 0, "answered": 1}
