"""What is wrong with an answer about an activity, or with a file, in Swedish, for the editor.

Takes the line that `mailer check` would say; gives the same in Swedish, or "" for a line that it
does not know.
"""

import re
from collections.abc import Iterator

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
    # How a file is written.
    (
        "a line without a key; expected 'key: value'",
        "På raden saknas ett nyckelord. Den ska se ut så här: nyckelord: värde.",
    ),
    (
        "an unexpected ':'; {what}",
        "Där står ett kolon för mycket. Sätt text som har kolon och mellanslag i sig inom"
        " citattecken.",
    ),
    (
        "an unexpected character; {what}",
        "Texten börjar med ett tecken som betyder något särskilt. Sätt texten inom citattecken.",
    ),
    (
        "the quotation mark that opens here is never closed",
        "Citattecknet som står här har inget som avslutar det.",
    ),
    (
        "\\ begins a code in double quotes; use single quotes",
        "\\ betyder något särskilt inom dubbla citattecken. Använd enkla citattecken.",
    ),
    (
        "a text that begins with &, * or ! must stand in quotes",
        "En text som börjar med &, * eller ! måste stå inom citattecken.",
    ),
    (
        "the [ or { that opens here is not closed before another text",
        "Parentesen [ eller { som står här avslutas inte före nästa text.",
    ),
    (
        "the file ends before a [ or { is closed",
        "Filen tar slut innan en parentes, [ eller {, har avslutats.",
    ),
    (
        "a bracket or comma where a value was expected; put it in quotes",
        "Där värdet ska stå finns en parentes eller ett komma. Sätt texten inom citattecken.",
    ),
    (
        "does not line up with the lines above; check the indentation and the space after ':'",
        "Raden är inte lika långt indragen som raderna ovanför. Se också efter att det står ett"
        " mellanslag efter kolonet.",
    ),
    (
        "a '- ' is not expected here; check the indentation",
        "Här ska inget streck stå. Se efter hur långt raden är indragen.",
    ),
    (
        "expected nothing but the end of the line after | or >",
        "Efter | eller > får inget mer stå på raden.",
    ),
    (
        "not valid YAML; compare with the examples in config/README.md",
        "Filen går inte att läsa härifrån. Jämför med exemplen i config/README.md.",
    ),
    (
        "a tab as indentation; expected spaces",
        "Raden är indragen med tabb. Använd mellanslag.",
    ),
    (
        "text behind a closing quotation mark or bracket; put all of it in quotes",
        "Det står text efter citattecknet eller parentesen. Sätt alltihop inom citattecken.",
    ),
    (
        "the file is empty; expected at least one 'key: value' line",
        "Filen är tom.",
    ),
    (
        "{what} is not UTF-8: {reason} Save it as UTF-8",
        "Filen är sparad med fel teckenkodning. Spara den som UTF-8.",
    ),
    (
        "a second document begins here; expected one in each file, no ---",
        "Ta bort ---. Allt i filen ska höra ihop.",
    ),
    (
        "{key} is given twice; the first is on line {line}",
        "{key} finns två gånger. Det första står på rad {line}.",
    ),
    (
        "a list or mapping in place of a key; expected 'key: value'",
        "Raden ska se ut så här: nyckelord: värde.",
    ),
    (
        "unknown key {key} in {owner}; did you mean {near}?",
        "Nyckelordet {key} finns inte. Menar du {near}?",
    ),
    (
        "unknown key {key} in {owner}; known are {known}",
        "Nyckelordet {key} finns inte. De som finns är {known}.",
    ),
    ("unknown key {key} in {owner}", "Nyckelordet {key} finns inte."),
    ("{key} is missing in {owner}", "{key} saknas."),
    ("{key} is empty; expected {what}", "Efter {key} ska det stå något."),
    ("{key} is empty", "Efter {key} ska det stå något."),
    ("{key} must be text, not {what}; put it in quotes", "Sätt värdet i {key} inom citattecken."),
    ("{key} must be text, not {what}", "{key} ska vara en text."),
    ("{key} must be true or false, not {what}", "{key} ska vara true eller false."),
    ("{key} must be a whole number, not {what}", "{key} ska vara ett heltal."),
    (
        "{key} must be a list (lines that begin with '- '), not {what}",
        "{key} ska vara en lista: rader som börjar med ett streck och ett mellanslag.",
    ),
    (
        "{key} must be a mapping (indented 'key: value' lines), not {what}",
        "{key} ska ha indragna rader under sig som ser ut så här: nyckelord: värde.",
    ),
    (
        "{key} cannot be {value}; did you mean {near}?",
        "{key} kan inte vara {value}. Menar du {near}?",
    ),
    (
        "{key} cannot be {value}; known are {known}",
        "{key} kan inte vara {value}. Välj bland {known}.",
    ),
)


_NAME = re.compile(r"\{(\w+)\}")


def _pattern(english: str) -> re.Pattern[str]:
    parts = _NAME.split(english)
    literal = [re.escape(part) for part in parts[::2]]
    named = [f"(?P<{name}>.+)" for name in parts[1::2]] + [""]
    return re.compile("".join(sum(zip(literal, named, strict=True), ())), re.DOTALL)


_KNOWN = tuple((_pattern(english), svenska) for english, svenska in _LINES)


def in_swedish(english: str) -> str:
    return next((_filled(found, svenska) for found, svenska in _fitting(english)), "")


def _fitting(english: str) -> Iterator[tuple[re.Match[str], str]]:
    for pattern, svenska in _KNOWN:
        if found := pattern.fullmatch(english):
            yield found, svenska


def _filled(found: re.Match[str], svenska: str) -> str:
    values = found.groupdict()
    if "month" in values:
        values["month"] = _MONTHS.get(values["month"], values["month"])
    return _NAME.sub(lambda name: _quoted(values[name.group(1)]), svenska)


def _quoted(value: str) -> str:
    """With Swedish quotation marks where it has any."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return f"”{value[1:-1]}”"
    return value
