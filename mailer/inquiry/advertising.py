"""The marks of mail that lures or sells, sent to everybody.

Takes an `Inquiry`; gives the sorts of marks that stand in it, and says whether they are so many
that no resident can have written it. A mark or two proves nothing: residents write of BankID, of
fees and of links, and forward the swindles that they have met. Who asks for help, or speaks of
somebody close, sends none.
"""

import re

from mailer.inquiry.pattern import SWEDISH, Patterns
from mailer.inquiry.verdict import Inquiry

ENOUGH = 3
"""So many sorts of marks it takes, one less where the sender is forged; one of `PLAIN` counts
double, but none is enough alone."""

LINK = "link"
SUM = "sum"
RESIDENT = "resident"

_LINK = re.compile(r"https?://|www\.\w", re.IGNORECASE)
_SUM = re.compile(
    r"\d ?(?:kr|kronor|sek|eur|euro|usd|dollars?)\b|[$€£] ?\d|\b(?:sek|eur|usd) ?\d|\d ?%|million",
    re.IGNORECASE,
)
_READ = 20_000

PLAIN = {
    "search rank": """
        seo, organic traffic, page 1, first page of google, search engine*, website traffic,
        backlink*, do follow, dofollow, guest post, sponsored article*, redesign your website,
        web design company, more visitors""",
    "gain": """
        guaranteed profit, garanterad vinst, handelsrobot, trading platform, bitcoin, btc,
        crypto*, freespins, free spins, omsättningskrav, jackpot, lottery, you have won,
        have won, won eur, non refundable, community grant, utbetalning samma, startinsats,
        ingen erfarenhet krävs, jobba hemifrån, tjäna pengar, work from home, bli rik*,
        blir rika""",
    "secret fortune": """
        next of kin, without heir, arvlös*, inheritance, trustworthy, strictly confidential,
        treat as confidential, transfer of funds, fund transfer, late husband*, barrister,
        manager of a bank, your assistance to transfer, you share the surname, beneficiary""",
    "extortion": """
        recorded you, filmed you, access to your device, everybody gets the video,
        copied your contacts""",
    "pills and dates": """
        viagra, cialis, without prescription, hot photos, my private mail, ensamma kvinnor,
        hemliga dejter, dejta, single women, i saw your profile""",
    "cheap loan": """
        lån utan, utan uc, låna upp till, vi ger lån, samla dina lån, loan offer,
        give out loans, interest rate, no collateral, inga betalningsanmärkningar""",
    "gift cards": """
        skrapa fram, apple kort, gift card codes, scratch the codes""",
    "directory": """
        företagskatalog*, branschregister*, återsända blanketten, återsänd, domän löper ut,
        löper ut inom, er domän, domain expires, your domain""",
    "goods": """
        price list, moq, manufacturer, we are factory, factory price, best price, free sample,
        wholesale, proforma, purchase order, ce certificate, rohs, oem, purchasing manager""",
    "journal": """
        international journal, submit a paper, publication fee, call for papers""",
}
LURES = {
    "nobody's name": """
        dear sir, dear madam, dear customer, dear user, dear beneficiary, dear purchasing,
        dear professor, dear friend, hi dear, business proposal, dear email user, hello dear,
        hi webmaster, webmaster, bästa kund, kära kund, hej kund, hej användare,
        hej beslutsfattare, herr fru, purchasing manager, till kommuner""",
    "hurry": """
        inom 24 timmar, inom 12 timmar, inom 48 timmar, inom tre minuter, på två minuter,
        within 24 hours, within 48 hours, within 3 days, expires in, expires today,
        link expires, senast idag, senast i dag, senast i kväll, sista påminnelse,
        endast denna vecka, denna månad, endast idag, endast i dag, stängs ikväll,
        stängs i kväll, har löpt ut, order now, act now, today only, spela nu, förnya nu,
        förnya i dag, omgående, urgent, så fort du ser, före lunch""",
    "do this": """
        klicka här, klicka på länken, klicka för, klicka nedan, via länken, på länken,
        följ länken, click here, click below, logga in med, verifiera, bekräfta ditt,
        bekräfta leveransen, bekräfta era, verify your, verify that, confirm your account,
        sign in with, review document, ange kontokort, ange kort*, öppna, apply with,
        reply with, reply yes, sign up today, registrera gratis, anmäl dig på, hämta din,
        ansök på, ansök nu, begär offert, boka möte, boka ett kostnadsfritt,
        share your requirements, köp fem, köpa sex, kan du köpa""",
    "papers": """
        bankid, lösenord, lösenordet, password, kontokort, bank details, bank account,
        reply with full name, full name and bank, passport, trestaviga koden, account number,
        ditt konto, your account""",
    "owed": """
        inkasso*, tullavgift*, omleverans*, obetald*, obetalt, förföll, förfallen, i tullen,
        betalningsanmärkning*, processing fee, customs fee, on hold, återbetalning*,
        överskott, felaktig betalning, bankgiro, konto stängs, outstanding invoice,
        attached invoice""",
    "bargain": """
        rabatt, % rabatt, erbjuder marknadens, marknadens bästa, bästa pris, fri frakt,
        free quote, free audit, affordable cost, special offer, best price, fast shipping,
        vi säljer ut, vi säljer, kostnadsfri de första, enligt villkor*, månad enligt,
        specialpris, erbjudande, bonus, prislista, catalog, catalogue, katalogen,
        required quantity""",
    "chat": """
        whatsapp, telegram, our experts, our team can, we help companies, vår säljare,
        en säljare, handledare, vår coach, we are a leading, we have helped, we ve helped,
        i noticed your website, browsing your website, our company, kundservice, kundtjänst*,
        kundreskontra""",
    "parcel": """
        ditt paket, ert paket, din försändelse, kolli, din leverans, your package,
        your parcel, schedule delivery, paketet kunde inte""",
    "quietly": """
        diskret, säg inget till, in a meeting, sitter i möte, do not contact the,
        kan inte ringa, överraskning, get back to me asap""",
    "way out": """
        avregistrera dig längst, avregistrera dig här, unsubscribe here,
        detta meddelande går inte""",
}
RESIDENTS = """
bluff*, bedrägeri*, bedragare, lurad*, lurats, lura, luras, scam, phishing, nätfiske,
är det sant, stämmer det, kan ni varna, varna andra, vart vänder, min man, min fru, min mor,
min mamma, min far, min pappa, min son, min dotter, mina föräldrar, vi bor, jag bor,
my husband, my mother, i live, we live, granne, grannar, grannarna, vår förening,
vi i föreningen, flicklaget, pojklaget, skolungdomar*, skolgård*, sprid info, sprid ordet,
ni måste göra, gör något, göra något åt, fick sms, fick ett sms, fick det här sms,
köper ungdomarna, ungdomarna köper, ungdomar köper, säljer till barn*, säljs till barn*,
säljer till ungdom*, säljs till ungdom*, filmades på, filmat på
"""
"""What those write who have met a swindle, or have a matter of their own."""


