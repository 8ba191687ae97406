"""Jinja2, sandboxed, with faults that name the template and the line.

Takes the templates by path and what to call; gives their text, or raises TemplateFault.
"""

from collections.abc import Mapping
from traceback import walk_tb

from jinja2 import Environment, TemplateError, TemplateSyntaxError

from mailer.errors import MailerError, TemplateFault

_IN_A_TEMPLATE = "<template>"  # what Jinja2 calls a source that comes from no file


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
