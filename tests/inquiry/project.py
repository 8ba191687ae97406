"""Two subprojects with a leader in common, and the coordinator, for the tests of what follows."""

from mailer.inquiry.rules import Rule, TriageRules
from mailer.mail.address import Address
from mailer.organisation import Leader, Organisation, Subproject


def leader(slug: str, name: str, title: str = "") -> Leader:
    return Leader(slug, name, Address(f"{slug}@markaryd.example"), title)


ANNA = leader("anna-karin", "Anna-Karin Pålsson")
ANDERS = leader("anders", "Anders Buene", "kommunpolis")
SVEN = leader("sven", "Sven Holmberg")
COORDINATOR = leader("samordnare", "Projektledningen")

ORGANISATION = Organisation(
    municipality="Markaryds kommun",
    mailbox=Address("trygghet@markaryd.example", "Initiativ trygghet"),
    subprojects=(
        Subproject("boende", "Trygg boendemiljö", "Lampor.", (SVEN, ANNA), "Boende"),
        Subproject("drog", "Drogförebyggande gruppen", "Droger.", (ANNA, ANDERS), "Droger"),
    ),
    coordinator=COORDINATOR,
    coordinator_folder="Samordnaren",
)

RULES = TriageRules(
    rules={"sv": {"boende": (Rule("lampa*", 4.0),), "drog": (Rule("knark*", 4.0),)}},
    urgent={"sv": {each: ("knivhot*",) for each in ("threat", "now", "plea")}},
    folders={
        "auto-reply": "Autosvar",
        "bounce": "Studsar",
        "complaint": "Klagomål",
        "spam": "Skräppost",
        "own": "Egna",
        "unreadable": "Oläsliga",
        "subscribe": "Prenumerationer",
        "unsubscribe": "Prenumerationer",
    },
    acknowledgements_an_hour=60,
)
