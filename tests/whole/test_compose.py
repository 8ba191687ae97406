"""`mailer compose`: the files of one edition, complete, and nothing else."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import icalendar
import pytest

from tests.whole.program import Program

FILES = ("edition.html", "edition.txt", "edition.eml", "edition.json", "calendar.ics")
ACTIVITIES = (
    "Aktiviteter för ”Världens barn” på Strömsnäsbruks skola",
    "Idrottens dag på Strömsnäsbruks skola",
    "Etablerat kontakt med Malmö, Göteborgs och Lunds universitet för framtida kunskapsutbyten",
    "Haft gemensamma projektmöten för projektets samtliga deltagare",
    "Deltagit ett webbseminarium arrangerat av Länsstyrelsen Kronoberg, med fokus på säkra och"
    " trygga livsmiljöer",
    "Varit på rundtur i Markaryd, Strömsnäsbruk och Traryd med våra nya kollegor",
    "Haft fysiska möten på Strömsnäsbruks skola",
    "Arbetsdag på Ekebacken för samtliga av projektledningens medlemmar",
    "Ta del av Sveriges kommuner och regioners (SKR) webbseminarium, om ungdomar och brott",
)
SUBPROJECTS = {
    "Ett delaktigt civilsamhälle": "Viktor Tagesson och Anna-Karin Pålsson",
    "Integration, skola och arbetsliv": "Elisabeth Fock och Viktor Tagesson",
    "Trygg boendemiljö": "Sven Holmberg och John Karlsson",
    "Drogförebyggande gruppen": "Anna-Karin Pålsson och kommunpolis Anders Buene",
}
HEADINGS = ("Vad har vi gjort?", "Vad händer framöver?")
CONTACT = "initiativtrygghet@markaryd.se"


class _Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("style", "title", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = Program(tmp_path_factory.mktemp("compose"))
    out = program.folder / "out" / "september"
    done = program.call("compose", "--date", "2020-09-11", "--out", out)
    assert done.stdout.splitlines() == [str(out / name) for name in FILES]
    assert done.stderr == ""
    assert not (program.folder / "data").exists()
    return out


def letter(composed: Path) -> EmailMessage:
    message = message_from_bytes((composed / "edition.eml").read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    text: str = part.get_content()
    return text


@pytest.fixture(params=["edition.html", "edition.txt", "eml: html", "eml: plain"])
def read(request: pytest.FixtureRequest, composed: Path) -> str:
    """The words as a person reads them, one space between."""
    match request.param:
        case "edition.html":
            words = _Text((composed / "edition.html").read_text("utf-8")).words
        case "edition.txt":
            words = (composed / "edition.txt").read_text("utf-8").split()
        case "eml: html":
            words = _Text(body(letter(composed), "html")).words
        case _:
            words = body(letter(composed), "plain").split()
    return " ".join(words).replace(" .", ".")


@pytest.mark.parametrize("told", [*ACTIVITIES, *HEADINGS, CONTACT])
def test_the_edition_of_september_tells(told: str, read: str) -> None:
    assert told in read


@pytest.mark.parametrize(("subproject", "leaders"), SUBPROJECTS.items())
def test_each_subproject_is_named_with_its_leaders(
    subproject: str, leaders: str, read: str
) -> None:
    assert leaders in read[read.index(subproject) :]


def test_what_was_done_stands_before_what_is_to_come(read: str) -> None:
    done, coming = map(read.index, HEADINGS)
    places = {title: read.index(title, done) for title in ACTIVITIES}
    to_come = {title for title, place in places.items() if place > coming}
    assert to_come == {*ACTIVITIES[:2], *ACTIVITIES[7:]}


def test_the_letter_has_no_defects(composed: Path) -> None:
    message = letter(composed)
    assert [defect for part in message.walk() for defect in part.defects] == []
    assert [d for name in message for d in message[name].defects] == []
    assert message["Subject"]
    assert message["From"].addresses[0].addr_spec == CONTACT


def test_the_calendar_holds_the_days_that_are_known(composed: Path) -> None:
    calendar = icalendar.Calendar.from_ical((composed / "calendar.ics").read_bytes())
    days = {str(event["SUMMARY"]): str(event["DTSTART"].dt) for event in calendar.walk("VEVENT")}
    assert days == {ACTIVITIES[0]: "2020-09-18", ACTIVITIES[1]: "2020-09-25"}


def test_the_json_is_one_object(composed: Path) -> None:
    edition = json.loads((composed / "edition.json").read_text("utf-8"))
    assert edition["period"] == "2020-09"
