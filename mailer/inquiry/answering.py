"""Does a mail read like the answer of a machine, though nothing in its header says so?

Takes an `Inquiry`; gives the sorts of signs of it that stand in the mail, and says whether they are
enough by themselves: it is short, asks nothing, and holds at least two of different sorts, of which
one is hardly ever a person's own: "tillbaka den 12" and "vidarebefordras inte", "ditt ärende" and
"arbetsdagar". One sign alone proves nothing: people are on holiday, too. What it repeats is no
sign: our own letters are a machine's, too.
"""

import re

from mailer.inquiry.automatic import answer_subject
from mailer.inquiry.case import theirs
from mailer.inquiry.pattern import SWEDISH, Patterns
from mailer.inquiry.verdict import Inquiry

WORDS = 110
"""A longer text holds more than that somebody is away."""

REQUEST = "request"

_WORD = re.compile(r"[^\W\d_]+")
_QUESTION = re.compile(r"[?؟]")
_CITED = re.compile(r"[\"”“][^\"”“\n]{1,300}[\"”“]")

AWAY = {
    "absent": """
        semester, semesterstängt, ledig, tjänstledig*, föräldraledig*, sjukskriven*,
        på konferens, på resa, tjänsteresa, ej på plats, inte på plats, ej i tjänst,
        inte i tjänst, inte på kontoret, arbetar inte, jobbar inte, har slutat, slutat min,
        stängt för, out of the office, out of office, on leave, annual leave, parental leave,
        on holiday, on vacation, travelling, traveling, away from, no longer work*, im urlaub,
        nicht im büro, außer haus, abwesend, elternzeit, lomalla, vuosilomalla, poissa, ferie,
        permisjon, urlopie, відпустці, إجازة, fasax, arbetar inte kvar, slutade min, bortrest,
        pappaledig*, mammaledig*, vabbar, vab, går i pension, gått i pension, have left,
        no longer with, betriebsferien, vanhempainvapaalla, sluttet, vacaciones,
        en congé, absent jusqu, met vakantie, afwezig""",
    "back": """
        tillbaka, åter den, åter på, åter i tjänst, från och med, till och med, tills vidare,
        will return, returning, be back, back on, back in the, until, wieder da,
        wieder erreichbar, wieder für sie da, ab dem, bis zum, bis einschließlich, palaan, asti,
        saakka, poissa toimistolta, tilbage, tilbake, до понеділка, після повернення, öppnar igen,
        öppnar åter, åter efter, po powrocie, frem til, jusqu au, hasta el""",
}
"""What people say of themselves as well."""

