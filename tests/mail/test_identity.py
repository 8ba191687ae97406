"""Our own Message-IDs are known again; nobody else's are."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailer.mail.identity import Identity
from mailer.mail.server import Secret

OURS = Identity(Secret("hemligt"), "kommun.example")
KINDS = ("edition", "forward", "acknowledgement", "notice", "confirmation")
junk = st.text(st.characters())


@given(st.sampled_from(KINDS), junk)
def test_the_kind_of_our_own_letter_is_known_again(kind: str, rest: str) -> None:
    message_id = OURS.message_id(f"{kind}/{rest}")
    assert OURS.kind_of(message_id) == kind
    assert OURS.message_id(f"{kind}/{rest}") == message_id
    assert message_id.isascii()
    assert len(message_id) < 70


@given(junk, junk)
def test_letters_with_different_keys_have_different_ids(one: str, other: str) -> None:
    assume(one != other)
    assert OURS.message_id(f"edition/{one}") != OURS.message_id(f"edition/{other}")


def test_an_id_says_nothing_of_the_recipient() -> None:
    assert "anna" not in OURS.message_id("confirmation/2020-09-11/anna@example.org")


@given(junk)
def test_the_id_of_a_stranger_is_not_ours(text: str) -> None:
    for message_id in (text, f"{text}@kommun.example", f"edition.{text}@kommun.example"):
        assert OURS.kind_of(message_id) == ""


@pytest.mark.parametrize(
    "message_id",
    ["", "@", ".", "@kommun.example", ".@kommun.example", "x.\ud800@kommun.example", "å.ö@å.se"],
)
def test_what_is_no_id_is_not_ours(message_id: str) -> None:
    assert OURS.kind_of(message_id) == ""


def test_an_id_that_was_changed_is_not_ours() -> None:
    message_id = OURS.message_id("edition/2020-09/17")
    changed = [
        message_id.replace("edition", "forward"),
        message_id.replace("kommun.example", "KOMMUN.example"),
        message_id.upper(),
        f"<{message_id}>",
        f" {message_id}",
        *(f"{message_id[:at]}{message_id[at + 1 :]}" for at in range(len(message_id))),
    ]
    assert {OURS.kind_of(each) for each in changed} == {""}


@pytest.mark.parametrize(
    "other",
    [
        Identity(Secret("annat"), "kommun.example"),
        Identity(Secret("hemligt"), "annan.example"),
        Identity(Secret("\udcff"), "kommun.example"),  # as an environment may hold it
    ],
)
def test_an_id_made_with_another_secret_or_domain_is_not_ours(other: Identity) -> None:
    message_id = other.message_id("edition/2020-09/17")
    assert other.kind_of(message_id) == "edition"
    assert OURS.kind_of(message_id) == ""


def test_our_ids_are_found_wherever_they_stand_in_a_mail() -> None:
    ours = {OURS.message_id("forward/IT-2020-0001/sven"), OURS.message_id("edition/1/2")}
    text = "\n".join(f"Message-ID: <{each}>" for each in sorted(ours))
    forged = "forward.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb@" + OURS.domain
    assert OURS.ids_in(f"{text}\n<{forged}> <a@b.se>\nåäö".encode("latin-1")) == ours


@pytest.mark.parametrize("run", [b"a", b"a.", b"a.aaaaaaaaaaaaaaaa", b"<", b" ", b"\n", b"("])
def test_the_search_for_our_ids_takes_time_in_proportion_to_the_mail(run: bytes) -> None:
    def cost(octets: int) -> float:
        raw = run * (octets // len(run))
        times = []
        for _ in range(3):
            started = time.process_time()
            OURS.ids_in(raw)
            times.append(time.process_time() - started)
        return min(times)

    # Linear is 4, quadratic 16; the constant is for what is too quick to measure.
    assert cost(80_000) < 8 * cost(20_000) + 0.02


@given(st.lists(junk, min_size=1), st.lists(junk, min_size=1))
def test_a_seal_is_for_its_parts_alone(parts: list[str], others: list[str]) -> None:
    seal = OURS.seal(*parts)
    assert len(seal) == 26
    assert OURS.sealed(seal, *parts)
    assert OURS.sealed(seal, *others) == (parts == others)
    assert not Identity(Secret("annan"), "kommun.example").sealed(seal, *parts)


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1))
def test_the_ids_of_a_mailing_are_ours_and_different(one: int, other: int) -> None:
    message_id = OURS.series("edition/2020-09")
    assert OURS.kind_of(message_id(one)) == "edition"
    assert OURS.ids_in(f"<{message_id(one)}>".encode()) == {message_id(one)}
    assert (message_id(one) == message_id(other)) == (one == other)
    assert OURS.series("edition/2020-09")(one) == message_id(one)
    assert OURS.series("edition/2020-10")(one) != message_id(one)
    assert Identity(Secret("annan"), "kommun.example").kind_of(message_id(one)) == ""


def test_the_ids_of_neighbours_stand_beside_each_other() -> None:
    message_id = OURS.series("edition/2020-09")
    begins = [message_id(number)[:20] for number in range(32_768)]
    assert len(set(begins)) <= 2
