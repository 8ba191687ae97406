"""Lists, forged senders and floods: nobody gets a letter who has not written, nothing is lost."""

import asyncio

import pytest

from tests.servers.town import Town
from tests.whole.installation import MAILBOX, Place
from tests.whole.robots import Reports
from tests.whole.scenes import ANNA, COORDINATOR, LAMP, SVEN, Scene, mail, perform

LIST = "grannar@lista.example"
TRUSTED = {"trusted-authserv: []": "trusted-authserv: [mx.markaryd.se]"}


def silent(name: str, **fields: str) -> Scene:
    """One mail that is read like any other, and not answered."""
    return Scene(name, [mail(**fields)], acknowledged=())


def forged(name: str, verdict: str) -> Scene:
    header = f"mx.markaryd.se; {verdict}"
    mails = [mail(Authentication_Results=header)]
    return Scene(name, mails, acknowledged=(), changes=TRUSTED)


def anyone(number: int) -> str:
    return f"boende.{number}@example.org"


SCENES = (
    silent(
        "a list that the mailbox is a member of",
        To=LIST,
        List_Id=f"<{LIST.replace('@', '.')}>",
        Precedence="list",
        path=f"owner-{LIST}",
    ),
    silent("an old list that leaves no trace but its address", To=LIST),
    silent(
        "a list that writes in the name of its members", From=f"Anna via lista <{LIST}>", To=LIST
    ),
    silent(
        "a newsletter of somebody else",
        List_Unsubscribe="<https://nyheter.example/x>",
        path="bounces+17@nyheter.example",
    ),
    silent("a sender who gives our own address", From=f"Vi <{MAILBOX}>"),
    silent("a sender who gives our own address, with a tag", From=MAILBOX.replace("@", "+x@")),
    silent("a sender who gives a leader's address", From=f"Sven <{SVEN}>"),
    silent("a sender who gives the coordinator's address", From=COORDINATOR),
    silent("a sender whom nobody answers", From="no-reply@kommun.example"),
    silent("a postmaster", From="postmaster@kommun.example"),
    forged("a victim of spam, by DMARC", "spf=fail; dkim=none; dmarc=fail header.from=example.org"),
    forged("a victim of spam, by SPF alone", "spf=fail smtp.mailfrom=example.org; dmarc=none"),
    Scene(
        "a sender who is said to be forged by a server that nobody knows",
        [mail(Authentication_Results="mx.evil.example; dmarc=fail")],
        changes=TRUSTED,
    ),
    Scene(
        "a colleague at our own domain",
        [mail(From="Rektor <rektor@markaryd.se>")],
        acknowledged=["rektor@markaryd.se"],
    ),
    Scene("answers wanted on a list", [mail(Reply_To=LIST)]),
    silent("answers wanted at our own address", Reply_To=MAILBOX),
    silent("no sender", From=""),
    silent("two senders in one field", From=f"Anna <{ANNA}>, Bo <bo@example.org>"),
    silent("an envelope sender that is null", path=""),
    Scene(
        "a wish to hear that it was read",
        [mail(Disposition_Notification_To=ANNA, Return_Receipt_To=ANNA)],
    ),
    silent(
        "a hundred recipients, and we in a blind copy",
        To=",\n ".join(anyone(number) for number in range(50)),
        Cc=",\n ".join(anyone(number) for number in range(50, 100)),
    ),
    Scene(
        "an answer to an invitation",
        [
            mail(
                text="BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR",
                Subject="Tackat ja: Trygghetsvandring",
                Content_Type="text/calendar; method=REPLY; charset=utf-8",
            )
        ],
        acknowledged=(),
        forwarded=(),
    ),
    Scene("the same mail twice", [mail(), mail()]),
    Scene(
        "the same words again under another Message-ID",
        [mail(1), mail(2)],
        forwarded=("mail.1", "mail.2"),
    ),
    Scene(
        "one sender under several spellings of the address",
        [
            mail(1),
            mail(2, LAMP + " Igen!", From="ANNA@Example.org"),
            mail(3, LAMP + " Och igen!", From="anna+kommun@example.org", Subject="Hej"),
        ],
        forwarded=("mail.1", "mail.2", "mail.3"),
    ),
    Scene("an acknowledgement that the relay cannot deliver", unknown=[ANNA]),
    Scene(
        "an acknowledgement that a server returns to us, for it looks at From",
        robots={ANNA: lambda: Reports("5.1.1", "550 5.1.1 user unknown", to_from=True)},
    ),
    Scene(
        "five hundred mails of one sender in a minute",
        [mail(number, f"{LAMP} Lampa {number}.") for number in range(500)],
        forwarded=[f"mail.{number}" for number in range(500)],
    ),
    Scene(
        "a hundred senders at once: the circuit breaker",
        [mail(number, From=anyone(number)) for number in range(100)],
        acknowledged=[anyone(number) for number in range(60)],
        forwarded=[f"mail.{number}" for number in range(100)],
        notices=1,
    ),
)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_only_who_has_written_is_answered_and_that_once(
    scene: Scene, town: Town, place: Place
) -> None:
    asyncio.run(perform(scene, town, place))