MACHINE = {
    "not read": """
        läser inte, läser ej, kollar inte, läses inte, att läsas, läser ditt mejl,
        läser min e post, läser e post, svarar när, svarar så snart, bevakas inte, bevakas ej,
        obevakad*, skickas inte vidare, används inte längre, vidarebefordras, begränsad tillgång,
        begränsad möjlighet,
        sporadiskt, limited access, no access, not monitored, be forwarded, weitergeleitet,
        lese meine mails, werde ihre e mail, en lue, enkä lue, læser ikke, відповім,
        nie mam dostępu, lees mijn e mail niet, ne consulte pas, sin acceso""",
    "instead": """
        i brådskande, vid brådskande, brådskande ärenden, kontakta växeln, ring växeln,
        min ersättare, vänd dig till, kontakta min, kontakta info, kontakta istället,
        kontakta i stället, for urgent, urgent matters, contact my, contact our,
        in dringenden, dringenden fällen, wenden sie sich, vertretung, kiireellisissä,
        w pilnych, i hastesager, ved hastesager, bij spoed, en cas d urgence, temas urgentes,
        ny handläggare, sijaisenani, tar hand om mina, tar över mina""",
    "thanks": """
        tack för ditt mejl, tack för ditt mail, tack för ditt meddelande, tack för din e post,
        tack för att du kontakta*, tack för att du hör av dig, tack för din förfrågan,
        thank you for your email, thank you for your e mail, thank you for your message,
        thank you for contacting, thanks for your message, thanks for your email,
        thank you for reaching, dank für ihre nachricht, dank für ihre e mail,
        kiitos viestistäsi, takk for din e post, tak for din mail, дякую за лист,
        дякуємо за ваш, takk for henvendelsen, takk for at du, tak for din henvendelse,
        kiitos yhteydenotosta, vielen dank für ihre, bedankt voor uw, dziękujemy za,
        شكرا لتواصلكم, дякуємо за звернення""",
    "received": """
        ditt ärende har, ditt meddelande har, din begäran har, din förfrågan har,
        din anmälan har, din felanmälan har, ärendenummer, tagit emot ditt, tagit emot din,
        tagits emot, har mottagit ditt, har mottagit din, registrerats, fått nummer,
        has been received, has been registered, has been created, received your, opened case,
        request has, ticket number, reference number, ticket was opened, was received,
        eingegangen, har inkommit, diarienummer, orderbekräftelse, bokningsbekräftelse,
        bokningen är bekräftad, har tilldelats, är inskickad, response has been recorded,
        har fått nummer, har modtaget din, on vastaanotettu, zostało przyjęte, bien reçu,
        تم استلام, تم تسجيل""",
    "promise": """
        arbetsdagar, svarstid, handläggning sker, besvaras normalt, besvaras inom,
        vi återkommer, business days, working days, reply within, respond within, werktag*,
        virkedager, arkipäiv*, werkdagen, робочих днів, أيام عمل""",
    "no answer": """
        ange numret, keep the number, svara inte på detta, svara inte på det här, svara ej,
        kan inte svara, kan inte besvaras, inte att besvara, do not reply, cannot be answered,
        kan ikke besvares, ovanför denna rad, above this line, ingen åtgärd behövs,
        ingen åtgärd krävs, no action is, behöver inte göra något,
        automatiskt, automatisk, automatic, automatically, automated, autogenererat,
        automatisch, automaattinen, automatyczn*, автоматичн*, تلقائي*, otomaatig*""",
    "challenge": """
        confirm your message, confirm your email, verify that you are, prove that you are,
        bekräfta ditt mejl, bekräfta ditt meddelande, bekräfta att du är, visa att du är""",
    "held": """
        your message delivered, your email delivered, deliver your message, your message is held,
        mejl levererat, meddelande levererat, levererar ditt mejl, levererar ditt meddelande""",
    "invitation": """
        har accepterat, har tackat, har avböjt, mötesinbjudan, mötesförfrågan, tackat ja till,
        tackat nej till, has accepted, has declined, besprechungsanfrage, hat diese,
        lästes den, was read, gelesen""",
}
"""What hardly anybody writes by hand."""

ASKING = """
kan ni, kan du, kan någon, kan man, jag undrar, vi undrar, jag vill, vi vill, vill veta,
vill ha, vill visa, skulle vilja, behöver hjälp, får jag, får vi, could you, can you, can i,
i would like, we would like, would like to, i need, i want, können sie, wir würden,
ich möchte, voisitteko, haluaisin, chciałbym, chciałabym, хочу, أريد
"""


def sorts(inquiry: Inquiry, case_prefix: str) -> set[str]:
    """Which sorts of signs stand in it, and `REQUEST`. `case_prefix` is "IT" in [IT-2020-0042]."""
    subject, text = _theirs(inquiry, case_prefix)
    return {_SORTS[match.pattern] for match in _PATTERNS.find(subject, text, SWEDISH)}


def answers(inquiry: Inquiry, case_prefix: str) -> bool:
    """Whether it reads like a machine's answer by its words alone."""
    _, text = _theirs(inquiry, case_prefix)
    if len(_WORD.findall(text)) > WORDS or _QUESTION.search(text):
        return False
    found = sorts(inquiry, case_prefix)
    machine, away = len(found & MACHINE.keys()) + answer_subject(inquiry), len(found & AWAY.keys())
    return REQUEST not in found and (machine >= 2 or bool(machine and away))


def _theirs(inquiry: Inquiry, case_prefix: str) -> tuple[str, str]:
    """Subject and text without what they cite of ours."""
    subject, text = (theirs(each, case_prefix) for each in (inquiry.subject, inquiry.text))
    return subject, _CITED.sub(" ", text)


_SORTS = {
    " ".join(pattern.split()): sort
    for sort, table in {**AWAY, **MACHINE, REQUEST: ASKING}.items()
    for pattern in table.split(",")
}
_PATTERNS = Patterns(_SORTS)
