"""Every mail of the mailbox is explained, every case is somewhere, and both add up."""

from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.reconciliation import Account, Listed, Lying, reconcile
from mailer.inquiry.record import Place

HOME = "Trygg boendemiljö"
ANNA = Listed("IT-2020-0001", "a", HOME)
BO = Listed("IT-2020-0002", "b", "")


def kind_of_own(message_id: str) -> str:
    return "edition" if message_id == "ours" else ""


def lying(
    hash: str,
    folder: str = HOME,
    uid: int = 1,
    message_id: str = "m",
    edition: str = "",
    waits: bool = False,
    written: bool = False,
) -> Lying:
    return Lying(Place(folder, 7, uid), hash, message_id, edition, waits, written)


def account(
    mails: Sequence[Lying], cases: Sequence[Listed] = (ANNA,), erased: Collection[str] = ()
) -> Account:
    return reconcile(mails, cases, erased, kind_of_own)


def only(counts: object) -> str:
    assert isinstance(counts, dict)
    (name,) = [name for name, count in counts.items() if count]
    return str(name)


@pytest.mark.parametrize(
    ("mails", "erased", "is_"),
    [
        ([lying("a")], (), "filed"),
        ([lying("a", "INBOX", waits=True), lying("a")], (), "filed"),
        ([lying("a", "INBOX", waits=True)], (), "waiting"),
        ([lying("a", "Arkiv"), lying("a", "INBOX", waits=True)], (), "waiting"),
        ([lying("a", "INBOX")], (), "elsewhere"),
        ([lying("a", "Arkiv")], (), "elsewhere"),
        ([lying("a", "Arkiv")], (ANNA.number,), "elsewhere"),
        ([], (ANNA.number,), "erased"),
        ([], (), "missing"),
        ([lying("", HOME)], (), "missing"),
    ],
)
def test_a_case_is_where_its_mail_lies(
    mails: Sequence[Lying], erased: Collection[str], is_: str
) -> None:
    assert only(account(mails, erased=erased).cases) == is_


@pytest.mark.parametrize(
    ("mail", "is_"),
    [
        (lying("a"), "known"),
        (lying("a", "INBOX", waits=True), "known"),
        (lying("x", message_id="ours", edition="2020-09 list.example"), "own"),
        (lying("x", message_id="ours"), "unexplained"),
        (lying("x", edition="2020-09 list.example"), "unexplained"),
        (lying("x", "Sent", written=True), "written"),
        (lying("x", "INBOX", waits=True), "new"),
        (lying("x", "INBOX"), "unexplained"),
        (lying(""), "unexplained"),
    ],
)
def test_a_mail_is_what_explains_it(mail: Lying, is_: str) -> None:
    found = account([mail])
    assert only(found.mails) == is_
    assert list(found.unexplained) == ([mail] if is_ == "unexplained" else [])


def test_what_matters_is_named() -> None:
    stray = lying("x", "Arkiv", 9)
    found = account([lying("a", "Arkiv"), stray], [ANNA, BO])
    assert found.elsewhere == ((ANNA.number, "Arkiv"),)
    assert found.missing == (BO.number,)
    assert found.unexplained == (stray,)
    assert not found.adds_up


@pytest.mark.parametrize(
    ("mails", "cases", "adds_up"),
    [
        ([], [], True),
        ([lying("a", "Arkiv")], [ANNA], True),
        ([], [ANNA], False),
        ([lying("x")], [], False),
    ],
)
def test_only_what_is_missing_or_unexplained_matters(
    mails: Sequence[Lying], cases: Sequence[Listed], adds_up: bool
) -> None:
    assert account(mails, cases).adds_up == adds_up


def test_a_mail_that_lies_in_its_folder_was_filed_whoever_forgot_to_note_it() -> None:
    first, second = Place("INBOX", 7, 1), Place("INBOX", 7, 2)
    case = Listed(ANNA.number, "a", HOME, (first, second))
    again = lying("a", "INBOX", 2, waits=True)
    assert account([lying("a")], [case]).unnoted == {HOME: [first, second]}
    assert account([lying("a"), again], [case]).unnoted == {HOME: [first]}
    assert account([again], [case]).unnoted == {}
    assert account([lying("a", "Arkiv")], [case]).unnoted == {}


HASHES = st.sampled_from("abcx")
FOLDERS = st.sampled_from([HOME, "Arkiv", "INBOX"])


@given(
    st.lists(st.builds(lying, HASHES, FOLDERS, waits=st.booleans(), written=st.booleans())),
    st.lists(
        st.builds(Listed, st.just("n"), HASHES, st.sampled_from([HOME, ""])),
        unique_by=lambda case: case.hash,
    ),
)
def test_both_add_up_and_nothing_is_counted_twice(
    mails: Sequence[Lying], cases: Sequence[Listed]
) -> None:
    found = account(mails, cases)
    assert found.received == len(cases)
    assert sum(found.mails.values()) == len(mails)
    assert len(found.missing) == found.cases["missing"]
    assert len(found.elsewhere) == found.cases["elsewhere"]
    assert len(found.unexplained) == found.mails["unexplained"]
