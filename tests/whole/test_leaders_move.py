"""A leader moves a mail as their mail program does it: others get it, and the next like it."""

import re
import shutil
import signal
from collections.abc import Callable

import httpx
import pytest

from mailer.organisation import COORDINATOR
from tests.servers import Account, Letter, Sink
from tests.whole.program import CHECKOUT, Program, until
from tests.whole.residents import LEADERS, SUBPROJECT, mail, opened

OTHERS = "Drogförebyggande gruppen"
THEIR_LEADERS = ("anna-karin.palsson@markaryd.example", "anders.buene@markaryd.example")


def to(sink: Sink, *readers: str) -> list[Letter]:
    return [letter for letter in sink.letters if letter.recipients[0] in readers]


def text_of(letter: Letter) -> str:
    part = opened(letter.raw).get_body(("plain",))
    assert part
    return " ".join(part.get_content().split())


def copy_and_expunge(account: Account) -> None:
    with account.client() as client:
        client.select_folder(SUBPROJECT)
        uids = client.search()
        client.copy(uids, OTHERS)
        client.delete_messages(uids)
        client.expunge()


def move(account: Account) -> None:
    with account.client() as client:
        client.select_folder(SUBPROJECT)
        client.move(client.search(), OTHERS)


@pytest.mark.parametrize("way", [copy_and_expunge, move])
def test_a_moved_mail_is_forwarded_anew_and_the_next_like_it_goes_right(
    program: Program, dovecot: Account, sink: Sink, way: Callable[[Account], None]
) -> None:
    for examples in (CHECKOUT / "config" / "triage").glob("*.jsonl"):
        shutil.copy(examples, program.config / "triage")
    with dovecot.client() as client:
        client.create_folder(OTHERS)
    dovecot.deliver(mail(1))
    program.call("triage", "--once")
    assert len(to(sink, *LEADERS)) == 2
    way(dovecot)
    said = program.call("triage", "--once").stdout
    assert said.startswith("1 mail moved by hand, and forwarded to who has it now.\n")
    forwards = to(sink, *THEIR_LEADERS)
    assert len(forwards) == 2
    assert all("flyttat hit av en kollega" in text_of(each) for each in forwards)
    assert all(mail(1) in each.raw for each in forwards)
    assert len(to(sink, *LEADERS)) == 4  # a line each
    dovecot.deliver(mail(2))
    program.call("triage", "--once")
    assert dovecot.folders() == {"INBOX": [], SUBPROJECT: [], OTHERS: [mail(1), mail(2)]}
    assert len(to(sink, *THEIR_LEADERS)) == 4
    assert len(to(sink, *LEADERS)) == 4
    (case,) = (each for each in program.json("inquiries", "list") if "1 är" in each["subject"])
    assert case["owner"] == "drogforebyggande"


def test_while_it_runs_a_move_and_a_button_are_obeyed(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    program.environ["MAILER_BASE_URL"] = f"http://{program.environ['MAILER_WEB_LISTEN']}"
    with dovecot.client() as client:
        client.create_folder(OTHERS)
    with program.started("run") as running:
        dovecot.deliver(mail(1))
        until(lambda: dovecot.folders().get(SUBPROJECT) == [mail(1)])
        copy_and_expunge(dovecot)
        running.until(lambda: len(to(sink, *THEIR_LEADERS)) == 2)
        page = re.search(r"http://\S+/arende/\S+", text_of(to(sink, *THEIR_LEADERS)[0]))
        assert page
        form = {"gor": "flytta", "till": COORDINATOR}
        assert httpx.post(page[0], data=form).status_code == 303
        running.until(lambda: dovecot.folders().get("Samordnare") == [mail(1)])
        running.until(lambda: to(sink, "projektledningen@markaryd.example"))
        assert running.ends(signal.SIGTERM) == 0
        assert "Traceback" not in running.said()
