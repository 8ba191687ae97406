"""Every way of getting config/ wrong that we know of, with the very line that tells of it."""

import os
from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.settings import load

MAILER = """\
municipality: Lillköpings kommun
time-zone: Europe/Stockholm
data-dir: data
mailbox:
  name: Trygga Lillköping
  address: trygg@lillkoping.example
  server: imaps://imap.lillkoping.example
  poll: 60s
relay:
  server: smtp://smtp.lillkoping.example
web:
  listen: 127.0.0.1:8080
  base-url: https://trygg.lillkoping.example
"""
NEWSLETTER = """\
title: Tryggt
list-id: tryggt.lillkoping.example
period: month
horizon: 45d
schedule: {day: 2nd fri, hour: 10}
missed: within 24h
"""
SUBPROJECTS = """\
subprojects:
  trygg-boendemiljo:
    name: Trygg boendemiljö
    purpose: Här ligger fokus på boende.
    leaders: [anna-ek]
leaders:
  anna-ek:
    name: Anna Ek
    address: anna.ek@lillkoping.example
coordinator:
  name: Projektledningen
  address: projekt@lillkoping.example
  folder: Samordnare
"""
TRIAGE = """\
threshold: 0.6
none: 1.0
acknowledgements-an-hour: 60
folders:
  auto-reply: Autosvar
  bounce: Studsar
  complaint: Klagomål
  spam: Skräppost
  own: Egna utskick
  unreadable: Oläsliga
  subscribe: Prenumerationer
  unsubscribe: Prenumerationer
rules:
  sv:
    trygg-boendemiljo:
      3: [lampa, "*belysning"]
    none:
      -1.5: [bygglov]
urgent:
  sv:
    fire: [brinner]
"""
ACTIVITY = """\
title: Idrottens dag
when: 2020-09-25
subproject: trygg-boendemiljo
contact: anna-ek
"""
EDITION = "number: 1\nclosing: Hej!\n"
WHOLE = {
    "mailer.yaml": MAILER,
    "newsletter.yaml": NEWSLETTER,
    "subprojects.yaml": SUBPROJECTS,
    "triage.yaml": TRIAGE,
    "activities/x.yaml": ACTIVITY,
    "editions/2020-09.yaml": EDITION,
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole small config in `config`, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in WHOLE.items():
        put(name, text)
    return tmp_path


def put(name: str, text: str) -> None:
    path = Path("config", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def problems(environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load(Path("config"), environ or {})
    return str(refusal.value).splitlines()


def test_the_small_config_is_whole(here: Path) -> None:
    settings = load(Path("config"), {})
    assert settings.organisation["trygg-boendemiljo"].folder == "Trygg boendemiljö"
    assert [rule.weight for rule in settings.triage.rules["sv"]["none"]] == [-1.5]


MAP = "a mapping (indented 'key: value' lines)"

# the file; what is replaced in it; by what; the line; the message
BROKEN = [
    # --- activities
    (
        "activities/x.yaml",
        "title:",
        "titel:",
        1,
        "unknown key 'titel' in an activity; did you mean 'title'?",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "when-ish: 1\ncontact: anna-ek",
        4,
        "unknown key 'when-ish' in an activity; did you mean 'when'?",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "image: {file: x.png, alt: En bild, size: 3}",
        4,
        "unknown key 'size' in 'image'; known are alt, file",
    ),
    ("activities/x.yaml", "title: Idrottens dag\n", "", 1, "'title' is missing in an activity"),
    ("activities/x.yaml", "Idrottens dag", "", 1, "'title' is empty"),
    (
        "activities/x.yaml",
        "Idrottens dag",
        "''",
        1,
        "the text is empty; expected at least one word",
    ),
    (
        "activities/x.yaml",
        "Idrottens dag",
        "2020",
        1,
        "'title' must be text, not a number; put it in quotes",
    ),
    ("activities/x.yaml", "Idrottens dag", "[a, b]", 1, "'title' must be text, not a list"),
    (
        "activities/x.yaml",
        "Idrottens dag",
        "|\n  En rad.\n\n  En till.",
        1,
        "expected a text on one line",
    ),
    (
        "activities/x.yaml",
        "2020-09-25",
        "2020-02-30",
        2,
        "2020-02-30: February 2020 has 29 days",
    ),
    (
        "activities/x.yaml",
        "2020-09-25",
        "18/9 2020",
        2,
        "18/9 2020: write dates as 2020-09-18",
    ),
    ("activities/x.yaml", "2020-09-25", "2021-W53", 2, "2021-W53: 2021 has 52 weeks"),
    (
        "activities/x.yaml",
        "2020-09-25",
        "\n  from: 2020-09-25\n  to: 2020-09-24",
        4,
        "to (2020-09-24) is before from (2020-09-25)",
    ),
    (
        "activities/x.yaml",
        "2020-09-25",
        "\n  from: 2020-09-25",
        2,
        "'to' is missing; expected from and to",
    ),
    (
        "activities/x.yaml",
        "when: 2020-09-25\n",
        "",
        1,
        "an activity needs a day or an edition: give 'when', or name the file 2020-09-….yaml",
    ),
    (
        "activities/x.yaml",
        "trygg-boendemiljo",
        "trygg-boendemiljo2",
        3,
        "no subproject 'trygg-boendemiljo2'; did you mean 'trygg-boendemiljo'?",
    ),
    ("activities/x.yaml", "anna-ek", "anna-eg", 4, "no leader 'anna-eg'; did you mean 'anna-ek'?"),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "link: javascript:alert(1)",
        4,
        "'javascript:alert(1)': a link begins with https://, mailto: or / (on our own site)",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "link: //elsewhere.example",
        4,
        "'//elsewhere.example': a link begins with https://, mailto: or / (on our own site)",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "link: https://a b.example",
        4,
        "'https://a b.example': a link holds no space, quotation mark, <, > or \\",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "link: mailto:anna",
        4,
        "'anna' has no @",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "link: https://[x",
        4,
        "not a link; expected one such as https://kommun.example",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "image:\n  file: bild.png",
        5,
        "no image 'bild.png'; expected the path of a file below config/",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "image: {file: mailer.yaml}",
        4,
        "'alt' is missing in 'image'",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "image: {file: ../beside.png, alt: Utanför}",
        4,
        "no image '../beside.png'; expected the path of a file below config/",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "registration: {}",
        4,
        "a registration needs 'by' (the last day), 'link', or both",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "registration:\n  by: 18 sept",
        5,
        "18 sept: write dates as 2020-09-18",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "status: canceled",
        4,
        "'status' cannot be 'canceled'; did you mean 'cancelled'?",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "status: moved",
        1,
        "status moved needs a 'note' that says what is new",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "valid-from: 2020-09-02\nvalid-until: 2020-09-01",
        5,
        "valid-until (2020-09-01) is before valid-from (2020-09-02)",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "draft: yes",
        4,
        "'draft' must be true or false, not text",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "edition: 2020-W37",
        4,
        "2020-W37: the newsletter is monthly; expected a month such as 2020-09",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "edition: september",
        4,
        "september: write a month as 2020-09, a week as 2020-W37",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "translations:\n  engelska: {title: Sports day}",
        5,
        "'engelska': expected a language code of two or three letters, such as sv",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "translations:\n  en:\n    titel: Sports day",
        6,
        "unknown key 'titel' in 'en'; did you mean 'title'?",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "valid-from: 2020-09-01\nvalid_from: 2020-09-02",
        1,
        "a key is given twice, with a hyphen and with an underscore",
    ),
    ("activities/x.yaml", ACTIVITY, "Idrottens dag", 1, f"an activity must be {MAP}, not text"),
    ("activities/x.yaml", ACTIVITY, "- 1", 1, f"an activity must be {MAP}, not a number"),
    ("activities/x.yaml", ACTIVITY, "[]", 1, "the list is empty"),
    (
        "activities/x.yaml",
        ACTIVITY,
        "",
        1,
        "the file is empty; expected at least one 'key: value' line",
    ),
    (
        "activities/x.yaml",
        "contact: anna-ek",
        "title: Igen",
        4,
        "'title' is given twice; the first is on line 1",
    ),
    ("activities/x.yaml", "when:", "\twhen:", 2, "a tab as indentation; expected spaces"),
    # --- editions
    (
        "editions/2020-09.yaml",
        "closing",
        "avslutning",
        2,
        "unknown key 'avslutning' in 2020-09.yaml; "
        "known are closing, introduction, news, number, "
        "spotlight, title, translations",
    ),
    ("editions/2020-09.yaml", "1", "0", 1, "0: expected a number from 1 to 9999"),
    ("editions/2020-09.yaml", "1", "ett", 1, "'number' must be a whole number, not text"),
    # --- mailer.yaml
    ("mailer.yaml", "data-dir: data\n", "", 1, "'data-dir' is missing in mailer.yaml"),
    (
        "mailer.yaml",
        "Europe/Stockholm",
        "Europe/Stokholm",
        2,
        "no time zone 'Europe/Stokholm'; did you mean 'Europe/Stockholm'?",
    ),
    (
        "mailer.yaml",
        "trygg@lillkoping.example",
        "trygg.lillkoping.example",
        6,
        "'trygg.lillkoping.example' has no @",
    ),
    (
        "mailer.yaml",
        "  poll: 60s",
        "  poll: 60s\n  password: hunter2",
        9,
        "a password does not stand in this file; use password-file or MAILER_IMAP_URL",
    ),
    (
        "mailer.yaml",
        "web:",
        "  Password: {hunter2: hunter2}\nweb:",
        11,
        "a password does not stand in this file; use password-file or MAILER_SMTP_URL",
    ),
    (
        "mailer.yaml",
        "imaps://imap",
        "imaps://trygg:hunter2@imap",
        7,
        "a user or password does not belong here; use user and password-file",
    ),
    (
        "mailer.yaml",
        "  poll: 60s",
        "  poll: 60s\n  password-file: hunter2",
        9,
        "cannot be read; expected the path of a file that holds it",
    ),
    (
        "mailer.yaml",
        "data-dir: data",
        "data-dir: data\nsecret-file: config",
        4,
        "cannot be read; expected the path of a file that holds it",
    ),
    (
        "mailer.yaml",
        "data-dir: data",
        "data-dir: data\ndatabase-url: mysql://mailer:hunter2@db/mailer",
        4,
        "expected sqlite:///path/to/mailer.db or postgresql://user@host/database",
    ),
    ("mailer.yaml", "smtp://", "http://", 10, "expected smtp://host:port or smtps://host:port"),
    ("mailer.yaml", "smtp://smtp.lillkoping.example", "25", 10, "expected smtp://host:port"),
    ("mailer.yaml", "60s", "often", 8, "expected a time span, such as 60s"),
    ("mailer.yaml", "60s", "2d", 8, "2d: expected 50ms to 1d"),
    ("mailer.yaml", "127.0.0.1:8080", "8080", 12, "expected host:port, such as 127.0.0.1:8080"),
    (
        "mailer.yaml",
        "https://trygg",
        "https://a:hunter2@trygg",
        13,
        "expected the address of the web pages, such as https://trygg.example",
    ),
    (
        "mailer.yaml",
        "  base-url:",
        "  bas-url:",
        13,
        "unknown key 'bas-url' in 'web'; did you mean 'base-url'?",
    ),
    (
        "mailer.yaml",
        "data-dir: data",
        "data-dir: data\nsecret: hunter2",
        4,
        "a secret does not stand in this file; use secret-file or MAILER_SECRET",
    ),
    (
        "mailer.yaml",
        "  poll: 60s",
        "  poll: 60s\n  password_file: hunter2",
        9,
        "cannot be read; expected the path of a file that holds it",
    ),
    # --- newsletter.yaml
    (
        "newsletter.yaml",
        "month",
        "monthly",
        3,
        "'period' cannot be 'monthly'; did you mean 'month'?",
    ),
    (
        "newsletter.yaml",
        "2nd fri",
        "31",
        5,
        "31: expected '2nd fri', 'last mon', 'last', or a day from 1 to 28: every month has those",
    ),
    ("newsletter.yaml", "2nd fri", "[fri]", 5, "expected a day, such as 2nd fri"),
    ("newsletter.yaml", "hour: 10", "hour: 24", 5, "24: expected a number from 0 to 23"),
    (
        "newsletter.yaml",
        "2nd fri",
        "second friday",
        5,
        "'second friday': expected '2nd fri', 'last mon', 'last', or a day from 1 to 28: "
        "every month has those",
    ),
    (
        "newsletter.yaml",
        "tryggt.lill",
        "Tryggt Lill",
        2,
        "'Tryggt Lillkoping.example': expected a name such as nyhetsbrev.kommun.example",
    ),
    # --- subprojects.yaml
    (
        "subprojects.yaml",
        "[anna-ek]",
        "[anna-eg, anna-ek]",
        5,
        "no leader 'anna-eg'; did you mean 'anna-ek'?",
    ),
    ("subprojects.yaml", "[anna-ek]", "[anna-ek, anna-ek]", 5, "'anna-ek' is given twice"),
    (
        "subprojects.yaml",
        "[anna-ek]",
        "anna-ek",
        5,
        "'leaders' must be a list (lines that begin with '- '), not text",
    ),
    (
        "subprojects.yaml",
        "coordinator:",
        "  bo-ek:\n    name: Bo Ek\n    address: bo@lillkoping.example\ncoordinator:",
        10,
        "'bo-ek' leads no subproject; expected it in one's 'leaders'",
    ),
    (
        "subprojects.yaml",
        "anna.ek@lillkoping.example",
        "Trygg@Lillkoping.example",
        9,
        "this is the mailbox's own address; expected a person's",
    ),
    (
        "subprojects.yaml",
        "Samordnare",
        "trygg boendemiljö",
        3,
        "the folder 'Trygg boendemiljö' is that of 'coordinator'; expected one of its own",
    ),
    (
        "subprojects.yaml",
        "Samordnare",
        "Inbox",
        13,
        "the folder 'Inbox' is that of the inbox; expected one of its own",
    ),
    (
        "subprojects.yaml",
        "Samordnare",
        "Sam*",
        13,
        "'Sam*': a folder may not hold * % \" \\ nor begin or end with /",
    ),
    (
        "subprojects.yaml",
        "  anna-ek:",
        "  Anna Ek:",
        7,
        "'Anna Ek': expected small letters a-z, digits and hyphens, as in anna-ek",
    ),
    (
        "subprojects.yaml",
        "[anna-ek]",
        "[]",
        5,
        "no leader; expected at least one",
    ),
    (
        "subprojects.yaml",
        "  trygg-boendemiljo:",
        "  spam:",
        2,
        "'spam' has a meaning of its own; expected another slug",
    ),
    (
        "subprojects.yaml",
        SUBPROJECTS[: SUBPROJECTS.index("leaders:\n")],
        "subprojects: {}\n",
        1,
        "no subproject; expected at least one",
    ),
    (
        "subprojects.yaml",
        "anna.ek@lillkoping.example",
        "12",
        9,
        "expected an address, such as anna.ek@kommun.example",
    ),
    # --- triage.yaml
    ("triage.yaml", "0.6", "60", 1, "60: expected a number from 0 to 1"),
    (
        "triage.yaml",
        "  auto-reply:",
        "  inquiry:",
        5,
        "unknown key 'inquiry' in 'folders'; known are auto-reply, bounce, complaint, own, spam, "
        "subscribe, unreadable, unsubscribe",
    ),
    (
        "triage.yaml",
        "Skräppost",
        "Samordnare",
        8,
        "the folder 'Samordnare' is that of 'coordinator'; expected another for spam",
    ),
    (
        "triage.yaml",
        "    trygg-boendemiljo:",
        "    trygg-boende:",
        15,
        "no subproject 'trygg-boende'; did you mean 'trygg-boendemiljo'?",
    ),
    (
        "triage.yaml",
        "      3: [l",
        "      mycket: [l",
        16,
        "'mycket': expected a weight (a number), such as 3 or -1.5",
    ),
    (
        "triage.yaml",
        "lampa,",
        "lam*pa,",
        16,
        "'lam*pa': a * stands first or last in a word of letters",
    ),
    ("triage.yaml", "lampa,", "112,", 16, "item 1 must be text, not a number; put it in quotes"),
    ("triage.yaml", '"*bel', '*bel"', 16, None),
    (
        "triage.yaml",
        "  sv:\n    fire",
        "  sv:\n  no: {}\n  xx:\n    fire",
        20,
        f"'sv' is empty; expected {MAP}",
    ),
    (
        "triage.yaml",
        "    fire:",
        "    fires:",
        21,
        "no danger 'fires'; did you mean 'fire'?",
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    BROKEN,
    ids=[f"{file}-{number}" for number, (file, *_) in enumerate(BROKEN)],
)
def test_each_mistake_is_told_with_its_file_its_line_and_what_to_do(
    here: Path, file: str, old: str, new: str, line: int, message: str | None
) -> None:
    assert old in WHOLE[file]
    put(file, WHOLE[file].replace(old, new, 1))
    found = problems()
    assert "hunter2" not in "".join(found)
    if message is None:
        assert found[0].startswith(f"config/{file}:{line}: ")
    else:
        assert f"config/{file}:{line}: {message}" in found


def test_every_problem_of_every_file_comes_at_once_and_in_order(here: Path) -> None:
    put(
        "activities/x.yaml",
        "titel: a\nwhen: 2020-02-30\nsubproject: trygg-boende\ncontact: anna-eg\n",
    )
    put("activities/y.yaml", "- title: a\n- when: x\n")
    put("newsletter.yaml", "title: [\n")
    put("mailer.yaml", MAILER.replace("60s", "x").replace("data-dir: data\n", ""))
    assert problems({"MAILER_WEB_LISTEN": "x"}) == [
        "MAILER_WEB_LISTEN:1: expected host:port, such as 127.0.0.1:8080",
        "config/activities/x.yaml:1: unknown key 'titel' in an activity; did you mean 'title'?",
        "config/activities/x.yaml:2: 2020-02-30: February 2020 has 29 days",
        "config/activities/x.yaml:3: no subproject 'trygg-boende'; "
        "did you mean 'trygg-boendemiljo'?",
        "config/activities/x.yaml:4: no leader 'anna-eg'; did you mean 'anna-ek'?",
        "config/activities/y.yaml:1: an activity needs a day or an edition: give 'when', or name "
        "the file 2020-09-….yaml",
        "config/activities/y.yaml:2: 'title' is missing in an activity",
        "config/activities/y.yaml:2: x: write dates as 2020-09-18",
        "config/mailer.yaml:1: 'data-dir' is missing in mailer.yaml",
        "config/mailer.yaml:7: expected a time span, such as 60s",
        "config/newsletter.yaml:2: the file ends before a [ or { is closed",
    ]


def test_a_whole_page_in_the_wrong_place_is_told_in_one_short_line(here: Path) -> None:
    page = "Det var en gång. " * 1000
    put("activities/x.yaml", f"title: a\nwhen: |\n  {page}\n\n  {page}\nstatus: {page}\n")
    when, status = problems()
    assert when.startswith("config/activities/x.yaml:2: Det var en gång.")
    assert when.endswith("Det var en gång.: write dates as 2020-09-18")
    assert status.endswith("known are cancelled, moved, planned")
    assert len(when) < 400 and len(status) < 400


def test_a_missing_directory_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path / "conf", {})
    assert str(refusal.value) == (
        f"{tmp_path}/conf:1: no such directory; give the config directory with --config or "
        "MAILER_CONFIG"
    )


def test_files_that_are_missing_or_would_not_be_read_are_told(here: Path) -> None:
    Path("config/triage.yaml").rename("config/triag.yaml")
    put("activities/fest.yaml.txt", "title: Fest\n")
    put("activities/2020-13-fest.yaml", "title: Fest\nwhen: 2020-09-18\n")
    put("editions/september.yaml", "number: 2\n")
    put("editions/2020-10.yaml", "number: 1\n")
    put("editions/2020-09.yml", "number: 7\n")
    Path("config/activities/2020-09-brevet.md").write_text("Not read, and not meant to be")
    Path("config/activities/.#x.yaml").symlink_to("nowhere")
    Path("config/activities/away.yaml").symlink_to("nowhere")
    assert problems() == [
        "config/activities/2020-13-fest.yaml:1: the file name begins with 2020-13: there is no "
        "month 13",
        "config/activities/away.yaml:1: cannot be read: No such file or directory",
        "config/activities/fest.yaml.txt:1: is not read; expected the name fest.yaml",
        "config/editions/2020-09.yml:1: config/editions/2020-09.yaml is the same edition; "
        "expected one file for each",
        "config/editions/2020-10.yaml:1: number 1 is that of config/editions/2020-09.yaml; "
        "expected one of its own",
        "config/editions/september.yaml:1: the file name is the edition's period; september: "
        "write a month as 2020-09, a week as 2020-W37",
        "config/triag.yaml:1: no file of this name is read; did you mean 'triage.yaml'?",
        "config/triage.yaml:1: the file is missing",
    ]


def test_two_activities_never_share_a_key(here: Path) -> None:
    put("activities/x.yml", ACTIVITY)
    assert problems() == [
        "config/activities/x.yml:1: has the same name as config/activities/x.yaml:1; rename one "
        "of the files"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(here: Path) -> None:
    Path("config/activities").chmod(0)
    assert problems() == ["config/activities:1: cannot be read: Permission denied"]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MAILER_IMAP_URL", "imap://a:hunter2@h:x", "not a URL; expected imap://host:port"),
        ("MAILER_IMAP_URL", "smtp://a:hunter2@h", "expected imap://host:port or imaps://host:port"),
        ("MAILER_SMTP_URL", "smtp://a:hunter2@", "no host in it; expected smtp://host:port"),
        (
            "MAILER_DATABASE_URL",
            "oracle://a:hunter2@h/d",
            "expected sqlite:///path/to/mailer.db or postgresql://user@host/database",
        ),
        ("MAILER_WEB_LISTEN", "host:99999", "expected host:port, such as 127.0.0.1:8080"),
        (
            "MAILER_BASE_URL",
            "https://h/?hunter2",
            "nothing may follow the path of the web pages' address",
        ),
        (
            "MAILER_BASE_URL",
            "https://hunter2\u2100@h",
            "not a link; expected one such as https://kommun.example",
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_by_its_name(
    here: Path, variable: str, value: str, message: str
) -> None:
    assert problems({variable: value}) == [f"{variable}:1: {message}"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a file that holds one line of text"),
        (b"a\nhunter2\n", "expected a file that holds one line of text"),
        (b"hunter2" * 1000, "expected a file that holds one line of text"),
        (b"hunter2\xff", "the file is not UTF-8; expected one line of text in it"),
    ],
)
def test_a_password_file_holds_one_line(here: Path, content: bytes, message: str) -> None:
    Path("secret").write_bytes(content)
    put("mailer.yaml", MAILER.replace("web:", "  password-file: secret\nweb:"))
    assert problems() == [f"config/mailer.yaml:11: {message}"]
