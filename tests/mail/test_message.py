"""A letter is read as it was written, whatever is in it."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.mail.address import Address
from mailer.mail.line import one_line
from mailer.mail.message import (
    Draft,
    html_of,
    own_lines,
    shared,
    text_of,
    unsubscribe_by_mail,
)

MAILBOX = Address("trygghet@kommun.example", "Initiativ trygghet")
TO = Address("anna@example.org")
DRAFT = Draft(MAILBOX, "Hej", "Hej!\n", datetime(2020, 9, 11, 9, 30, tzinfo=UTC))
ID = "edition.x@kommun.example"

SNAGS = (
    "=?utf-8?q?x?=",
    "=?utf-8?b?aGVq?= =?utf-8?b?aGVq?=",
    '"',
    "\\",
    ",",
    "<b@example.org>",
    "(x)",
    ": ;",
    "Åsa Öberg",
    "👩‍👩‍👧‍👦",
    "עברית العربية",
    "\u202e",
    "10\u00a0000 kr",
    "\r\nBcc: x@example.org\r\n\r\n",
    "\r",
    "\n",
    "\u2028",
    "\ud800",
    "\x00",
    "  ",
    ".",
    "=",
    "\nFrom ",
    "a" * 80,
    "ord " * 30,
    "å" * 80,
)
words = st.lists(st.sampled_from(SNAGS) | st.text(st.characters(), max_size=20), max_size=8).map(
    "".join
)
addresses = st.builds(
    Address,
    st.sampled_from(["a@b.se", "x" * 64 + "@" + "y" * 60 + ".example", "o'neil+x=y@a.example"]),
    words,
)
originals = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [b"Subject: hej", b"\r\n", b"\n", b"\r", b"\0", b"\xe5", b"x" * 998, b"--", b"."]
        ),
        max_size=12,
    ).map(b"".join),
)


def wire(draft: Draft, to: Address = TO, message_id: str = ID) -> bytes:
    return own_lines(to, message_id) + shared(draft)


def read(content: bytes) -> EmailMessage:
    """The letter, of which neither a field nor a part of ours is defective."""
    letter = message_from_bytes(content, policy=default)
    assert isinstance(letter, EmailMessage)
    for part in parts_of(letter):
        assert part.defects == []
        assert all(value.defects == () for value in part.values())
    return letter


def parts_of(part: MIMEPart) -> Iterator[MIMEPart]:
    """The parts that are ours: not a received mail, nor what is in it."""
    if part.get_content_type() != "message/rfc822":
        yield part
    if part.get_content_maintype() == "multipart":
        for child in part.iter_parts():
            yield from parts_of(child)


def header_lines(content: bytes) -> list[bytes]:
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def mailboxes(letter: EmailMessage, name: str) -> list[Address]:
    """A field of mailboxes by RFC 2047, 6.2: no space between one encoded word and the next.

    The parser of Python 3.11 leaves one there, so it is asked for all but the spaces.
    """
    found = [_mailbox(box) for box in dict(letter.raw_items()).get(name, "").split(",\r\n ") if box]
    parsed = letter[name].addresses if found else ()
    assert [(each.email, _squeezed(each.name)) for each in found] == [
        (each.addr_spec, _squeezed(each.display_name)) for each in parsed
    ]
    return found


def _mailbox(text: str) -> Address:
    phrase, _, email = text.replace("\r\n", "").rpartition(" <")
    if phrase.startswith('"'):
        return Address(email.removesuffix(">"), unquote(phrase))
    return Address(email.removesuffix(">"), str(make_header(decode_header(phrase))))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def as_read(text: str) -> str:
    """What is left of a text's bytes on their way: its line ends become \\n."""
    return re.sub("\r\n?", "\n", text).encode(errors="replace").decode()


