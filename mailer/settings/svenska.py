"""What is wrong with an answer about an activity, in Swedish, for the editor who is asked.

Takes the line that `mailer check` would say; gives the same in Swedish, or "" for a line that it
does not know.
"""

import re

_MONTHS = dict(
    zip(
        (
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        (
            *("januari", "februari", "mars", "april", "maj", "juni"),
            *("juli", "augusti", "september", "oktober", "november", "december"),
        ),
        strict=True,
    )
)

# The English, with {names} for what stands there; the Swedish, with the same names. The longer of
# two that begin alike stands first.
_LINES = (
    ("'title' is missing in an activity", "Rubriken måste finnas."),
    ("the text is empty; expected at least one word", "Skriv minst ett ord."),
    ("expected a text on one line", "Skriv allt på en rad."),
    ("{text}: write dates as {example}", "{text}: skriv datum så här: {example}."),
    (
        "{text}: write times as {example}; where it ends goes into from and to",
        "{text}: skriv klockslag så här: {example}. När det slutar frågar vi om sedan.",
    ),
    (
        "{text}: a time needs its date before it, as in {example}",
        "{text}: skriv datumet före klockslaget, så här: {example}.",
    ),
    (
        "{text}: there is no time {hour}; the last of a day is {last}",
        "{text}: klockan kan inte vara {hour}. Dygnets sista klockslag är {last}.",
    ),
    ("{text}: there is no month {month}", "{text}: det finns ingen månad {month}."),
    ("{text}: {year} has {number} weeks", "{text}: år {year} har {number} veckor."),
    ("{text}: {month} {year} has {number} days", "{text}: {month} {year} har {number} dagar."),
    (
        "{text}: expected a year from {first} to {last}",
        "{text}: året ska ligga mellan {first} och {last}.",
    ),
    (
        "to ({to}) is before from ({first}); past midnight write its date too",
        "Slutet ({to}) är före början ({first}). Efter midnatt: skriv datumet också.",
    ),
    ("to ({to}) is before from ({first})", "Slutet ({to}) är före början ({first})."),
    (
        "to has a time, so from needs one too",
        "Slutet har ett klockslag. Då måste början också ha ett.",
    ),
    (
        "an activity needs a day or an edition: give 'when', or name the file {name}",
        "En aktivitet måste ha en dag eller ett nummer att berättas i.",
    ),
    (
        "{text}: write a month as {month}, a week as {week}",
        "{text}: skriv en månad så här: {month}, en vecka så här: {week}.",
    ),
    (
        "{text}: the newsletter is monthly; expected a month such as {month}",
        "{text}: nyhetsbrevet kommer varje månad. Skriv en månad, till exempel {month}.",
    ),
    (
        "{text}: the newsletter is weekly; expected a week such as {week}",
        "{text}: nyhetsbrevet kommer varje vecka. Skriv en vecka, till exempel {week}.",
    ),
    (
        "no subproject {slug}; did you mean {near}?",
        "Det finns inget delprojekt {slug}. Menar du {near}?",
    ),
    (
        "no subproject {slug}; known are {known}",
        "Det finns inget delprojekt {slug}. De som finns är {known}.",
    ),
    (
        "no leader {slug}; did you mean {near}?",
        "Det finns ingen ledare {slug}. Menar du {near}?",
    ),
    (
        "no leader {slug}; known are {known}",
        "Det finns ingen ledare {slug}. De som finns är {known}.",
    ),
    (
        "{link}: a link holds no space, quotation mark, <, > or \\",
        "{link}: i en länk får inte finnas mellanslag, citattecken, <, > eller \\.",
    ),
    (
        "{link}: a link begins with https://, mailto: or / (on our own site)",
        "{link}: en länk börjar med https://, mailto: eller / (på våra egna sidor).",
    ),
    (
        "not a link; expected one such as {example}",
        "Det är ingen länk. Den ska se ut så här: {example}.",
    ),
    ("{text} has no @", "{text} saknar @."),
    ("{text} cannot stand before the @", "{text} kan inte stå före @."),
    ("{text} is too long for an address", "{text} är för långt för en adress."),
    ("{text} is not a domain name", "{text} är inget domännamn."),
    (
        "no image {name}; expected the path of a file below config/",
        "Det finns ingen bild {name}. Skriv filens namn, med mapp, i mappen config.",
    ),
    ("'file' is missing in 'image'", "Skriv först vilken bild det är."),
    ("'alt' is missing in 'image'", "Skriv vad bilden visar, för den som inte ser den."),
    (
        "'status' cannot be {status}; did you mean {near}?",
        "Status kan inte vara {status}. Menar du {near}?",
    ),
    (
        "'status' cannot be {status}; known are {known}",
        "Status kan inte vara {status}. Välj bland {known}.",
    ),
    (
        "status moved needs a 'note' that says what is new",
        "Aktiviteten är flyttad. Skriv vad som är nytt.",
    ),
    (
        "valid-until ({until}) is before valid-from ({since})",
        "Sista dagen ({until}) är före den första ({since}).",
    ),
    (
        "an invisible control character ({code}); delete it and write it anew",
        "Där finns ett osynligt styrtecken ({code}). Ta bort det och skriv om.",
    ),
    (
        "the file is over 1 MiB; expected text that a person wrote, split it up",
        "Texten är för lång. Korta den.",
    ),
)


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    literal = [re.escape(part) for part in parts[::2]]
    named = [f"(?P<{name}>.+)" for name in parts[1::2]] + [""]
    return re.compile("".join(sum(zip(literal, named, strict=True), ())), re.DOTALL)


_KNOWN = tuple((_pattern(english), svenska) for english, svenska in _LINES)


def in_swedish(english: str) -> str:
    for pattern, svenska in _KNOWN:
        if found := pattern.fullmatch(english):
            values = found.groupdict()
            values |= {"month": _MONTHS.get(values.get("month", ""), values.get("month", ""))}
            return svenska.format(**{name: _quoted(value) for name, value in values.items()})
    return ""


def _quoted(value: str) -> str:
    """With Swedish quotation marks where it has any."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return f"”{value[1:-1]}”"
    return value
