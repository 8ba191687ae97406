"""The letters of one batch, each joined when it is asked for: together they may not fit in memory.

Takes leased letters; gives what a relay takes. A letter with pictures is shared by all readers
before it is joined, and a megabyte for each of them after that.
"""

from collections.abc import Sequence
from typing import overload

from mailer.mail.dkim import Sign
from mailer.mail.message import Letter, own_lines
from mailer.mail.post import Due
from mailer.mail.template import Template


class Batch(Sequence[Letter]):
    """`sign` gives the header fields that sign a letter."""

    def __init__(self, due: Sequence[Due], sign: Sign | None = None) -> None:
        self._due = due
        self._sign = sign
        self._templates = {
            content: Template(content) for content in {each.content for each in due if each.token}
        }
        # Asked once of what many share.
        self._dotless = {content: _is_dotless(content) for content in {e.content for e in due}}

    def __len__(self) -> int:
        return len(self._due)

    @overload
    def __getitem__(self, place: int) -> Letter: ...
    @overload
    def __getitem__(self, place: slice) -> "Batch": ...
    def __getitem__(self, place: int | slice) -> "Letter | Batch":
        if isinstance(place, slice):
            return Batch(self._due[place], self._sign)
        due = self._due[place]
        content = own_lines(due.to, due.message_id)
        shared = b""
        if due.token:
            template = self._templates[due.content]
            content = template.copy_for(due.token, content)
            shared = template.beginning
        else:
            content += due.content
        if self._sign:
            content = self._sign(content, shared) + content
        return Letter(due.mail_from, due.to.email, content, self._dotless[due.content])


def _is_dotless(content: bytes) -> bool:
    return content.endswith(b"\r\n") and b"\n." not in content
