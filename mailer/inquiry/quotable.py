"""Our first answers, as residents quote them when they write again.

Takes what writes them; gives the text of each that there may be, with days of every month. Little
of a quoted answer is left where these are known.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from mailer.inquiry.danger import DANGERS
from mailer.inquiry.reply import LOCALES, Letters, Matter
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.organisation import Organisation

_ELSE = ""  # a language that we do not answer in
# In a month of its own each, on every day of the week, with one figure or two.
_RECEIVED = [datetime(2020, month, 2 * month, tzinfo=UTC) for month in range(1, 13)]


def acknowledgements(
    letters: Letters, organisation: Organisation, case_prefix: str
) -> Iterator[str]:
    """In every language, for every owner and none, calm and with every line for those in danger."""
    owners = {None: (organisation.coordinator,)} | {
        each.slug: each.leaders for each in organisation.subprojects
    }
    for language in (*LOCALES, _ELSE):
        for owner, leaders in owners.items():
            for dangers in ((), (*DANGERS,)):
                for received in _RECEIVED if owner is None else _RECEIVED[:1]:
                    matter = Matter(
                        number=f"{case_prefix}-{received.year}-0001",
                        received=received,
                        inquiry=Inquiry(language=language),
                        verdict=Verdict("inquiry", owner, urgent=bool(dangers), dangers=dangers),
                        route=Route("", leaders, acknowledge=True),
                    )
                    yield letters.acknowledgement(matter, received.date()).text
