"""mailer new activity: the questions, and the file that comes of the answers."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailer.cli import app
from mailer.errors import MailerError
from mailer.newsletter.activity import Activity
from mailer.settings import load

SHIPPED = Path(__file__).parents[2] / "config"
EVERY_ANSWER = {
    "Rubrik": 'Öppet hus: "fika" # gratis',
    "När?": "2020-10-06 18:00",
    "Till när?": "20:00",
    "Delprojekt": "trygg-boendemiljo",
    "Plats": "yes",
    "Mer att läsa": "Ta med *ficklampa*.",
    "Länk": "https://www.markaryd.example/trygghet",
    "Kontakt": "sven-holmberg",
    "Sista dag": "2020-10-01",
    "Länk till anmälan": "mailto:trygg@markaryd.example",
    "Bild": "bilder/vandring.jpg",
    "Vad visar": "En gata",
    "Status": "moved",
    "Något att": "Flyttad från den 29 september.",
    "Berättas tidigast": "2020-09-01",
    "Berättas senast": "2020-10-06",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    (copy / "bilder").mkdir()
    (copy / "bilder" / "vandring.jpg").write_bytes(b"")
    return copy


def new(config: Path, *options: str, answers: list[str] | None = None) -> Result:
    """Run it; `answers` are what is typed, a line each."""
    typed = None if answers is None else "\n".join(answers) + "\n"
    return CliRunner().invoke(
        app, ["--config", str(config), "new", "activity", *options], input=typed
    )


def only_new(config: Path) -> Activity:
    before = {path.name for path in (SHIPPED / "activities").iterdir()}
    (one,) = (
        activity
        for activity in load(config, {}).activities
        if Path(activity.file).name not in before
    )
    return one


def test_every_field_is_asked_for_and_read_back(config: Path) -> None:
    result = new(config, answers=[*EVERY_ANSWER.values(), "y"])
    assert result.exit_code == 0, result.output
    questions = result.stdout
    for question in EVERY_ANSWER:
        assert question in questions
        questions = questions.partition(question)[2]
    told = only_new(config)
    assert told.key == "2020-10-06-oppet-hus-fika-gratis"
    assert (told.title, told.place) == (EVERY_ANSWER["Rubrik"], "yes")
    assert told.when
    assert f"{told.when.first} {told.when.starts} {told.when.ends}" == (
        "2020-10-06 18:00:00 20:00:00"
    )
    assert (told.subproject, told.contact, told.status) == (
        *("trygg-boendemiljo", "Sven Holmberg, sven.holmberg@markaryd.example", "moved"),
    )
    assert told.text == EVERY_ANSWER["Mer att läsa"]
    assert told.image
    assert (told.image.file, told.image.alt) == ("bilder/vandring.jpg", "En gata")
    assert told.registration
    assert str(told.registration.by) == "2020-10-01"
    assert told.registration.link == EVERY_ANSWER["Länk till anmälan"]
    assert (told.note, told.link) == (EVERY_ANSWER["Något att"], EVERY_ANSWER["Länk"])
    assert (str(told.valid_from), str(told.valid_until)) == ("2020-09-01", "2020-10-06")


def test_a_wrong_answer_is_explained_and_asked_for_again(config: Path) -> None:
    wrong = ["Städdag", "6 oktober", "2020-10-06", "", "skolan", "", "", "", "ftp://x", ""]
    result = new(config, answers=[*wrong, *[""] * 8, "y"])
    assert result.exit_code == 0, result.output
    assert "6 oktober: skriv datum så här: 2020-09-18." in result.stderr
    assert "Det finns inget delprojekt ”skolan”." in result.stderr
    assert "”ftp://x”: en länk börjar med https://" in result.stderr
    assert only_new(config).title == "Städdag"


def test_without_a_day_it_needs_an_edition_and_no_end_is_asked_for(config: Path) -> None:
    result = new(config, answers=["Städdag", "", "", "2020-13", "2020-10", *[""] * 12, "y"])
    assert result.exit_code == 0, result.output
    assert "Till när?" not in result.stdout
    assert "Vad visar" not in result.stdout
    assert "En aktivitet måste ha en dag eller ett nummer att berättas i." in result.stderr
    assert "2020-13: det finns ingen månad 13." in result.stderr
    told = only_new(config)
    assert (told.key, told.filed, told.when) == ("2020-10-staddag", "2020-10", None)


def test_an_option_is_not_asked_for(config: Path) -> None:
    result = new(config, "--title", "Städdag", "--place", "", answers=["2020-W41", *[""] * 11, "y"])
    assert result.exit_code == 0, result.output
    assert "Rubrik" not in result.stdout
    assert "Plats" not in result.stdout
    assert "Till när?" not in result.stdout
    assert only_new(config).key == "2020-10-05-staddag"


def test_whoever_says_no_gets_no_file(config: Path) -> None:
    result = new(config, "--title", "Städdag", "--when", "2020-10-06", answers=[*[""] * 13, "n"])
    assert result.exit_code == 0, result.output
    assert "Ingenting sparades." in result.stdout
    assert result.stderr == ""
    assert not (config / "activities" / "2020-10-06-staddag.yaml").exists()


@pytest.mark.parametrize(("yes", "saved"), [("", True), ("J", True), ("ja", True), ("nej", False)])
def test_whether_to_save_is_asked_in_swedish_until_it_is_said(
    config: Path, yes: str, saved: bool
) -> None:
    words = ("--title", "Städdag", "--when", "2020-10-06")
    result = new(config, *words, answers=[*[""] * 13, "kanske", yes])
    assert result.exit_code == 0, result.output
    assert "activities? [J/n]" in result.stdout
    assert "Svara j (ja) eller n (nej)." in result.stderr
    assert (config / "activities" / "2020-10-06-staddag.yaml").exists() is saved


def test_who_breaks_off_is_told_so_in_swedish(config: Path) -> None:
    result = new(config, answers=["Städdag"])
    assert result.exit_code == 1
    assert "Avbrutet. Ingenting sparades." in result.stderr
    assert "Abort" not in result.output


def test_with_yes_nothing_is_asked_and_the_file_says_what_could_be_added(config: Path) -> None:
    text = "Vi går.\n\n- ta med: ficklampa\n  # och kaffe"
    options = ("--title", "Städdag", "--when", "2020-10-06", "--text", text, "--draft", "--yes")
    result = new(config, *options)
    assert result.exit_code == 0, result.output
    path = config / "activities" / "2020-10-06-staddag.yaml"
    assert path.read_text("utf-8") == (
        "title: Städdag\n"
        "when: 2020-10-06\n"
        "text: |\n"
        "  Vi går.\n"
        "\n"
        "  - ta med: ficklampa\n"
        "    # och kaffe\n"
        "draft: true\n"
        "\n"
        "# Det här kan du lägga till: ändra och ta bort tecknet # framför.\n"
        "# edition: 2020-10\n"
        "# subproject: trygg-boendemiljo\n"
        "# place: Torget i Traryd\n"
        "# link: https://www.markaryd.example/trygghet\n"
        "# contact: Biblioteket, 0372-100 00\n"
        "# registration:\n"
        "#   by: 2020-10-01\n"
        "#   link: mailto:trygg@kommun.example\n"
        "# image:\n"
        "#   file: bilder/vandring.jpg\n"
        "#   alt: Människor med ficklampor på en gångväg\n"
        "# status: planned\n"
        "# note: Flyttad från den 29 september.\n"
        "# valid-from: 2020-09-01\n"
        "# valid-until: 2020-10-06\n"
    )
    assert only_new(config).text == text
    assert only_new(config).draft


def test_a_file_is_never_overwritten(config: Path) -> None:
    for place in ("Traryd", "Markaryd", "Timsfors"):
        assert new(config, "-y", "--title", "Städdag", "--when", "2020-10-06", "--place", place)
    folder = config / "activities"
    for name, place in (("", "Traryd"), ("-2", "Markaryd"), ("-3", "Timsfors")):
        assert f"place: {place}\n" in (folder / f"2020-10-06-staddag{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--title: 'title' is missing in an activity"),
        (("--title", "x"), "--edition: an activity needs a day or an edition"),
        (("--title", "x", "--when", "6/10"), "--when: 6/10: write dates as 2020-09-18"),
        (("--title", "x", "--when", "2020-W41", "--to", "20:00"), "--to: "),
        (("--title", "x", "--when", "2020-10-06", "--alt", "x"), "--alt: 'file' is missing"),
        (
            ("--title", "x", "--when", "2020-10-06", "--image", "bilder/vandring.jpg"),
            "--alt: 'alt' is missing",
        ),
        (
            ("--title", "x", "--when", "2020-10-06", "--status", "moved"),
            "--note: status moved needs a 'note'",
        ),
        (("--title", "x", "--when", "2020-10-06", "--status", "klar"), "--status: "),
    ],
)
def test_with_yes_an_option_that_cannot_be_used_is_an_error(
    config: Path, options: tuple[str, ...], message: str
) -> None:
    result = new(config, "--yes", *options)
    assert isinstance(result.exception, MailerError)
    assert message in str(result.exception)


def test_a_folder_that_cannot_be_written_to_is_an_error(config: Path) -> None:
    shutil.rmtree(config / "activities")
    (config / "activities").write_bytes(b"")
    result = new(config, "-y", "--title", "Städdag", "--when", "2020-10-06")
    assert isinstance(result.exception, MailerError)
