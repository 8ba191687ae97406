"""Values that are addresses, links, hosts and servers, each with its check: see `fields`."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, PlainValidator

from mailer.mail.address import Address, address
from mailer.mail.server import Server, read_server

_NOT_IN_LINKS = re.compile(r'[\s"<>\\]')


def _mail(value: object) -> Address:
    if not isinstance(value, str):
        raise ValueError("expected an address, such as anna.ek@kommun.example")
    return address(value)


def _split(text: str) -> SplitResult:
    """The parts of a link; what urlsplit says itself may repeat a password."""
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("not a link; expected one such as https://kommun.example") from None


def _link(text: str) -> str:
    text = text.strip()
    if _NOT_IN_LINKS.search(text):
        raise ValueError(f"{text!r}: a link holds no space, quotation mark, <, > or \\")
    parts = _split(text)
    if parts.scheme == "mailto":
        address(parts.path)
    elif not (
        (parts.scheme in ("http", "https") and parts.hostname)
        or (text.startswith("/") and not text.startswith("//"))
        or not text
    ):
        raise ValueError(f"{text!r}: a link begins with https://, mailto: or / (on our own site)")
    return text


def read_base_url(value: object) -> str:
    """Where residents reach the web pages, without a slash at the end. Raises ValueError."""
    text = value.strip().rstrip("/") if isinstance(value, str) else ""
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("expected the address of the web pages, such as https://trygg.example")
    if parts.query or parts.fragment or _NOT_IN_LINKS.search(text):
        raise ValueError("nothing may follow the path of the web pages' address")
    return text


def read_listen(value: object) -> tuple[str, int]:
    """Host and port of "127.0.0.1:8080" or "[::1]:8080". Raises ValueError."""
    host, _, port = value.strip().rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65_535:
        raise ValueError("expected host:port, such as 127.0.0.1:8080")
    return host, int(port)


def read_network(value: object) -> str:
    """An IP address, or a network such as 10.1.0.0/16. Raises ValueError."""
    try:
        return str(ip_network(str(value))) if "/" in str(value) else str(ip_address(str(value)))
    except ValueError:
        raise ValueError(f"{value}: expected an IP address, or a network: 10.1.0.0/16") from None


def read_database_url(value: object) -> str:
    """The URL as given, of a kind that the store knows. Raises ValueError."""
    if not isinstance(value, str) or not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
        raise ValueError("expected sqlite:///path/to/mailer.db or postgresql://user@host/database")
    return value


def _server(protocol: Literal["imap", "smtp"]) -> Callable[[object], Server]:
    def check(value: object) -> Server:
        if not isinstance(value, str):
            raise ValueError(f"expected {protocol}://host:port")
        server = read_server(value, protocol)
        if server.user or server.password:
            raise ValueError("a user or password does not belong here; use user and password-file")
        return server

    return check


Mail = Annotated[Address, PlainValidator(_mail)]
Link = Annotated[str, AfterValidator(_link)]
BaseUrl = Annotated[str, PlainValidator(read_base_url)]
Listen = Annotated[tuple[str, int], PlainValidator(read_listen)]
Network = Annotated[str, PlainValidator(read_network)]
DatabaseUrl = Annotated[str, PlainValidator(read_database_url)]
Imap = Annotated[Server, PlainValidator(_server("imap"))]
Smtp = Annotated[Server, PlainValidator(_server("smtp"))]