def content_of(part: MIMEPart | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def original_of(content: bytes) -> tuple[bytes, bytes]:
    """The attachment's header and its body as it lies on the wire."""
    found = re.search(rb'multipart/mixed;\r\n boundary="([^"]+)"', content)
    assert found is not None
    *_, part, end = content.split(b"\r\n--" + found[1])
    assert end == b"--\r\n"
    head, _, body = part.partition(b"\r\n\r\n")
    return head, body


@settings(deadline=None)
@given(subject=words, sender=addresses, to=addresses, answers=st.lists(addresses, max_size=3))
@example(subject="", sender=MAILBOX, to=Address("a@b.se", '"'), answers=[Address("a@b.se", "\\")])
@example(subject="=?", sender=Address("a@b.se", "=?x?="), to=TO, answers=[TO, TO])
def test_the_header_is_read_as_it_was_written(
    subject: str, sender: Address, to: Address, answers: list[Address]
) -> None:
    draft = replace(DRAFT, sender=sender, subject=subject, reply_to=tuple(answers))
    letter = read(wire(draft, to))
    assert letter["Subject"] == one_line(subject)
    for name, expected in (("From", [sender]), ("To", [to]), ("Reply-To", answers)):
        assert mailboxes(letter, name) == [Address(e.email, one_line(e.name)) for e in expected]


@settings(deadline=None)
@given(text=words, html=words)
def test_the_text_and_its_html_are_read_as_they_were_written(text: str, html: str) -> None:
    content = wire(replace(DRAFT, text=text, html=html))
    letter = read(content)
    assert content_of(letter.get_body(("plain",))) == as_read(text.rstrip("\n") + "\n")
    assert text_of(content) == content_of(letter.get_body(("plain",)))
    if html:
        assert letter.get_content_type() == "multipart/alternative"
        written = as_read(html)
        end = "" if written.endswith("\n") else "\n"
        assert content_of(letter.get_body(("html",))) == written + end
        assert html_of(content) == written + end
    else:
        assert html_of(content) == ""


@settings(deadline=None)
@given(text=words, html=words, original=originals.filter(bool))
@example(text="x", html="y", original=b"x")
@example(text="", html="", original=b"\n--=_x--\r\n")
@example(text="", html="", original=b"x" * 998)
@example(text="", html="", original=b"x" * 999)
def test_the_received_mail_goes_along_untouched(text: str, html: str, original: bytes) -> None:
    content = wire(replace(DRAFT, text=text, html=html, original=original))
    letter = read(content)
    assert letter.get_content_type() == "multipart/mixed"
    _, attached = letter.iter_parts()
    assert attached.get_filename() == "original.eml"
    head, octets = original_of(content)
    if attached.get_content_type() == "message/rfc822":
        assert octets == re.sub(b"\r\n|\r|\n", b"\r\n", original)
        assert (b"8bit" in head) == (not original.isascii())
        assert letter["Content-Transfer-Encoding"] == attached["Content-Transfer-Encoding"]
    else:
        assert b64decode(octets) == attached.get_content() == original
        assert b"\0" in original or max(map(len, re.split(b"[\r\n]", original))) > 998
    assert content_of(letter.get_body(("plain",))) == as_read(text.rstrip("\n") + "\n")


@settings(deadline=None)
@given(
    draft=st.builds(
        Draft,
        sender=addresses,
        subject=words,
        text=words,
        date=st.datetimes(timezones=st.just(UTC)),
        reply_to=st.lists(addresses, max_size=2).map(tuple),
        html=words,
        original=originals,
        auto_submitted=st.sampled_from(["", "auto-replied", "auto-generated"]),
        to_colleague=st.booleans(),
        references=st.lists(words | st.just("a@b"), max_size=4).map(tuple),
    ),
    to=addresses,
    token=st.text(max_size=60),
)
def test_every_letter_can_go_over_smtp(draft: Draft, to: Address, token: str) -> None:
    draft = replace(draft, unsubscribe=unsubscribe_by_mail(MAILBOX, token))
    content = wire(draft, to)
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
    assert content.isascii() or b"Content-Transfer-Encoding: 8bit\r\n" in content
    assert wire(draft, to) == content

    names = [line.partition(b":")[0] for line in header_lines(content) if line[:1] != b" "]
    assert len(names) == len(set(names))
    assert set(names) <= FIELDS
    for line in header_lines(content):
        # What is longer holds no space to fold at.
        assert len(line) <= 78 or b" " not in line.partition(b": ")[2].strip(), line


FIELDS = {
    b"To",
    b"Message-ID",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
    b"From",
    b"Subject",
    b"Date",
    b"Content-Language",
    b"Reply-To",
    b"References",
    b"In-Reply-To",
    b"Auto-Submitted",
    b"X-Auto-Response-Suppress",
    b"MIME-Version",
    b"Content-Type",
    b"Content-Transfer-Encoding",
}


def test_a_letter_of_the_newsletter_looks_like_this() -> None:
    draft = replace(
        DRAFT,
        subject="Tryggare tillsammans: september 2020",
        text="Hej på er!\n",
        html="<p>Hej på er!</p>\n",
        reply_to=(MAILBOX,),
        list_id="Tryggare tillsammans <tryggare.kommun.example>",
        unsubscribe=f"<https://x.example/a>, {unsubscribe_by_mail(MAILBOX, '0123456789abcdef')}",
    )
    assert wire(draft, Address("anna@example.org", "Anna Öberg"), ID) == crlf("""\
To: =?utf-8?q?Anna_=C3=96berg?= <anna@example.org>
Message-ID: <edition.x@kommun.example>
From: Initiativ trygghet <trygghet@kommun.example>
Subject: Tryggare tillsammans: september 2020
Date: Fri, 11 Sep 2020 09:30:00 +0000
Content-Language: sv
Reply-To: Initiativ trygghet <trygghet@kommun.example>
List-Id: Tryggare tillsammans <tryggare.kommun.example>
Precedence: bulk
List-Unsubscribe: <https://x.example/a>,
 <mailto:trygghet@kommun.example?subject=avsluta%200123456789abcdef>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_fb2141427643fa22a72dd09a4912822b"

--=_fb2141427643fa22a72dd09a4912822b
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hej p=C3=A5 er!

--=_fb2141427643fa22a72dd09a4912822b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>Hej p=C3=A5 er!</p>

--=_fb2141427643fa22a72dd09a4912822b--
""")


@pytest.mark.parametrize(
    ("to_colleague", "suppressed"), [(False, b"All"), (True, b"DR, RN, NRN, AutoReply")]
)
def test_a_colleagues_server_may_report_failure_and_absence(
    to_colleague: bool, suppressed: bytes
) -> None:
    draft = replace(DRAFT, auto_submitted="auto-generated", to_colleague=to_colleague)
    assert b"\r\nX-Auto-Response-Suppress: " + suppressed + b"\r\n" in wire(draft)
    assert b"X-Auto-Response-Suppress" not in wire(replace(draft, auto_submitted=""))


def test_a_forward_looks_like_this() -> None:
    draft = replace(
        DRAFT,
        auto_submitted="auto-generated",
        references=("first@example.org", "second@example.org"),
        original="Subject: Å\n\nHej".encode(),
    )
    assert wire(draft) == crlf("""\
To: anna@example.org
Message-ID: <edition.x@kommun.example>
From: Initiativ trygghet <trygghet@kommun.example>
Subject: Hej
Date: Fri, 11 Sep 2020 09:30:00 +0000
Content-Language: sv
References: <first@example.org> <second@example.org>
In-Reply-To: <second@example.org>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="=_3b0ce555547b42737c9f8d6adb2c3052"
Content-Transfer-Encoding: 8bit

--=_3b0ce555547b42737c9f8d6adb2c3052
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hej!

--=_3b0ce555547b42737c9f8d6adb2c3052
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit
Content-Disposition: attachment; filename="original.eml"

Subject: Å

Hej
--=_3b0ce555547b42737c9f8d6adb2c3052--
""")


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("references", "answered", "thread"),
    [
        ((), None, None),
        (("a@b",), "<a@b>", "<a@b>"),
        (("a@b", "c@d@e"), "<c@d@e>", "<a@b> <c@d@e>"),
        (("a@b", ""), None, "<a@b>"),  # the mail that is answered has no id
        (("no id", "å@b", "a@b\r\nBcc: x@y", "<a@b>", "@b", "a@"), None, None),
        (("a@" + "b" * 981,), f"<a@{'b' * 981}>", f"<a@{'b' * 981}>"),
        (("a@" + "b" * 982,), None, None),
    ],
)
def test_a_letter_names_what_it_answers(
    references: tuple[str, ...], answered: str | None, thread: str | None
) -> None:
    letter = read(wire(replace(DRAFT, references=references)))
    assert (letter["In-Reply-To"], letter["References"]) == (answered, thread)


