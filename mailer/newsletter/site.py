"""The addresses of the newsletter's pages on the web, for the links in letters and calendars."""

from dataclasses import dataclass
from urllib.parse import quote

from mailer.newsletter.words import ORIGINAL


@dataclass(frozen=True, slots=True)
class Site:
    """`base_url` is where residents reach the web pages, without a slash at the end."""

    base_url: str

    @property
    def editions(self) -> str:
        return f"{self.base_url}/nyhetsbrev/"

    @property
    def calendar(self) -> str:
        return f"{self.base_url}/kalender.ics"

    def edition(self, period: str, language: str) -> str:
        page = f"{self.editions}{period}"
        return page if language == ORIGINAL else f"{page}?sprak={language}"

    def event(self, period: str, key: str) -> str:
        """The calendar file of one activity."""
        return f"{self.base_url}/kalender/{period}/{quote(key, safe='')}.ics"

    def picture(self, period: str, name: str) -> str:
        return f"{self.editions}{period}/bild/{name}"
