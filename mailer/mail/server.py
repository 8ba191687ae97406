"""Where a mail server is and how to speak with it, read from one URL.

`imap://user:password@host:port`, `imaps://`, `smtp://`, `smtps://`, with `?tls=starttls` or
`?tls=none`. Without `?tls=` the plain schemes mean STARTTLS, required and verified; on loopback,
where nobody can listen in between, they mean no TLS.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Tls = Literal["implicit", "starttls", "none"]

_PORTS = {"imap": 143, "imaps": 993, "smtp": 587, "smtps": 465}


class Secret:
    """A password or token that no log, error or dump shows; `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)" if self._value else "Secret()"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True)
class Server:
    """One mail server. `user` empty means: no login."""

    protocol: Literal["imap", "smtp"]
    host: str
    port: int
    tls: Tls
    user: str = ""
    password: Secret = NO_SECRET

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = f"{self.protocol}s" if self.tls == "implicit" else self.protocol
        return f"{scheme}://{host}:{self.port}"


def read_server(url: str, protocol: Literal["imap", "smtp"]) -> Server:
    """Read one server URL.

    Raises ValueError with a reason that never repeats the URL (it may hold a password).
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"not a URL; expected {protocol}://host:port") from None
    if parts.scheme not in (protocol, f"{protocol}s"):
        raise ValueError(f"expected {protocol}://host:port or {protocol}s://host:port")
    if not parts.hostname:
        raise ValueError(f"no host in it; expected {protocol}://host:port")
    if port == 0:
        raise ValueError("no server listens on port 0")
    if parts.path.strip("/") or parts.fragment:
        raise ValueError("nothing may follow the port but ?tls=")
    options = parse_qs(parts.query, keep_blank_values=True)
    asked = options.pop("tls", [""])[-1]
    if options:
        raise ValueError("unknown option; only ?tls= is known")
    return Server(
        protocol=protocol,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=_tls(parts.scheme, asked, parts.hostname),
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password or "")),
    )


def _tls(scheme: str, asked: str, host: str) -> Tls:
    if scheme.endswith("s"):
        if asked:
            raise ValueError(f"{scheme}:// is TLS from the first byte, without ?tls=")
        return "implicit"
    match asked:
        case "starttls" | "none":
            return asked
        case "":
            return "none" if is_loopback(host) else "starttls"
        case _:
            raise ValueError("tls= must be starttls or none")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
