"""The lines that mail programs write above a quotation, and the places that people answer in.

ATTRIBUTIONS stand above marked lines or a blockquote; HEADERS above the letter as it is. Together
they are what Outlook (Windows, Mac, web, telephones), Apple Mail, Gmail, Thunderbird, Samsung,
Proton, Yahoo, Roundcube, Horde, Zoho, GroupWise, Notes, eM Client, Spark, Open-Xchange, K-9 and
others write, in the languages that are spoken in a Swedish municipality.
"""

from collections.abc import Iterator
from html import escape
from textwrap import wrap

from tests.inquiry.clients import ADDRESS, NAME, marked, page, paragraphs, plain

WHO = f"{NAME} <{ADDRESS}>"
RLM, NBSP, NARROW = "\u200f", "\u00a0", "\u202f"

FIRST = "Hej!\nLampan utanför 14 B är trasig."
LAST = "Ring mig på 070-123 45 67.\nMvh Åsa"


def block(*names: str) -> str:
    values = (WHO, "den 11 september 2020 09:30", "Anna Ek <anna@example.org>", "Nummer 1")
    return "\n".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def ruled_block(rule: str, *names: str) -> str:
    return f"{rule}\n{block(*names)}"


ATTRIBUTIONS = (
    f"Den fre 11 sep. 2020 kl 09:30 skrev {WHO}:",
    f"On Fri, Sep 11, 2020 at 9:30{NARROW}AM {WHO} wrote:",
    f"Den fre 11 sep. 2020 kl{NBSP}09:30 skrev {NAME}{NBSP}<{ADDRESS}>:",
    "في الجمعة، 11 سبتمبر 2020 في 9:30 ص تمت كتابة ما يلي بواسطة "
    f"{NAME} {RLM}<\u202a{ADDRESS}\u202c{RLM}>:{RLM}",
    "\u202bدر تاریخ جمعه ۱۱ سپتامبر ۲۰۲۰ ساعت ۹:۳۰ "
    f"{NAME} <\u202a{ADDRESS}\u202c{RLM}> نوشت:\u202c",
    f"pe 11. syysk. 2020 klo 9.30 {NAME} ({ADDRESS}) kirjoitti:",
    f"пт, 11 вер. 2020 р. о 09:30 {WHO} пише:",
    f"пт, 11 сент. 2020 г. в 09:30, {WHO}:",
    f"În vin., 11 sept. 2020 la 09:30, {WHO} a scris:",
    f"Më pre, 11 sht 2020 në 9:30 e paradites, {WHO} shkroi:",
    f"El vie, 11 sept 2020 a las 9:30, {NAME} (<{ADDRESS}>) escribió:",
    f"ในวันที่ ศ. 11 ก.ย. 2020 เวลา 9:30 {WHO} เขียนว่า:",
    f"Vào Th 6, 11 thg 9, 2020 vào lúc 09:30 {WHO} đã viết:",
    f"{WHO} 于2020年9月11日周五 09:30写道：",
    f"Στις Παρ 11 Σεπ 2020 στις 9:30 π.μ., ο/η {WHO} έγραψε:",
    f"{WHO} ezt írta (időpont: 2020. szept. 11., P, 9:30):",
    f"በዓርብ 11 ሴፕቴ 2020 በ9:30 ጥዋት ላይ {WHO} ጽፈዋል:",
    f"11 sep. 2020 kl. 09:30 skrev {WHO}:",
    f"On 11 Sep 2020, at 09:30, {WHO} wrote:",
    f"في ١١ سبتمبر ٢٠٢٠، الساعة ٩:٣٠ ص، كتب {WHO}:",
    f"Wiadomość napisana przez {WHO} w dniu 11.09.2020, o godz. 09:30:",
    f"Den 2020-09-11 kl. 09:30, skrev {NAME}:",
    f"On 11/09/2020 09:30, {NAME} wrote:",
    f"{NAME} kirjoitti 11.9.2020 klo 9.30:",
    f"11.09.20 09:30, {NAME} пише:",
    f"في 11{RLM}/09{RLM}/2020 09:30 ص، كتب {NAME}:",
    f"Den fredag 11 september 2020 kl. 09:30, {WHO} skrev:",
    f"On Friday, September 11th, 2020 at 9:30 AM, {WHO} wrote:",
    f"‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Friday, September 11th, 2020 at 9:30 AM, {WHO} wrote:",
    f"Citerar {WHO}:",
    f"Citerar {NAME}:",
    f"Quoting {WHO}:",
    f"Quoting {NAME}:",
    f"Zitat von {WHO}:",
    f"----- Meddelande från {WHO} ---------\n"
    f"    Datum: Fri, 11 Sep 2020 09:30:12 +0200\n     Från: {WHO}\n Ämne: Nummer 1\n"
    "     Till: anna@example.org",
    f"---- På fre, 11 sep. 2020 09:30:12 +0200 {WHO} skrev ----",
    f"---- On Fri, 11 Sep 2020 09:30:12 +0200 {WHO} wrote ---",
    f"11 sep. 2020 09:30 +0200, skrev {WHO}:",
    f"On Fri, Sep 11, 2020, at 9:30 AM, {NAME} wrote:",
    f"2020-09-11, 09:30 av {ADDRESS}:",
    f"Sep 11, 2020, 09:30 by {ADDRESS}:",
    f"fre 2020-09-11 klockan 09:30 +0200 skrev {NAME}:",
    f"fredag 11 september 2020 kl. 09:30:12 CEST skrev {NAME}:",
    f"On Fri, Sep 11, 2020 at 09:30:12AM +0200, {NAME} wrote:",
    f"On September 11, 2020, {WHO} wrote:",
    f"On Fri, Sep 11, 2020 at 9:30 AM, {NAME} < {ADDRESS} > wrote:",
    f"Den 11 september 2020 09:30:12 CEST skrev {WHO}:",
    f"Den 2020-09-11 09:30, skrev {NAME}:",
    f"{NAME} skrev den 2020-09-11 09:30:",
    f"{WHO} skrev den 11 september 2020 09:30 CEST:",
)

