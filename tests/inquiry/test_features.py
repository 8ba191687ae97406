"""What a mail's words are as numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.features import Vocabulary, counted, runs


def test_words_and_pairs_are_counted_and_no_pair_leaves_the_subject() -> None:
    assert counted("Ny lampa", "Lampa, lampa!").wholes == {
        "ny": 1,
        "lampa": 3,
        "ny lampa": 1,
        "lampa lampa": 1,
    }


def test_runs_are_two_to_five_letters_with_the_edges_marked() -> None:
    assert runs("nya") == (" n", "ny", "ya", "a ", " ny", "nya", "ya ", " nya", "nya ", " nya ")


def test_a_run_that_stands_in_several_words_is_counted_in_each() -> None:
    assert counted("", "lampa lampor").runs["lamp"] == 2


def test_only_the_beginning_of_a_long_mail_is_read() -> None:
    assert "slut" not in counted("", "ord " * 1_000 + "slut").wholes


def test_what_one_mail_alone_has_is_left_out() -> None:
    vocabulary = Vocabulary.of([counted("", "lampa här"), counted("", "lampa där")])
    assert "=lampa" in vocabulary.names
    assert "=här" not in vocabulary.names
    assert "är" in vocabulary.names


def test_what_few_mails_have_weighs_more() -> None:
    mails = [counted("", text) for text in ("och lampa", "och lampa", "och", "och")]
    vocabulary = Vocabulary.of(mails)
    rarity = dict(zip(vocabulary.names, vocabulary.rarity, strict=True))
    assert rarity["=och"] == pytest.approx(1)
    assert rarity["=lampa"] == pytest.approx(1 + np.log(5 / 3))
    assert vocabulary.common(["och", "lampa", "annat"], 0.9) == [True, False, False]


TEXTS = st.lists(st.text("abåö ", max_size=30), min_size=1, max_size=6)


@given(TEXTS)
def test_runs_and_words_have_length_one_each_or_none(texts: list[str]) -> None:
    mails = [counted("", text) for text in texts]
    vocabulary = Vocabulary.of(mails)
    for mail in mails:
        vector = vocabulary.vector(mail)
        whole = np.array([vocabulary.names[i].startswith("=") for i in vector.ids], dtype=bool)
        for values in (vector.values[whole], vector.values[~whole]):
            assert np.linalg.norm(values) == pytest.approx(1) or len(values) == 0


@given(TEXTS)
def test_every_feature_is_shared_out_whole(texts: list[str]) -> None:
    mails = [counted("", text) for text in texts]
    vocabulary = Vocabulary.of(mails)
    for mail in mails:
        shares = vocabulary.shares(mail)
        total = np.bincount(shares.ids, shares.parts, minlength=len(vocabulary.names))
        assert total[vocabulary.vector(mail).ids] == pytest.approx(1)
