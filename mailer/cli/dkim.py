"""dkim new, show: the keys that letters are signed with, and the DNS records that prove them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import complain, say, settings_of
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.edge.keys import KeyFile
    from mailer.mail.dkim import Key
    from mailer.settings import Settings

app = typer.Typer(help="The keys that letters are signed with.", no_args_is_help=True)

Selector = Annotated[
    str, typer.Option(help="What the keys are called in DNS; that of the settings, else mailer.")
]


@app.command()
def new(context: typer.Context, selector: Selector = "") -> None:
    """Make an RSA and an Ed25519 key; print their DNS records, ready to paste."""
    from mailer.edge.keys import make_keys

    settings = settings_of(context)
    files = _files(settings, selector)
    _print_records(settings, make_keys(files))
    complain("\n".join(f"Wrote {file.path}" for file in files))
    if files != settings.dkim:
        name = files[0].selector.removesuffix(f"-{files[0].algorithm}")
        complain(
            f"Letters are signed with them once {context.obj / 'mailer.yaml'} says\n"
            f"dkim:\n  selector: {name}\n"
            "Publish the records first: a signature without its record counts for nothing."
        )


@app.command()
def show(context: typer.Context, selector: Selector = "") -> None:
    """Print the DNS records of the keys again."""
    from mailer.edge.keys import read_keys

    settings = settings_of(context)
    _print_records(settings, read_keys(_files(settings, selector)))


def _files(settings: "Settings", selector: str) -> "tuple[KeyFile, ...]":
    from mailer.edge.keys import key_files
    from mailer.settings.fields import read_selector

    if not selector and settings.dkim:
        return settings.dkim
    try:
        return key_files(read_selector(selector or "mailer"), settings.data_dir)
    except ValueError as error:
        raise MailerError(f"--selector {error}") from None


def _print_records(settings: "Settings", keys: "Iterable[Key]") -> None:
    from mailer.mail.dkim import record

    for key in keys:
        say(record(settings.organisation.mailbox.domain, key))
