"""Two editions, and an archive, for the tests of what is kept and shown."""

from datetime import date, time
from pathlib import Path

from mailer.edge.archive import Archive
from mailer.mail.address import Address
from mailer.newsletter.activity import Activity, Image, Registration, Translation, When
from mailer.newsletter.archived import ArchivedEdition, ArchivedLetter, archived
from mailer.newsletter.edition import Announcement, Edition, EditionWords
from mailer.newsletter.picture import picture
from mailer.organisation import Leader, Organisation, Subproject

GIF = b"GIF89a\x02\x00\x01\x00" + b"\0" * 8
PICTURE = picture(GIF)
SVEN = Leader("sven", "Sven <b>Holmberg</b>", Address("sven@markaryd.example"))
ORGANISATION = Organisation(
    municipality="Markaryds kommun",
    mailbox=Address("initiativtrygghet@markaryd.se", "Initiativ trygghet"),
    subprojects=(
        Subproject("trygg-boendemiljo", "Trygg boendemiljö", "Ljus & gemenskap.", (SVEN,), "A"),
        Subproject("drogforebyggande", "Drogförebyggande gruppen", "Färre droger.", (SVEN,), "B"),
    ),
    coordinator=SVEN,
    coordinator_folder="Samordning",
)
SPORT = Activity(
    "2020-09/idrottens dag", "Idrottens dag", When(date(2020, 9, 25), date(2020, 9, 25))
)
PARTY = Activity(
    "fest",
    "Höstfest <i>i</i> parken",
    When(date(2020, 10, 16), date(2020, 10, 16), time(17), time(20)),
    text="## Kom\n\nOch *fira*! <script>alert(1)</script>",
    place="Ekebacken",
    link="https://example.org/fest",
    image=Image("bilder/fest.gif", 'Lyktor i "parken"'),
    registration=Registration(date(2020, 10, 12), "https://example.org/anmal"),
    contact="sven",
    translations={"ar": Translation("حفلة الخريف", "تعالوا!", "إيكباكن")},
)
MEETING = Activity(
    "mote",
    "Öppet möte",
    When(date(2020, 10, 20), date(2020, 10, 20), time(18)),
    registration=Registration(date(2020, 10, 1)),
    status="moved",
    note="Till tisdagen",
)
CALLED_OFF = Activity(
    "kurs", "Kurs", When(date(2020, 10, 26), date(2020, 11, 1), week="2020-W44"), status="cancelled"
)
SOME_DAY = Activity("nagon-gang", "Trygghetsvandring", status="planned", note="Vi återkommer")
SEPTEMBER = Edition(
    period="2020-09",
    date=date(2020, 9, 11),
    title="Tryggare tillsammans",
    number=1,
    introduction="Vi är *igång*.",
    news="",
    closing="",
    done=(),
    coming=(SPORT, PARTY),
    spotlight="",
    translations={},
    announcements={SPORT.key: Announcement(0, False), PARTY.key: Announcement(0, False)},
)
OCTOBER = Edition(
    period="2020-10",
    date=date(2020, 10, 9),
    title="Hösten & mörkret",
    number=None,
    introduction="# Mörkt\n\nTänd en [lykta](https://example.org/lykta).",
    news="Nytt.",
    closing="Tryggare tillsammans!",
    done=(Activity("gjort", "Mött skolorna", text="### Bra\n\nMöten.", place="Traryd"),),
    coming=(PARTY, MEETING, CALLED_OFF, SOME_DAY),
    spotlight="drogforebyggande",
    translations={"ar": EditionWords("حلّ الخريف", "أهلًا **بكم**", "", "")},
    announcements={
        PARTY.key: Announcement(1, True),
        MEETING.key: Announcement(1, True),
        CALLED_OFF.key: Announcement(1, False),
        SOME_DAY.key: Announcement(0, False),
    },
)


def kept(edition: Edition, *languages: str) -> ArchivedEdition:
    letter = ArchivedLetter(b"<p>Hej</p>", b"Hej", b"Subject: Hej\r\n\r\nHej")
    letters = dict.fromkeys(languages or ("sv",), letter)
    return archived(edition, letters, b"BEGIN:VCALENDAR", {"bilder/fest.gif": PICTURE})


def filled(folder: Path) -> Archive:
    """An archive of both editions."""
    archive = Archive(folder)
    archive.keep(kept(SEPTEMBER))
    archive.keep(kept(OCTOBER, "sv", "ar"))
    return archive
