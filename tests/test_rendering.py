"""Templates that fail say which, where and why."""

from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mailer.errors import EditionError, TemplateFault
from mailer.rendering import WIDTH, LetterTemplates, Words, bullet, paragraph, rendered


def environment(**templates: str) -> SandboxedEnvironment:
    return SandboxedEnvironment(loader=DictLoader(templates), undefined=StrictUndefined)


def test_a_template_gets_its_values() -> None:
    assert rendered(environment(a="Hej {{ name }}"), "a", {"name": "Åsa"}) == "Hej Åsa"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("Hej\n{{ nobody }}", "templates/a:2: 'nobody' is undefined"),
        ("Hej\n\n{% if %}", "templates/a:3: Expected an expression, got 'end of statement block'"),
        ("{% include 'b' %}", "templates/a:1: b"),
        ("Hej\n{{ 1 / 0 }}", "templates/a:2: ZeroDivisionError: division by zero"),
        ("Hej\n\n{{ 'a' + 1 }}", "templates/a:3: TypeError: "),
        ("{{ ''.__class__.__mro__ }}", "templates/a:1: access to attribute '__class__' of"),
    ],
)
def test_a_fault_names_the_template_and_the_line(source: str, fault: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        rendered(environment(a=source), "a", {})
    assert str(caught.value).startswith(fault)


def test_a_template_that_is_not_there_has_no_line() -> None:
    with pytest.raises(TemplateFault, match=r"^templates/a:1: a$"):
        rendered(environment(), "a", {})


def test_an_error_of_our_own_passes_through() -> None:
    def edition() -> str:
        raise EditionError("there is no edition")

    with pytest.raises(EditionError, match="no edition"):
        rendered(environment(a="{{ edition() }}"), "a", {"edition": edition})


@given(st.text())
def test_a_paragraph_is_filled_and_keeps_its_words(text: str) -> None:
    filled = paragraph(text)
    assert filled.split() == text.split()
    assert all(len(line) <= WIDTH or " " not in line for line in filled.split("\n"))


@given(st.text(alphabet="ab \n", max_size=400))
def test_a_paragraph_is_filled_as_by_textwrap(text: str) -> None:
    assert paragraph(text) == fill(" ".join(text.split()), WIDTH, break_long_words=False) + "\n"


def test_a_bullet_hangs() -> None:
    first, second = bullet("ord " * 25).split("\n")
    assert first.startswith("– ord")
    assert second.startswith("  ord")
    assert len(first) <= WIDTH


def test_a_letter_begins_with_its_subject() -> None:
    templates = LetterTemplates({"a": "Hej  {{ name }}\n\n\nText\n\n"})
    assert templates.write("a", {"name": "Åsa\tEk"}) == Words("Hej Åsa Ek", "Text\n")
