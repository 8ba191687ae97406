"""A reader's copy is the letter that would have been built for that reader alone."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, strict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.mail.address import Address, clean_name
from mailer.mail.message import Draft, own_lines, shared, unsubscribe_by_mail
from mailer.mail.template import LEAVE, MY_PAGE, TOKEN, Template, quoted, without_marks
from tests.mail.test_message import DRAFT

MAILBOX = Address("trygghet@kommun.example", "Initiativ trygghet")
ID = "edition.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb@kommun.example"

# What text may hold that quoted-printable, SMTP or a header treats in its own way.
texts = st.lists(
    st.sampled_from(
        ["Hej på er", ".", "\n", "\n.\n", " ", "\t", "=", "å" * 40, "x" * 90, "<p>", "\r"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from([f"https://x.example/{LEAVE}", f"{MY_PAGE}", f".{LEAVE}{MY_PAGE}", TOKEN]),
    max_size=12,
).map("".join)
names = st.text(max_size=8).map(clean_name)  # of one encoded word: test_message has longer ones
readers = st.builds(Address, st.sampled_from(["a@b.se", "anna.ek@example.org"]), names)
hex_tokens = st.text("0123456789abcdef", min_size=32, max_size=32)
tokens = hex_tokens | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)


def draft(text: str, html: str) -> Draft:
    leave = f"<https://x.example/{LEAVE}>, {unsubscribe_by_mail(MAILBOX, TOKEN)}"
    return Draft(MAILBOX, "Nyheter", text, DRAFT.date, html=html, unsubscribe=leave)


def in_url(token: str) -> str:
    return Template(TOKEN.encode()).copy_for(token).decode()


def for_reader(text: str, token: str) -> str:
    for mark, path in ((LEAVE, "avsluta/"), (MY_PAGE, "min-sida/"), (TOKEN, "")):
        text = text.replace(mark, path + in_url(token))
    return text


def built_for(to: Address, token: str, text: str, html: str) -> EmailMessage:
    """The letter as the standard library builds it, for one reader."""
    letter = EmailMessage(policy=SMTP)
    letter["To"] = str(to)
    letter["Message-ID"] = f"<{ID}>"
    value = in_url(token)
    letter["List-Unsubscribe"] = (
        f"<https://x.example/avsluta/{value}>, <mailto:{MAILBOX.email}?subject=avsluta%20{value}>"
    )
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(for_reader(text, token).rstrip("\n") + "\n", cte="quoted-printable")
    if html:
        letter.add_alternative(for_reader(html, token), subtype="html", cte="quoted-printable")
    return letter


def parsed(content: bytes) -> EmailMessage:
    letter = message_from_bytes(content, policy=strict)  # raises where anything is defective
    assert isinstance(letter, EmailMessage)
    return letter


def lines_of(part: EmailMessage) -> list[str]:
    return re.split("\r\n|\r|\n", part.get_content())


@settings(deadline=None)
@given(text=texts, html=texts, to=readers, token=tokens)
def test_a_copy_is_read_like_the_letter_built_for_its_reader(
    text: str, html: str, to: Address, token: str
) -> None:
    template = Template(shared(draft(text, html)))
    content = own_lines(to, ID) + template.copy_for(token)
    copy, built = parsed(content), parsed(built_for(to, token, text, html).as_bytes())
    for field in ("Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert copy[field].split() == built[field].split()  # each folds in its own places
    (reader,) = copy["To"].addresses
    assert (reader.addr_spec, reader.display_name.split()) == (to.email, to.name.split())
    assert copy.get_content_type() == built.get_content_type()
    for kind in ("plain", "html"):
        mine, theirs = copy.get_body((kind,)), built.get_body((kind,))
        assert (mine is None) == (theirs is None)
        if mine and theirs:
            assert lines_of(mine) == lines_of(theirs)


@settings(deadline=None)
@given(text=texts, html=texts, token=hex_tokens)
def test_a_copy_goes_on_the_wire_as_it_is(text: str, html: str, token: str) -> None:
    content = Template(shared(draft(text, html))).copy_for(token)
    assert content.endswith(b"\r\n")
    assert b"\n." not in content
    assert content.replace(b"\r\n", b"").isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


@settings(deadline=None)
@given(text=texts, html=texts)
def test_what_is_public_has_neither_marks_nor_a_field_to_unsubscribe(text: str, html: str) -> None:
    public = Template(shared(draft(text, html))).public()
    letter = parsed(public)
    assert letter["List-Unsubscribe"] is letter["List-Unsubscribe-Post"] is None
    assert letter["From"] == str(MAILBOX)
    for kind, words in (("plain", text.rstrip("\n") + "\n"), ("html", html)):
        body = letter.get_body((kind,))
        if body:
            reference = EmailMessage(policy=SMTP)
            reference.set_content(without_marks(words), cte="quoted-printable")
            assert lines_of(body)[:1] == lines_of(parsed(reference.as_bytes()))[:1]
    for mark in (LEAVE, MY_PAGE, TOKEN):
        assert mark.encode() not in public


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        (f"A: {LEAVE}\r\n\r\nHej\r\n\r\n{TOKEN}\r\n\r\nHej", "Hej\r\n\r\n"),
        (f"A: b\r\n\r\n{TOKEN}\r\n\r\nHej", ""),
        ("A: b\r\n\r\nHej", "Hej"),
        (f"A: {TOKEN}\r\n", ""),
    ],
)
def test_all_bodies_begin_with_what_stands_before_the_first_mark(
    content: str, beginning: str
) -> None:
    assert Template(content.encode()).beginning == beginning.encode()


def test_a_letter_without_marks_is_its_own_copy() -> None:
    content = shared(DRAFT)
    assert Template(content).copy_for("0" * 32) == Template(content).public() == content


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", "\r\n"),
        ("Hej", "Hej\r\n"),
        ("på\r\ner\rnu\n", "p=C3=A5\r\ner\r\nnu\r\n"),
        (".", "=2E\r\n"),
        ("a\n.b\n..", "a\r\n=2Eb\r\n=2E.\r\n"),
        ("a \n\tb\t", "a=20\r\n\tb=09\r\n"),
        ("=", "=3D\r\n"),
        (f"x/{LEAVE}.", f"x/=\r\n{LEAVE}=\r\n=2E\r\n"),
        (f"{MY_PAGE}\nHej", f"=\r\n{MY_PAGE}=\r\n\r\nHej\r\n"),
    ],
)
def test_text_is_encoded_with_its_marks_whole(text: str, encoded: str) -> None:
    assert quoted(text) == encoded


@pytest.mark.parametrize(
    ("token", "value"),
    [("0a1b", "0a1b"), ("å=/", "%C3%A5%3D%2F"), (".a", "%2Ea"), ("a\r\nb", "a%0D%0Ab")],
)
def test_a_token_is_encoded_for_a_url(token: str, value: str) -> None:
    assert in_url(token) == value
    assert Template(f"<{LEAVE}>".encode()).copy_for(token) == f"<avsluta/{value}>".encode()
