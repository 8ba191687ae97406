"""The record on the command line, against Dovecot: verified, exported, judged again."""

import csv
import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from imapclient import IMAPClient

from tests.cli.calling import Mailer
from tests.servers import Account, Sink
from tests.whole.residents import SUBPROJECT, mail, sender

OTHER = "Drogförebyggande gruppen"


@pytest.fixture(autouse=True)
def servers(home: Path, dovecot: Account, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", dovecot.url)
    monkeypatch.setenv("MAILER_SMTP_URL", sink.url)


@pytest.fixture
def taken(mailer: Mailer, dovecot: Account) -> list[str]:
    """Three mails that were taken in; their case numbers, in order."""
    for number in (1, 2, 3):
        dovecot.deliver(mail(number))
    assert mailer("triage", "--once").code == 0
    listed = mailer("inquiries", "list", "--json").out.splitlines()
    return [json.loads(line)["case_number"] for line in reversed(listed)]


def selected(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder)
    found: list[int] = sorted(client.search())
    return found


# --- verify


def test_a_mailbox_as_triage_left_it_is_sound(mailer: Mailer, taken: list[str]) -> None:
    said = mailer("inquiries", "verify", "--json")
    (found,) = (json.loads(line) for line in said.out.splitlines())
    assert (said.code, said.err, found["sound"]) == (0, "", True)
    assert (found["received"], found["filed"], found["unexplained"]) == (3, 3, 0)
    assert found["chain"]["breaks"] is None
    assert mailer("inquiries", "verify").code == 0


def test_what_people_moved_deleted_and_added_by_hand_is_named(
    mailer: Mailer, dovecot: Account, taken: list[str]
) -> None:
    with dovecot.client() as client:
        client.create_folder("Arkiv")
        uids = selected(client, SUBPROJECT)
        client.move(uids[:1], "Arkiv")
        client.delete_messages(uids[1:2])
        client.expunge(uids[1:2])
        client.append("Arkiv", b"Message-ID: <stray@example.org>\r\n\r\nHej\r\n")
        client.append("Arkiv", b"Subject: no id\r\n\r\nHej\r\n")
        client.append("INBOX", mail(4))
    said = mailer("inquiries", "verify")
    assert said.code == 1
    assert said.err == "the record and the world differ: see above\n"
    lines = said.out.splitlines()
    assert "received: 3 = 1 filed + 1 elsewhere + 0 waiting + 0 erased + 1 missing" in lines
    assert "in the mailbox: 5 = 2 known + 0 own + 0 written + 1 new + 2 unexplained" in lines
    assert f"  {taken[0]}: elsewhere, in Arkiv" in lines
    assert f"  {taken[1]}: missing" in lines
    assert "  unexplained: Arkiv, UID 2, <stray@example.org>" in lines
    assert "  unexplained: Arkiv, UID 3, no Message-ID" in lines
    (found,) = (
        json.loads(line) for line in mailer("inquiries", "verify", "--json").out.split("\n")[:-1]
    )
    assert (found["elsewhere"], found["missing"], found["unexplained"]) == (1, 1, 2)
    assert found["elsewhere_cases"] == [{"case": taken[0], "folder": "Arkiv"}]
    assert found["missing_cases"] == [taken[1]]
    assert found["unexplained_mails"][0] == {
        "folder": "Arkiv",
        "uid": 2,
        "message_id": "stray@example.org",
    }


def test_what_a_leader_moved_to_others_is_filed_there_and_stands_so_in_the_record(
    mailer: Mailer, dovecot: Account, taken: list[str]
) -> None:
    with dovecot.client() as client:
        client.create_folder(OTHER)
        assert mailer("triage", "--once").code == 0  # from here on, moves are seen
        client.move(selected(client, SUBPROJECT)[:1], OTHER)
    assert mailer("triage", "--once").code == 0
    said = mailer("inquiries", "verify")
    assert (said.code, said.err) == (0, "")
    assert "received: 3 = 3 filed + 0 elsewhere" in said.out
    shown = json.loads(mailer("inquiries", "show", taken[0], "--json").out.splitlines()[0])
    assert shown["folder"] == OTHER
    totals = json.loads(
        mailer("triage", "replay", "--since", "2020-01-01", "--json").out.splitlines()[-1]
    )
    assert (totals["replayed"], totals["corrected"]) == (3, 1)


def test_a_person_reads_the_names_of_subprojects(mailer: Mailer, taken: list[str]) -> None:
    said = mailer("inquiries", "show", taken[0])
    assert (said.code, said.err) == (0, "")
    assert "owner: Trygg boendemiljö" in said.out.splitlines()
    assert re.search(r"^  \+\d\.\d Trygg boendemiljö: ”", said.out, re.MULTILINE)
    assert "trygg-boendemiljo" not in said.out


def test_more_than_the_list_shows_is_told_beside_it(mailer: Mailer, taken: list[str]) -> None:
    for words in (["inquiries", "list"], ["inquiries", "list", "--open"], ["outbox", "list"]):
        said = mailer(*words, "--limit", "2", "--json")
        assert len(said.out.splitlines()) == 2
        assert said.err == "These are the newest 2; --limit shows more.\n"
    assert mailer("inquiries", "list", "--limit", "3").err == ""


def test_the_copy_of_an_edition_is_explained(mailer: Mailer, dovecot: Account) -> None:
    mailer("subscribers", "add", "bo@example.org")
    assert mailer("send", "--date", "2020-09-11").code == 0
    said = mailer("inquiries", "verify")
    assert "in the mailbox: 1 = 0 known + 1 own" in said.out
    assert said.code == 0


def test_an_original_that_was_altered_is_named(
    mailer: Mailer, home: Path, taken: list[str]
) -> None:
    shown = json.loads(mailer("inquiries", "show", taken[0], "--json").out.splitlines()[0])
    Path(shown["original"]).write_bytes(b"other")
    said = mailer("inquiries", "verify")
    assert said.code == 1
    assert f"  {taken[0]}: its original was altered since it was received" in said.out.splitlines()


def test_without_a_mailbox_the_rest_is_verified(
    mailer: Mailer, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", "imap://a:b@127.0.0.1:1")
    said = mailer("inquiries", "verify")
    assert said.code == 1
    assert "originals: 3 cases, no faults" in said.out
    assert "127.0.0.1:1" in said.err


# --- export


def test_what_is_exported_is_chosen_by_day_and_subproject(mailer: Mailer, taken: list[str]) -> None:
    def exported(*words: str) -> list[str]:
        said = mailer("inquiries", "export", *words)
        assert (said.code, said.err) == (0, "")
        return [row["case_number"] for row in csv.DictReader(io.StringIO(said.out))]

    year = taken[0].split("-")[1]
    assert exported() == taken[::-1]
    assert exported("--since", f"{year}-01-01", "--until", f"{year}-12-31") == taken[::-1]
    assert exported("--until", "2019-12-31") == []
    assert exported("--since", "2119-12-31") == []
    assert exported("--subproject", "trygg-boendemiljo") == taken[::-1]
    assert exported("--subproject", "drogforebyggande") == []


def test_an_unknown_subproject_or_name_of_file_is_told(mailer: Mailer) -> None:
    said = mailer("inquiries", "export", "--subproject", "parken")
    assert said.code == 1
    assert "no subproject 'parken'; there are " in said.err
    said = mailer("inquiries", "export", "--out", "ut.xlsx")
    assert (said.code, said.err) == (1, "ut.xlsx: the name must end in .csv or .zip\n")


def test_a_table_for_excel(mailer: Mailer, taken: list[str]) -> None:
    assert mailer("inquiries", "export", "--out", "ut.csv").out == (
        "Wrote 3 cases and 0 originals to ut.csv.\n"
    )
    text = Path("ut.csv").read_bytes().decode("utf-8")
    assert text.startswith("\ufeffÄrende;Inkom;")
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))
    assert [row["Ärende"] for row in rows] == taken[::-1]
    assert (rows[-1]["Ansvarig"], rows[-1]["Avsändare"]) == (SUBPROJECT, sender(1))


