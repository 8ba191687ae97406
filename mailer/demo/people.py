"""The people of the demo: who gets the newsletter, and what residents write. All invented.

Gives values only; the mails lie beside this module as they would lie on a mail server.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from mailer.mail.address import Address


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One mail to the contact mailbox: its exact bytes, and when the server took it."""

    name: str
    raw: bytes
    received: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """Something to write in about, for whoever has no worry at hand."""

    label: str
    subject: str
    text: str


_SUBSCRIBERS = (
    ("ali.rezaei@example.net", "Ali Rezaei"),
    ("amina.hodzic@example.com", "Amina Hodžić"),
    ("andre.lindqvist@example.org", "André Lindqvist"),
    ("anna.ek@example.org", "Anna Ek"),
    ("asa.nordstrom@example.com", "Åsa Nordström"),
    ("bjorn.oberg@example.org", "Björn Öberg"),
    ("emil.sjoo@example.net", "Emil Sjöö"),
    ("fatima.alhassan@example.com", "Fatima Al-Hassan"),
    ("gunnel.akesson@example.org", "Gunnel Åkesson"),
    ("helene.persson@example.com", "Hélène Dubois Persson"),
    ("ingegerd.fransson@example.org", "Ingegerd Fransson"),
    ("jonas.stromback@example.net", "Jonas Strömbäck"),
    ("kerstin.backstrom@example.com", "Kerstin Bäckström"),
    ("lan.nguyen@example.com", "Nguyễn Thị Lan"),
    ("linnea.blomgren@example.org", "Linnéa Blomgren"),
    ("margareta.holst@example.com", "Margareta Holst"),
    ("marta.ljunggren@example.org", "Märta Ljunggren"),
    ("milan.kovacevic@example.net", "Milan Kovačević"),
    ("omar.haddad@example.com", "Omar Haddad"),
    ("per-olof.svensson@example.org", "Per-Olof Svensson"),
    ("rolf.hakansson@example.net", "Rolf Håkansson"),
    ("styrelsen@bygdegard.example.org", "Bygdegårdsföreningen, styrelsen"),
    ("tekle.g@example.com", "Tekle Gebremedhin"),
    ("yusuf.yilmaz@example.net", "Yusuf Yılmaz"),
    ("zofia.wisniewska@example.com", "Zofia Wiśniewska"),
)

# UTC; in Markaryd it was two hours later.
_RECEIVED = {
    "01-dark-footpath": datetime(2020, 9, 7, 5, 42, 11, tzinfo=UTC),
    "02-new-in-school": datetime(2020, 9, 7, 19, 15, 40, tzinfo=UTC),
    "03-interview": datetime(2020, 9, 8, 7, 10, 2, tzinfo=UTC),
    "04-behind-the-rink": datetime(2020, 9, 8, 17, 33, 27, tzinfo=UTC),
    "05-too-small-a-flat": datetime(2020, 9, 9, 8, 5, 51, tzinfo=UTC),
    "06-thanks": datetime(2020, 9, 10, 6, 20, 14, tzinfo=UTC),
    "07-open-cabinet": datetime(2020, 9, 10, 15, 51, 5, tzinfo=UTC),
    "08-unreadable": datetime(2020, 9, 10, 22, 4, 59, tzinfo=UTC),
    "09-bounce": datetime(2020, 9, 11, 6, 0, 10, tzinfo=UTC),
    "10-away": datetime(2020, 9, 11, 6, 0, 31, tzinfo=UTC),
    "11-unsubscribe": datetime(2020, 9, 11, 6, 41, 20, tzinfo=UTC),
    "12-reply": datetime(2020, 9, 11, 7, 12, 45, tzinfo=UTC),
}

EXAMPLES = (
    Example(
        "Trasig lampa",
        "Lyktan är släckt",
        "Hej! Lyktstolpen vid tunneln under järnvägen har varit släckt i flera veckor. Det är"
        " beckmörkt där på kvällarna och jag vågar inte gå igenom ensam. Kan ni laga den?",
    ),
    Example(
        "Läxhjälp",
        "Läxhjälp för min son",
        "Hej, min son går i sjuan och vi har inte bott så länge i Sverige. Han behöver hjälp med"
        " läxorna i svenska och matte. Finns det någon läxläsning efter skolan?",
    ),
    Example(
        "Förening som vill hjälpa till",
        "Vi vill vara med",
        "Hej! Vi i idrottsföreningen vill gärna nattvandra på fredagarna. Hur gör vi för att komma"
        " i gång, och kan föreningen söka bidrag till västar och kaffe?",
    ),
    Example(
        "Orolig förälder",
        "Jag är orolig",
        "Jag har hittat cannabis i min dotters jacka. Hon är femton. Vem kan jag prata med utan att"
        " det blir en polissak direkt?",
    ),
    Example(
        "På engelska",
        "Broken window",
        "Hello, the window in our stairwell has been broken since August and strangers sleep in the"
        " basement at night. The landlord does not answer. Can you help us?",
    ),
)


def subscribers() -> tuple[Address, ...]:
    """The 25 who get the newsletter, by address."""
    return tuple(Address(email, name) for email, name in _SUBSCRIBERS)


def inquiries() -> tuple[DemoMail, ...]:
    """The 12 mails in the order in which they came, 7 to 11 September 2020, with CRLF."""
    folder = files("mailer.demo") / "data" / "inquiries"
    return tuple(
        DemoMail(name, _crlf((folder / f"{name}.eml").read_bytes()), received)
        for name, received in _RECEIVED.items()
    )


def _crlf(stored: bytes) -> bytes:
    return stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
