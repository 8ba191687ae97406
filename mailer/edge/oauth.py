"""Access tokens for the mail servers of Microsoft 365: OAuth 2.0 client credentials, by msal.

Takes the municipality's application in Entra ID, which may use its mailbox without a user
(permissions IMAP.AccessAsApp and SMTP.SendAsApp); gives a token for SASL XOAUTH2. A token lasts for
about an hour and is kept; with five minutes left of it, the next one is asked for.

Promises that no text of an error or in the log holds the secret or a token. From 30 days before the
secret expires, the log says so each day.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from mailer.errors import MailerError
from mailer.mail.line import one_line
from mailer.mail.server import Secret

if TYPE_CHECKING:
    from msal import ConfidentialClientApplication

log = logging.getLogger("mailer.oauth")

AUTHORITY = "https://login.microsoftonline.com"
SCOPE = "https://outlook.office365.com/.default"
TIMEOUT = 30.0  # seconds for each request
WARN_BEFORE = timedelta(days=30)

_WHAT_TO_DO = {
    7000215: "the client secret is wrong; secret-file must hold its value, not its id",
    7000222: "the client secret has expired; make a new one in Entra ID and put it in secret-file",
    700016: "there is no such application in the tenant; check 'client' and 'tenant'",
    90002: "there is no such tenant; check 'tenant'",
    900023: "there is no such tenant; check 'tenant'",
}
"""By the AADSTS codes of Entra ID."""


@dataclass(frozen=True, slots=True)
class Application:
    """What is registered in Entra ID: the ids of tenant and client, and the client secret."""

    tenant: str
    client: str
    secret: Secret
    secret_expires: date | None = None

    def expiry(self, today: date) -> str:
        """What to say of the secret's end; empty while it is far away or not known."""
        if self.secret_expires is None or self.secret_expires - today > WARN_BEFORE:
            return ""
        expires = "expired" if self.secret_expires <= today else "expires"
        return (
            f"the client secret of {self.client} {expires} on {self.secret_expires}: make a new "
            "one in Entra ID, put it in secret-file, and set secret-expires"
        )


class Tokens:
    """The token of an application, as it is asked for; `error` is raised where there is none.

    Call and await it, or `fetch` in a thread. `authority` is for a cloud with another login server.
    """

    def __init__(
        self,
        application: Application,
        error: type[MailerError],
        now: Callable[[], datetime],
        *,
        authority: str = AUTHORITY,
    ) -> None:
        self._application = application
        self._error = error
        self._now = now
        self._authority = authority
        self._lock = Lock()
        self._client: ConfidentialClientApplication | None = None
        self._warned: date | None = None

    async def __call__(self) -> Secret:
        return await asyncio.to_thread(self.fetch)

    def fetch(self) -> Secret:
        """Blocks for as long as Microsoft's server takes."""
        from msal.exceptions import MsalError  # imported late: most installations need it never

        with self._lock:
            self._warn()
            try:
                answer = self._connected().acquire_token_for_client([SCOPE])
            except (OSError, MsalError) as error:
                raise self._error(f"{self._authority}: no token: {_plain(error)}") from None
            except ValueError:  # whose text has no more to say
                raise self._error(
                    f"{self._authority}: no token: its answer cannot be used; check 'tenant'"
                ) from None
        if "access_token" not in answer:
            raise self._error(f"{self._authority}: no token: {_refusal(answer)}")
        return Secret(answer["access_token"])

    def _connected(self) -> "ConfidentialClientApplication":
        """Made at the first use: making it asks the server already."""
        from msal import ConfidentialClientApplication

        if self._client is None:
            application = self._application
            self._client = ConfidentialClientApplication(
                application.client,
                application.secret.reveal(),
                authority=f"{self._authority}/{application.tenant}",
                instance_discovery=False,
                timeout=TIMEOUT,
            )
        return self._client

    def _warn(self) -> None:
        today = self._now().date()
        expiry = self._application.expiry(today)
        if expiry and self._warned != today:
            self._warned = today
            log.warning("secret-expires reason=%s", expiry)


def _refusal(answer: dict[str, Any]) -> str:
    for code in answer.get("error_codes") or ():
        if code in _WHAT_TO_DO:
            return _WHAT_TO_DO[code]
    said = str(answer.get("error_description") or answer.get("error") or "no reason was given")
    return one_line(said.splitlines()[0])[:300]


def _plain(error: Exception) -> str:
    """The innermost reason; the outer ones repeat the whole request."""
    inner: BaseException = error
    while inner.__context__ is not None:
        inner = inner.__context__
    return one_line(str(inner))[:300] or type(inner).__name__
