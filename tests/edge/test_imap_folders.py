"""Our folder names on servers with all kinds of prefixes and delimiters."""

import pytest

from mailer.edge.imap_folders import Naming


@pytest.mark.parametrize(
    ("naming", "name", "on_server"),
    [
        (Naming("", "/"), "Trygg i trafiken", "Trygg i trafiken"),
        (Naming("", "/"), "Hem/skola", "Hem-skola"),
        (Naming("", "/"), "Kv. Eken", "Kv. Eken"),
        (Naming("", "."), "Kv. Eken", "Kv- Eken"),
        (Naming("INBOX.", "."), "Hem/skola", "INBOX.Hem-skola"),
        (Naming("INBOX/", "/"), "Ö", "INBOX/Ö"),
        (Naming("", "\\"), "a\\b", "a-b"),
        (Naming("", ""), "Hem/skola", "Hem-skola"),
        (Naming("INBOX.", "."), "Inbox", "INBOX"),
    ],
)
def test_a_name_is_one_folder_below_the_prefix(naming: Naming, name: str, on_server: str) -> None:
    assert naming.on_server(name) == on_server


def test_a_plain_name_is_shown_without_the_prefix() -> None:
    assert Naming("INBOX.", ".").plain("INBOX.Hem-skola") == "Hem-skola"
    assert Naming("INBOX.", ".").plain("INBOX") == "INBOX"
