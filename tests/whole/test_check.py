"""`mailer check`: whatever is wrong in config/, the editor is told the file and the line."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.whole.program import Program

_BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [f"{name}: &{name} [{', '.join([f'*{old}'] * 9)}]" for old, name in pairwise("abcdefg")]
)

BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "tab": ("title: Fest\nwhen:\n\tfrom: 2020-09-18\n", 3, "tab"),
    "twice": ("title: Fest\nwhen: 2020-09-18\ntitle: Kalas\n", 3, "'title' is given twice"),
    "unknown-key": ("title: Fest\nwhn: 2020-09-18\n", 2, "did you mean 'when'"),
    "unknown-subproject": (
        "title: Fest\nwhen: 2020-09-18\nsubproject: trygg-boendemilj\n",
        3,
        "did you mean 'trygg-boendemiljo'",
    ),
    "unknown-leader": (
        "title: Fest\nwhen: 2020-09-18\ncontact: sven-holmber\n",
        3,
        "sven-holmberg",
    ),
    "impossible-date": ("title: Fest\nwhen: 2020-02-30\n", 2, "2020-02-30"),
    "backwards": ("title: Fest\nwhen: {from: 2020-09-20, to: 2020-09-18}\n", 2, "2020-09-18"),
    "alias-bomb": (_BOMB, 1, "more than"),
    "too-large": ("title: Fest\ntext: " + "x" * 2**20, 1, "1 MiB"),
    "utf-16": ("title: Fest\nwhen: 2020-09-18\n".encode("utf-16"), 1, "UTF-16"),
    "latin-1": ("title: Fest\nplace: På ån\n".encode("latin-1"), 2, "windows-1252"),
    "empty": ("", 1, "empty"),
    "no-day": ("title: Fest\n", 1, "a day or an edition"),
    "no-title": ("when: 2020-09-18\n", 1, "'title' is missing"),
    "colon": ("title: Höstlov: öppet hus\nwhen: 2020-10-26\n", 1, "quotes"),
    "quote": ('title: Fest\nwhen: 2020-09-18\nplace: "Torget\n', 3, "never closed"),
    "indented": ("title: Fest\n  when: 2020-09-18\n", 2, "indentation"),
    "not-a-mapping": ("Fest på torget\n", 1, "must be a mapping"),
    "list-item": (
        "- title: Fest\n  when: 2020-09-18\n- titel: Kalas\n  when: 2020-09-19\n",
        3,
        "did you mean 'title'",
    ),
    "no-image": (
        "title: Fest\nwhen: 2020-09-18\nimage:\n  file: bilder/fest.jpg\n  alt: Dans\n",
        4,
        "no image",
    ),
    "script": ("title: Fest\nwhen: 2020-09-18\nlink: javascript:alert(1)\n", 3, "a link begins"),
    "moved": ("title: Fest\nwhen: 2020-09-18\nstatus: moved\n", 1, "needs a 'note'"),
    "nested": ("title: " + "[" * 1000 + "]" * 1000, 1, "levels deep"),
    "tag": ("title: Fest\nwhen: !!python/object:os.system 2020-09-18\n", 2, "quotes"),
}
"""An activity file, the line that must be named, and a word of what is said."""


def test_each_of_many_broken_files_is_one_line_with_its_place(
    make_program: Callable[..., Program],
) -> None:
    program = make_program()
    for name, (content, _, _) in BROKEN.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (program.config / "activities" / f"{name}.yaml").write_bytes(raw)
    said = program.call("check", code=1)
    assert said.stderr == ""
    told: dict[str, str] = {}
    for line in said.stdout.splitlines():
        found = re.fullmatch(r"config/activities/([\w-]+)\.yaml:(\d+): (\S.*)", line)
        assert found, line
        assert found[1] not in told, "one line is enough"
        told[found[1]] = f"{found[2]}: {found[3]}"
    assert told.keys() == BROKEN.keys()
    for name, (_, line, words) in BROKEN.items():
        assert told[name].startswith(f"{line}: "), (name, told[name])
        assert words in told[name], (name, told[name])


def test_what_is_wrong_with_the_settings_is_told_in_the_same_way(
    make_program: Callable[..., Program],
) -> None:
    program = make_program(MAILER_SMTP_URL="smtp://user:s3cr3t@relay.example/path")
    (program.config / "newsletter.yaml").unlink()
    (program.config / "activities" / "2020-09-fest.txt").write_text("title: Fest\n")
    (program.config / "editions" / "september.yaml").write_text("number: 2\n")
    mailer = program.config / "mailer.yaml"
    text = mailer.read_text("utf-8")
    text = text.replace("  # user: initiativtrygghet@markaryd.se\n", "  password: s3cr3t\n")
    text = text.replace("time-zone: Europe/Stockholm", "time-zone: Europe/Stokholm")
    mailer.write_text(text, "utf-8")
    said = program.call("check", code=1)
    lines = said.stdout.splitlines()
    password = text[: text.index("password: s3cr3t")].count("\n") + 1
    zone = text[: text.index("time-zone:")].count("\n") + 1
    assert [line.partition(": ")[0] for line in lines] == [
        "MAILER_SMTP_URL:1",
        "config/activities/2020-09-fest.txt:1",
        "config/editions/september.yaml:1",
        f"config/mailer.yaml:{zone}",
        f"config/mailer.yaml:{password}",
        "config/newsletter.yaml:1",
    ]
    assert "s3cr3t" not in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("subject.txt", b"Nyhetsbrev\n{% if %}\n", 2),
        ("edition.txt", "Hej!\nPå ån\n".encode("latin-1"), 2),
    ],
)
def test_a_template_that_cannot_be_read_is_told(
    make_program: Callable[..., Program], name: str, content: bytes, line: int
) -> None:
    program = make_program()
    program.call("init", "fresh")
    template = program.folder.resolve() / "fresh/templates/newsletter" / name
    template.write_bytes(content)
    said = program.call("--config", "fresh/config", "check", code=1)
    assert said.stdout.startswith(f"{template}:{line}: ")
    assert said.stdout.count("\n") == 1
