"""What is known of kinds of relays, so that mailer.yaml need not say it: keys of `RelayForm`."""

from collections.abc import Mapping
from typing import Literal

Preset = Literal["postfix", "microsoft365", "gmail-relay"]

PRESETS: Mapping[str, Mapping[str, str | int]] = {
    # On this machine. It takes 50 connections from one client (anvil's default).
    "postfix": {"server": "smtp://127.0.0.1:25", "connections": 8},
    # Exchange Online, per mailbox ("throttling for SMTP Authenticated Submission").
    "microsoft365": {
        "server": "smtp://smtp.office365.com:587",
        "login": "oauth",
        "connections": 3,
        "a_minute": 30,
        "a_day": 10_000,
    },
    # Google Workspace, per sender ("sending limits for the SMTP relay service").
    "gmail-relay": {"server": "smtp://smtp-relay.gmail.com:587", "a_day": 10_000},
}
