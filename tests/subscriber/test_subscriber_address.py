"""Addresses that people write themselves, as they are kept."""

import pytest

from mailer.mail.address import Address
from mailer.subscriber.address import subscriber_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna@example.org", Address("anna@example.org")),
        (" Anna.Ek@EXAMPLE.Org ", Address("Anna.Ek@example.org")),
        ("anna+nytt@malmö.se", Address("anna+nytt@xn--malm-8qa.se")),
        ("Anna Ek <anna@Straße.de>", Address("anna@xn--strae-oqa.de", "Anna Ek")),
        ("anna@xn--malm-8qa.se", Address("anna@xn--malm-8qa.se")),
        ("anna@skola.test", Address("anna@skola.test")),
    ],
)
def test_an_address_is_kept_with_its_domain_as_dns_has_it(text: str, expected: Address) -> None:
    assert subscriber_address(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no @"),
        ("anna", "has no @"),
        ("@", "cannot stand before the @"),
        ("anna@", "is not a domain name"),
        ("anna@example", "period"),
        ("anna@localhost", "period"),
        ("anna@192.0.2.1", "top-level domain"),
        ("anna@skola.local", "special-use"),
        ("anna@gömt.onion", "special-use"),
        ("anna@☃.se", "not allowed"),
        ("a..b@example.org", "cannot stand before the @"),
        ("åsa@example.org", "cannot stand before the @"),
        ('"a b"@example.org', "cannot stand before the @"),
        ("anna@example.org\r\nBcc: bo@example.org", "cannot stand before the @"),
        ("anna@example.org, bo@example.org", "cannot stand before the @"),
        ("a" * 65 + "@example.org", "too long"),
    ],
)
def test_what_is_no_address_on_the_open_net_is_refused_with_a_reason(
    text: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        subscriber_address(text)


def test_a_name_beside_it_is_kept() -> None:
    assert subscriber_address("a@b.se", "Anna  Ek") == Address("a@b.se", "Anna Ek")
