"""One relay or several, their presets, and logins by token."""

from datetime import date
from pathlib import Path

import pytest

from mailer.edge.oauth import Application
from mailer.errors import SettingsError
from mailer.mail.pace import DAY, MINUTE, SECOND, Limit
from mailer.mail.server import Secret
from mailer.settings import Settings, load

OAUTH = """\
oauth:
  tenant: t-1
  client: c-1
  secret-file: client-secret
  secret-expires: 2027-03-01
"""
NO_SERVER = "2: 'server' is missing in 'relay'"
APPLICATION = Application("t-1", "c-1", Secret("v4lue"), date(2027, 3, 1))


def loaded(copy: Path, relays: str, environ: dict[str, str] | None = None) -> Settings:
    """The shipped settings with other relays; the section begins on line 2."""
    (copy.parent / "client-secret").write_text("v4lue\n")
    file = copy / "mailer.yaml"
    before, _, after = file.read_text("utf-8").partition("relay:\n")
    _, _, after = after.partition("\n# Signing")
    file.write_text(f"# Relays.\n{relays}\n{before}\n# Signing{after}", "utf-8")
    return load(copy, environ or {})


def problems(copy: Path, relays: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        loaded(copy, relays)
    return [f"{each.line}: {each.message}" for each in error.value.problems]


def test_a_relay_has_what_it_says(copy: Path) -> None:
    (relay,) = loaded(
        copy,
        "relay: {server: 'smtps://smtp.kommun.se', connections: 9, letters-a-connection: 50,"
        " a-second: 5, a-minute: 100, a-day: 2000}",
    ).relays
    assert str(relay.server) == "smtps://smtp.kommun.se:465"
    assert (relay.connections, relay.letters) == (9, 50)
    assert relay.limits == (Limit(5, SECOND), Limit(100, MINUTE), Limit(2000, DAY))
    assert relay.application is None


def test_a_preset_says_what_is_not_said(copy: Path) -> None:
    (relay,) = loaded(copy, f"relay: {{preset: microsoft365, user: k@kommun.se}}\n{OAUTH}").relays
    assert str(relay.server) == "smtp://smtp.office365.com:587"
    assert (relay.server.tls, relay.server.user) == ("starttls", "k@kommun.se")
    assert relay.connections == 3
    assert relay.limits == (Limit(30, MINUTE), Limit(10_000, DAY))
    assert relay.application == APPLICATION


def test_what_is_said_comes_before_the_preset(copy: Path) -> None:
    (relay,) = loaded(
        copy,
        "relay: {preset: microsoft365, login: password, a-minute: 10, a_day: 500, connections: 1}",
    ).relays
    assert relay.limits == (Limit(10, MINUTE), Limit(500, DAY))
    assert relay.connections == 1
    assert relay.application is None


def test_several_relays_stand_in_order_of_preference(copy: Path) -> None:
    found = loaded(
        copy,
        "relays:\n  - {preset: gmail-relay}\n  - {preset: postfix}\n"
        "  - {server: 'smtp://smtp.kommun.se'}\n",
    ).relays
    assert [str(each.server) for each in found] == [
        "smtp://smtp-relay.gmail.com:587",
        "smtp://127.0.0.1:25",
        "smtp://smtp.kommun.se:587",
    ]
    assert [each.limits for each in found] == [(Limit(10_000, DAY),), (), ()]
    assert [each.server.tls for each in found] == ["starttls", "none", "starttls"]


def test_the_environment_takes_the_place_of_all_and_keeps_the_pace_of_the_first(copy: Path) -> None:
    (relay,) = loaded(
        copy,
        "relays: [{preset: microsoft365, user: k@kommun.se}, {preset: postfix}]",
        {"MAILER_SMTP_URL": "smtp://anna:hemligt@127.0.0.1:1025"},
    ).relays
    assert (str(relay.server), relay.server.user) == ("smtp://127.0.0.1:1025", "anna")
    assert relay.limits == (Limit(30, MINUTE), Limit(10_000, DAY))
    assert relay.application is None


def test_the_mailbox_may_be_logged_in_to_by_token(copy: Path) -> None:
    file = copy / "mailer.yaml"
    text = file.read_text("utf-8").replace("# login: oauth\n", "login: oauth\n")
    file.write_text(text.replace("# user: initiativ", "user: initiativ"), "utf-8")
    assert loaded(copy, f"relay: {{preset: postfix}}\n{OAUTH}").imap_application == APPLICATION


def test_a_relay_is_needed(copy: Path) -> None:
    (problem,) = problems(copy, "")
    assert problem.endswith(": 'relay' is missing in mailer.yaml")


@pytest.mark.parametrize(
    ("relays", "told"),
    [
        ("relays: []", ["2: the list is empty"]),
        (
            "relay: {preset: postfix}\nrelays: [{preset: postfix}]",
            ["3: 'relay' is given, too; expected one of the two"],
        ),
        ("relay: {connections: 4}", [NO_SERVER]),
        (
            "relay: {preset: microsoft-365}",
            ["2: 'preset' cannot be 'microsoft-365'; did you mean 'microsoft365'?", NO_SERVER],
        ),
        (
            "relay: {preset: [postfix]}",
            ["2: 'preset' cannot be ['postfix']; did you mean 'postfix'?", NO_SERVER],
        ),
        (
            "relays:\n  - {preset: postfix}\n  - server: smtp://127.0.0.1:25",
            ["4: smtp://127.0.0.1:25 is given twice"],
        ),
        ("relay: {preset: postfix, a-minute: 0}", ["2: 0: expected a number from 1 to 100000"]),
        (
            "relays: [{preset: postfix, password: x}]",
            ["2: a password does not stand in this file; use password-file or MAILER_SMTP_URL"],
        ),
        (
            "relay:\n  preset: microsoft365",
            [
                "2: a login by token needs 'user', the mailbox's name",
                "2: a login by token needs the section 'oauth', which names the application",
            ],
        ),
        (
            "relay:\n  server: smtp://smtp.kommun.se?tls=none\n  login: oauth\n  user: k\n"
            f"  password-file: client-secret\n{OAUTH}",
            [
                "3: a token needs TLS; leave out ?tls=none",
                "6: a token takes the place of the password; leave out password-file",
            ],
        ),
        (
            "relay: {preset: microsoft365, user: k}\n" + OAUTH.replace("client-secret", "nowhere"),
            ["6: cannot be read; expected the path of a file that holds it"],
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_line(copy: Path, relays: str, told: list[str]) -> None:
    assert problems(copy, relays) == told
