"""Stand before every request: whose host name, from which page, and under which security headers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from api.errors import ProblemError, failure
from api.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{pictures}; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",  # an answer is for who asked: no proxy keeps it for others
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """Put the security headers on every answer, also on those of errors.

    Parameters
    ----------
    pictures_from
        Servers from which the page may load pictures, besides this one: those of a tile service.
    """

    def __init__(self, app: ASGIApp, pictures_from: Collection[str] = ()) -> None:
        self.app = app
        pictures = "".join(f" {server}" for server in pictures_from)
        policy = CONTENT_SECURITY_POLICY.format(pictures=pictures)
        self.headers = {"content-security-policy": policy, **SECURITY_HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, complete if scope["type"] == "http" else send)


class FailuresAnswered:
    """Answer what goes wrong in the service itself, inside the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where it fails before anything was answered, answer with a problem."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await failure(scope["method"], scope["path"], error).response()(scope, receive, send)


class OwnPagesOnly:
    """Refuse what a page of another site can make a browser send here.

    At a desk nobody has to sign in, so a browser that visits a hostile page is a way in from outside: by a name that
    the page's owner points at 127.0.0.1 (DNS rebinding: the Host header tells it), or by a form or a script that
    writes from another origin (Origin and Sec-Fetch-Site tell it). Programs send neither header and pass.

    Parameters
    ----------
    hosts
        Names under which others may reach the service, besides loopback; in lower case, without ports.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or pass the request on."""
        if scope["type"] == "http":
            problem = refusal(scope["method"], Headers(scope=scope), self.hosts)
            if problem is not None:
                await problem.problem.response()(scope, receive, send)
                return
        await self.app(scope, receive, send)


def refusal(method: str, headers: Headers, hosts: Collection[str] = ()) -> ProblemError | None:
    """Return why a request is refused, or None where it is welcome; ``hosts`` are welcome besides loopback.

    >>> refusal("GET", Headers({"host": "localhost:8000"})) is None
    True
    >>> refusal("GET", Headers({"host": "evil.example"})).problem.code
    'host.refused'
    >>> refusal("POST", Headers({"host": "localhost:8000", "origin": "http://evil.example"})).problem.code
    'origin.refused'
    >>> refusal("GET", Headers({"host": "map.county.example"}), ["map.county.example"]) is None
    True
    """
    host = headers.get("host", "")
    name = _name_of(host)
    if name not in hosts and not is_loopback(name):
        zh, en = (
            "本服务只接受本机地址和 COTRENCH_HOSTS 中的名称",
            "this service answers to addresses of this machine, and to the names in COTRENCH_HOSTS",
        )
        return ProblemError("host.refused", zh, en)
    if method in SAFE_METHODS:
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
    if foreign or site not in {"same-origin", "none"}:
        return ProblemError("origin.refused", "请从本服务自己的页面写入", "write from this service's own pages")
    return None


def _name_of(host: str) -> str:
    """Return the host without its port; empty where it is malformed.

    >>> [_name_of(host) for host in ("127.0.0.1:80", "[::1]:80", "localhost", "a:b:c")]
    ['127.0.0.1', '::1', 'localhost', '']
    """
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is no number
    except ValueError:
        return ""
    return "" if parts.username is not None or parts.path else parts.hostname or ""
