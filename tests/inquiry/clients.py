"""How the mail programs that people use quote a letter below an answer, for the tests.

Each format takes what a person wrote and the letter that the answer is to; gives the head and the
body of the answer. The wording is that of the programs, most in Swedish.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from textwrap import wrap

NAME = "Tryggare tillsammans"
ADDRESS = "trygghet@markaryd.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is answered: its HTML as sent, and its plain text."""

    html: str
    text: str


Format = Callable[[str, Letter], str]


def as_text(html: str, width: int = 0) -> str:
    """The plain text that a program makes of HTML: links in angle brackets, bold between stars."""
    body = re.sub(r"(?s)<(head|style|title)\b.*?</\1>|<!--.*?-->", "", html)
    body = re.sub(r"\s+", " ", body)
    body = re.sub(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', r"\2 <\1>", body).replace(
        "<http", "&lt;http"
    )
    body = re.sub(r"</?(?:strong|b|h[1-6])\b[^>]*>", "*", body)
    body = re.sub(r"<li\b[^>]*>", "\n   - ", body)
    body = re.sub(r"</(?:p|div|tr|table|ul|h[1-6])>|<br[^>]*>", "\n", body)
    lines = [" ".join(line.split()) for line in unescape(re.sub(r"<[^>]*>", " ", body)).split("\n")]
    if width:
        lines = [piece for line in lines for piece in wrap(line, width) or [""]]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def inner(html: str) -> str:
    """What stands within the body, which programs paste below the answer."""
    found = re.search(r"(?s)<body\b[^>]*>(.*)</body>", html)
    return found[1] if found else html


def plain(body: str, parameters: str = "") -> str:
    return f"Content-Type: text/plain; charset=utf-8{parameters}\n\n{body}\n"


def page(body: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>\n"


def both(text: str, html: str) -> str:
    return (
        'Content-Type: multipart/alternative; boundary="=_b"\n\n'
        f"--=_b\n{plain(text)}\n--=_b\n{page(html)}\n--=_b--\n"
    )


def paragraphs(text: str, tag: str = "div") -> str:
    return "".join(f"<{tag}>{escape(line) or '&nbsp;'}</{tag}>\n" for line in text.split("\n"))


def outlook_desktop_html(own: str, letter: Letter) -> str:
    return page(
        f'<div class="WordSection1">{paragraphs(own, "p")}'
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal><b>Från:</b> {NAME} &lt;{ADDRESS}&gt; <br><b>Skickat:</b> den 11 "
        "september 2020 09:30<br><b>Till:</b> Anna Ek &lt;anna@example.org&gt;<br><b>Ämne:</b> "
        f"Nummer 1<o:p></o:p></p></div>{inner(letter.html)}</div>"
    )


def outlook_desktop_text(own: str, letter: Letter) -> str:
    return plain(
        f"{own}\n\n-----Ursprungligt meddelande-----\nFrån: {NAME} <{ADDRESS}> \n"
        "Skickat: den 11 september 2020 09:30\nTill: Anna Ek <anna@example.org>\nÄmne: Nummer 1\n\n"
        f"{as_text(letter.html)}"
    )


def outlook_web(own: str, letter: Letter) -> str:
    head = [("Från", f"{NAME} <{ADDRESS}>"), ("Skickat", "den 11 september 2020 09:30")]
    head += [("Till", "anna@example.org"), ("Ämne", "Nummer 1")]
    lines = "\n".join(f"{name}: {value}" for name, value in head)
    bold = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in head)
    return both(
        f"{own}\n\n{'_' * 32}\n{lines}\n\n{as_text(letter.html, 78)}",
        f'{paragraphs(own)}<hr tabindex="-1"><div id="divRplyFwdMsg">{bold}</div>{letter.html}',
    )


def outlook_mobile(own: str, letter: Letter) -> str:
    return page(
        f"{paragraphs(own)}<div><br></div><div id='ms-outlook-mobile-signature'>Get "
        "<a href='https://aka.ms/o0ukef'>Outlook for iOS</a></div><hr><div id='divRplyFwdMsg'>"
        f"<b>From:</b> {NAME} &lt;{ADDRESS}&gt;<br><b>Sent:</b> Friday, September 11, 2020 9:30:12 "
        "AM<br><b>To:</b> anna@example.org &lt;anna@example.org&gt;<br><b>Subject:</b> Nummer 1"
        f"</div>{letter.html}"
    )


