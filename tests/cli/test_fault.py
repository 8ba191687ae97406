"""When the settings or the world are at fault: one clear message on stderr, exit 1, no secret."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import Mailer, every_verb
from tests.servers import Account, Sink

CALLS = {
    "check": "check",
    "compose": "compose --date 2020-09-11 --out out",
    "deliver": "deliver --drain",
    "dkim new": "dkim new",
    "dkim show": "dkim show",
    "evaluate": "evaluate labelled.jsonl --json",
    "demo": "demo --out out",
    "explain": "explain mail.eml --json",
    "init": "init fresh",
    "inquiries export": "inquiries export",
    "inquiries list": "inquiries list --json",
    "inquiries show": "inquiries show IT-2020-0001",
    "inquiries verify": "inquiries verify --json",
    "new activity": "new activity --title Fest --when 2020-10-16 --yes",
    "outbox list": "outbox list",
    "outbox retry": "outbox retry edition/2020-09/1",
    "outbox show": "outbox show edition/2020-09/1",
    "preview": "preview --port 0",
    "privacy": "privacy anna@example.org --show",
    "receipt": "receipt 2020-09",
    "run": "run",
    "send": "send --date 2020-09-11",
    "status": "status --json",
    "subscribers add": "subscribers add anna@example.org",
    "subscribers erase": "subscribers erase anna@example.org",
    "subscribers export": "subscribers export",
    "subscribers import": "subscribers import people.csv --source x",
    "subscribers list": "subscribers list",
    "subscribers remove": "subscribers remove anna@example.org",
    "subscribers show": "subscribers show anna@example.org",
    "triage": "triage --once",
    "triage replay": "triage replay --since 2020-01-01 --json",
}
"""Each verb, called so that it would do something and come to an end."""

SHOWS_PROBLEMS = {"check", "preview"}
OPENS_NO_DATABASE = {
    *("check", "demo", "dkim new", "dkim show", "explain", "evaluate", "init", "new activity"),
    "preview",
}
NOWHERE = "127.0.0.1:1"
LABELLED = {
    "id": "1",
    "from_name": "Bo",
    "from": "bo@example.org",
    "subject": "Lampan",
    "body": "Hej!",
    "lang": "sv",
    "kind": "inquiry",
    "routes": ["trygg-boendemiljo"],
    "also_ok": [],
    "urgent": False,
}
PASSWORD = "h3mligt"  # noqa: S105 - what must never be seen


@pytest.fixture(autouse=True)
def files(home: Path) -> None:
    (home / "people.csv").write_text("email\nbo@example.org\n")
    (home / "mail.eml").write_text("From: bo@example.org\nSubject: Hej\n\nHej!\n")
    (home / "labelled.jsonl").write_text(json.dumps(LABELLED) + "\n")


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.strip() != "" and "Traceback" not in text


def test_the_table_has_every_verb() -> None:
    assert CALLS.keys() == every_verb().keys()


@pytest.mark.parametrize("verb", [verb for verb in CALLS if verb not in {"init", *SHOWS_PROBLEMS}])
def test_broken_settings_are_told_by_every_verb(verb: str, mailer: Mailer, home: Path) -> None:
    paper = home / "config" / "newsletter.yaml"
    text = paper.read_text("utf-8")
    paper.write_text(text.replace("\ntitle:", "\ntitel:"), "utf-8")
    said = mailer("--config", "config", *CALLS[verb].split())
    assert said.code == 1
    assert said.out == ""
    assert one_line(said.err), said
    assert "config/newsletter.yaml:3: unknown key 'titel'" in said.err
    assert not (home / "data").exists()


@pytest.mark.parametrize("verb", [verb for verb in CALLS if verb not in OPENS_NO_DATABASE])
def test_a_database_that_is_away_is_one_line(
    verb: str, mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://mailer:{PASSWORD}@{NOWHERE}/mailer"
    monkeypatch.setenv("MAILER_DATABASE_URL", url)
    said = mailer(*CALLS[verb].split())
    assert (said.code, said.out) == (1, "")
    assert one_line(said.err), said
    assert "refused" in said.err
    assert PASSWORD not in said.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("imap://x:h3mligt@127.0.0.1:1", "imap://127.0.0.1:1: Connection refused"),
        ("imaps://x:h3mligt@nowhere.invalid", "imaps://nowhere.invalid:993: "),
        ("imap://x:h3mligt@127.0.0.1:port", "MAILER_IMAP_URL:1: "),
        ("http://x:h3mligt@127.0.0.1", "MAILER_IMAP_URL:1: "),
        ("imap://x:h3mligt@127.0.0.1/h3mligt", "MAILER_IMAP_URL:1: "),
        ("imap://x:h3mligt@[::1", "MAILER_IMAP_URL:1: "),
    ],
)
def test_a_mailbox_that_cannot_be_had_is_one_line(
    url: str, words: str, mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", url)
    monkeypatch.setenv("MAILER_SMTP_URL", f"smtp://{NOWHERE}")
    said = mailer("triage", "--once")
    assert (said.code, said.out) == (1, "")
    assert one_line(said.err), said
    assert said.err.startswith(words)
    assert PASSWORD not in said.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://x:h3mligt@127.0.0.1:1", "smtp://127.0.0.1:1: "),
        ("smtp://x:h3mligt@nowhere.invalid?tls=none", "smtp://nowhere.invalid:587: "),
        ("smtps://x:h3mligt@127.0.0.1?tls=none", "MAILER_SMTP_URL:1: "),
    ],
)
@pytest.mark.parametrize("verb", ["send", "send --to bo@example.org"])
def test_a_relay_that_cannot_be_had_is_one_line(
    url: str, words: str, verb: str, mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer("subscribers", "add", "bo@example.org")
    monkeypatch.setenv("MAILER_SMTP_URL", url)
    said = mailer(*verb.split(), "--date", "2020-09-11")
    assert said.code == 1
    assert one_line(said.err), said
    assert words in said.err
    assert PASSWORD not in said.err + said.out


def test_a_refused_login_says_so_and_not_with_what(
    mailer: Mailer, dovecot: Account, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sink(user="x", password="another") as sink:  # noqa: S106
        monkeypatch.setenv("MAILER_SMTP_URL", f"smtp://x:{PASSWORD}@127.0.0.1:{sink.port}")
        relay = mailer("send", "--date", "2020-09-11", "--to", "bo@example.org")
    monkeypatch.setenv(
        "MAILER_IMAP_URL", f"imap://{dovecot.user}:{PASSWORD}@127.0.0.1:{dovecot.port}"
    )
    mailbox = mailer("triage", "--once")
    place = postgresql_url.rpartition("@")[2]
    monkeypatch.setenv("MAILER_DATABASE_URL", f"postgresql://mailer:{PASSWORD}@{place}")
    database = mailer("status")
    for said, words in ((relay, "535"), (mailbox, "login was refused"), (database, "password")):
        assert (said.code, said.out) == (1, "")
        assert one_line(said.err), said
        assert words in said.err
        assert PASSWORD not in said.err


@pytest.mark.parametrize(
    "words",
    [
        "init people.csv/fresh",
        "compose --date 2020-09-11 --out people.csv",
        "compose --date 2020-09-11 --out out --language xx",
        "send --date 2001-01-01",
        "send --to not-an-address",
        "explain nowhere.eml",
        "explain .",
        "explain mail.eml nowhere.eml",
        "subscribers import nowhere.csv --source x",
        "subscribers import config/mailer.yaml --source x",
        "subscribers add not-an-address",
        "subscribers remove nobody@example.org",
        "subscribers show nobody@example.org",
        "subscribers erase nobody@example.org",
        "receipt 1999-01",
        "outbox show nothing",
        "outbox retry nothing",
        "inquiries show nothing",
    ],
)
def test_what_cannot_be_done_is_1_and_says_why(words: str, mailer: Mailer) -> None:
    said = mailer(*words.split())
    assert said.code == 1
    assert said.err.strip()
    assert "Traceback" not in said.err


@pytest.mark.parametrize("folder", ["people.csv", "people.csv/data", "/proc/nowhere"])
def test_a_data_directory_that_cannot_be_had_is_one_line(
    folder: str, mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATA_DIR", folder)
    said = mailer("status")
    assert (said.code, said.out) == (1, "")
    assert one_line(said.err), said


@pytest.mark.parametrize(
    "verb",
    [name for name, verb in every_verb().items() if any("--json" in p.opts for p in verb.params)],
)
def test_json_is_objects_on_stdout_and_nothing_else(verb: str, mailer: Mailer) -> None:
    mailer("subscribers", "add", "anna@example.org", "--name", "Anna Åkesson")
    words = CALLS[verb].removesuffix(" --json").split()
    said = mailer(*words, "--json")
    for line in said.out.splitlines():
        assert isinstance(json.loads(line), dict)
    if verb != "inquiries verify":  # which tells what it found where something is wrong, too
        assert said.code == (0 if said.out or verb.endswith("list") else 1)
    told = "" if verb == "evaluate" else said.err  # which says what it is at
    assert (told == "") == (said.code == 0)
