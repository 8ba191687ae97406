"""README.md and the comments in config/ explain all that there is, and the README's commands work.

A verb, a setting or a variable that is added without a word about it fails here.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from mailer.cli import app
from mailer.settings import schema
from tests.cli.calling import every_verb

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text("utf-8")
EDITORS_README = (CHECKOUT / "config" / "README.md").read_text("utf-8")
YAML = [path.read_text("utf-8") for path in sorted((CHECKOUT / "config").glob("*.yaml"))]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_VARIABLE = re.compile(r"\bMAILER_[A-Z]+(?:_[A-Z]+)*\b")
SHELL = ("sh", "bash", "console", "shell")


def fenced(*languages: str) -> str:
    return "".join(text for language, text in _FENCED.findall(README) if language in languages)


# --- verbs ---------------------------------------------------------------------------------------


def mentioned() -> Iterator[list[str]]:
    """The words of each `mailer …` in the README."""
    spans = _SPAN.findall(_FENCED.sub("", README))
    for text in (*spans, *fenced(*SHELL).splitlines()):
        if "mailer " in text:
            yield re.findall(r"[\w-]+", text.split("mailer ", 1)[1])


@pytest.mark.parametrize("verb", every_verb())
def test_every_verb_is_in_the_readme(verb: str) -> None:
    assert any(set(verb.split()) <= set(words) for words in mentioned()), f"mailer {verb}"


def commands() -> list[str]:
    """The README's `mailer` commands, each on one line and without its prompt."""
    lines = fenced(*SHELL).replace("\\\n", " ").splitlines()
    found = (
        re.search(r"(?:^|[;&|] ?)(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*/)?mailer (.*)", line)
        for line in lines
    )
    return [re.split(r" [#|>&;]", each[1])[0] for each in found if each]


def test_the_readme_shows_how_it_is_called() -> None:
    assert commands()


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_is_one_that_there_is(line: str) -> None:
    command: Any = get_command(app)
    words = shlex.split(line)
    while words:
        word, *words = words
        if word.startswith("-"):
            name = word.partition("=")[0]
            option = next((each for each in command.params if name in each.opts), None)
            assert option or name == "--help", f"{word} in: mailer {line}"
            if option and not option.is_flag and "=" not in word:
                words = words[1:]
        elif hasattr(command, "commands"):
            assert word in command.commands, f"{word} in: mailer {line}"
            command = command.commands[word]
    assert not hasattr(command, "commands") or "--help" in line, f"no verb in: mailer {line}"


# --- settings ------------------------------------------------------------------------------------


def keys() -> dict[str, str]:
    """Every key that a form has, as it is written in a file, and whose it is; sections left out."""
    forms = [each for each in vars(schema).values() if isinstance(each, type)]
    return {
        name.replace("_", "-"): form.__name__
        for form in forms
        if issubclass(form, BaseModel)
        for name, field in form.model_fields.items()
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel))
    }


def explained(text: str) -> Iterator[str]:
    """The keys in those paragraphs of a YAML file that have a comment, in them or right above."""
    comments_above = False
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.splitlines()]
        commented = [line.startswith("#") for line in lines]
        if comments_above or any(commented):
            for line in lines:
                if key := re.match(r"(?:# *)?(?:- )?([a-z][a-z0-9-]*):(?: |$)", line):
                    yield key[1]
        comments_above = all(commented)


EXPLAINED = {key for text in YAML for key in explained(text)}


@pytest.mark.parametrize(("key", "form"), keys().items())
def test_every_setting_is_explained(key: str, form: str) -> None:
    in_readmes = rf"`{key}\b|^\s*(?:- )?{key}:"
    assert key in EXPLAINED or re.search(in_readmes, README + EDITORS_README, re.MULTILINE), form


def test_every_environment_variable_is_explained() -> None:
    sources = (path.read_text("utf-8") for path in (CHECKOUT / "mailer").rglob("*.py"))
    used = {name for source in sources for name in _VARIABLE.findall(source)}
    comments = "\n".join(re.findall(r"#.*", "\n".join(YAML)))
    assert used
    assert used <= set(_VARIABLE.findall(README + comments))