def test_the_originals_in_a_zip_with_an_index(mailer: Mailer, taken: list[str]) -> None:
    said = mailer("inquiries", "export", "--out", "ut.zip")
    assert (said.code, said.out) == (0, "Wrote 3 cases and 3 originals to ut.zip.\n")
    with ZipFile("ut.zip") as archive:
        assert archive.read(f"{taken[1]}.eml") == mail(2)
        index = archive.read("innehåll.csv").decode("utf-8-sig")
    first = next(csv.DictReader(io.StringIO(index), delimiter=";"))
    assert (first["Original"], first["Hela brevet"]) == (f"{taken[2]}.eml", "ja")


def test_masked_nothing_tells_who_wrote(mailer: Mailer, taken: list[str]) -> None:
    said = mailer("inquiries", "export", "--masked", "--out", "ut.zip")
    assert said.code == 0
    assert "Originals cannot be masked: they are left out." in said.out
    assert "read it before you hand it out" in said.err
    with ZipFile("ut.zip") as archive:
        assert archive.namelist() == ["innehåll.csv"]
        index = archive.read("innehåll.csv").decode("utf-8-sig")
    printed = mailer("inquiries", "export", "--masked").out
    for table in (index, printed):
        assert "@" not in table
        assert "[e-post]" in table
        assert taken[0] in table


def test_an_original_that_is_gone_is_named_and_the_rest_is_written(
    mailer: Mailer, taken: list[str]
) -> None:
    shown = json.loads(mailer("inquiries", "show", taken[0], "--json").out.splitlines()[0])
    Path(shown["original"]).unlink()
    said = mailer("inquiries", "export", "--out", "ut.zip")
    assert (said.code, said.err) == (1, f"these have no original any more: {taken[0]}\n")
    assert said.out == "Wrote 3 cases and 2 originals to ut.zip.\n"


# --- triage replay


def test_past_mail_is_judged_by_the_rules_of_today(
    mailer: Mailer, home: Path, taken: list[str], sink: Sink
) -> None:
    sent = len(sink.letters)
    same = mailer("triage", "replay", "--since", "2020-01-01")
    assert same.code == 0
    assert same.out.startswith("replayed 3, same 3, otherwise 0")
    rules = home / "config" / "triage.yaml"
    rules.write_text(
        rules.read_text("utf-8").replace("trygg-boendemiljo:", "drogforebyggande:"), "utf-8"
    )
    said = mailer("triage", "replay", "--since", "2020-01-01", "--json")
    *rows, totals = [json.loads(line) for line in said.out.splitlines()]
    assert [row["case_number"] for row in rows] == taken
    assert rows[0]["was"] == {"kind": "inquiry", "holder": "trygg-boendemiljo", "urgent": False}
    assert rows[0]["now"]["holder"] == "drogforebyggande"
    assert rows[0]["why"]
    assert (totals["otherwise"], totals["other_owner"]) == (3, 3)
    table = mailer("triage", "replay", "--since", "2020-01-01").out
    assert "inquiry trygg-boendemiljo → inquiry drogforebyggande" in table
    assert len(sink.letters) == sent
