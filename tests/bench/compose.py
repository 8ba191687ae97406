"""How long composing takes: python -m tests.bench.compose, from the checkout.

Prints the shipped edition, then editions of 125 to 2000 activities, each with words of its own and
none seen before: planning, rendering HTML and text in Swedish, and the letter's bytes. The median
of nine, in milliseconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from mailer.app.composing import composer
from mailer.flows.publish import Composed, Composer
from mailer.newsletter.activity import Activity, Registration, When
from mailer.settings import load

DAY = date(2020, 9, 11)
NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
RUNS = 9


def main() -> None:
    settings = load(Path(__file__).parents[2] / "config", {})
    compose = composer(settings)
    measure("shipped", compose, lambda run: settings.activities)
    for count in (125, 250, 500, 1000, 2000):
        measure(str(count), compose, lambda run, count=count: activities(count, run))


def measure(name: str, compose: Composer, told: Callable[[int], Sequence[Activity]]) -> None:
    spent = []
    for run in range(RUNS):
        these = replace(compose, activities=told(run))
        began = perf_counter()
        composed = edition(these)
        spent.append((perf_counter() - began) * 1000)
    size = len(composed.rendered.html.encode()) / 1000
    print(f"{name:>8} {median(spent):8.1f} ms {size:8.0f} kB")  # noqa: T201


def edition(compose: Composer) -> Composed:
    return compose.compose(compose.plan(DAY, None, frozenset()), NOW)


def activities(count: int, run: int) -> Sequence[Activity]:
    return [activity(f"{count}-{run}-{number}", number) for number in range(count)]


def activity(key: str, number: int) -> Activity:
    day = DAY + timedelta(days=number % 60 - 20)
    return Activity(
        key=key,
        title=f"Trygghetsvandring nummer {key}",
        when=When(day, day),
        text=f"Vi går **tillsammans** och tittar på [belysning](https://kommun.example/{key}).",
        place="Torget i Traryd",
        registration=Registration(day),
    )


if __name__ == "__main__":
    main()
