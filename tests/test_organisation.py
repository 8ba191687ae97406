"""The project: its parts and the people who lead them."""

import pytest

from mailer.mail.address import Address
from mailer.organisation import Leader, Organisation, Subproject

ANNA = Leader("anna", "Anna Ek", Address("anna@kommun.example"), "kommunpolis")
BO = Leader("bo", "Bo Ås", Address("bo@kommun.example"))
CECILIA = Leader("cecilia", "Cecilia Öberg", Address("cecilia@kommun.example"))
HOMES = Subproject("hem", "Trygga hem", "Att bo tryggt", (ANNA, BO), "Trygga hem")
SCHOOL = Subproject("skola", "Skola", "Att lära", (CECILIA, ANNA), "Skola")
PROJECT = Organisation(
    municipality="Kommunen",
    mailbox=Address("trygghet@kommun.example"),
    subprojects=(HOMES, SCHOOL),
    coordinator=BO,
    coordinator_folder="Samordning",
)


@pytest.mark.parametrize(("leader", "titled"), [(ANNA, "kommunpolis Anna Ek"), (BO, "Bo Ås")])
def test_a_title_stands_before_the_name(leader: Leader, titled: str) -> None:
    assert leader.titled == titled


def test_a_subproject_is_found_by_its_slug() -> None:
    assert PROJECT["skola"] is SCHOOL
    assert PROJECT.by_slug == {"hem": HOMES, "skola": SCHOOL}
    with pytest.raises(KeyError):
        PROJECT["coordinator"]


def test_every_leader_is_named_once_in_order() -> None:
    assert PROJECT.leaders == (ANNA, BO, CECILIA)


@pytest.mark.parametrize(
    ("email", "outside"),
    [
        ("eva@example.org", True),
        ("eva@KOMMUN.example", False),
        ("parken@kommun.example", False),
        ("eva@skola.kommun.example", True),
    ],
)
def test_outside_is_whoever_has_an_address_at_none_of_our_domains(
    email: str, outside: bool
) -> None:
    assert PROJECT.outside(Address(email)) == outside
