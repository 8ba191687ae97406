"""mailer dkim: keys, their DNS records, and what is said until they are used."""

from pathlib import Path

from tests.cli.calling import Mailer

SECTION = "\ndkim:\n  selector: mailer\n"


def _configure(home: Path, text: str) -> None:
    file = home / "config" / "mailer.yaml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_new_prints_the_records_and_says_how_to_use_the_keys(mailer: Mailer, home: Path) -> None:
    said = mailer("dkim", "new")
    assert said.code == 0
    rsa, ed25519 = said.out.splitlines()
    assert rsa.startswith('mailer-rsa._domainkey.markaryd.se. IN TXT "v=DKIM1; k=rsa; p=')
    assert ed25519.startswith('mailer-ed25519._domainkey.markaryd.se. IN TXT "v=DKIM1; k=ed25519')
    assert f"Wrote {home}/data/dkim/mailer-rsa.pem" in said.err
    assert "config/mailer.yaml says\ndkim:\n  selector: mailer\n" in said.err


def test_show_prints_the_same_records_again(mailer: Mailer, home: Path) -> None:
    made = mailer("dkim", "new", "--selector", "autumn-2026")
    assert mailer("dkim", "show", "--selector", "autumn-2026").out == made.out


def test_new_makes_the_keys_that_the_settings_name_and_asks_for_nothing_more(
    mailer: Mailer, home: Path
) -> None:
    _configure(home, SECTION + "  ed25519-key-file: key.pem\n")
    said = mailer("dkim", "new")
    assert said.err == f"Wrote {home}/key.pem\n"
    assert len(said.out.splitlines()) == 1
    assert mailer("dkim", "show").out == said.out
    assert mailer("check").code == 0


def test_new_never_replaces_a_key(mailer: Mailer, home: Path) -> None:
    mailer("dkim", "new")
    said = mailer("dkim", "new")
    assert (said.code, said.out) == (1, "")
    assert "is there already; give another --selector" in said.err


def test_a_selector_that_dns_cannot_hold_is_refused(mailer: Mailer, home: Path) -> None:
    said = mailer("dkim", "new", "--selector", "A_b")
    assert said.code == 1
    assert "'A_b': expected small letters, digits and hyphens" in said.err


def test_check_says_where_a_key_is_missing(mailer: Mailer, home: Path) -> None:
    _configure(home, SECTION + "  rsa-key-file: nope.pem\n")
    said = mailer("check")
    assert said.code == 1
    assert said.out == (
        f"{home}/nope.pem:1: the DKIM key cannot be read: No such file or directory; "
        "make it with: mailer dkim new\n"
    )
