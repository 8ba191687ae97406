"""Our own text is known again, and nobody else's words are taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.shingles import Shingles

OURS = (
    "Nu är kommunens trygghetsatsning äntligen igång, men vad är det, kanske du undrar? "
    "Projektet är indelat i fyra delprojekt som alla fokuserar på olika aspekter."
)
EVENT = "Idrottens dag på Strömsnäsbruks skola fredag 25 september kl. 18 i gymnastiksalen."
SENT = Shingles([OURS, EVENT])


def test_without_texts_nothing_is_ours() -> None:
    assert Shingles().without(f"Hej\n{OURS}") == ["Hej", OURS]


@pytest.mark.parametrize(
    "quoted",
    [
        OURS,
        OURS.upper(),
        f"> {OURS}",
        OURS.replace(" ", "   "),
        OURS.replace("Projektet", "*Projektet*"),
        OURS.replace("undrar?", "undrar, Anna?"),
    ],
)
def test_our_text_is_known_however_it_is_written(quoted: str) -> None:
    assert SENT.without(f"Hej\n{quoted}\nMvh") == ["Hej", None, "Mvh"]


def test_our_text_is_known_however_it_is_broken() -> None:
    words = OURS.split()
    lines = [" ".join(words[number : number + 3]) for number in range(0, len(words), 3)]
    text = "\n> ".join(lines)
    assert set(SENT.without(f"> {text}")) == {None}


@pytest.mark.parametrize(
    "own",
    [
        "Ni skriver att projektet är indelat i fyra delprojekt. Vilka?",
        "Projektet är indelat i fyra delprojekt som alla fokuserar på olika aspekter.",
        f"Jag undrar när man ska komma till {EVENT[:-1]} och om det kostar något.",
        f"Hej!\n{EVENT}\nVar anmäler man sig?",
        "men vad är det, kanske du undrar, projektet är indelat i",
    ],
)
def test_so_little_of_ours_is_a_persons_own_words(own: str) -> None:
    assert SENT.without(own) == own.split("\n")


def test_an_answer_in_our_line_stays() -> None:
    text = f"Hej\n{OURS} VILKA FYRA DELAR MENAR NI"
    assert SENT.without(text) == ["Hej", ". VILKA FYRA DELAR MENAR NI"]


def test_an_answer_between_our_paragraphs_stays() -> None:
    long = f"{OURS}\n\nJa, men när?\n\n{EVENT}"
    assert SENT.without(f"{OURS}\n{long}") == [None, None, "", "Ja, men när?", "", None]


def test_a_title_of_ours_far_from_the_quotation_stays() -> None:
    far = " ".join(["ord"] * 40)
    assert SENT.without(f"{EVENT}\n{far}\n{OURS}") == [EVENT, far, None]


def test_lines_without_words_within_our_text_are_ours() -> None:
    text = f"Hej\n\n{OURS}\n>\n-\n\u200b\n{OURS}\n> \n"
    assert SENT.without(text) == ["Hej", "", None, None, None, None, None, None, None]


def test_many_texts_are_known_at_once() -> None:
    texts = [" ".join(f"ord{number}x{place}" for place in range(30)) for number in range(300)]
    sent = Shingles(texts)
    assert all(sent.without(text) == [None] for text in texts)


def test_few_words_of_ours_are_told_from_what_stands_around_them() -> None:
    lines = ["Hej", "- idrottens dag på Strömsnäsbruks skola, när?", "", OURS]
    assert SENT.unlike(lines) == [("Hej",), ("- ", ", när?"), ("",), ("", ".")]
    assert Shingles().unlike(lines) == [(line,) for line in lines]


WORDS = st.sampled_from([*OURS.split(), "Hej", ">", "\n", "lampan", "www.markaryd.se"])


@given(st.lists(WORDS, max_size=60))
def test_no_line_is_lost_and_no_word_is_made_up(words: list[str]) -> None:
    text = " ".join(words)
    left = SENT.without(text)
    assert len(left) == len(text.split("\n"))
    for line, original in zip(left, text.split("\n"), strict=True):
        assert line is None or not set(line.split()) - set(original.split()) - {"."}
