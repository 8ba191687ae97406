"""Folder names: ours are plain Unicode, one level deep; the server's have a prefix and a delimiter.

Takes a name as the configuration has it ("Trygg i trafiken"). Gives the name on the server, below
the prefix of the personal namespace (RFC 2342: "INBOX." on many). Promises that a name is always
one folder: a "/" or the server's delimiter in it becomes "-", for on one server "Hem/skola" would
be two folders, on the next one, and on a third an error. IMAPClient does the modified UTF-7.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

INBOX = "INBOX"
_NOT_THERE = {b"\\noselect", b"\\nonexistent"}
_MISSING = re.compile(r"\w+ failed: (?!\[)|\w+ failed: \[(NONEXISTENT|TRYCREATE)\]")
"""A NO with one of these codes, or with none: Dovecot has words only."""
_VIRTUAL = {b"\\all", b"\\flagged"}  # RFC 6154: they show what lies in other folders


@dataclass(frozen=True, slots=True)
class Naming:
    """How one server names the folders of one account; `delimiter` is empty where all is flat."""

    prefix: str
    delimiter: str

    def on_server(self, name: str) -> str:
        if name.upper() == INBOX:
            return INBOX
        for separator in {"/", self.delimiter} - {""}:
            name = name.replace(separator, "-")
        return self.prefix + name

    def plain(self, name: str) -> str:
        return name.removeprefix(self.prefix)


def naming(client: IMAPClient) -> Naming:
    """Ask the server."""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            prefix, delimiter = personal[0]
            return Naming(prefix, delimiter or "")
    ((_, delimiter, _),) = client.list_folders("", "")
    return Naming("", delimiter.decode() if delimiter else "")


def folders(client: IMAPClient, pattern: str = "*", *, virtual: bool = True) -> list[str]:
    """The server's names of all folders that can hold mail; `virtual`: or show it."""
    unwanted = _NOT_THERE if virtual else _NOT_THERE | _VIRTUAL
    return [
        name
        for flags, _, name in client.list_folders("", pattern)
        if unwanted.isdisjoint(flag.lower() for flag in flags)
    ]


def create_missing(client: IMAPClient, name: str) -> None:
    """Make sure that the server's folder `name` is there; a new one shows in mail programs."""
    # Not by LIST: Dovecot lists a folder that was deleted with another below it, and where upper
    # case is the same as lower case, the name that is listed may be another.
    try:
        client.folder_status(name, ["UIDNEXT"])
    except IMAPClientError as error:
        if not _is_missing(error):
            raise
        client.create_folder(name)
        client.subscribe_folder(name)


def enter(client: IMAPClient, name: str, *, readonly: bool = True) -> Mapping[bytes, Any] | None:
    """Select the server's folder `name`, and what it says of it; None where it is not there."""
    try:
        answer: Mapping[bytes, Any] = client.select_folder(name, readonly=readonly)
    except IMAPClientError as error:
        if not _is_missing(error):
            raise
        return None
    return answer


def _is_missing(error: IMAPClientError) -> bool:
    """Whether a command was refused for a folder that is not there, as far as the server tells."""
    return _MISSING.match(str(error)) is not None
