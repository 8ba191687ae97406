"""What a mail's words are as numbers."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.features import Counted, Vocabulary, counted
from mailer.inquiry.pattern import words


def wholes(mail: Counted) -> dict[str, float]:
    return dict(zip(mail.wholes, mail.often[mail.runs :].tolist(), strict=True))


def named(mail: Counted) -> list[tuple[bool, int]]:
    """The features as nothing else is named: " a" is a run, and "a" a word of the same letters."""
    return [(number < mail.runs, name) for number, name in enumerate(mail.names.tolist())]


def known(vocabulary: Vocabulary, mail: Counted) -> dict[str, int]:
    """The words and pairs of a mail that the vocabulary knows, and their numbers in it."""
    vector = vocabulary.vector(mail)
    numbered = zip(vector.features - mail.runs, vector.ids.tolist(), strict=True)
    return {mail.wholes[feature]: id for feature, id in numbered if feature >= 0}


def test_words_and_pairs_are_counted_and_no_pair_leaves_the_subject() -> None:
    assert wholes(counted("Ny lampa", "Lampa, lampa!")) == {
        "ny": 1,
        "lampa": 3,
        "ny lampa": 1,
        "lampa lampa": 1,
    }


def test_the_order_of_a_pair_counts() -> None:
    one, other = counted("", "ny lampa"), counted("", "lampa ny")
    assert {*one.names.tolist()} ^ {*other.names.tolist()} == {one.names[-1], other.names[-1]}


def runs(once: Sequence[str]) -> list[tuple[str, str]]:
    """Two to five letters of a word, its edges marked by a space; each with the word."""
    edged = [(f" {word} ", word) for word in once]
    return [
        (letters[i : i + n], word)
        for n in range(2, 6)
        for letters, word in edged
        for i in range(len(letters) - n + 1)
    ]


def test_runs_are_two_to_five_letters_with_the_edges_marked() -> None:
    found = [run for run, _ in runs(["nya"])]
    assert found == [" n", "ny", "ya", "a ", " ny", "nya", "ya ", " nya", "nya ", " nya "]
    assert counted("", "nya").runs == 10


LETTERS = st.text("abåö ", max_size=30)


@given(LETTERS, LETTERS)
def test_every_run_of_every_word_has_a_name_of_its_own(subject: str, text: str) -> None:
    mail = counted(subject, text)
    often = Counter([*words(subject), *words(text)])
    expected = runs([*often])
    at = zip(mail.run_at, mail.whole_at, strict=True)
    places = [(mail.names[run], mail.wholes[word]) for run, word in at]
    assert [word for _, word in places] == [word for _, word in expected]
    pairs = {(run, name) for (run, _), (name, _) in zip(expected, places, strict=True)}
    assert len(pairs) == len({run for run, _ in pairs}) == len({name for _, name in pairs})
    spread: Counter[str] = Counter()
    for run, word in expected:
        spread[run] += often[word]
    counts = dict(zip(mail.names[: mail.runs], mail.often, strict=False))
    assert {run: counts[name] for run, name in pairs} == spread


@given(LETTERS)
def test_the_same_letters_have_the_same_name_in_every_mail(text: str) -> None:
    alone = {name for word in words(text) for name in counted("", word).names.tolist()}
    mail = counted("", text)
    there = mail.names[: mail.runs + len({*words(text)})]
    assert {*there.tolist()} == alone


def test_a_run_that_stands_in_several_words_is_counted_in_each() -> None:
    lamp = set(counted("", "lamp").names.tolist())
    mail = counted("", "lampa lampor")
    often = [mail.often[n] for n in range(mail.runs) if mail.names[n] in lamp]
    assert often == [2.0] * 10  # all but those with the space behind


def test_only_the_beginning_of_a_long_mail_is_read() -> None:
    assert "slut" not in counted("", "ord " * 1_000 + "slut").wholes


def test_what_one_mail_alone_has_is_left_out() -> None:
    vocabulary = Vocabulary.of([counted("", "lampa här"), counted("", "lampa där")])
    assert known(vocabulary, counted("", "lampa här")).keys() == {"lampa"}
    assert len(vocabulary.vector(counted("", "är")).ids) == 3  # "är", "r ", "är "


def test_what_few_mails_have_weighs_more() -> None:
    mails = [counted("", text) for text in ("och lampa", "och lampa", "och", "och")]
    vocabulary = Vocabulary.of(mails)
    found = known(vocabulary, mails[0])
    assert vocabulary.rarity[found["och"]] == pytest.approx(1)
    assert vocabulary.rarity[found["lampa"]] == pytest.approx(1 + np.log(5 / 3))
    ids = np.array([found["och"], found["lampa"]])
    assert vocabulary.common(ids, 0.9).tolist() == [True, False]


TEXTS = st.lists(LETTERS, min_size=1, max_size=6)


@given(TEXTS)
def test_runs_and_words_have_length_one_each_or_none(texts: list[str]) -> None:
    mails = [counted("", text) for text in texts]
    vocabulary = Vocabulary.of(mails)
    for mail in mails:
        vector = vocabulary.vector(mail)
        whole = vector.ids >= vocabulary.runs
        assert (whole == (vector.features >= mail.runs)).all()
        for values in (vector.values[whole], vector.values[~whole]):
            assert np.linalg.norm(values) == pytest.approx(1) or len(values) == 0


@given(TEXTS)
def test_a_vocabulary_knows_what_two_mails_have(texts: list[str]) -> None:
    mails = [counted("", text) for text in texts]
    vocabulary = Vocabulary.of(mails)
    having = Counter(name for mail in mails for name in named(mail))
    for mail in mails:
        vector = vocabulary.vector(mail)
        assert (vocabulary.names[vector.ids] == mail.names[vector.features]).all()
        found = {*vector.features.tolist()}
        assert found == {n for n, name in enumerate(named(mail)) if having[name] > 1}


@given(LETTERS)
def test_every_run_is_shared_out_whole(text: str) -> None:
    mail = counted("", text)
    assert np.bincount(mail.run_at, mail.part, mail.runs) == pytest.approx(1)
