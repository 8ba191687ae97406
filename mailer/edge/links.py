"""Links to the web: whether they work, asked of their servers.

Takes http and https links; gives for each a reason why it does not work, or "" if it does. Never
raises: a network that is down is a reason like others. Each server is asked as a browser would,
first without the page (HEAD), then, since some servers refuse that, for the page itself.
"""

import asyncio
from collections.abc import Iterable, Mapping
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

TIMEOUT = 10.0
"""Seconds for each question."""
AT_ONCE = 8

_GONE = {404, 410}
_AGENT = "Mozilla/5.0 (compatible; mailer check)"


async def ask(links: Iterable[str]) -> Mapping[str, str]:
    """The answer of every link, once each, a few at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(link: str) -> str:
        async with turn:
            return await asyncio.to_thread(_answer, link)

    asked = tuple(dict.fromkeys(links))
    return dict(zip(asked, await asyncio.gather(*map(one, asked)), strict=True))


def _answer(link: str) -> str:
    return _try(link, "HEAD") and _try(link, "GET")


def _try(link: str, method: str) -> str:
    try:
        request = Request(_ascii(link), method=method, headers={"User-Agent": _AGENT})  # noqa: S310
        # preflight asks only what begins with http:// or https://
        with urlopen(request, timeout=TIMEOUT):  # noqa: S310
            return ""
    except HTTPError as error:
        error.close()
        # what asks for a login, or minds robots, is there all the same
        works = error.code < 500 and error.code not in _GONE and method == "GET"
        return "" if works else f"{error.code} {error.reason}"
    except URLError as error:
        return str(error.reason)
    except (OSError, HTTPException, ValueError) as error:
        return str(error) or type(error).__name__


def _ascii(link: str) -> str:
    """The link as HTTP takes it: å in the host as IDNA, elsewhere as percent-encoded UTF-8."""
    parts = urlsplit(link)
    return parts._replace(
        netloc=parts.netloc.encode("idna").decode(),
        path=quote(parts.path, safe="/%:@!$&'()*+,;=~"),
        query=quote(parts.query, safe="/?%:@!$&'()*+,;=~"),
        fragment="",
    ).geturl()
