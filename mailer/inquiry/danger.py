"""What is told of a danger: the aspects that config/triage.yaml's `urgent` has words for.

Each with what it is called in the reasons, in plain Swedish. `urgency` says how they combine.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal

URGENT = "urgent"
"""What stands in place of a slug in the reasons."""

PLAIN: Final = "plain"
"""The words that nobody uses of anything but a danger that is there."""

DANGERS: Mapping[str, str] = {
    "lifeless": "medvetande och andning",
    "body": "skada eller sjukdom",
    "unwell": "någon mår konstigt",
    "dope": "tabletter, droger eller gift",
    "farewell": "självmord eller avsked",
    "beating": "våld",
    "threat": "hot",
    "weapon": "vapen",
    "captive": "instängd eller tvingad",
    "honour": "bortgifte eller bortförande",
    "abuse": "övergrepp eller vanvård",
    "fire": "brand, gas eller el",
    "lost": "försvunnen",
    "water": "vatten eller is",
    "hazard": "farlig plats",
    "cold": "kyla eller utan hem",
    PLAIN: "sagt rent ut",
}
"""What the danger is."""

WHEN: Mapping[str, str] = {
    "now": "nu",
    "soon": "snart",
}
"""That it is upon somebody: this makes a danger graver, and is none by itself."""

WHOSE: Mapping[str, str] = {
    "child": "barn",
    "frail": "någon som är svag",
    "plea": "ber om hjälp",
}
"""For whom it is one, and how it is told: likewise, and less."""

CALMING: Mapping[str, str] = {
    "past": "för länge sedan",
    "over": "det är över",
    "calm": "inte bråttom eller inte på allvar",
    "learning": "kurs, nyhet eller berättelse",
}
"""What makes it less so."""

Helpline = Literal["violence", "suicide", "poison"]

_VIOLENCE = frozenset({"beating", "captive", "honour", "abuse", "threat"})
_POISON = frozenset({"dope"})


def helplines(dangers: Collection[str]) -> tuple[Helpline, ...]:
    """Whom else to ring than 112, in these dangers; what is nearest to them first.

    Who means to die tells of gas, a gun, a lake or a missing brother, and names that last: only
    where nothing but violence is told may the line for it fall away. What is only `PLAIN` is
    nearly always of life taken or of violence.
    """
    named = {*dangers} - {PLAIN}
    asked: dict[Helpline, bool] = {
        "violence": bool(named & _VIOLENCE) or (PLAIN in dangers and not named),
        "suicide": not named or bool(named - _VIOLENCE),
        "poison": bool(named & _POISON),
    }
    violent = asked["violence"] and "farewell" not in named
    first: Helpline = "violence" if violent else "suicide"
    return tuple(sorted((line for line in asked if asked[line]), key=lambda line: line != first))
