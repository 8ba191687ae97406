"""What the shipped config says, and that config/README.md tells the truth about it."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from apscheduler.triggers.cron import CronTrigger

from mailer.newsletter.activity import When
from mailer.settings import Settings, load

CHECKOUT = Path(__file__).parents[2]
SOURCE = CHECKOUT.parent / "shared" / "source" / "newsletter-2020-09.txt"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(CHECKOUT / "config", {})


def test_the_shipped_config_has_no_problem_and_no_warning(settings: Settings) -> None:
    assert settings.warnings == ()
    assert settings.zone == ZoneInfo("Europe/Stockholm")
    assert settings.newsletter.title == "Tryggare tillsammans"
    assert settings.newsletter.horizon == timedelta(days=45)
    assert str(settings.organisation.mailbox) == (
        "Initiativ trygghet <initiativtrygghet@markaryd.se>"
    )
    assert settings.data_dir == CHECKOUT / "data"
    assert settings.database_url == f"sqlite:///{CHECKOUT}/data/mailer.db"
    assert settings.secret is None


def test_the_subprojects_and_who_leads_them(settings: Settings) -> None:
    found = {
        part.slug: (part.name, [leader.titled for leader in part.leaders])
        for part in settings.organisation.subprojects
    }
    assert found == {
        "delaktigt-civilsamhalle": (
            "Ett delaktigt civilsamhälle",
            ["Viktor Tagesson", "Anna-Karin Pålsson"],
        ),
        "integration-skola-arbetsliv": (
            "Integration, skola och arbetsliv",
            ["Elisabeth Fock", "Viktor Tagesson"],
        ),
        "trygg-boendemiljo": ("Trygg boendemiljö", ["Sven Holmberg", "John Karlsson"]),
        "drogforebyggande": (
            "Drogförebyggande gruppen",
            ["Anna-Karin Pålsson", "kommunpolis Anders Buene"],
        ),
    }
    leader = settings.organisation["drogforebyggande"].leaders[0]
    assert str(leader.address.email) == "anna-karin.palsson@markaryd.example"
    assert settings.organisation.coordinator_folder == "Samordnare"


def test_the_nine_activities_of_september_2020(settings: Settings) -> None:
    undated = [activity for activity in settings.activities if activity.when is None]
    assert [activity.status for activity in undated] == [None] * 5 + ["planned"] * 2
    assert {activity.filed for activity in settings.activities} == {"2020-09"}
    dated = {one.title: (one.when, one.place) for one in settings.activities if one.when}
    school = "Strömsnäsbruks skola"
    assert dated == {
        f"Aktiviteter för ”Världens barn” på {school}": (
            When(date(2020, 9, 18), date(2020, 9, 18)),
            school,
        ),
        f"Idrottens dag på {school}": (When(date(2020, 9, 25), date(2020, 9, 25)), school),
    }


def test_the_first_edition_is_due_on_the_second_friday_at_ten(settings: Settings) -> None:
    fields = dict(field.split("=") for field in settings.newsletter.cron.split("; "))
    trigger = CronTrigger(**fields, timezone=settings.zone)
    start = datetime(2020, 9, 1, tzinfo=settings.zone)
    due = trigger.get_next_fire_time(None, start)
    assert due == datetime(2020, 9, 11, 10, tzinfo=settings.zone)
    assert trigger.get_next_fire_time(due, due + timedelta(1)).date() == date(2020, 10, 9)


@pytest.mark.skipif(not SOURCE.exists(), reason="the source of the first edition is not here")
def test_nothing_of_the_source_is_lost(settings: Settings) -> None:
    """Every sentence stands in the config as it stands in the source, or is made of its parts."""
    edition = settings.editions["2020-09"]
    organisation = settings.organisation
    told = "\n".join(
        [
            edition.introduction.replace("## ", ""),
            *(part.purpose for part in organisation.subprojects),
            edition.news,
            *(f"- {activity.title}." for activity in settings.activities),
            edition.closing,
            f"Kontakt: {organisation.mailbox.email}",
        ]
    )
    source = SOURCE.read_text("utf-8").strip().replace("\nUtöver", "\n\nUtöver")
    rephrased = (
        "Delprojektet ”**",
        "”**Integration",
        "Sven Holmberg och John",
        "”**Trygg boendemiljö**”",
        "Utöver detta",
        "Vad har vi gjort?",
        "Vad händer framöver?",
        "- Aktiviteter för",
        "- Idrottens dag",
    )
    for line in filter(None, source.splitlines()):
        if not line.startswith(rephrased):
            assert line in told, line
    for sentence in (
        "Detta delprojekt syftar framförallt till att öka medvetandet kring kommunens föreningar",
        "Dessutom är det detta delprojekt som i huvudsak sköter kontakten",
        "Detta delprojekt har som huvudsakligt syfte att skapa en trygg och välfungerande skola, "
        "där alla ges möjlighet till personlig utveckling",
        "Här ligger fokus på att säkerställa säkra och välsköta gemensamma ytor och en "
        "tillfredställande boendestandard",
        "mot att minska droganvändandet i kommunen, framförallt bland unga.",
    ):
        assert sentence in source
        assert sentence in told


def examples() -> list[str]:
    text = (CHECKOUT / "config" / "README.md").read_text("utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_guides_examples_can_be_used_as_they_stand(copy: Path) -> None:
    small, whole, several, edition, approval = examples()
    (copy / "bilder").mkdir()
    (copy / "bilder" / "vandring.jpg").write_bytes(b"")
    (copy / "activities" / "2021-01-liten.yaml").write_text(small, "utf-8")
    (copy / "activities" / "hel.yaml").write_text(whole, "utf-8")
    (copy / "activities" / "2021-01-flera.yaml").write_text(several, "utf-8")
    (copy / "editions" / "2020-10.yaml").write_text(edition, "utf-8")
    with (copy / "newsletter.yaml").open("a", encoding="utf-8") as paper:
        paper.write(approval)
    settings = load(copy, {})
    walk = next(one for one in settings.activities if one.key == "hel")
    assert walk.when == When(date(2020, 10, 6), date(2020, 10, 6), time(18), time(20))
    assert walk.translations["en"].title == "Safety walk in Traryd"
    assert walk.contact == "Sven Holmberg, sven.holmberg@markaryd.example"
    assert settings.editions["2020-10"].number == 2
    assert settings.newsletter.approval and len(settings.newsletter.approval.by) == 2


def test_the_guide_names_every_key_of_an_activity() -> None:
    from mailer.settings.schema import ActivityForm, EditionForm

    _, whole, _, edition, _ = examples()
    keys = {name.replace("_", "-") for name in ActivityForm.model_fields}
    assert set(yaml.safe_load(whole.replace("18:00", "18.00"))) == keys
    assert set(yaml.safe_load(edition)) == set(EditionForm.model_fields)