def marks(inquiry: Inquiry) -> set[str]:
    """Which sorts of marks stand in the subject and the text; `RESIDENT` speaks against them."""
    text = inquiry.text[:_READ]
    matches = _PATTERNS.find(inquiry.subject, text, SWEDISH)
    found = {sort for match in matches for sort in _SORTS[match.pattern]}
    if _LINK.search(text):
        found.add(LINK)
    if _SUM.search(f"{inquiry.subject} {text}"):
        found.add(SUM)
    return found


def advertises(inquiry: Inquiry, *, forged: bool = False) -> bool:
    """Whether enough sorts of marks stand in it to say so by its words alone."""
    found = marks(inquiry)
    plain, lures = found & PLAIN.keys(), found & LURES.keys()
    weight = 2 * len(plain) + len(lures) + len(found & {LINK, SUM})
    enough = len(plain | lures) >= 2 and weight >= ENOUGH - forged
    return enough and RESIDENT not in found


_SORTS: dict[str, set[str]] = {}
for _sort, _table in {**PLAIN, **LURES, RESIDENT: RESIDENTS}.items():
    for _pattern in _table.split(","):
        _SORTS.setdefault(" ".join(_pattern.replace("%", " ").split()), set()).add(_sort)
_PATTERNS = Patterns(_SORTS)
