"""Leaders whose mail programs answer, redirect or lose what we forward to them."""

import asyncio

import pytest

from mailer.errors import SettingsError
from tests.servers.town import Town
from tests.whole.installation import MAILBOX, Place, settings_with
from tests.whole.robots import Answers, Redirects, Reports
from tests.whole.scenes import COORDINATOR, JOHN, SVEN, Scene, mail, perform

DARK = "Gatan är lång och mörk hos oss."
AWAY = "Jag är på semester och läser inte min e-post. Åter den 21 september."

SCENES = (
    Scene(
        "an out-of-office answer to the forward",
        robots={SVEN: lambda: Answers("Autosvar", AWAY, {"Auto-Submitted": "auto-replied"})},
    ),
    Scene(
        "out-of-office answers of both leaders, told by their words alone",
        robots={each: lambda: Answers("Autosvar: {subject}", AWAY) for each in (SVEN, JOHN)},
    ),
    Scene(
        "a leader whose robot gives no sign at all",
        robots={SVEN: lambda: Answers("Hej", DARK)},
        forwarded=("mail.1", "answer.1.sven.holmberg"),
    ),
    Scene(
        "robots of all that lead it, and of the coordinator, give no sign at all",
        robots={each: lambda: Answers("Hej", DARK) for each in (SVEN, JOHN, COORDINATOR)},
        forwarded=(
            "mail.1",
            "answer.1.sven.holmberg",
            "answer.1.john.karlsson",
            "answer.1.projektledningen",
        ),
    ),
    Scene(
        "a leader's ticket system that numbers every mail",
        robots={SVEN: lambda: Answers("[#12345{n}] {subject}", "Ditt ärende har fått nummer {n}.")},
    ),
    Scene(
        "a leader's robot that answers with our forward below",
        robots={SVEN: lambda: Answers("Hej", DARK, quotes=True, refers=True)},
    ),
    Scene("a leader who redirects all mail back", robots={SVEN: lambda: Redirects(MAILBOX)}),
    Scene(
        "both leaders redirect all mail back",
        robots={each: lambda: Redirects(MAILBOX) for each in (SVEN, JOHN)},
    ),
    Scene(
        "two leaders who redirect to each other",
        robots={SVEN: lambda: Redirects(JOHN), JOHN: lambda: Redirects(SVEN)},
        notices=2,
    ),
    Scene(
        "a leader whose mail program confirms that it was read",
        robots={
            SVEN: lambda: Answers(
                "Läst: {subject}",
                "Ditt meddelande lästes.",
                {
                    "Content-Type": "multipart/report; report-type=disposition-notification;"
                    " boundary=x"
                },
            )
        },
    ),
    Scene(
        "a leader's server that reports a delay",
        robots={SVEN: lambda: Reports("4.4.1", "451 4.4.1 no answer from host")},
    ),
    Scene(
        "a leader's server that takes the forward and returns it",
        robots={SVEN: lambda: Reports("5.1.1", "550 5.1.1 user unknown")},
        notices=1,
    ),
    Scene(
        "the notice of it returns, too",
        robots={
            each: lambda: Reports("5.1.1", "550 5.1.1 user unknown") for each in (SVEN, COORDINATOR)
        },
        notices=1,
    ),
    Scene("a leader whom the relay does not know", unknown=[SVEN], notices=1),
    Scene(
        "neither leaders nor coordinator are known to the relay",
        unknown=[SVEN, JOHN, COORDINATOR],
        notices=2,
    ),
    Scene(
        "a coordinator whose robot answers what it is told",
        robots={COORDINATOR: lambda: Answers("Autosvar", AWAY, {"X-Autoreply": "yes"})},
        unknown=[SVEN],
        notices=1,
    ),
    Scene(
        "a leader who writes to the mailbox, and answers as a robot",
        mails=[mail(path=SVEN, From=f"Sven <{SVEN}>")],
        robots={SVEN: lambda: Answers("Hej", DARK)},
        acknowledged=(),
        forwarded=("mail.1", "answer.1.sven.holmberg"),
    ),
)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_what_leaders_programs_do_ends_with_a_person(
    scene: Scene, town: Town, place: Place
) -> None:
    asyncio.run(perform(scene, town, place))


@pytest.mark.parametrize("address", [MAILBOX, MAILBOX.replace("@", "+sven@").upper()])
def test_the_mailbox_itself_is_no_leader(address: str) -> None:
    with pytest.raises(SettingsError, match="this is the mailbox's own address"):
        settings_with(((SVEN, address),))
