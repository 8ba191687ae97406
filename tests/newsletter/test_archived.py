"""An edition and its files: there, back again, and what comes of several."""

from dataclasses import replace
from datetime import date, time

import pytest

from mailer.newsletter.activity import Activity, Image, Registration, Translation, When
from mailer.newsletter.archived import (
    SUMS,
    ArchivedLetter,
    announced_in,
    archived,
    done_in,
    edition_in,
    edition_told,
    files_of,
    from_files,
    still_ahead,
    sums_in,
)
from mailer.newsletter.edition import Announced, Announcement, Edition, EditionWords, as_json
from mailer.newsletter.picture import picture

GIF = b"GIF89a\x02\x00\x01\x00" + b"\0" * 8
LETTER = ArchivedLetter(b"<p>Hej</p>", b"Hej", b"Subject: Hej\r\n\r\nHej")

DONE = Activity("gjort", "Möte", text="Bra", subproject="trygg")
PARTY = Activity(
    "2020/fest",
    "Fest",
    When(date(2020, 10, 16), date(2020, 10, 16), time(17), time(20)),
    place="Parken",
    link="https://example.org/",
    image=Image("bilder/fest.gif", "Lyktor"),
    contact="sven",
    registration=Registration(date(2020, 10, 12), "mailto:a@example.org"),
    note="Ta med lykta",
    translations={"en": Translation("Party", "", "The park", "")},
)
WEEK = Activity(
    "vecka",
    "Vecka",
    When(date(2020, 10, 26), date(2020, 11, 1), week="2020-W44"),
    registration=Registration(),
    status="moved",
)
EDITION = Edition(
    period="2020-10",
    date=date(2020, 10, 9),
    title="Hösten",
    number=2,
    introduction="Hej",
    news="",
    closing="Hej då",
    done=(DONE,),
    coming=(PARTY, WEEK),
    spotlight="trygg",
    translations={"en": EditionWords("Autumn", "Hello", "", "")},
    announcements={PARTY.key: Announcement(1, True), WEEK.key: Announcement(0, False)},
)
KEPT = archived(EDITION, {"sv": LETTER, "en": LETTER}, b"BEGIN", {"bilder/fest.gif": picture(GIF)})


def test_the_edition_comes_back_from_its_json() -> None:
    assert edition_in(KEPT.json) == EDITION
    plain = replace(EDITION, spotlight="", number=None, translations={})
    assert edition_in(archived(plain, {}, b"", {}).json) == plain


def test_the_edition_comes_back_from_its_plain_values() -> None:
    assert edition_told(as_json(EDITION)) == EDITION


def test_what_was_done_is_known_of_every_edition() -> None:
    earlier = replace(EDITION, done=(replace(DONE, key="förr"),))
    assert done_in([as_json(earlier), as_json(EDITION)]) == {"förr", "gjort"}
    assert done_in([]) == frozenset()


def test_what_was_announced_last_counts() -> None:
    moved = replace(PARTY, when=When(date(2020, 11, 20), date(2020, 11, 20)), status="moved")
    november = replace(
        EDITION, coming=(moved,), announcements={PARTY.key: Announcement(2, changed=True)}
    )
    assert announced_in([as_json(EDITION), as_json(november)]) == {
        PARTY.key: Announced(moved.when, "moved", 2),
        WEEK.key: Announced(WEEK.when, "moved", 0),
    }
    assert announced_in([]) == {}


def test_the_archived_edition_comes_back_from_its_files() -> None:
    files = files_of(KEPT)
    assert from_files(files) == KEPT
    name = picture(GIF).name
    assert sorted(files) == [
        SUMS,
        "calendar.ics",
        *(f"edition.{each}" for each in ("en.eml", "en.html", "en.txt", "json")),
        *(f"edition.sv.{each}" for each in ("eml", "html", "txt")),
        f"images/{name}",
    ]


def test_the_sums_name_every_other_file() -> None:
    files = files_of(KEPT)
    assert sums_in(files[SUMS]).keys() == files.keys() - {SUMS}


def test_only_pictures_that_the_edition_shows_are_kept() -> None:
    other = picture(GIF + b"\1")
    kept = archived(EDITION, {}, b"", {"other.gif": other})
    assert kept.pictures == {}


def test_damaged_sums_are_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        sums_in(b"not a hash  edition.json\n")


@pytest.mark.parametrize("period", ["../2020-10", "", "2020-13", "x"])
def test_a_period_that_is_none_has_no_files(period: str) -> None:
    with pytest.raises(ValueError, match=r"write a month|there is no month"):
        files_of(replace(KEPT, period=period))


def test_what_is_ahead_is_told_as_it_was_last_announced() -> None:
    moved = replace(PARTY, when=When(date(2020, 10, 20), date(2020, 10, 20)))
    newest = replace(
        EDITION, period="2020-11", coming=(moved,), announcements={PARTY.key: Announcement(2, True)}
    )
    ahead = still_ahead([newest, EDITION], date(2020, 11, 1))
    assert ahead.coming == (moved, WEEK)
    assert ahead.announcements == {
        PARTY.key: Announcement(2, True),
        WEEK.key: Announcement(0, False),
    }


def test_of_earlier_editions_what_has_ended_or_has_no_date_is_left_out() -> None:
    undated = Activity("odaterat", "Vandring", status="planned")
    earlier = replace(
        EDITION,
        coming=(PARTY, WEEK, undated),
        announcements={**EDITION.announcements, undated.key: Announcement(0, False)},
    )
    newest = replace(EDITION, period="2020-11", coming=(), announcements={})
    assert still_ahead([newest, earlier], date(2020, 11, 2)).coming == ()
    assert still_ahead([earlier], date(2021, 1, 1)).coming == (PARTY, WEEK, undated)


def test_before_the_first_edition_nothing_is_ahead() -> None:
    assert still_ahead([], date(2020, 9, 1)).coming == ()
