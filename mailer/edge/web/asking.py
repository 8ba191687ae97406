"""What a request says of its sender: the language that they read, and where they are."""

from collections.abc import Collection

from starlette.requests import Request

from mailer.newsletter.words import ORIGINAL


def language_of(request: Request, known: Collection[str]) -> str:
    """The one asked for by `sprak`, else the browser's best (RFC 9110, 12.5.4), else Swedish."""
    asked = request.query_params.get("sprak", "")
    if asked in known:
        return asked
    wanted = [_weighed(each) for each in request.headers.get("accept-language", "").split(",")[:20]]
    for _, language in sorted(wanted, key=lambda each: -each[0]):
        if language in known:
            return language
    return ORIGINAL


def client_of(request: Request) -> str:
    """The address that the request comes from; the server has looked behind trusted proxies."""
    return request.client.host if request.client else ""


def _weighed(wanted: str) -> tuple[float, str]:
    tag, _, weight = wanted.partition(";")
    try:
        quality = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0
    return quality, tag.strip().partition("-")[0].lower()
