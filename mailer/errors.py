"""The errors of the service, one tree.

::

    MailerError                the input or the world is at fault; str() says what to do (exit 1)
    ├── SettingsError          every problem of every file at once, each with its file and line
    ├── TemplateFault          a template asks for what it is not given, or cannot be read
    ├── EditionError           there is no such edition, or nothing to send in it
    │   └── NotApproved        somebody must approve it first, and is asked
    ├── StoreError             the database cannot be opened, or is newer than this program
    │   └── StoreRefused       it is there, and does not take this: another time neither
    ├── MailboxError           the IMAP server cannot be reached or does not do as asked
    │   └── LoginRefused       it answered, and said no: trying again soon only locks the account
    └── RelayError             no relay takes mail at all (one recipient's refusal is an Outcome)
        └── NotNow             the relays that work have had their pace: it says when to go on

Anything else that escapes is a defect of ours.
"""

from dataclasses import dataclass
from datetime import datetime


class MailerError(Exception):
    """The input or the world is at fault; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one file. `line` counts from 1; 0 where the file as a whole is meant.

    In words that is line 1, so that editors and scripts find their way.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line or 1}: {self.message}"


class SettingsError(MailerError):
    """The configuration cannot be used; `problems` holds every reason, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class TemplateFault(MailerError):
    """The template `name` (its path below templates/) fails on `line`, 0 where that is unknown."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"templates/{name}:{line or 1}: {reason}")
        self.problem = Problem(name, line, reason)


class EditionError(MailerError):
    """There is no such edition, or nothing to send in it."""


class NotApproved(EditionError):
    """Somebody must approve the edition first; they have been asked."""


class StoreError(MailerError):
    """The database cannot be opened, or was written by a newer program."""


class StoreRefused(StoreError):
    """The database does not take what it was given, however often; it may take anything else."""


class MailboxError(MailerError):
    """The IMAP server cannot be reached, or does not do as asked."""


class LoginRefused(MailboxError):
    """The IMAP server refused the login."""


class RelayError(MailerError):
    """The relay takes no mail at all. Only a person ends that where it is to be `left_alone`.

    Trying again before so many seconds have passed would only lock the account.
    """

    def __init__(self, reason: str, left_alone: float = 0) -> None:
        super().__init__(reason)
        self.left_alone = left_alone


class NotNow(RelayError):
    """Every relay that works has had as many letters as it takes; there is room again at `again`.

    Nothing is wrong, and what has no outcome was not begun. With `pressing_may_go` there is room
    for pressing letters before that.
    """

    def __init__(self, reason: str, again: datetime, *, pressing_may_go: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.pressing_may_go = pressing_may_go
