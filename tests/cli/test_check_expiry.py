"""mailer check tells of a client secret that expires, thirty days before."""

from pathlib import Path

import pytest

from tests.cli.test_check import check, config

__all__ = ["config"]

OAUTH = """
oauth:
  tenant: 0b6f1c2e-1111-4222-8333-444455556666
  client: client-1
  secret-file: secret
  secret-expires: 2020-10-01
"""


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2020-08-31", ""),
        ("2020-09-01", "expires on 2020-10-01"),
        ("2020-10-01", "expired on 2020-10-01"),
    ],
)
def test_a_warning_says_when_and_what_to_do(config: Path, day: str, words: str) -> None:
    settings = config / "mailer.yaml"
    text = settings.read_text("utf-8")
    login = "  login: oauth\n  user: kontakt@markaryd.se\n"
    settings.write_text(text.replace("\nrelay:\n", f"\nrelay:\n{login}") + OAUTH, "utf-8")
    (config.parent / "secret").write_text("the value")
    result = check(config, on=day)
    assert result.exit_code == 0, result.output
    told = [line for line in result.stderr.splitlines() if "client secret" in line]
    assert len(told) == bool(words)
    if words:
        assert told[0].startswith(
            f"{settings}:1: the client secret of client-1 {words}: make a new"
        )
        assert "the value" not in result.output
