"""How the service stands, as the command line tells it in words."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailer.cli.frame import counted, in_words, local


def in_lines(figures: Mapping[str, Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    """A line for each, trouble last."""
    for name, values in figures.items():
        match name:
            case "schedulers":
                yield f"schedulers: {in_words(values) or _NOBODY}"
            case "delivery":
                yield f"delivery: {_delivery(values)}"
            case "next":
                editions = (f"{period}, due {local(at, zone)}" for period, at in values.items())
                yield f"next: {', '.join(editions) or 'no edition, by the schedule'}"
            case "trouble":
                yield from _trouble(values, zone)
            case _:
                yield f"{name}: {in_words(values) or 'none'}"


_NOBODY = "none, so nothing happens by itself; start: mailer run"


def _delivery(values: Mapping[str, Any]) -> str:
    due, left = values["due"], values["seconds_left"]
    waits = f"{counted(due, 'letter')} due" if due else "no letter is due"
    if due:
        waits += f", the oldest waits for {_span(values['oldest_seconds'])}"
        waits += f", done in {_span(left)}" if left else ", how long they take is not known"
    gone = f"{values['last_minute']} taken in the last minute, {values['last_hour']} in the hour"
    return f"{waits}; {gone}"


def _span(seconds: float) -> str:
    """To the second: "0:00:06", "2 days, 0:10:00"."""
    return str(timedelta(seconds=round(seconds)))


def _trouble(found: Mapping[str, Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    if not found:
        yield "trouble: none"
    for each in found.values():
        told = ""
        if each["since"] and each["seen"]:
            told = f" (since {local(each['since'], zone)} at the latest)"
        elif each["since"]:
            nothing = "mail came" if each["what"] == "mailbox" else "letter went"
            told = f" (at {local(each['since'], zone)}; no {nothing} since)"
        yield f"trouble: the {each['what']} {each['server']}: {each['reason']}{told}"
