"""Jinja2, sandboxed, with faults that name the template and the line.

Takes the templates by path and what to call; gives their text, or raises TemplateFault.

The template of a letter begins with its subject; the text follows after an empty line. What stands
in `{% filter paragraph %}` or goes through `bullet` is filled to lines of at most `WIDTH` columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from traceback import walk_tb

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from mailer.errors import MailerError, TemplateFault

WIDTH = 72

_IN_A_TEMPLATE = "<template>"  # what Jinja2 calls a source that comes from no file


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject (one line) and text."""

    subject: str
    text: str


def environment(templates: Mapping[str, str]) -> SandboxedEnvironment:
    """For templates by path: sandboxed, and a value that is not there is a fault.

    Values are escaped, but in plain text (.txt).
    """
    return SandboxedEnvironment(
        loader=DictLoader(dict(templates)),
        autoescape=lambda name: not (name and name.endswith(".txt")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class LetterTemplates:
    """Templates of plain text letters, by path."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._environment = environment(templates)
        self._environment.filters |= {"paragraph": paragraph, "bullet": bullet}

    def write(self, name: str, values: Mapping[str, object]) -> Words:
        """One letter. Raises TemplateFault."""
        subject, _, body = rendered(self._environment, name, values).partition("\n")
        return Words(" ".join(subject.split()), body.strip() + "\n")


def paragraph(text: str) -> str:
    """Running text in lines of at most WIDTH columns; a longer word, such as a URL, stays whole."""
    return "\n".join(_filled(text, WIDTH)) + "\n"


def bullet(text: str) -> str:
    """One entry of a list, filled like a paragraph."""
    return "– " + "\n  ".join(_filled(text, WIDTH - 2))


def _filled(text: str, width: int) -> list[str]:
    # Not by textwrap, which takes a third of all the time that a letter takes.
    first, *rest = text.split() or [""]
    lines = [first]
    for word in rest:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def rendered(environment: Environment, name: str, values: Mapping[str, object]) -> str:
    """The text of one template."""
    try:
        return environment.get_template(name).render(values)
    except MailerError:
        raise
    except TemplateSyntaxError as error:
        raise TemplateFault(error.name or name, error.lineno, str(error.message)) from error
    except TemplateError as error:
        raise TemplateFault(name, _line(error), str(error.message or error)) from error
    except Exception as error:  # a template may call, divide and compare what does not fit
        reason = f"{type(error).__name__}: {error}"
        raise TemplateFault(name, _line(error), reason) from error


def _line(error: Exception) -> int:
    frames = [
        line
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_code.co_filename == _IN_A_TEMPLATE
    ]
    return frames[-1] if frames else 0
