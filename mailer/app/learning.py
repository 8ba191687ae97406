"""What is learned from examples, wired: the examples there are, and the models of them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache

from mailer.edge.examples import digest_of_shipped, shipped_examples
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
    mails = cache(lambda: shipped_examples(settings.config_dir))  # only where they are not known
    shipped = digest_of_shipped(settings.config_dir)
    rules = settings.triage
    # Not the whole of each: addresses and folders say nothing of what a mail is about.
    parts = [
        (part.slug, [leader.name for leader in part.leaders])
        for part in settings.organisation.subprojects
    ]
    of_owners = (shipped, sorted(map(repr, taught)), rules.rules, rules.none, parts)
    folder = settings.data_dir
    return Models(
        model_of("owner", of_owners, lambda: _owner_model(settings, mails(), taught), folder),
        model_of("sort", (shipped, START), lambda: _sort_model(mails()), folder),
    )


def models_of(settings: Settings, mails: Sequence[Labelled]) -> Models:
    """As `models`, of these mails instead; they are not kept."""
    return Models(_owner_model(settings, mails, ()), _sort_model(mails))


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


def _owner_model(
    settings: Settings, mails: Iterable[Labelled], taught: Iterable[Example]
) -> Model | None:
    """Nothing is learned of a subproject that is not here."""
    known = {None, *settings.organisation.by_slug}
    shipped = (mail.example() for mail in mails if mail.teaches_owner and mail.kind == "inquiry")
    examples = [each for each in (*shipped, *taught) if each.owner in known]
    by_rules = classifier(settings.triage, settings.organisation).score
    sums = [by_rules(each.subject, each.text, each.language).sums for each in examples]
    return fit(sums, examples) if examples else None


def _sort_model(mails: Iterable[Labelled]) -> Model | None:
    examples = [example for mail in mails if (example := example_of(mail))]
    return fit([START] * len(examples), examples) if examples else None
