"""What is learned from examples, wired: the examples there are, and the models of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache

from mailer.edge.examples import shipped_examples
from mailer.edge.files import OriginalFiles
from mailer.edge.model import model_of
from mailer.edge.store.database import Database, exists
from mailer.edge.store.labels import StoredLabels
from mailer.inquiry.labelled import Labelled
from mailer.inquiry.learn import Example, fit
from mailer.inquiry.model import Model
from mailer.inquiry.parse import read
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.sort import START, example_of
from mailer.inquiry.taught import Taught
from mailer.inquiry.triage import Models, classifier
from mailer.settings import Settings


def models(settings: Settings, taught: Sequence[Example] = ()) -> Models:
    """What the shipped examples teach, and those that leaders `taught`."""
    mails = shipped_examples(settings.config_dir)
    return Models(_owner_model(settings, mails, taught), _sort_model(settings, mails))


def examples_of(settings: Settings, taught: Sequence[Taught], sent: Shingles) -> list[Example]:
    """What leaders taught, read from the originals; without our own texts, which are `sent`."""
    originals = OriginalFiles(settings.data_dir / "originals")
    found = []
    for each in taught:
        with suppress(OSError):  # erased, or lost: nothing is learned from it
            found.append(each.example(read(originals.path(each.hash).read_bytes(), ours=sent)))
    return found


async def taught_so_far(settings: Settings) -> Sequence[Taught]:
    """What leaders taught, for a command that opens no service; makes no database."""
    if not exists(settings.database_url):
        return ()
    database = await Database.open(settings.database_url)
    try:
        return await StoredLabels(database).taught()
    finally:
        await database.close()


def models_of(settings: Settings, mails: Sequence[Labelled]) -> Models:
    """As `models`, of these mails instead; they are not kept."""
    examples, sorts = _examples(settings, mails), _sorts(mails)
    rules = _by_rules(settings)
    return Models(
        fit([rules(each) for each in examples], examples) if examples else None,
        fit([START] * len(sorts), sorts) if sorts else None,
    )


def _owner_model(
    settings: Settings, mails: Sequence[Labelled], taught: Sequence[Example]
) -> Model | None:
    known = {None, *settings.organisation.by_slug}
    examples = [*_examples(settings, mails), *(each for each in taught if each.owner in known)]
    if not examples:
        return None
    rules = settings.triage
    # Not the whole of each: addresses and folders say nothing of what a mail is about.
    parts = [
        (part.slug, [leader.name for leader in part.leaders])
        for part in settings.organisation.subprojects
    ]
    made_from = (rules.rules, rules.none, parts)
    return model_of("owner", examples, _by_rules(settings), made_from, settings.data_dir)


def _sort_model(settings: Settings, mails: Sequence[Labelled]) -> Model | None:
    examples = _sorts(mails)
    if not examples:
        return None
    return model_of("sort", examples, lambda each: START, tuple(START), settings.data_dir)


def _sorts(mails: Iterable[Labelled]) -> list[Example]:
    return [example for mail in mails if (example := example_of(mail))]


def _examples(settings: Settings, mails: Iterable[Labelled]) -> Sequence[Example]:
    """Those that show whom a mail belongs to. One of a subproject that is not here is left out."""
    known = {None, *settings.organisation.by_slug}
    return [
        each.example()
        for each in mails
        if each.teaches_owner and each.kind == "inquiry" and each.owner in known
    ]


def _by_rules(settings: Settings) -> Callable[[Example], Mapping[str, float]]:
    made = cache(lambda: classifier(settings.triage, settings.organisation))  # only where needed
    return lambda each: made().score(each.subject, each.text, each.language).sums
