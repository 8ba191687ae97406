"""Who gets a mail in the place of somebody who is away.

Takes one person, the colleagues who lead the same, and who is away to which day; gives a `StandIn`.
The order is that of `_chain`, and the first one who is there stands in. Promises: there is always
somebody; nobody who is away, as long as anybody in the organisation is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mailer.inquiry.verdict import StandIn, Standing
from mailer.organisation import Leader, Organisation

Away = Mapping[str, date]
"""By the slug of everybody who is away: the last day of it."""


def away_on(day: date, organisation: Organisation, told: Away) -> Away:
    """Who is away on `day`, by the settings or as they `told` us by an automatic answer."""
    planned = [
        (person.slug, absence.until)
        for person in organisation.people.values()
        for absence in person.away
        if absence.covers(day)
    ]
    until = dict(told)
    for slug, last in planned:
        until[slug] = max(last, until.get(slug, last))
    return until


def stand_in(
    person: Leader, colleagues: Sequence[Leader], away: Away, organisation: Organisation
) -> StandIn | None:
    """Who gets what is `person`'s; None where that is `person`, who is there or the last resort."""
    if person.slug not in away:
        return None
    chain = _chain(person, colleagues, organisation)
    there = ((reader, why) for reader, why in chain if reader.slug not in away)
    reader, why = next(there, (organisation.coordinator, "coordinator"))
    return None if reader == person else StandIn(person, away[person.slug], reader, why)


def _chain(
    person: Leader, colleagues: Sequence[Leader], organisation: Organisation
) -> Iterator[tuple[Leader, Standing]]:
    for deputy in _deputies(person, organisation):
        yield deputy, "deputy"
    for colleague in colleagues:
        yield colleague, "colleague"
    yield organisation.coordinator, "coordinator"
    for deputy in _deputies(organisation.coordinator, organisation):
        yield deputy, "deputy"
    for leader in organisation.leaders:
        yield leader, "other"


def _deputies(person: Leader, organisation: Organisation) -> Iterator[Leader]:
    """The deputy, the deputy's deputy …; two may well stand in for each other."""
    seen = {person.slug}
    while person.deputy and person.deputy not in seen:
        seen.add(person.deputy)
        person = organisation.people[person.deputy]
        yield person
