"""What all pages share: the templates, compiled when first used; whose pages they are; links."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from babel import Locale
from markupsafe import Markup, escape

from mailer.newsletter.dates import FORMATS, direction
from mailer.newsletter.edition import Newsletter
from mailer.newsletter.markdown import to_html
from mailer.newsletter.site import Site
from mailer.newsletter.words import ORIGINAL, Words, in_swedish
from mailer.organisation import Organisation
from mailer.rendering import environment


class Layout:
    """`base_url` is where readers reach the pages.

    By language, `words` holds the newsletter's and `phrases` those of the pages themselves,
    Swedish first.
    """

    def __init__(
        self,
        templates: Mapping[str, str],
        words: Mapping[str, Mapping[str, str]],
        phrases: Mapping[str, Mapping[str, str]],
        newsletter: Newsletter,
        organisation: Organisation,
        base_url: str,
    ) -> None:
        self.words = words
        first = sorted(phrases, key=lambda language: (language != ORIGINAL, language))
        self.phrases = {language: phrases[language] for language in first}
        self.newsletter = newsletter
        self.organisation = organisation
        self.public = Site(base_url)
        # Links within the pages name no host: they work also where the service is tried out.
        self.here = Site(urlsplit(base_url).path)
        self._templates = environment(templates)
        self._templates.filters |= {"markdown": _markdown, "put": _put}

    def show(self, template: str, language: str, **values: object) -> str:
        """The page that web/TEMPLATE gives with these values."""
        return self._templates.get_template(f"web/{template}").render(
            t=self.words[language],
            p=self.phrases[language],
            language=language,
            direction=direction(language),
            newsletter=self.newsletter,
            name=in_swedish(self.newsletter.title, language),
            organisation=self.organisation,
            tagline=in_swedish(self.newsletter.tagline, language),
            municipality=in_swedish(self.organisation.municipality, language),
            mailto=_mailto(self.organisation.mailbox.email),
            here=self.here,
            style=f"{self.here.base_url}/site.css",
            **values,
        )

    def problem(self, *, missing: bool) -> str:
        """What is said where there is no page, or none can be shown."""
        return self.show("problem.html", ORIGINAL, missing=missing)


def native_name(language: str) -> str:
    """What a language calls itself: "Svenska"."""
    name = Locale.parse(FORMATS[language].locale).get_language_name() or language
    return name[:1].upper() + name[1:]


def _markdown(words: Words, top: int) -> Markup:
    return to_html(words.text, top)


def _mailto(email: str) -> Markup:
    # An address is written from left to right, also within Arabic.
    return Markup('<a href="mailto:{0}" dir="ltr">{0}</a>').format(email)


def _put(sentence: str, **words: object) -> Markup:
    """The sentence with words in place of its {names}, escaped."""
    return escape(sentence).format(**words)
