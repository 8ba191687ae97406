"""A login by access token (SASL XOAUTH2): what the client says, and what a refusal is about.

Takes the token and the challenge by which a server refuses it, which is JSON; gives a clause that
says what to do, without a word of the token. A token of Entra ID tells itself which permissions it
has (the claim `roles`); the order of the questions:

===========================================  =======================================
the token lacks the permission               the application needs it
the server wants another scheme than bearer  it takes no such token
its status is one of _NOT_VALID              the token is not for this server
any other refusal                            the application may not use the mailbox
===========================================  =======================================
"""

import json
from base64 import urlsafe_b64decode
from typing import Any, Literal

Permission = Literal["SMTP.SendAsApp", "IMAP.AccessAsApp"]

_NOT_VALID = ("400", "401", "invalid_token", "invalid_request")
_LACKING = ("403", "insufficient_scope")


def first_words(user: str, token: str) -> bytes:
    return f"user={user}\1auth=Bearer {token}\1\1".encode()


def advice(permission: Permission, token: str, challenge: bytes) -> str:
    """`challenge` is what the server sent before it said no, decoded; it may be anything."""
    roles, said = _claims(token).get("roles"), _mapping(challenge)
    status = str(said.get("status", ""))
    if (isinstance(roles, list) and permission not in roles) or status in _LACKING:
        return (
            f"the application lacks the permission {permission}: add it in Entra ID (Office 365 "
            "Exchange Online), with an administrator's consent"
        )
    schemes = str(said.get("schemes", "bearer")).lower().split()
    if "bearer" not in schemes:
        return "the server takes no token of this kind; check 'login' and 'server'"
    if status in _NOT_VALID:
        return f"the token is not valid there (status {status}); check 'tenant' and 'server'"
    return (
        "the application may not use this mailbox: check 'user', and let an administrator of "
        "Exchange give it the mailbox (New-ServicePrincipal, Add-MailboxPermission)"
    )


def _claims(token: str) -> dict[str, Any]:
    """What a token says of itself (RFC 7519); nothing where it is none that can be read."""
    _, _, rest = token.partition(".")
    payload = rest.partition(".")[0].encode()
    try:
        return _mapping(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    except ValueError:
        return {}


def _mapping(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
