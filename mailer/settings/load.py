"""All of config/ and the environment, read at once.

Takes the config directory and the environment; gives one frozen `Settings`, or raises
SettingsError with every problem of every file, in file and line order. Whatever the files hold,
nothing else is raised.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from mailer.edge.documents import Document, read
from mailer.edge.keys import KeyFile, key_files
from mailer.errors import Problem, SettingsError
from mailer.mail.address import Address, clean_name
from mailer.mail.dkim import Algorithm
from mailer.newsletter.activity import Activity
from mailer.newsletter.edition import EditionText
from mailer.organisation import COORDINATOR
from mailer.settings import activities, between, newsletter, organisation, relays, schema, triage
from mailer.settings.access import access
from mailer.settings.environment import read_environment
from mailer.settings.explain import Fitted, fit
from mailer.settings.fields import Known
from mailer.settings.files import File, find, has_file
from mailer.settings.values import Settings

F = TypeVar("F", bound=schema.Form)
T = TypeVar("T")


def load(config_dir: Path, environ: Mapping[str, str]) -> Settings:
    """Read everything. Raises SettingsError."""
    files, problems = find(config_dir)
    found = _Findings(list(problems))
    overrides = found.take(read_environment(environ))
    documents = {name: found.document(file) for name, file in files.single.items()}
    known = _known(config_dir, documents)
    mailer = found.whole(schema.MailerForm, documents.get("mailer.yaml"), known)
    paper = found.whole(schema.NewsletterForm, documents.get("newsletter.yaml"), known)
    people = found.whole(schema.SubprojectsForm, documents.get("subprojects.yaml"), known)
    rules = found.whole(schema.TriageForm, documents.get("triage.yaml"), known)
    told = _activities(files.activities, known, found)
    texts = _editions(files.editions, known, found)
    if paper:
        found.problems += newsletter.problems_of(paper)
    if people:
        found.problems += organisation.problems_of(people)
    if people and mailer:
        found.problems += between.mail_in_a_circle(mailer.form.mailbox, people)
        found.problems += between.folders_that_are_one(mailer.form.mailbox.inbox, people, rules)
    if mailer:
        found.problems += relays.problems_of(mailer)
    base = config_dir.absolute().parent
    entry = found.take(access(mailer, overrides, base)) if mailer else None
    if found.problems or not (mailer and paper and people and rules and entry):
        raise SettingsError(tuple(sorted(set(found.problems))))

    form, mailbox = mailer.form, mailer.form.mailbox
    data_dir = overrides.data_dir or base / form.data_dir
    database_url = overrides.database_url or form.database_url
    who = organisation.organisation(
        people.form,
        form.municipality,
        Address(mailbox.address.email, clean_name(mailbox.name)),
    )
    return Settings(
        config_dir=config_dir,
        zone=form.time_zone,
        data_dir=data_dir,
        database_url=database_url or f"sqlite:///{data_dir}/mailer.db",
        organisation=who,
        newsletter=newsletter.newsletter(paper.form),
        activities=tuple(activities.with_contact(each, who) for each in told),
        editions=texts,
        triage=triage.triage_rules(rules.form),
        case_prefix=form.case_prefix,
        operator=form.operator or who.coordinator.address,
        imap=entry.imap,
        inbox=mailbox.inbox,
        poll=mailbox.poll,
        idle=mailbox.idle,
        imap_application=entry.imap_application,
        relays=entry.relays,
        uncertain=form.uncertain,
        dkim=_dkim(form.dkim, base, data_dir),
        web_listen=overrides.web_listen or form.web.listen,
        base_url=overrides.base_url or form.web.base_url,
        hsts=form.web.hsts,
        trusted_proxies=tuple(form.web.trusted_proxies),
        metrics=tuple(form.web.metrics),
        secret=entry.secret,
        warnings=(*sorted(found.warnings), *between.unreachable(entry.relays[0].server, people)),
    )


class _Findings:
    """Every problem so far. What has one is left out, and the reading goes on."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.warnings: list[Problem] = []

    def take(self, result: tuple[T, Iterable[Problem]]) -> T:
        value, problems = result
        self.problems += problems
        return value

    def document(self, file: File) -> Document | None:
        found = read(file.path, file.name)
        if isinstance(found, Document):
            self.warnings += found.warnings
            return found
        self.problems += found
        return None

    def whole(self, form: type[F], document: Document | None, known: Known) -> Fitted[F] | None:
        """A file that is one form; its name is what it is called."""
        if document is None:
            return None
        return self.take(fit(form, document, (), Path(document.file).name, known))


def _dkim(form: schema.DkimForm | None, base: Path, data_dir: Path) -> tuple[KeyFile, ...]:
    """`base` is where a relative path in the file begins."""
    if form is None:
        return ()
    given: dict[Algorithm, str] = {"rsa": form.rsa_key_file, "ed25519": form.ed25519_key_file}
    named = {algorithm: base / path for algorithm, path in given.items() if path}
    return key_files(form.selector, data_dir, named)


def _known(config_dir: Path, documents: Mapping[str, Document | None]) -> Known:
    """The names in the other files, also where those files have problems of their own."""
    people, paper = documents.get("subprojects.yaml"), documents.get("newsletter.yaml")
    leaders = _keys(people, "leaders")
    period = _value(paper, "period")
    return Known(
        has_file=partial(has_file, config_dir),
        subprojects=_keys(people, "subprojects"),
        contacts=None if leaders is None else (*leaders, COORDINATOR),
        period="month" if period == "month" else "week" if period == "week" else None,
    )


def _keys(document: Document | None, name: str) -> Collection[str] | None:
    named = _value(document, name)
    return tuple(named) if isinstance(named, dict) else None


def _value(document: Document | None, name: str) -> object:
    top = document.value if document else None
    return top.get(name) if isinstance(top, dict) else None


def _activities(files: Iterable[File], known: Known, found: _Findings) -> tuple[Activity, ...]:
    told: list[Activity] = []
    for file in files:
        filed = found.take(activities.filed(file, known.period))
        document = found.document(file)
        if document:
            here = replace(known, filed=filed)
            fits = [
                found.take(fit(schema.ActivityForm, document, place, "an activity", here))
                for place in activities.places(document)
            ]
            if not fits:
                found.problems.append(document.problem((), "the list is empty"))
            told += activities.activities([one for one in fits if one], file, filed)
    found.problems += between.keys_that_are_one(told)
    return tuple(told)


def _editions(files: Iterable[File], known: Known, found: _Findings) -> Mapping[str, EditionText]:
    texts: list[tuple[EditionText, Fitted[schema.EditionForm]]] = []
    for file in files:
        found.problems += newsletter.problems_of_name(file, known.period)
        fitted = found.whole(schema.EditionForm, found.document(file), known)
        if fitted:
            texts.append((newsletter.edition_text(fitted, file), fitted))
    found.problems += newsletter.problems_between(texts)
    return {text.period: text for text, _ in texts}
