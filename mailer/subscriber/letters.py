"""The words of every letter to a subscriber that is not an edition, in the subscriber's language.

Takes the templates of `templates/letters/<language>/`; gives `Words`. Links in them hold tokens: no
letter goes to anybody but the address that its tokens are for.
"""

from collections.abc import Mapping

from mailer.organisation import Organisation
from mailer.rendering import LetterTemplates, Words
from mailer.subscriber.wording import Wording


class SubscriberLetters:
    """`wordings` holds, by language, what a subscriber says yes to: these are the languages."""

    def __init__(
        self,
        templates: Mapping[str, str],
        organisation: Organisation,
        newsletter: str,
        base_url: str,
        wordings: Mapping[str, Wording],
    ) -> None:
        self._templates = LetterTemplates(templates)
        self._organisation = organisation
        self._newsletter = newsletter
        self._base_url = base_url
        self.wordings = wordings

    def confirmation(self, language: str, token: str) -> Words:
        """Is it you who wants the newsletter? Answered by the link, or by mail."""
        agree = self.wordings[language].text
        link = f"{self._base_url}/bekrafta/{token}"
        return self._write(language, "confirmation", agree=agree, link=link)

    def already(self, language: str, token: str) -> Words:
        """To one who asks for what they have; `token` is the subscriber's own."""
        return self._write(
            language,
            "already",
            my_page=f"{self._base_url}/min-sida/{token}",
            leave=f"{self._base_url}/avsluta/{token}",
        )

    def move(self, language: str, to: str, token: str, *, here: bool) -> Words:
        """Shall the subscription go to the address `to`? `here`: that is who reads this."""
        link = f"{self._base_url}/bekrafta/{token}"
        return self._write(language, "move", to=to, link=link, here=here)

    def rehearse(self) -> None:
        """Write every letter once. Raises TemplateFault for what would fail."""
        for language in self.wordings:
            self.confirmation(language, "0" * 32)
            self.already(language, "0" * 32)
            for here in (True, False):
                self.move(language, "prov@example.org", "0" * 32, here=here)

    def _write(self, language: str, letter: str, **values: object) -> Words:
        common = {
            "newsletter": self._newsletter,
            "mailbox": self._organisation.mailbox.email,
            "mailbox_name": self._organisation.mailbox.name,
            "municipality": self._organisation.municipality,
        }
        return self._templates.write(f"letters/{language}/{letter}.txt", {**common, **values})