def test_of_a_long_thread_the_first_and_the_latest_are_named() -> None:
    ids = [f"{number}@example.org" for number in range(1000)]
    letter = read(wire(replace(DRAFT, references=tuple(ids))))
    assert letter["References"].split() == [f"<{each}>" for each in ids[:1] + ids[-20:]]
    assert letter["In-Reply-To"] == "<999@example.org>"


@pytest.mark.parametrize("junk", ["@" * 983, "a@" * 400 + "å"])
def test_an_id_that_is_none_is_seen_at_once(junk: str) -> None:
    assert b"References" not in shared(replace(DRAFT, references=(junk,) * 5_000))


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("", "List-Id: <a.example>"),
        ("Nyheter ", "List-Id: Nyheter <a.example>"),
        ("Trygg, tillsammans ", 'List-Id: "Trygg, tillsammans" <a.example>'),
        ("Nyheter för Åmål ", "List-Id: =?utf-8?b?TnloZXRlciBmw7ZyIMOFbcOlbA==?= <a.example>"),
        ("A <b> ", 'List-Id: "A <b>" <a.example>'),
    ],
)
def test_the_list_has_a_name_in_any_letters(title: str, line: str) -> None:
    lines = header_lines(wire(replace(DRAFT, list_id=f"{title}<a.example>")))
    assert line.encode() in lines


EVIL = "x\r\nBcc: all@example.org\r\n\r\nhello"


def test_nothing_can_start_a_field_of_its_own() -> None:
    evil = Address(EVIL, EVIL)
    draft = Draft(
        sender=evil,
        subject=EVIL,
        text="",
        date=DRAFT.date,
        reply_to=(evil, evil),
        references=(EVIL, f"a@b{EVIL}"),
        language=EVIL,
        list_id=EVIL,
        unsubscribe=EVIL,
    )
    content = wire(draft, evil, EVIL)
    head, _, body = content.partition(b"\r\n\r\n")
    assert body == b"\r\n"
    assert b"\nBcc" not in head
    by_mail = wire(replace(DRAFT, unsubscribe=unsubscribe_by_mail(evil, EVIL)))
    assert b"\nBcc" not in by_mail


@pytest.mark.parametrize(
    ("email", "link"),
    [
        ("a@b.se", "<mailto:a@b.se?subject=avsluta%20x>"),
        ("a+b@b.se", "<mailto:a+b@b.se?subject=avsluta%20x>"),
        ("a?b&c%d@b.se", "<mailto:a%3Fb%26c%25d@b.se?subject=avsluta%20x>"),
    ],
)
def test_unsubscribing_by_mail_is_a_link(email: str, link: str) -> None:
    assert unsubscribe_by_mail(Address(email), "x") == link