HEADERS = (
    ruled_block("-----Ursprungligt meddelande-----", "Från:", "Skickat:", "Till:", "Ämne:"),
    ruled_block("-----Original Message-----", "From:", "Sent:", "To:", "Subject:"),
    ruled_block("_" * 32, "Från:", "Skickat:", "Till:", "Ämne:"),
    block("Från:", "Datum:", "Till:", "Ämne:"),
    block(f"Från:{NBSP}", f"Datum:{NBSP}", f"Till:{NBSP}", f"Ämne:{NBSP}"),
    block("From:", "Date:", "To:", "Subject:"),
    block("من:", "تم الإرسال:", "إلى:", "الموضوع:"),
    block(f"{RLM}من:", f"{RLM}تم الإرسال:", f"{RLM}إلى:", f"{RLM}الموضوع:"),
    block("Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Aihe:"),
    block("Від:", "Надіслано:", "Кому:", "Тема:"),
    block("От:", "Отправлено:", "Кому:", "Тема:"),
    block("Od:", "Wysłane:", "Do:", "Temat:"),
    block("Fra:", "Sendt:", "Til:", "Emne:"),
    block("Šalje:", "Poslano:", "Prima:", "Predmet:"),
    block("De la:", "Trimis:", "Către:", "Subiect:"),
    block("Nga:", "Dërguar:", "Për:", "Subjekti:"),
    block("De :", "Envoyé :", "À :", "Objet :"),
    block("De:", "Enviado:", "Para:", "Asunto:"),
    block("จาก:", "ส่ง:", "ถึง:", "เรื่อง:"),
    block("发件人:", "发送时间:", "收件人:", "主题:"),
    block("از:", "ارسال شده:", "به:", "موضوع:"),
    block("Kimden:", "Gönderildi:", "Kime:", "Konu:"),
    block("Saatja:", "Saadetud:", "Adressaat:", "Teema:"),
    block("Feladó:", "Elküldve:", "Címzett:", "Tárgy:"),
    block("Từ:", "Đã gửi:", "Đến:", "Chủ đề:"),
    ruled_block("-------- Originalmeddelande --------", "Från:", "Datum:", "Till:", "Rubrik:"),
    ruled_block("-------- Original message --------", "From:", "Date:", "To:", "Subject:"),
    ruled_block("-------- الرسالة الأصلية --------", "من:", "التاريخ:", "إلى:", "الموضوع:"),
    f'------ Originalmeddelande ------\nFrån "{NAME}" <{ADDRESS}>\n'
    "Till anna@example.org\nDatum 2020-09-11 09:30:12\nÄmne Nummer 1",
    f"-----{WHO} skrev: -----\nTill: anna@example.org\nFrån: {WHO}\n"
    "Datum: 2020-09-11 09:30\nÄmne: Nummer 1",
    f">>> {WHO} 2020-09-11 09:30 >>>",
    f'>>> "{NAME}" <{ADDRESS}> 11-09-2020 9:30 >>> ',
    f"---- På fre, 11 sep. 2020 09:30:12 +0200 {WHO} skrev ----",
    f"---- On Fri, 11 Sep 2020 09:30:12 +0200 {WHO} wrote ---",
    f"‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Friday, September 11th, 2020 at 9:30 AM, {WHO} wrote:",
    f"On Fri, Sep 11, 2020 at 9:30, {NAME}\n<{ADDRESS}> wrote:",
    f"Den fre, 11 sep. 2020 på 9:30, {NAME}\n<{ADDRESS}> skrev:  ",
    f"Den fredag 11 september 2020 09:30:12 CEST, {WHO} skrev: {NBSP}",
    f"في الجمعة، 11 سبتمبر 2020 9:30:12 ص غرينتش+2، كتب {WHO}:",
    f"On 9/11/2020 9:30:12 AM, {WHO} wrote:",
    f"Den 11 september 2020 09:30:12 skrev {WHO}:",
    f"----Ursprungligt meddelande----\nFrån : {ADDRESS}\n"
    "Datum : 11/09/2020 - 09:30 (CEST)\nTill : anna@example.org\nÄmne : Nummer 1",
    f"Från: {NAME}<mailto:{ADDRESS}>\nSkickat: den 11 september 2020 09:30\n"
    "Till: anna@example.org<mailto:anna@example.org>\nÄmne: Nummer 1",
    f"-------- Ursprungligt meddelande --------\nÄmne: Nummer 1\nFrån: {NAME}\n"
    "Till: anna@example.org\nKopia: ",
    f"Sent: Friday, September 11, 2020 at 9:30 AM\nFrom: {WHO}\nTo: anna@example.org\n"
    "Subject: Nummer 1",
)


