"""What is looked for before an edition goes out: one table, all of it every time.

Takes a `Sheet`, an edition as written and as rendered; gives every finding, in file and line
order. An error stops a send. A warning is shown to whoever approves. Never raises, whatever the
texts hold.
"""

from collections.abc import Iterable
from typing import TypeVar

from mailer.newsletter import (
    checks_edition,
    checks_links,
    checks_privacy,
    checks_untold,
    checks_words,
    contrast,
)
from mailer.newsletter.checks_untold import History
from mailer.newsletter.finding import Check, Finding, Hit
from mailer.newsletter.sheet import Sheet

T = TypeVar("T")

CHECKS: tuple[Check[Sheet], ...] = (
    Check(
        "weekday",
        "error",
        checks_words.weekday,
        "'{written}' is wrong: {date} is a {day}",
        "”{written}” stämmer inte: {date} är en {dag}.",
    ),
    Check(
        "weekday-of-activity",
        "warning",
        checks_words.weekday_of_activity,
        "the text says '{written}', but the activity is on {date}, a {day}",
        "Texten säger {written}, men aktiviteten är {date}, en {dag}.",
    ),
    Check(
        "past",
        "warning",
        checks_edition.past,
        "ended on {date} and is told as done; if it lies ahead, correct the date, else the status",
        "Slutade {date} och berättas som gjord. Ska den hända, rätta datumet, annars status.",
    ),
    Check(
        "registration",
        "warning",
        checks_edition.late_registration,
        "the last day to register, {by}, is after the activity, which ends on {date}",
        "Sista anmälningsdag, {by}, är efter aktiviteten, som slutar {date}.",
    ),
    Check(
        "alt",
        "error",
        checks_links.no_alt,
        "the image {file!r} has no alt text that says what it shows",
        "Bilden {file} saknar text som säger vad den visar.",
    ),
    Check(
        "image",
        "error",
        checks_links.no_image,
        "no image {file!r}; expected the path of a file below config/",
        "Bilden {file} finns inte i mappen config.",
    ),
    Check(
        "image-in-text",
        "error",
        checks_links.image_in_text,
        "the image {file!r} is not shown: a text holds none; give it as the activity's 'image'",
        "Bilden {file} visas inte: skriv den som aktivitetens image, inte i texten.",
    ),
    Check(
        "link",
        "error",
        checks_links.malformed,
        "{link!r} does not work as a link; expected https://, mailto:, / (our pages) or #",
        "Länken {link} fungerar inte. Den ska börja med https://, mailto:, / eller #.",
    ),
    Check(
        "dead-link",
        "error",
        checks_links.dead,
        "{link!r} leads nowhere: neither our pages nor the letter have such a place",
        "Länken {link} leder ingenstans: det stället finns varken på våra sidor eller i brevet.",
    ),
    Check(
        "http",
        "warning",
        checks_links.unencrypted,
        "{link!r} is not encrypted; use {secure!r}",
        "Länken {link} är inte krypterad. Skriv {secure}.",
    ),
    Check(
        "no-answer",
        "warning",
        checks_links.unanswered,
        "{link!r} does not answer: {reason}",
        "Länken {link} svarar inte: {reason}.",
    ),
    Check(
        "contrast",
        "error",
        contrast.low_contrast,
        "{text} on {background} has a contrast of {ratio}:1; expected 4.5:1 or more",
        "Textfärgen {text} på {background} har kontrasten {ratio}:1. Det ska vara minst 4,5:1.",
    ),
    Check(
        "identity-number",
        "error",
        checks_privacy.identity_number,
        "holds a personal identity number",
        "Här står ett personnummer eller samordningsnummer.",
    ),
    Check(
        "mobile-number",
        "error",
        checks_privacy.mobile_number,
        "holds a mobile number (it ends in {end}) that is no activity's contact",
        "Här står ett mobilnummer (det slutar på {end}) som inte är någon aktivitets kontakt.",
    ),
    Check(
        "placeholder",
        "error",
        checks_words.placeholder,
        "{written!r}: something is still to be written here",
        "”{written}”: här ska något mer skrivas.",
    ),
    Check(
        "twice",
        "error",
        checks_edition.twice,
        "{title!r} is told twice: also at {other}",
        "”{title}” berättas två gånger: också i {other}.",
    ),
    Check(
        "nearly-twice",
        "warning",
        checks_edition.nearly_twice,
        "{title!r} is much like {other}, on the same day; is it told twice?",
        "”{title}” liknar {other} samma dag. Berättas samma sak två gånger?",
    ),
    Check(
        "name",
        "warning",
        checks_words.name,
        "{written!r}: is {name!r} meant?",
        "”{written}”: menas ”{name}”?",
    ),
    Check(
        "large",
        "warning",
        checks_edition.large,
        "the letter ({language}) is {size} kB; from 102 kB on Gmail cuts it off",
        "Brevet ({language}) är {size} kB. Från 102 kB klipper Gmail av det.",
    ),
    Check(
        "too-large",
        "error",
        checks_edition.too_large,
        "the letter ({language}) is {size} kB; from 102 kB on Gmail cuts it off",
        "Brevet ({language}) är {size} kB. Från 102 kB klipper Gmail av det.",
    ),
    Check(
        "empty-section",
        "warning",
        checks_edition.empty_section,
        "the edition tells nothing {section}",
        "Numret berättar inget {avsnitt}.",
    ),
    Check(
        "heading",
        "warning",
        checks_edition.hollow_heading,
        "nothing stands below the heading {heading!r}",
        "Under rubriken ”{heading}” står ingenting.",
    ),
    Check(
        "empty",
        "warning",
        checks_edition.empty,
        "edition {period} has nothing done and nothing to come: it is not sent",
        "Numret {period} har inget gjort och inget på gång: det skickas inte.",
    ),
)

OF_ALL: tuple[Check[History], ...] = (
    Check(
        "never-told",
        "warning",
        checks_untold.untold,
        "{at} lies in no edition that is still to be sent, and no edition known here has told it; "
        "correct the date, or delete the activity",
        "{at} hör inte till något nummer som ska skickas, och inget nummer som finns här har "
        "berättat om det. Rätta datumet, eller ta bort aktiviteten.",
    ),
    Check(
        "unannounced",
        "warning",
        checks_untold.unannounced,
        "{at} lies before the next edition, of {next}, which can only tell it as done; send one "
        "before that, or invite people in another way",
        "{at} ligger före nästa nummer ({next}), som bara kan berätta om det i efterhand. Skicka "
        "ett nummer dessförinnan, eller bjud in på något annat sätt.",
    ),
)
"""What is looked for in all activities together, whichever edition they belong to."""

_LONGEST = 100
"""Of a value in a message, in characters: it may repeat what the editor wrote."""


def preflight(sheet: Sheet) -> tuple[Finding, ...]:
    """Everything that is found, each thing once."""
    return _found(CHECKS, sheet)


def look_back(history: History) -> tuple[Finding, ...]:
    """What is found in all activities together."""
    return _found(OF_ALL, history)


def _found(checks: Iterable[Check[T]], subject: T) -> tuple[Finding, ...]:
    found = {_finding(check, hit): None for check in checks for hit in check.find(subject)}
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line)))


def _finding(check: Check[T], hit: Hit) -> Finding:
    values = {name: _shown(value) for name, value in hit.values.items()}
    return Finding(
        check.severity,
        hit.place.file,
        hit.place.line,
        check.english.format(**values),
        check.svenska.format(**values),
        check.name,
    )


def _shown(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
