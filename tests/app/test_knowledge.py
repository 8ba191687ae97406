"""What a running service learns without being started again."""

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from mailer.app import knowledge
from mailer.app.deciding import identity_if_made
from mailer.app.knowledge import Knowledge
from mailer.app.learning import taught_so_far
from mailer.edge.archive import Archive
from mailer.edge.files import OriginalFiles
from mailer.edge.store.labels import StoredLabels
from mailer.errors import StoreError
from mailer.inquiry.taught import Taught
from mailer.newsletter.archived import ArchivedLetter, archived
from mailer.settings import Settings
from mailer.settings.load import load
from tests.edge.archived import SEPTEMBER, kept

pytestmark = pytest.mark.anyio

BOENDE, DROG = "trygg-boendemiljo", "drogforebyggande"
EXAMPLES = {
    BOENDE: ("Lampan vid porten är trasig", "Klotter på muren", "Mörkt på gångvägen"),
    DROG: ("De säljer knark i parken", "Sprutor vid skolan", "Min son röker hasch"),
}
NEWS = (
    "Den första oktober öppnar vi ett nytt trygghetscenter på torget, där du kan träffa poliser, "
    "fältassistenter och representanter för föreningarna varje torsdag eftermiddag hela hösten."
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Labels:
    """The labels of the store, as far as knowledge asks."""

    def __init__(self) -> None:
        self.given: list[Taught] = []
        self.asked = 0
        self.broken = False

    async def version(self) -> tuple[int, datetime | None]:
        if self.broken:
            raise StoreError("the database did not do as asked")
        return len(self.given), None

    async def taught(self) -> Sequence[Taught]:
        self.asked += 1
        return self.given


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The shipped config with few words and few examples."""
    shipped = Path(__file__).parents[2] / "config"
    config = tmp_path / "config"
    shutil.copytree(shipped, config, ignore=shutil.ignore_patterns("*.jsonl"))
    triage = config / "triage.yaml"
    words = "\nrules:\n  sv:\n    trygg-boendemiljo:\n      3: [lampan]\n"
    triage.write_text(triage.read_text("utf-8").partition("\nrules:")[0] + words, "utf-8")
    lines = [
        json.dumps(
            {
                "id": f"{slug}-{number}",
                "from": "a@example.org",
                "from_name": "",
                "subject": "",
                "body": body,
                "lang": "sv",
                "kind": "inquiry",
                "routes": [slug],
                "also_ok": [],
            }
        )
        for slug, bodies in EXAMPLES.items()
        for number, body in enumerate(bodies)
    ]
    (config / "triage" / "few.jsonl").write_text("\n".join(lines), "utf-8")
    return load(config, {"MAILER_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
def known(settings: Settings, labels: Labels) -> Knowledge:
    return Knowledge(settings, identity_if_made(settings), cast(StoredLabels, labels))


def mail(text: str) -> bytes:
    head = "From: anna@example.org\r\nTo: initiativtrygghet@markaryd.se\r\nSubject: Hej\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


async def test_a_correction_counts_from_the_next_mail_on(
    settings: Settings, labels: Labels, known: Knowledge
) -> None:
    first = mail("Lampan i tunneln är sönder, och där sitter de och hänger.")
    second = mail("Nu är lampan i tunneln sönder igen! Där sitter de.")
    await known.renew()
    assert known.judge(second).verdict.owner == BOENDE
    (hash,) = await OriginalFiles(settings.data_dir / "originals").keep([first])
    labels.given.append(Taught(hash, "IT-2020-0001", DROG, "correction"))
    await known.renew()
    assert known.judge(second).verdict.owner == DROG
    labels.given.clear()
    await known.renew()
    assert known.judge(second).verdict.owner == BOENDE


async def test_where_nothing_is_new_nothing_is_made_anew(
    labels: Labels, known: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known.renew()

    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(knowledge, "models", never)
    for _ in range(3):
        await known.renew()
    assert labels.asked == 1


async def test_a_label_without_its_original_or_its_subproject_teaches_nothing(
    settings: Settings, labels: Labels, known: Knowledge
) -> None:
    (hash,) = await OriginalFiles(settings.data_dir / "originals").keep([mail("Lampan!")])
    labels.given += [
        Taught(sha256(b"erased").hexdigest(), "IT-2020-0001", DROG, "correction"),
        Taught(hash, "IT-2020-0002", "gone", "correction"),
    ]
    await known.renew()
    assert known.judge(mail("Lampan!")).verdict.owner == BOENDE


async def test_an_edition_that_goes_out_is_known_in_quotations_at_once(
    settings: Settings, known: Knowledge
) -> None:
    archive = Archive(settings.data_dir / "archive")
    archive.keep(kept(replace(SEPTEMBER, period="2020-08")))
    quoting = mail(f"Vad kostar det?\r\n\r\n{NEWS}")
    await known.renew()
    assert NEWS in known.judge(quoting).inquiry.text.replace("\n", " ")
    letter = ArchivedLetter(b"<p>Hej</p>", b"Hej", mail(NEWS))
    languages = {"sv": letter, "en": letter}
    archive.keep(archived(SEPTEMBER, languages, b"BEGIN:VCALENDAR", dict(kept(SEPTEMBER).pictures)))
    await known.renew()
    assert known.judge(quoting).inquiry.text == "Vad kostar det?"


async def test_where_the_store_fails_triage_goes_on_with_what_it_knew(
    labels: Labels, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    labels.broken = True
    with pytest.raises(StoreError):
        await known.renew()
    labels.broken = False
    await known.renew()
    labels.broken = True
    with caplog.at_level(logging.ERROR, "mailer.knowledge"):
        await known.renew()
    assert "knowledge-not-renewed" in caplog.text
    assert known.judge(mail("Lampan!")).verdict.owner == BOENDE


async def test_a_command_makes_no_database_to_look_for_labels(settings: Settings) -> None:
    assert await taught_so_far(settings) == ()
    assert not settings.data_dir.exists()
