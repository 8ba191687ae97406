"""An edition and its letters, put together for preflight: before a send, and for `mailer check`.

A letter in every language that the edition is sent in is rendered; nothing else is done.
"""

from collections.abc import Callable

from mailer.flows.publish import Composer
from mailer.newsletter.edition import Edition
from mailer.newsletter.finding import Place
from mailer.newsletter.render import languages_of
from mailer.newsletter.sheet import Sheet, sheet_of


def inspected(
    edition: Edition,
    composer: Composer,
    *,
    base_url: str,
    place: Place,
    has_file: Callable[[str], bool],
) -> Sheet:
    """What `preflight` takes. `place` stands for an edition that has no file of its own."""
    renderer = composer.renderer
    return sheet_of(
        edition,
        composer.texts.get(edition.period),
        place=place,
        organisation=composer.organisation,
        base_url=base_url,
        html={
            language: renderer.render(edition, language).html
            for language in languages_of(edition, renderer.languages)
        },
        has_file=has_file,
    )
