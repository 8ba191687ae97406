"""What preflight looks at: one edition, as it was written and as its readers get it.

Takes values only: what is known of the world outside (which files there are, which links answer)
comes in as a function or a mapping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailer.newsletter.edition import Edition, EditionText
from mailer.newsletter.finding import Place
from mailer.newsletter.passage import Passage, passages_of
from mailer.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Sheet:
    """`place` is that of the edition as a whole, `html` its letter by language.

    `has_file` says whether a path below config/ is a file. `answers` holds what each link of the
    web answered, as a reason why it does not work, or "" if it does; None where nobody asked.
    """

    edition: Edition
    place: Place
    passages: tuple[Passage, ...]
    organisation: Organisation
    base_url: str
    html: Mapping[str, str]
    has_file: Callable[[str], bool]
    answers: Mapping[str, str] | None = None


def sheet_of(
    edition: Edition,
    text: EditionText | None,
    *,
    place: Place,
    organisation: Organisation,
    base_url: str,
    html: Mapping[str, str],
    has_file: Callable[[str], bool],
) -> Sheet:
    """The sheet of an edition and of what its editor wrote for it, if anything.

    `place` stands for the edition where it has no file of its own.
    """
    return Sheet(
        edition=edition,
        place=Place(text.file) if text else place,
        passages=tuple(passages_of(edition, text or EditionText(edition.period))),
        organisation=organisation,
        base_url=base_url,
        html=html,
        has_file=has_file,
    )
