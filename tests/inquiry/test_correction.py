"""What follows when a leader says that others should have a case: the table, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.correction import (
    SETTLES,
    SHELF,
    Holding,
    Known,
    Label,
    Step,
    folder_of,
    holder_of,
    holders,
    sender_key,
    step,
    wanted,
)
from mailer.inquiry.record import Case
from mailer.inquiry.verdict import Verdict
from mailer.organisation import COORDINATOR, Subproject
from tests.inquiry.project import ORGANISATION, RULES, SVEN

NOW = datetime(2020, 9, 11, 10, 0, tzinfo=UTC)
CASE = Case(1, "ab", "IT-2020-0001", NOW, 100, "Boende")


def holding(holder: str, before: str | None = None, ago: timedelta = timedelta()) -> Holding:
    last = None if before is None else Label(before, holder, NOW - ago)
    return Holding(CASE, holder, last=last)


@pytest.mark.parametrize(
    ("stands", "to", "follows"),
    [
        (holding("boende"), "boende", "nothing"),
        (holding("boende"), "drog", "obey"),
        (holding("boende"), COORDINATOR, "obey"),
        (holding(COORDINATOR), "drog", "obey"),
        (holding(SHELF), "drog", "obey"),
        (holding("boende"), SHELF, "nothing"),
        (holding("drog", "boende"), "boende", "take back"),
        (holding("drog", "boende", SETTLES - timedelta(seconds=1)), "boende", "take back"),
        (holding("drog", "boende", SETTLES), "boende", "obey"),
        (holding("drog", "boende"), COORDINATOR, "obey"),
        (holding("drog", "boende"), "drog", "nothing"),
        (holding("drog", SHELF), SHELF, "take back"),
        (holding("drog", SHELF, SETTLES), SHELF, "nothing"),
    ],
)
def test_what_follows_from_who_has_it_and_who_had_it_before(
    stands: Holding, to: str, follows: Step
) -> None:
    assert step(stands, to, NOW) == follows


@given(
    st.sampled_from(["boende", "drog", COORDINATOR, SHELF]),
    st.sampled_from(["boende", "drog", COORDINATOR, SHELF]),
    st.timedeltas(timedelta(), timedelta(days=1)),
)
def test_whatever_is_dragged_out_and_back_at_once_is_taken_back(
    first: str, second: str, ago: timedelta
) -> None:
    if step(holding(first), second, NOW) == "obey":
        back = step(holding(second, first, ago), first, NOW)
        assert back == "take back" if ago < SETTLES else back in ("obey", "nothing")


@pytest.mark.parametrize(
    ("verdict", "holder"),
    [
        (Verdict("inquiry", "drog"), "drog"),
        (Verdict("follow-up", "drog"), "drog"),
        (Verdict("inquiry", "drog", certain=False), COORDINATOR),
        (Verdict("inquiry"), COORDINATOR),
        (Verdict("unreadable"), SHELF),
        (Verdict("spam", "drog"), SHELF),
    ],
)
def test_who_has_what_was_decided_so(verdict: Verdict, holder: str) -> None:
    assert holder_of(verdict) == holder


def test_every_folder_of_ours_is_somebodys() -> None:
    found = holders(ORGANISATION, RULES)
    assert found["Boende"] == "boende"
    assert found["Samordnaren"] == COORDINATOR
    assert found["Skräppost"] == SHELF
    assert "Annas arkiv" not in found


def test_where_the_mail_of_each_belongs() -> None:
    assert folder_of("drog", ORGANISATION) == "Droger"
    assert folder_of(COORDINATOR, ORGANISATION) == "Samordnaren"
    assert folder_of(SHELF, ORGANISATION) == ""


def test_a_letter_that_tells_the_sender_is_known_by_its_key() -> None:
    assert sender_key("IT-2020-0001") == "notice/IT-2020-0001/sender/"


def test_a_mail_is_at_home_where_it_was_filed_or_with_whom_it_belongs() -> None:
    known = Known("ab", "IT-2020-0001", "Boende", "boende", "a@example.org", 0)
    assert known.is_at_home("Boende", "boende")
    assert known.is_at_home("Nytt namn på mappen", "boende")
    assert not known.is_at_home("Droger", "drog")
    spam = Known("ab", "IT-2020-0001", "Skräppost", SHELF, "", 70)
    assert spam.is_at_home("Skräppost", SHELF)
    assert not spam.is_at_home("Annas arkiv", SHELF)
    waiting = Known("ab", "IT-2020-0001", "", None, "", 70)
    assert not waiting.is_at_home("Droger", "drog")


def test_a_mail_may_be_one_of_the_record_by_its_message_id_or_else_by_its_size() -> None:
    named = Known("ab", "IT-2020-0001", "Boende", "boende", "a@example.org", 0)
    assert named.like("a@example.org", 5)
    assert not named.like("", 0)
    nameless = Known("ab", "IT-2020-0001", "Boende", "boende", "", 70)
    assert nameless.like("", 70)
    assert nameless.like("a@example.org", 70)  # not decided, so its id is not known yet
    assert not nameless.like("", 71)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Fel: drog", ("drog",)),
        ("FEL : Drog.", ("drog",)),
        ("\n  fel: drogförebyggande\n\nMvh Anna", ("drog",)),
        ("Fel: Drogförebyggande gruppen!", ("drog",)),
        ("Fel: gruppen", ("drog",)),
        ("Fel: boende", ("boende",)),
        ("Fel: trygg boende", ("boende",)),
        ("Fel: samordnaren", (COORDINATOR,)),
        ("Fel: samordnare", (COORDINATOR,)),
        ("Fel: projektledning", (COORDINATOR,)),
        ("Fel: → drog", ("drog",)),
        ("”Fel: drog”", ("drog",)),
        ("Fel; drog", ("drog",)),
        ("Hej!\nFel: drog\n\n/Anna", ("drog",)),
        ("Fel:", ()),
        ("Fel: skola", ()),
        ("Fel: trygg drog", ()),
        ("Fel: d b", ()),
        ("Fel: inte jag", ()),
    ],
)
def test_who_is_meant_by_an_answer(text: str, meant: tuple[str, ...]) -> None:
    assert wanted(text, ORGANISATION) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Hej! Fel: drog",
        "Fel på lampan är nu anmält.",
        "Felet: drog",
        "Lampan är lagad nu.\nFel: drog",
        "Fel: vi har anmält trasiga lampor till fel avdelning, men nu är det rättat.",
    ],
)
def test_what_only_tells_the_resident_something_is_no_such_answer(text: str) -> None:
    assert wanted(text, ORGANISATION) is None


def test_a_beginning_that_several_have_names_them_all() -> None:
    traffic = Subproject("trafik", "Trygg i trafiken", "", (SVEN,), "Trafik")
    parts = (*ORGANISATION.subprojects, traffic)
    organisation = replace(ORGANISATION, subprojects=parts)
    assert wanted("Fel: trygg", organisation) == ("boende", "trafik")
    assert wanted("Fel: trygg i", organisation) == ("trafik",)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    meant = wanted(text, ORGANISATION)
    assert meant is None or set(meant) <= {"boende", "drog", COORDINATOR}
