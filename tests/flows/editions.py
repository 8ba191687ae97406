"""A small newsletter for the tests of publishing."""

from collections.abc import Sequence
from datetime import date, timedelta

from mailer.edge.strings import read_strings
from mailer.flows.publish import Composer
from mailer.newsletter.activity import Activity, When
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import EditionText, Newsletter
from mailer.newsletter.render import Renderer
from tests.flows.world import ORGANISATION, TEMPLATES, ZONE

NEWSLETTER = Newsletter(
    title="Tryggare tillsammans",
    tagline="Nyheter om trygghet",
    list_id="tryggare-tillsammans.markaryd.example",
    period="month",
    horizon=timedelta(days=45),
    cron="day=2nd fri; hour=10; minute=0",
    missed=Missed("within", timedelta(hours=24)),
)

STRINGS = read_strings(TEMPLATES)


def activity(title: str, day: date) -> Activity:
    return Activity(title, title, When(day, day))


ACTIVITIES = (
    activity("Vandring med polisen", date(2020, 9, 4)),
    activity("Idrottens dag", date(2020, 9, 25)),
)


def composer(activities: Sequence[Activity] = ACTIVITIES, introduction: str = "") -> Composer:
    """Everything that an edition is made of, with these activities."""
    return Composer(
        newsletter=NEWSLETTER,
        activities=activities,
        texts={"2020-09": EditionText("2020-09", introduction=introduction)},
        renderer=Renderer(TEMPLATES, STRINGS, NEWSLETTER, ORGANISATION, "https://trygghet.example"),
        organisation=ORGANISATION,
        zone=ZONE,
    )
