"""A token endpoint as Entra ID's, over TLS on loopback, that answers by script."""

import asyncio
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.running import Thread, issue_certificate

TENANT = "0b6f1c2e-1111-4222-8333-444455556666"


class TokenServer(Thread):
    """Gives "token-1", "token-2", …, each for `lasts` seconds, or `answer` with its status.

    `asked` holds the form of each request for a token.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.lasts = 3600
        self.answer: tuple[int, str] | None = None
        self._directory = tempfile.TemporaryDirectory(prefix="token-")
        self.ca = Path(self._directory.name) / "ca.pem"

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    async def listen(self) -> asyncio.Server:
        issue_certificate(self.ca.parent)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.ca.parent / "server.pem")
        return await asyncio.start_server(self._serve_one, "127.0.0.1", 0, ssl=context)

    def stop(self) -> None:
        super().stop()
        self._directory.cleanup()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            _, path, _ = head.split(" ", 2)
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:-2])
            body = (await reader.readexactly(int(fields.get("content-length", 0)))).decode()
            status, content = self._answer(path, body)
            headers = f"Content-Type: application/json\r\nContent-Length: {len(content.encode())}"
            writer.write(f"HTTP/1.1 {status} -\r\n{headers}\r\nConnection: close\r\n\r\n".encode())
            writer.write(content.encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, body: str) -> tuple[int, str]:
        base = f"{self.url}/{TENANT}"
        if path == f"/{TENANT}/v2.0/.well-known/openid-configuration":
            return 200, json.dumps(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                }
            )
        if path != f"/{TENANT}/oauth2/v2.0/token":
            return 400, json.dumps({"error": "invalid_tenant"})
        self.asked.append(dict(parse_qsl(body)))
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": self.lasts,
            "access_token": f"token-{len(self.asked)}",
        }
        return self.answer or (200, json.dumps(token))


def refusal(code: int, words: str) -> tuple[int, str]:
    """What Entra ID answers to a request that it refuses."""
    return 401, json.dumps(
        {
            "error": "invalid_client",
            "error_description": f"AADSTS{code}: {words} Trace ID: 1f\r\nCorrelation ID: 2e",
            "error_codes": [code],
        }
    )
