"""What is told of a danger: the aspects that config/triage.yaml's `urgent` has words for.

Each with what it is called in the reasons, in plain Swedish. `urgency` says how they combine.
"""

from collections.abc import Mapping
from typing import Final

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

CIRCUMSTANCES: Mapping[str, str] = {
    "child": "barn",
    "frail": "någon som är svag",
    "now": "nu",
    "soon": "snart",
    "plea": "ber om hjälp",
}
"""For whom, when, and how it is told: they make a danger graver, and are none by themselves."""

CALMING: Mapping[str, str] = {
    "past": "för länge sedan",
    "over": "det är över",
    "calm": "inte bråttom eller inte på allvar",
    "learning": "kurs, nyhet eller berättelse",
}
"""What makes it less so."""
