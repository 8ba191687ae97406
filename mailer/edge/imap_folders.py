"""Folder names: ours are plain Unicode, one level deep; the server's have a prefix and a delimiter.

Takes a name as the configuration has it ("Trygg i trafiken"). Gives the name on the server, below
the prefix of the personal namespace (RFC 2342: "INBOX." on many). Promises that a name is always
one folder: a "/" or the server's delimiter in it becomes "-", for on one server "Hem/skola" would
be two folders, on the next one, and on a third an error. IMAPClient does the modified UTF-7.
"""

from dataclasses import dataclass

from imapclient import IMAPClient

INBOX = "INBOX"
_NOT_THERE = {b"\\noselect", b"\\nonexistent"}
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
    if name != INBOX and name not in folders(client, name):
        client.create_folder(name)
        client.subscribe_folder(name)
