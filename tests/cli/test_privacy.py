"""What is known of a person, shown and erased on the command line."""

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailer.edge.files import OriginalFiles
from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.inquiry.record import Decision, RawMail
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.address import Address
from tests.cli.calling import Mailer

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ANNA = "anna@example.org"
RAW = b"From: Anna@example.org\r\nSubject: Lampan\r\n\r\nDen lyser inte.\r\n"


@pytest.fixture
def original(mailer: Mailer, home: Path) -> Path:
    """Of a mail of Anna's, who is a subscriber as well."""
    mailer("subscribers", "add", ANNA, "--name", "Anna Åkesson")
    files = OriginalFiles(home / "data" / "originals")

    async def receive() -> Path:
        (hash,) = await files.keep([RAW])
        database = await Database.open(f"sqlite:///{home}/data/mailer.db")
        journal = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
        mail = RawMail("INBOX", 1, 1, NOW, len(RAW), RAW)
        (case,) = await journal.record([(mail, hash)], NOW)
        inquiry = Inquiry(sender=Address("Anna@example.org"), subject="Lampan")
        route = Route("Samordnaren", (), acknowledge=True)
        await journal.decide([Decision(case, inquiry, Verdict("inquiry"), route)], {}, NOW)
        await database.close()
        return files.path(hash)

    return _run(receive())


def _run(work: Coroutine[None, None, Path]) -> Path:
    return asyncio.run(work)


def test_a_report_tells_everything_and_holds_no_key(mailer: Mailer, original: Path) -> None:
    said = mailer("privacy", ANNA.upper(), "--show")
    assert (said.code, said.err) == (0, "")
    for part in (
        "subscribers (1)\n  - id: 1\n    email: anna@example.org\n    name: Anna Åkesson\n",
        "inquiries (1)\n",
        "    subject: Lampan\n",
        f"    original: {original}\n",
    ):
        assert part in said.out
    assert "token" not in said.out


def test_json_is_one_object(mailer: Mailer, original: Path) -> None:
    told = json.loads(mailer("privacy", ANNA, "--show", "--json").out)
    assert [*told] == ["address", "subscribers", "consents", "inquiries"]
    assert told["inquiries"][0]["original"] == str(original)
    nothing = mailer("privacy", "nobody@example.org", "--show", "--json").out
    assert json.loads(nothing) == {"address": "nobody@example.org"}


def test_who_is_not_known_is_told_so(mailer: Mailer) -> None:
    said = mailer("privacy", "nobody@example.org", "--show")
    assert (said.code, said.out) == (0, "Nothing is stored about nobody@example.org.\n")
    said = mailer("privacy", "nobody@example.org", "--erase")
    assert said.code == 0 and said.out.startswith("Nothing is stored that could be erased.\n")


def test_an_erasure_leaves_the_evidence_and_the_public_record(
    mailer: Mailer, original: Path, home: Path
) -> None:
    models = home / "data" / "models"
    models.mkdir(exist_ok=True)
    (models / "owner-0.npz").touch()
    said = mailer("privacy", ANNA, "--erase")
    assert (said.code, said.err) == (0, "")
    first, kept, elsewhere = said.out.splitlines()
    assert first == "Erased: subscribers 1, consents 1, inquiries 1."
    assert "--with-originals" in kept and "contact mailbox" in elsewhere
    assert original.read_bytes() == RAW
    assert [*models.iterdir()] == []
    for file in (home / "data").glob("mailer.db*"):
        assert "anna" not in file.read_bytes().decode("latin-1").lower()
    told = json.loads(mailer("privacy", ANNA, "--show", "--json").out)
    (evidence,) = told["erasures"]
    assert evidence["rows"] == {"subscribers": 1, "consents": 1, "inquiries": 1}
    assert mailer("privacy", ANNA, "--erase").out.startswith("Nothing is stored that could be")


def test_originals_go_when_that_was_decided(mailer: Mailer, original: Path) -> None:
    mailer("privacy", ANNA, "--erase")
    said = mailer("privacy", ANNA, "--erase", "--with-originals", "--json")
    assert json.loads(said.out) == {"erased": {"inquiries": 1}, "originals": True}
    assert not original.exists()


@pytest.mark.parametrize(
    "words", ["", "--show --erase", "--with-originals", "--show --with-originals"]
)
def test_it_is_shown_or_erased(mailer: Mailer, words: str) -> None:
    assert mailer("privacy", ANNA, *words.split()).code == 2


def test_a_colleague_is_named_in_the_settings_first(mailer: Mailer, home: Path) -> None:
    text = (home / "config" / "subprojects.yaml").read_text("utf-8")
    leader = next(word for word in text.split() if "@" in word).strip("<>\"',")
    said = mailer("privacy", leader, "--erase")
    assert said.code == 1
    assert "name somebody else there first" in said.err
    assert mailer("privacy", "not-an-address", "--show").code == 1