def gmail_web(own: str, letter: Letter) -> str:
    when = "Den fre 11 sep. 2020 kl 09:30 skrev"
    return both(
        f"{own}\n\n{when} {NAME} <\n{ADDRESS}>:\n\n{marked(as_text(letter.html, 74))}",
        f'<div dir="ltr">{paragraphs(own)}</div><br><div class="gmail_quote"><div dir="ltr">{when} '
        f'{NAME} &lt;<a href="mailto:{ADDRESS}">{ADDRESS}</a>&gt;:<br></div><blockquote '
        f'class="gmail_quote">{inner(letter.html)}</blockquote></div>',
    )


def gmail_app_finnish(own: str, letter: Letter) -> str:
    return plain(
        f"{own}\n\npe 11. syysk. 2020 klo 9.30 {NAME} <{ADDRESS}>\nkirjoitti:\n\n"
        f"{marked(as_text(letter.html, 74))}"
    )


def gmail_app_arabic(own: str, letter: Letter) -> str:
    return page(
        f'<div dir="auto">{paragraphs(own)}</div><br><div class="gmail_quote"><div dir="rtl">'
        f"في الجمعة، 11 سبتمبر 2020 في 9:30 ص تمت كتابة ما يلي بواسطة {NAME} &rlm;&lt;{ADDRESS}"
        f"&gt;:&rlm;<br></div><div>{inner(letter.html)}</div></div>"
    )


def apple_mail_mac(own: str, letter: Letter) -> str:
    return plain(
        f"{own}\n\n> 11 sep. 2020 kl. 09:30 skrev {NAME} <{ADDRESS}>:\n> \n"
        f"{marked(as_text(letter.html))}",
        "; format=flowed",
    )


def apple_mail_ios(own: str, letter: Letter) -> str:
    return page(
        f'<div dir="ltr">{paragraphs(own)}<br>Skickat från min iPhone</div><div dir="ltr"><br>'
        f'<blockquote type="cite">11 sep. 2020 kl. 09:30 skrev {NAME} &lt;{ADDRESS}&gt;:<br><br>'
        f'</blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff{inner(letter.html)}'
        "</div></blockquote>"
    )


def samsung_email(own: str, letter: Letter) -> str:
    return both(
        f"{own}\n\n\nSkickat från min Galaxy\n\n-------- Originalmeddelande --------\nFrån: {NAME} "
        f"<{ADDRESS}> \nDatum: 2020-09-11  09:30  (GMT+01:00) \nTill: anna@example.org \n"
        f"Rubrik: Nummer 1 \n\n{as_text(letter.html)}",
        paragraphs(own),
    )


def thunderbird(own: str, letter: Letter) -> str:
    return plain(
        f"{own}\n\nDen 2020-09-11 kl. 09:30, skrev {NAME}:\n{marked(letter.text)}",
        "; format=flowed",
    )


def yahoo(own: str, letter: Letter) -> str:
    quoted = "\n".join(f" {line}" for line in as_text(letter.html).split("\n"))
    return plain(
        f" {own}\n\n    Den fredag 11 september 2020 09:30:12 CEST, {NAME} <{ADDRESS}> skrev:  \n"
        f" \n {quoted}"
    )


def k9_mail(own: str, letter: Letter) -> str:
    return plain(
        f"{own}\n\nDen 11 september 2020 09:30:12 CEST, {NAME} <{ADDRESS}> skrev:\n"
        f"{marked(letter.text)}\n\n-- \n"
        "Skickat från min Android-enhet med K-9 Mail. Ursäkta min fåordighet."
    )


def roundcube(own: str, letter: Letter) -> str:
    return plain(f"{own}\n\n{NAME} skrev den 2020-09-11 09:30:\n\n{marked(letter.text)}")


def one_com(own: str, letter: Letter) -> str:
    return page(
        f"{paragraphs(own)}<br>On 11 Sep 2020 at 09:30 +0200, {NAME} &lt;{ADDRESS}&gt;, wrote:<br>"
        f"<blockquote>{inner(letter.html)}</blockquote>"
    )


def without_a_mark(own: str, letter: Letter) -> str:
    return plain(f"{own}\n\n{as_text(letter.html)}")


FORMATS: tuple[Format, ...] = (
    outlook_desktop_html,
    outlook_desktop_text,
    outlook_web,
    outlook_mobile,
    gmail_web,
    gmail_app_finnish,
    gmail_app_arabic,
    apple_mail_mac,
    apple_mail_ios,
    samsung_email,
    thunderbird,
    yahoo,
    k9_mail,
    roundcube,
    one_com,
)
