"""new activity: the fields one by one, each checked when it is answered, then the file.

The questions are in Swedish, for the editor, and so is what is wrong with an answer. Every field is
also an option, and with --yes nothing is asked: then errors are those of `mailer check`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import complain, say, settings_of
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.settings import Settings
    from mailer.settings.fields import Known

app = typer.Typer(help="Write something new into the config folder.", no_args_is_help=True)

Answers = dict[str, str]

_UNUSABLE = "Svaret går inte att använda. Skriv som i exemplet: {}"


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """`key` as in the file, dotted within a mapping; `asked` says when the question makes sense."""

    key: str
    option: str
    question: str
    example: str
    asked: Callable[[Answers], bool] = _always


FIELDS = (
    Field("title", "title", "Rubrik", "Trygghetsvandring i Traryd"),
    Field("when.from", "when", "När? Tomt om det inte har någon dag", "2020-10-06 18:00"),
    Field(
        "when.to",
        "to",
        "Till när? Tomt om det inte behövs",
        "20:00",
        lambda answers: "when.from" in answers and "W" not in answers["when.from"],
    ),
    Field(
        "edition",
        "edition",
        "Vilket nummer ska berätta om det?",
        "2020-10",
        lambda answers: "when.from" not in answers,
    ),
    Field("subproject", "subproject", "Delprojekt", "trygg-boendemiljo"),
    Field("place", "place", "Plats", "Torget i Traryd"),
    Field("text", "text", "Mer att läsa", "Ta gärna med en ficklampa."),
    Field("link", "link", "Länk", "https://www.markaryd.example/trygghet"),
    Field("contact", "contact", "Kontakt", "Biblioteket, 0372-100 00"),
    Field("registration.by", "register-by", "Sista dag att anmäla sig", "2020-10-01"),
    Field("registration.link", "register-link", "Länk till anmälan", "mailto:trygg@kommun.example"),
    Field("image.file", "image", "Bild, en fil i mappen config", "bilder/vandring.jpg"),
    Field(
        "image.alt",
        "alt",
        "Vad visar bilden?",
        "Människor med ficklampor på en gångväg",
        lambda answers: "image.file" in answers,
    ),
    Field(
        "status",
        "status",
        "Status: planned (planerad), cancelled (inställd) eller moved (flyttad)",
        "planned",
    ),
    Field("note", "note", "Något att lägga märke till", "Flyttad från den 29 september."),
    Field("valid-from", "valid-from", "Berättas tidigast", "2020-09-01"),
    Field("valid-until", "valid-until", "Berättas senast", "2020-10-06"),
)


@app.command()
def activity(
    context: typer.Context,
    title: Annotated[str | None, typer.Option(help="The heading, on one line.")] = None,
    when: Annotated[
        str | None, typer.Option(help="The day, as 2020-10-06, 2020-10-06 18:00 or 2020-W41.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="When it ends: a time, a day, or both.")] = None,
    edition: Annotated[
        str | None, typer.Option(help="The edition that tells it, where it has no day: 2020-10.")
    ] = None,
    subproject: Annotated[
        str | None, typer.Option(help="The short name of its subproject.")
    ] = None,
    place: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    text: Annotated[str | None, typer.Option(help="More to read, in Markdown.")] = None,
    link: Annotated[
        str | None,
        typer.Option(help="Where to read more: https://, mailto: or / on our own pages."),
    ] = None,
    contact: Annotated[str | None, typer.Option(help="A leader's short name, or any text.")] = None,
    register_by: Annotated[str | None, typer.Option(help="The last day to register.")] = None,
    register_link: Annotated[str | None, typer.Option(help="Where to register.")] = None,
    image: Annotated[
        str | None, typer.Option(help="A picture: a file below the config folder.")
    ] = None,
    alt: Annotated[
        str | None, typer.Option(help="What the picture shows, for those who do not see it.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="planned, cancelled or moved.")] = None,
    note: Annotated[
        str | None, typer.Option(help="What readers should notice; needed where it is moved.")
    ] = None,
    valid_from: Annotated[str | None, typer.Option(help="Not told before this day.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Not told after this day.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Not to be told yet.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
) -> None:
    """Ask for an activity's fields, show its file, and write it; see config/README.md."""
    settings = settings_of(context)
    given = {
        field.option: context.params[field.option.replace("-", "_")]
        for field in FIELDS
        if context.params[field.option.replace("-", "_")] is not None
    }
    folder = settings.config_dir / "activities"
    try:
        answers = _answers(given, _known(settings), _choices(settings), ask=not yes)
        content = _content(answers, draft=draft)
        say(content)
        saves = yes or _agrees(f"Spara i {folder}?")
    except typer.Abort:
        complain("\nAvbrutet. Ingenting sparades.")
        raise typer.Exit(1) from None
    if not saves:
        say("Ingenting sparades.")
        return
    say(f"Sparat: {_write(folder, _name(answers), content)}")


