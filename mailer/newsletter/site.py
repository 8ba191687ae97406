"""The addresses of the newsletter's pages on the web, for the links in letters and calendars.

What anybody may see (the archive, a proof, the preview) must hold no reader's own address: there
the links to leave, and to the reader's page, lead to the start page, which tells how to leave.
"""

from dataclasses import dataclass
from urllib.parse import quote

from mailer.mail.template import LEAVE, MY_PAGE
from mailer.newsletter.words import ORIGINAL


@dataclass(frozen=True, slots=True)
class Site:
    """`base_url` is where residents reach the web pages, without a slash at the end.

    With `marks`, the reader's own addresses hold the marks of `mail.template`.
    """

    base_url: str
    marks: bool = False

    @property
    def editions(self) -> str:
        return f"{self.base_url}/nyhetsbrev/"

    @property
    def calendar(self) -> str:
        return f"{self.base_url}/kalender.ics"

    @property
    def leave(self) -> str:
        """Where a reader ends the subscription."""
        return self._of_the_reader(LEAVE)

    @property
    def my_page(self) -> str:
        """Where a reader changes language or address, or takes a pause."""
        return self._of_the_reader(MY_PAGE)

    def edition(self, period: str, language: str) -> str:
        page = f"{self.editions}{period}"
        return page if language == ORIGINAL else f"{page}?sprak={language}"

    def event(self, period: str, key: str) -> str:
        """The calendar file of one activity."""
        return f"{self.base_url}/kalender/{period}/{quote(key, safe='')}.ics"

    def picture(self, period: str, name: str) -> str:
        return f"{self.editions}{period}/bild/{name}"

    def _of_the_reader(self, mark: str) -> str:
        return f"{self.base_url}/{mark if self.marks else ''}"
