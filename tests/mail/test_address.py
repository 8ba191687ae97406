"""Addresses: what is one, what is refused and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.mail.address import Address, address, clean_name

LABEL = "b" * 63


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anna@example.org", Address("anna@example.org")),
        (" anna@example.org\n", Address("anna@example.org")),
        ("Anna.Ek+nytt@EXAMPLE.Org", Address("Anna.Ek+nytt@example.org")),
        ("o'neil=x@localhost", Address("o'neil=x@localhost")),
        ("anna@åmål.se", Address("anna@xn--ml-xiab.se")),
        ("<anna@example.org>", Address("anna@example.org")),
        ("Anna Ek <anna@example.org>", Address("anna@example.org", "Anna Ek")),
        ("Anna Ek < anna@example.org >", Address("anna@example.org", "Anna Ek")),
        ('"Ek, \\"Anna\\"" <anna@example.org>', Address("anna@example.org", 'Ek, "Anna"')),
        ("Åsa (chef) <a@b.se>", Address("a@b.se", "Åsa (chef)")),
        ("b@c.se <a@b.se>", Address("a@b.se", "b@c.se")),
        (f"{'a' * 64}@b.se", Address(f"{'a' * 64}@b.se")),
        (f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 60}", Address(f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 60}")),
    ],
)
def test_an_address_is_read(text: str, found: Address) -> None:
    assert address(text) == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' has no @"),
        ("anna", "'anna' has no @"),
        ("Anna <anna>", "'Anna <anna>' has no @"),
        ("x" * 100, f"'{'x' * 60}…' has no @"),
        ("@example.org", "'' cannot stand before the @"),
        ("anna ek@example.org", "'anna ek' cannot stand before the @"),
        (".anna@example.org", "'.anna' cannot stand before the @"),
        ("an..na@example.org", "'an..na' cannot stand before the @"),
        ("a@b@example.org", "'a@b' cannot stand before the @"),
        ("åsa@example.org", "'åsa' cannot stand before the @"),
        ('"anna"@example.org', "'\"anna\"' cannot stand before the @"),
        ("a\r\nBcc: x@example.org", "'a\\r\\nBcc: x' cannot stand before the @"),
        ("A <a@b.se>, C <c@d.se>", "'A <a@b.se>, C <c' cannot stand before the @"),
        ("A <a@b.se> B", "'A <a' cannot stand before the @"),
        ("anna@", "'' is not a domain name"),
        ("anna@example", "'example' is not a domain name"),
        ("anna@example.org.", "'example.org.' is not a domain name"),
        ("anna@-example.org", "'-example.org' is not a domain name"),
        ("anna@exa mple.org", "'exa mple.org' is not a domain name"),
        ("anna@example..org", "'example..org' is not a domain name"),
        ("anna@[127.0.0.1]", "'[127.0.0.1]' is not a domain name"),
        (f"anna@{'b' * 64}.se", f"'{'b' * 60}…' is not a domain name"),
        ("anna@\ud800.se", "'\\ud800.se' is not a domain name"),
        (f"{'a' * 65}@b.se", f"'{'a' * 60}…' is too long for an address"),
        (
            f"a@{LABEL}.{LABEL}.{LABEL}.{'b' * 61}",
            f"'a@{'b' * 58}…' is too long for an address",
        ),
        (
            f"a@{'.'.join(['å' * 50] * 5)}",  # 256 characters here, more of them as ASCII
            f"'a@xn--5c{'a' * 50}.x…' is too long for an address",
        ),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        address(text)
    assert str(caught.value).startswith(reason)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=300), st.text(st.characters()))
def test_junk_gives_an_address_or_a_short_reason(text: str, name: str) -> None:
    for junk in (text, f"{text}@example.org", f"a@{text}", f"{text} <a@b.se>"):
        try:
            found = address(junk, name)
        except ValueError as error:
            assert len(str(error)) < 700  # 60 characters, each maybe written as \\U0010ffff
            assert str(error).isprintable()
        else:
            assert found.email.isascii()
            assert found.email.isprintable()
            assert len(found.email) <= 254
            assert address(found.email, found.name) == found


def test_a_name_that_is_given_goes_before_one_that_is_found() -> None:
    assert address("Anna <a@b.se>", "Åsa").name == "Åsa"
    assert address("Anna <a@b.se>", "").name == "Anna"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("", ""),
        (" Anna\r\nBcc:\tx ", "Anna Bcc: x"),
        ("x" * 101, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
    ],
)
def test_a_name_is_one_short_line(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_an_address_has_two_parts() -> None:
    found = address("anna.ek@example.org")
    assert (found.local, found.domain) == ("anna.ek", "example.org")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Address("Anna@Example.org", "Anna Ek"), True),
        (Address("Anna+lampan@example.org"), True),
        (Address("+anna@example.org"), False),
        (Address("anna.ek@example.org"), False),
        (Address("anna@example.com"), False),
    ],
)
def test_letter_case_names_and_tags_tell_no_boxes_apart(other: Address, same: bool) -> None:
    assert Address("anna@example.org").same(other) is same


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (Address("a@b.se"), "a@b.se"),
        (Address("a@b.se", "Anna Ek"), "Anna Ek <a@b.se>"),
        (Address("a@b.se", "Ek, Anna"), '"Ek, Anna" <a@b.se>'),
    ],
)
def test_an_address_is_written_with_its_name(given: Address, written: str) -> None:
    assert str(given) == written
