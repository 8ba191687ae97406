"""A new activity's file: whatever was answered is what is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge.documents import Document, parse
from mailer.settings.draft import file_name, nested, written
from mailer.settings.fields import Known

KNOWN = Known(has_file=lambda name: True)
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cc", "Cs"])
TEXTS = (
    st.text(PRINTABLE | st.sampled_from("\n\t:#-'\"|>[]{}&*!%@`~ "), min_size=1)
    | st.sampled_from(
        ["yes", "null", "1", "007", "1.5", "2020-09-18", "18:00", "- a", "? a", "a: b"]
    )
).filter(lambda text: text.strip() and "\u2028" not in text and "\u2029" not in text)


@given(TEXTS, TEXTS)
def test_any_text_is_read_back_without_the_white_space_around_it(title: str, alt: str) -> None:
    document = parse(written({"title": title, "image": {"alt": alt}}).encode(), "")
    assert isinstance(document, Document)
    assert isinstance(document.value, dict)
    assert document.value["title"].strip() == title.strip()
    assert document.value["image"]["alt"].strip() == alt.strip()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Städdag", "a: Städdag\n"),
        ("Städdag: fika", 'a: "Städdag: fika"\n'),
        ("# 1", 'a: "# 1"\n'),
        ("12", 'a: "12"\n'),
        ("yes", "a: yes\n"),
        ("18:00", "a: 18:00\n"),
        ("två\n  rader", "a: |\n  två\n    rader\n"),
        ("två\n\n# rader", "a: |\n  två\n\n  # rader\n"),
        ("två\r\nrader", 'a: "två\\r\\nrader"\n'),
    ],
)
def test_a_text_is_written_as_a_person_would(text: str, line: str) -> None:
    assert written({"a": text}) == line


def test_dotted_answers_become_mappings_and_a_day_without_an_end_stays_a_day() -> None:
    assert nested({"when.from": "2020-10-06", "image.file": "a", "image.alt": "b"}) == {
        "when": "2020-10-06",
        "image": {"file": "a", "alt": "b"},
    }
    assert nested({"when.from": "2020-10-06", "when.to": "2020-10-07"}) == {
        "when": {"from": "2020-10-06", "to": "2020-10-07"}
    }


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"title": "Världens barn!", "when.from": "2020-09-18 18:00"}, "2020-09-18-varldens-barn"),
        ({"title": "Städ", "when.from": "2020-W36", "edition": "2020-10"}, "2020-08-31-stad"),
        ({"title": "Städ", "edition": "2020-10"}, "2020-10-stad"),
        ({"title": "!", "edition": "2020-10"}, "2020-10"),
        ({"title": "å" * 99, "edition": "2020-10"}, f"2020-10-{'a' * 60}"),
    ],
)
def test_the_file_is_called_by_its_day_or_edition_and_its_title(
    answers: dict[str, str], name: str
) -> None:
    assert file_name(answers) == f"{name}.yaml"
