"""What a letter may link to."""

import pytest

from mailer.newsletter.item import web_link


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("mailto:anna@example.org", True),
        ("", False),
        ("example.org", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://example.org/\r\nX: y", False),
        ('https://example.org/"onclick=', False),
    ],
)
def test_a_letter_links_to_the_web_or_to_a_mailbox_only(url: str, kept: bool) -> None:
    assert web_link(url) == (url if kept else "")