def _known(settings: "Settings") -> "Known":
    from mailer.organisation import COORDINATOR
    from mailer.settings.fields import Known
    from mailer.settings.files import has_file

    organisation = settings.organisation
    return Known(
        has_file=partial(has_file, settings.config_dir),
        subprojects=tuple(organisation.by_slug),
        contacts=(*(leader.slug for leader in organisation.leaders), COORDINATOR),
        period=settings.newsletter.period,
    )


def _choices(settings: "Settings") -> Mapping[str, str]:
    """What a question adds, by the field's key: the short names that there are."""
    organisation = settings.organisation
    leaders = ", ".join(leader.slug for leader in organisation.leaders)
    return {
        "subproject": f": {', '.join(organisation.by_slug)}",
        "contact": f", en ledare eller fri text: {leaders}",
    }


def _answers(
    given: Mapping[str, str], known: "Known", choices: Mapping[str, str], *, ask: bool
) -> Answers:
    """An answer, checked, for each field that has one.

    Raises MailerError where nothing may be asked and an option cannot be used.
    """
    from mailer.settings.draft import problem
    from mailer.settings.svenska import in_swedish

    answers: Answers = {}
    asked: list[str] = []
    for field in FIELDS:
        asked.append(field.key)
        answer = given.get(field.option, "").strip()
        if ask and not answer and field.asked(answers) and field.option not in given:
            answer = _ask(field, choices)
        while trouble := problem(_with(answers, field.key, answer), asked, known):
            if not ask:
                raise MailerError(f"--{field.option}: {trouble}")
            complain(in_swedish(trouble) or _UNUSABLE.format(field.example))
            answer = _ask(field, choices)
        answers = _with(answers, field.key, answer)
    return answers


def _with(answers: Answers, key: str, answer: str) -> Answers:
    return {**answers, key: answer} if answer else answers


def _ask(field: Field, choices: Mapping[str, str]) -> str:
    question = f"{field.question}{choices.get(field.key, '')} (t.ex. {field.example})"
    answer: str = typer.prompt(question, default="", show_default=False)
    return answer.strip()


def _agrees(question: str) -> bool:
    while True:
        answer = typer.prompt(f"{question} [J/n]", default="j", show_default=False)
        match answer.strip().lower():
            case "j" | "ja" | "y" | "yes":
                return True
            case "n" | "nej" | "no":
                return False
        complain("Svara j (ja) eller n (nej).")


def _content(answers: Answers, *, draft: bool) -> str:
    """The file: what was answered, then what was not, as comments to fill in later."""
    from mailer.settings.draft import commented, nested, written

    values = nested(answers)
    examples = nested({field.key: field.example for field in FIELDS})
    missing = {key: example for key, example in examples.items() if key not in values}
    return written({**values, **({"draft": True} if draft else {})}) + (
        "\n# Det här kan du lägga till: ändra och ta bort tecknet # framför.\n" + commented(missing)
    )


def _name(answers: Answers) -> str:
    from mailer.settings.draft import file_name

    return file_name(answers)


def _write(folder: Path, name: str, content: str) -> Path:
    """Write a new file; where one of that name is, another number is added."""
    stem = name.removesuffix(".yaml")
    number = 1
    try:
        folder.mkdir(exist_ok=True)
        while True:
            path = folder / (f"{stem}.yaml" if number == 1 else f"{stem}-{number}.yaml")
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(content)
                return path
            except FileExistsError:
                number += 1
    except OSError as error:
        raise MailerError(f"{error.filename or folder}: {error.strerror}") from error