def broken(lines: str) -> str:
    """Lines as HTML, each ended by a break."""
    return "".join(f"{escape(line)}<br>" for line in lines.split("\n"))


def with_marks(head: str, letter: str, first: str = FIRST) -> Iterator[tuple[str, str, str]]:
    """How a letter is quoted with marks: in what way, the mail, and what of it is the person's."""
    quotation = marked(letter)
    top, _, bottom = quotation.rpartition("\n>\n")
    all_of_it = f"{first}\n{LAST}"
    yield "below", plain(f"{first}\n\n{head}\n\n{quotation}"), first
    yield "close below", plain(f"{first}\n\n{head}\n{quotation}"), first
    whole = marked("\n\n".join((head, letter)))
    yield "head and all", plain(f"{first}\n\n{whole}"), first
    yield "above", plain(f"{head}\n\n{quotation}\n\n{all_of_it}"), all_of_it
    yield "around", plain(f"{head}\n{top}\n\n{first}\n\n{bottom}\n\n{LAST}"), all_of_it
    twice = marked("\n\n".join((letter, head, quotation)))
    yield "twice", plain(f"{first}\n\n{head}\n{twice}"), first
    quote = f"<div>{broken(head)}</div><blockquote>{paragraphs(letter)}</blockquote>"
    yield "HTML", page(f"{paragraphs(first)}<br>{quote}{paragraphs(LAST)}"), all_of_it


def without_marks(head: str, letter: str, first: str = FIRST) -> Iterator[tuple[str, str, str]]:
    """How a letter is pasted below an answer: in what way, the mail, and what is the person's."""
    rows = "".join(f"<tr><td>{escape(line)}</td></tr>" for line in head.split("\n"))
    body = paragraphs(letter)
    yield "below", plain(f"{first}\n\n{head}\n\n{letter}"), first
    yield "close below", plain(f"{first}\n{head}\n{letter}"), first
    yield "twice", plain(f"{first}\n\n{head}\n\n{letter}\n\n{head}\n\n{letter}"), first
    yield "HTML", page(f"{paragraphs(first)}<hr>{paragraphs(head)}<br>{body}"), first
    yield "breaks", page(f"{paragraphs(first)}<hr>{broken(head)}<br>{body}"), first
    yield "table", page(f"{paragraphs(first)}<hr><table>{rows}</table><br>{body}"), first
    quote = f"<blockquote>{broken(head)}<br>{body}</blockquote>"
    yield "blockquote", page(f"{paragraphs(first)}{quote}"), first


def marked_below_a_block(head: str, letter: str) -> str:
    return plain(f"{FIRST}\n\n{head}\n\n{marked(letter)}\n\n{LAST}")


def broken_anew(head: str, letter: str) -> str:
    """As a server that breaks long lines leaves it: what it moves down has no mark."""
    lines = [piece for line in marked(letter).split("\n") for piece in wrap(line, 60) or [""]]
    quotation = "\n".join(lines)
    return plain(f"{FIRST}\n\n{head}\n\n{quotation}\n\n{LAST}")
