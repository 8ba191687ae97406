"""One tree of errors, and what each of them says."""

from datetime import UTC, datetime

import pytest

from mailer import errors
from mailer.errors import (
    LoginRefused,
    MailboxError,
    MailerError,
    NotNow,
    Problem,
    RelayError,
    SettingsError,
)


@pytest.mark.parametrize(
    "error",
    [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ],
)
def test_every_error_is_a_mailer_error_and_drawn_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, MailerError)
    assert error.__name__ in (errors.__doc__ or "")


def test_a_refused_login_is_the_mailbox_failing() -> None:
    assert issubclass(LoginRefused, MailboxError)


def test_a_relay_that_has_had_enough_says_when_it_takes_more() -> None:
    again = datetime(2020, 9, 11, 8, 1, tzinfo=UTC)
    error = NotNow("30 letters a minute", again, pressing_may_go=True)
    assert isinstance(error, RelayError)
    assert (str(error), error.again) == ("30 letters a minute", again)
    assert error.pressing_may_go
    assert not NotNow("", again).pressing_may_go


def test_an_error_says_its_message() -> None:
    assert str(MailerError("do this")) == "do this"


def test_a_problem_names_its_file_and_line() -> None:
    assert str(Problem("mailer.yaml", 3, "no such zone")) == "mailer.yaml:3: no such zone"


def test_problems_stand_in_file_and_line_order() -> None:
    ordered = [
        Problem("a", 2, "z"),
        Problem("a", 10, "b"),
        Problem("a", 10, "c"),
        Problem("b", 1, ""),
    ]
    assert sorted(reversed(ordered)) == ordered


def test_settings_that_are_wrong_tell_every_problem_on_a_line() -> None:
    problems = (Problem("a", 1, "x"), Problem("b", 0, "y"))
    error = SettingsError(problems)
    assert error.problems == problems
    assert str(error) == "a:1: x\nb:1: y"
