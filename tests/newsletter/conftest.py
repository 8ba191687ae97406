"""The first edition, September 2020, as its editors would write it."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from mailer.edge.files import read_templates
from mailer.edge.strings import read_strings
from mailer.mail.address import address
from mailer.newsletter.activity import Activity, Registration, Translation, When
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import (
    Announced,
    Edition,
    EditionText,
    EditionWords,
    Newsletter,
    plan,
)
from mailer.newsletter.render import Renderer
from mailer.organisation import Leader, Organisation, Subproject

TEMPLATES = Path(__file__).parents[2] / "templates"

INTRODUCTION = """\
Nu är kommunens trygghetsatsning, projektet ”initiativ trygghet” äntligen igång, men vad är det,
kanske du undrar? Initiativ trygghet är ett tvåårigt projekt vars mål är att skapa förutsättningarna
för en tryggare, mer välintegrerad och mer sammanhållen kommun. Detta arbete bygger på ett starkt,
återkommande samarbete både inom kommunen men även externt, med kommuninvånare, civilsamhället och
näringslivet. Arbetet kommer att mynna ut i en rapport där förslag till handlingsplan, avseende
trygghetsskapande åtgärder läggs fram.

En del av projekttiden är finansierad genom Delegationen mot Segregation (Delmos). Projektet är
indelat i fyra delprojekt som alla fokuserar på olika aspekter av trygghetsskapande åtgärder.
"""

NEWS = """\
Under veckan har projektledningen redovisat projektinriktningen för kommunstyrelsen. Politiker och
tjänstemän lyssnade med stort intresse och vi fick många spännande frågor under presentationens
gång.
"""

DONE = (
    "Etablerat kontakt med Malmö, Göteborgs och Lunds universitet för framtida kunskapsutbyten.",
    "Haft gemensamma projektmöten för projektets samtliga deltagare.",
    "Deltagit ett webbseminarium arrangerat av Länsstyrelsen Kronoberg, med fokus på säkra och "
    "trygga livsmiljöer.",
    "Varit på rundtur i Markaryd, Strömsnäsbruk och Traryd med våra nya kollegor.",
    "Haft fysiska möten på Strömsnäsbruks skola.",
)

PLANNED = (
    "Arbetsdag på Ekebacken för samtliga av projektledningens medlemmar.",
    "Ta del av Sveriges kommuner och regioners (SKR) webbseminarium, om ungdomar och brott.",
)

DATED = (
    ("Aktiviteter för ”Världens barn” på Strömsnäsbruks skola", date(2020, 9, 18)),
    ("Idrottens dag på Strömsnäsbruks skola", date(2020, 9, 25)),
)


def _leader(name: str, title: str = "") -> Leader:
    slug = name.lower().replace(" ", "-").replace("å", "a")
    return Leader(slug, name, address("leader@markaryd.example"), title)


def _subproject(name: str, purpose: str, *leaders: Leader) -> Subproject:
    return Subproject(name.lower(), name, purpose, leaders, name)


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in (TEMPLATES / "newsletter").glob("*.*")
    }


@pytest.fixture(scope="session")
def strings() -> Mapping[str, Mapping[str, str]]:
    return read_strings(read_templates(TEMPLATES))


@pytest.fixture(scope="session")
def renderer(
    templates: dict[str, str],
    strings: Mapping[str, Mapping[str, str]],
    newsletter: Newsletter,
    organisation: Organisation,
) -> Renderer:
    return Renderer(templates, strings, newsletter, organisation, "https://trygg.example")


@pytest.fixture(scope="session")
def newsletter() -> Newsletter:
    return Newsletter(
        title="Tryggare tillsammans",
        tagline="Nyheter från Initiativ trygghet i Markaryd",
        list_id="tryggare-tillsammans.markaryd.se",
        period="month",
        horizon=timedelta(days=60),
        cron="0 9 11 * *",
        missed=Missed("within", timedelta(days=3)),
    )


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    palsson, tagesson = _leader("Anna-Karin Pålsson"), _leader("Viktor Tagesson")
    return Organisation(
        municipality="Markaryd",
        mailbox=address("initiativtrygghet@markaryd.se"),
        subprojects=(
            _subproject(
                "Ett delaktigt civilsamhälle",
                "Det syftar framförallt till att öka medvetandet kring kommunens föreningar samt "
                "inkludera dessa i kommunens integrations- och trygghetsarbete. Dessutom är det "
                "detta delprojekt som i huvudsak sköter kontakten mellan civilsamhället och "
                "kommunen.",
                tagesson,
                palsson,
            ),
            _subproject(
                "Integration, skola och arbetsliv",
                "Det har som huvudsakligt syfte att skapa en trygg och välfungerande skola, där "
                "alla ges möjlighet till personlig utveckling och där skolan kan ses som en arena "
                "för demokrati och demokratiska värderingar.",
                _leader("Elisabeth Fock"),
                tagesson,
            ),
            _subproject(
                "Trygg boendemiljö",
                "Här ligger fokus på att säkerställa säkra och välskötta gemensamma ytor och en "
                "tillfredsställande boendestandard för kommunens alla invånare, samt att på sikt "
                "motverka och minska trångboddheten i kommunen.",
                _leader("Sven Holmberg"),
                _leader("John Karlsson"),
            ),
            _subproject(
                "Drogförebyggande gruppen",
                "Den arbetar mot att minska droganvändandet i kommunen, framförallt bland unga.",
                palsson,
                _leader("Anders Buene", "kommunpolis"),
            ),
        ),
        coordinator=_leader("Projektledningen"),
        coordinator_folder="Samordnaren",
    )


@pytest.fixture(scope="session")
def september(newsletter: Newsletter, organisation: Organisation) -> Edition:
    return plan(
        date(2020, 9, 11),
        newsletter=newsletter,
        activities=[
            *(Activity(title, title, filed="2020-09") for title in DONE),
            *(Activity(title, title, filed="2020-09", status="planned") for title in PLANNED),
            *(
                Activity(title, title, When(day, day), place="Strömsnäsbruks skola")
                for title, day in DATED
            ),
        ],
        text=EditionText(
            period="2020-09",
            number=1,
            title="Vad är Initiativ trygghet?",
            introduction=INTRODUCTION,
            news=NEWS,
            closing="Tryggare tillsammans!",
        ),
        last=None,
        told=frozenset(),
        subprojects=[one.slug for one in organisation.subprojects],
    )


def _on(day: date, *hours: time) -> When:
    return When(day, day, *hours)


@pytest.fixture(scope="session")
def october(newsletter: Newsletter, organisation: Organisation) -> Edition:
    """An edition with one of everything that an activity can be."""
    civil, school, home, drugs = (one.slug for one in organisation.subprojects)
    before = _on(date(2020, 10, 16), time(22))
    return plan(
        date(2020, 10, 9),
        newsletter=newsletter,
        activities=[
            Activity("gjort/skolan", "Haft fysiska möten på Strömsnäsbruks skola", filed="2020-10"),
            Activity(
                "stadning",
                "Städat längs Lagan",
                When(date(2020, 9, 26), date(2020, 9, 27)),
                text="Tjugo säckar blev det.",
                place="Traryd",
                subproject=home,
                translations={
                    "ar": Translation("نظّفنا ضفة نهر لاغان", "جمعنا عشرين كيسًا.", "تراريد")
                },
            ),
            Activity(
                "vandring",
                "Trygghetsvandring i Traryd",
                _on(date(2020, 10, 20), time(18), time(20)),
                text="Vi tittar på **belysning** och stigar.\n\n- Ta med en ficklampa.",
                place="Torget i Traryd",
                link="https://kommun.example/vandring",
                contact="sven-holmberg",
                registration=Registration(date(2020, 10, 16), "https://kommun.example/anmalan"),
                subproject=home,
                translations={
                    "ar": Translation(
                        "جولة السلامة في تراريد",
                        "ننظر إلى **الإنارة** والممرات.\n\n- أحضر مصباحًا يدويًا.",
                        "الساحة في تراريد",
                    )
                },
            ),
            Activity(
                "foraldramote",
                "Föräldramöte om droger",
                _on(date(2020, 10, 14), time(18, 30)),
                place="Kulturhuset",
                subproject=drugs,
                registration=Registration(date(2020, 10, 12)),
            ),
            Activity(
                "stadddag",
                "Städdag i Markaryd",
                _on(date(2020, 10, 24)),
                place="Stortorget",
                status="cancelled",
                note="För få anmälda; ny dag i vår.",
            ),
            Activity(
                "sprakkafe",
                "Språkkafé",
                _on(date(2020, 10, 29), time(14), time(16)),
                place="Biblioteket",
                status="moved",
                note="Flyttat från den 22 oktober.",
                subproject=civil,
            ),
            Activity(
                "nattvandring",
                "Nattvandring",
                When(date(2020, 10, 23), date(2020, 10, 24), time(22), time(2)),
                place="Centrum",
            ),
            Activity("laxhjalp", "Läxhjälp", status="planned", filed="2020-10", subproject=school),
        ],
        text=EditionText(
            period="2020-10",
            number=2,
            title="Hösten är här",
            introduction="Nu blir kvällarna *mörka*. Vi ses ute ändå!",
            closing="Tryggare tillsammans!",
            spotlight=home,
            translations={
                "ar": EditionWords(
                    title="حلّ الخريف",
                    introduction="ها هي الأمسيات *تُظلم*. نلتقي في الخارج رغم ذلك!",
                    closing="معًا نحو مزيد من الأمان!",
                )
            },
        ),
        last=date(2020, 9, 11),
        told=frozenset(),
        announced={"nattvandring": Announced(before, None, 1)},
        subprojects=[one.slug for one in organisation.subprojects],
    )
