"""The marks of mail that lures or sells, sent to everybody.

Takes an `Inquiry`; says whether so many marks of different sorts stand in it that no resident can
have written it. A mark or two proves nothing: residents write of BankID, of fees and of links, and
forward the swindles that they have met.
"""

import re

from mailer.inquiry.verdict import Inquiry

MARKS = 3
"""How many sorts of marks it takes, ..."""
LURES = 2
"""... and how many of them must be such as residents hardly use."""


def _sorts(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_EVERYDAY = _sorts(
    r"https?://|www\.\w",
    r"\b(?:bankid|lösenord\w*|password|kontokort|personnummer|passport|bank details)\b",
    r"\d ?(?:kr|kronor|sek)\b|\b(?:usd|eur|sek) ?\d|\bmillion\b",
)
_LURES = _sorts(
    r"\binom (?:\d+|tre|tolv|tjugofyra) (?:timmar|minuter)|\bwithin \d+ hours|\bexpires? in\b|"
    r"\bsenast (?:i ?dag|idag)\b|\bsista påminnelse\b|\b(?:before|före) lunch\b|"
    r"\bså fort du ser\b|\bendast denna vecka\b|\bikväll\b.{0,60}\bstängs\b|\bstängs ikväll\b",
    r"\b(?:logga in med|legitimera|verifiera|bekräfta (?:ditt|leveransen)|sign in with|"
    r"verify (?:your|that)|ange (?:konto|kort)\w*|klicka (?:här|för|på länken)|reply \W?yes)",
    r"\b(?:presentkort|gift cards?|apple-kort|bitcoin|btc|whatsapp)\b",
    r"\b(?:skrapa fram|diskret|säg inget till|treat as confidential|do not contact the|"
    r"trustworthy|strictly confidential)\b",
    r"\b(?:inkasso\w*|tullavgift\w*|omleverans\w*|obetald\w*|betalningsanmärkning\w*|"
    r"processing fee|startinsats|överskott)\b",
    r"\b(?:valts ut|beviljats|has selected|is selected|non-refundable|next of kin|without heir|"
    r"inheritance|arvlös\w*|lån med|vi ger lån)\b",
    r"\b(?:seo|organic traffic|page 1|keywords)\b",
    r"\b(?:price list|prislista|free (?:sample|audit)|best price|factory price|catalogu?e?)\b",
    r"\b(?:factory|manufacturer|moq|rohs|ce certificate|warranty|supplier)\b",
    r"\b(?:dear (?:purchasing|beneficiary|sir|customer|user)|bästa kund|hej användare|herr/fru)\b",
    r"\b(?:jobba hemifrån|ingen erfarenhet krävs|work from home|utbetalning samma)\b",
    r"\b(?:sitter i möte|in a meeting)\b",
)
# Who asks whether something is a swindle has met one and sends none.
_ASKS = re.compile(
    r"\b(?:bluff\w*|bedrägeri\w*|bedragare|lurad\w*|lura|scam|phishing|nätfiske)\b", re.IGNORECASE
)


def advertises(inquiry: Inquiry) -> bool:
    """Whether enough sorts of marks stand in the subject and the text."""
    text = f"{inquiry.subject}\n{inquiry.text}"[:20_000]
    if _ASKS.search(text):
        return False
    lures = sum(bool(sort.search(text)) for sort in _LURES)
    return lures >= LURES and lures + sum(bool(s.search(text)) for s in _EVERYDAY) >= MARKS
