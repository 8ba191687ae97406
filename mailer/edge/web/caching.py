"""For how long an answer may be kept, and by whom (RFC 9111)."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

SOON = "public, max-age=300"
HOUR = "public, max-age=3600"
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-store"


def lasting(request: Request, response: Response, keep: str) -> Response:
    """The response with its hash, or 304 to whoever has it (RFC 9110, 13.1.2)."""
    etag = f'"{sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": keep}
    known = request.headers.get("if-none-match", "").split(",")
    if etag in (each.strip().removeprefix("W/") for each in known):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
