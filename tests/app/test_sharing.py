"""Into how many processes delivery is parted, and what each of them has."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.app.sharing import Part, part_of, processes_for
from mailer.edge.keys import KeyFile
from mailer.mail.pace import MINUTE, Limit
from mailer.settings import Settings
from mailer.settings.load import load

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {*range(8)})
    found = load(CONFIG, {"MAILER_DATABASE_URL": "postgresql://localhost/mailer"})
    return replace(found, relays=(replace(found.relays[0], connections=6),))


def signed(settings: Settings) -> Settings:
    return replace(settings, dkim=(KeyFile("september", "ed25519", Path("key.pem")),))


@pytest.mark.parametrize(("due", "number"), [(0, 1), (4_999, 1), (5_000, 6), (None, 1)])
def test_many_letters_are_shared_out_over_the_cores(
    settings: Settings, due: int | None, number: int
) -> None:
    assert processes_for(settings, due) == number  # no more than there are connections


@pytest.mark.parametrize(("due", "number"), [(999, 1), (1_000, 6), (None, 6)])
def test_fewer_are_where_they_are_signed(settings: Settings, due: int | None, number: int) -> None:
    assert processes_for(signed(settings), due) == number


def test_no_more_than_two_write_to_one_file(settings: Settings) -> None:
    assert processes_for(replace(settings, database_url="sqlite:///mailer.db"), 5_000) == 2


def test_one_is_enough_for_a_relay_that_keeps_a_pace(settings: Settings) -> None:
    paced = replace(settings.relays[0], limits=(Limit(30, MINUTE),))
    assert processes_for(replace(settings, relays=(paced,)), 100_000) == 1


@pytest.mark.parametrize(
    ("connections", "of", "shares"), [(6, 2, [3, 3]), (8, 3, [3, 3, 2]), (1, 2, [1, 1])]
)
def test_what_the_operator_allows_at_a_relay_holds_for_all_together(
    settings: Settings, connections: int, of: int, shares: list[int]
) -> None:
    allowed = replace(settings, relays=(replace(settings.relays[0], connections=connections),))
    parts = [part_of(allowed, Part(number, of)) for number in range(of)]
    assert [part.relays[0].connections for part in parts] == shares
