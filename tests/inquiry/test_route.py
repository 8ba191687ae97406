"""Every kind of mail, certain or not, dangerous or not: its folder, its readers, its answer."""

from typing import get_args

import pytest

from mailer.inquiry.route import READERS, Circumstances, owner_of, route
from mailer.inquiry.verdict import Inquiry, Kind, Route, Verdict
from mailer.mail.address import Address
from mailer.organisation import Leader
from tests.inquiry.project import ANDERS, ANNA, COORDINATOR, ORGANISATION, RULES, SVEN

RESIDENT = Address("eva@example.org", "Eva")
BOENDE = Verdict("inquiry", owner="boende", suggestions=("boende", "drog"))
CALM = Circumstances()


def routed(
    verdict: Verdict, circumstances: Circumstances = CALM, sender: Address | None = RESIDENT
) -> Route:
    return route(Inquiry(sender=sender), verdict, circumstances, ORGANISATION, RULES)


OWNED = [
    # owner, copies, certain, urgent → folder, readers
    ("boende", (), True, False, "Boende", [SVEN, ANNA]),
    ("drog", (), True, False, "Droger", [ANNA, ANDERS]),
    ("boende", ("drog",), True, False, "Boende", [SVEN, ANNA, ANDERS]),
    ("drog", ("boende",), True, False, "Droger", [ANNA, ANDERS, SVEN]),
    ("boende", (), True, True, "Boende", [SVEN, ANNA, COORDINATOR]),
    ("boende", ("drog",), True, True, "Boende", [SVEN, ANNA, ANDERS, COORDINATOR]),
    ("boende", (), False, False, "Samordnaren", [COORDINATOR]),
    ("boende", ("drog",), False, False, "Samordnaren", [COORDINATOR]),
    ("boende", (), False, True, "Samordnaren", [SVEN, ANNA, COORDINATOR]),
    ("boende", ("drog",), False, True, "Samordnaren", [SVEN, ANNA, COORDINATOR]),
    (None, (), True, False, "Samordnaren", [COORDINATOR]),
    (None, (), False, False, "Samordnaren", [COORDINATOR]),
    (None, (), True, True, "Samordnaren", [COORDINATOR]),
]


@pytest.mark.parametrize("kind", ["inquiry", "follow-up"])
@pytest.mark.parametrize(("owner", "copies", "certain", "urgent", "folder", "readers"), OWNED)
def test_what_a_person_writes_goes_to_whoever_owns_it(
    kind: Kind,
    owner: str | None,
    copies: tuple[str, ...],
    certain: bool,
    urgent: bool,
    folder: str,
    readers: list[Leader],
) -> None:
    found = routed(Verdict(kind, owner, copies, certain=certain, urgent=urgent))
    assert (found.folder, list(found.leaders)) == (folder, readers)


@pytest.mark.parametrize(
    ("kind", "folder", "readers"),
    [
        ("subscribe", "Prenumerationer", []),
        ("unsubscribe", "Prenumerationer", []),
        ("auto-reply", "Autosvar", []),
        ("bounce", "Studsar", []),
        ("own", "Egna", []),
        ("spam", "Skräppost", []),
        ("complaint", "Klagomål", [COORDINATOR]),
        ("unreadable", "Oläsliga", [COORDINATOR]),
    ],
)
def test_every_other_kind_has_a_folder_and_danger_always_has_a_reader(
    kind: Kind, folder: str, readers: list[Leader]
) -> None:
    calm, urgent = routed(Verdict(kind)), routed(Verdict(kind, urgent=True))
    assert (calm.folder, list(calm.leaders)) == (folder, readers)
    assert (urgent.folder, list(urgent.leaders)) == (folder, [COORDINATOR])


@pytest.mark.parametrize("kind", [kind for kind in get_args(Kind) if kind != "inquiry"])
def test_only_an_inquiry_is_acknowledged_and_each_silence_has_its_reason(kind: Kind) -> None:
    found = routed(Verdict(kind))
    assert not found.acknowledge
    assert found.silence


def test_a_danger_that_is_nobodys_goes_to_the_likeliest_leaders_too() -> None:
    likely = Verdict("inquiry", None, suggestions=("coordinator", "boende"), urgent=True)
    assert SVEN in routed(likely).leaders
    assert COORDINATOR in routed(likely).leaders
    assert routed(Verdict("inquiry", None, suggestions=("coordinator", "boende"))).leaders == (
        COORDINATOR,
    )


def test_the_table_knows_every_kind() -> None:
    assert set(READERS) == set(get_args(Kind))
    others = {kind for kind, reader in READERS.items() if reader != "owner"}
    assert others == set(RULES.folders)


def test_an_inquiry_is_acknowledged() -> None:
    assert routed(BOENDE) == Route("Boende", (SVEN, ANNA), acknowledge=True, silence="")


@pytest.mark.parametrize(
    ("circumstances", "sender", "silence"),
    [
        (Circumstances(silence="det är en lista"), RESIDENT, "det är en lista"),
        (CALM, None, "avsändaren saknar en adress att svara till"),
        (CALM, SVEN.address, "avsändaren leder ett delprojekt"),
        (CALM, Address("SVEN@markaryd.example"), "avsändaren leder ett delprojekt"),
        (CALM, COORDINATOR.address, "avsändaren leder ett delprojekt"),
        (
            Circumstances(acknowledged=True),
            RESIDENT,
            "avsändaren har fått en bekräftelse det senaste dygnet",
        ),
        (
            Circumstances(acknowledgements=60),
            RESIDENT,
            "gränsen på 60 bekräftelser i timmen är nådd",
        ),
    ],
)
def test_who_is_not_answered_is_forwarded_all_the_same(
    circumstances: Circumstances, sender: Address | None, silence: str
) -> None:
    found = routed(BOENDE, circumstances, sender)
    assert found == Route("Boende", (SVEN, ANNA), acknowledge=False, silence=silence)


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize(("sender", "read"), [(RESIDENT, True), (SVEN.address, False)])
def test_what_a_leader_says_again_is_filed(urgent: bool, sender: Address, read: bool) -> None:
    found = routed(Verdict("inquiry", "boende", urgent=urgent), Circumstances(again=True), sender)
    assert (found.folder, bool(found.leaders)) == ("Boende", read)


def test_just_below_the_limit_an_acknowledgement_goes_out() -> None:
    assert routed(BOENDE, Circumstances(acknowledgements=59)).acknowledge


def test_the_first_reason_for_silence_counts() -> None:
    everything = Circumstances("det är en lista", acknowledged=True, acknowledgements=60)
    assert routed(BOENDE, everything).silence == "det är en lista"


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("person", [SVEN, ANDERS, COORDINATOR])
def test_a_leaders_own_answer_is_filed_and_not_forwarded(person: Leader, urgent: bool) -> None:
    found = routed(Verdict("follow-up", "boende", urgent=urgent), sender=person.address)
    assert found.folder == "Boende"
    assert found.leaders == ()
    assert not found.acknowledge


def test_a_leaders_new_inquiry_is_forwarded() -> None:
    assert routed(BOENDE, sender=ANDERS.address).leaders == (SVEN, ANNA)


@pytest.mark.parametrize(
    ("verdict", "owner"),
    [
        (BOENDE, "boende"),
        (Verdict("follow-up", "drog"), "drog"),
        (Verdict("inquiry", "boende", certain=False), None),
        (Verdict("inquiry"), None),
        (Verdict("spam", "boende"), None),
    ],
)
def test_the_owner_is_a_subproject_that_has_it_for_certain(
    verdict: Verdict, owner: str | None
) -> None:
    assert owner_of(verdict) == owner
