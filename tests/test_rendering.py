"""Templates that fail say which, where and why."""

import pytest
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mailer.errors import EditionError, TemplateFault
from mailer.rendering import rendered


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
    with pytest.raises(TemplateFault, match=r"^templates/a:0: a$"):
        rendered(environment(), "a", {})


def test_an_error_of_our_own_passes_through() -> None:
    def edition() -> str:
        raise EditionError("there is no edition")

    with pytest.raises(EditionError, match="no edition"):
        rendered(environment(a="{{ edition() }}"), "a", {"edition": edition})
