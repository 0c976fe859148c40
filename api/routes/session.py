"""Answer for signing in and out, and tell who is signed in and what this one may do."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import geojson
from api.dependencies import Body, Running, Service, parse_object
from api.doors import COOKIE, Asking, Visitor, may, mode_of, problem_of
from api.errors import ProblemError, refused
from api.identity.demo import still_ready
from api.identity.sign_in import SignIn, TooManyTriesError
from api.openapi import Content, documented
from geo.faults import Fault

if TYPE_CHECKING:
    from datetime import datetime

    from api.db.accounts import Account

router = APIRouter(prefix="/api/session", tags=["session"])

SESSION = Content("SessionShape")
NO_STORE = {"Cache-Control": "no-store"}
MOST_TYPED = 2_000
SUBSCRIBER_BITS = 64
TOO_LONG = Fault(
    "sign_in.long", f"超过 {MOST_TYPED} 个字符", f"has more than {MOST_TYPED} characters", "重新填写", "type it again"
)
OLD_WRONG = Fault(
    "password.wrong", "原密码不对", "that is not the password as it is", "重新输入原密码", "type it again", field="old"
)


@router.get("", responses=documented(SESSION), dependencies=[may("session.open")])
def get_session(service: Running, visitor: Asking) -> Response:
    """Return who is signed in, in which mode the service runs, and what this one may do."""
    return _told(service, visitor)


@router.post("", status_code=201, responses=documented(SESSION, 401, 413, 415, 422, 429, status=201),
             openapi_extra=Content("SignInRequest").body, dependencies=[may("session.open")])  # fmt: skip
def sign_in(request: Request, service: Running, body: Body) -> Response:
    """Sign in with name and password; the answer sets the cookie. A session that the browser had is closed."""
    name, password = _texts(body, "name", "password")
    door, now = SignIn(service.store), service.now()
    account = _authenticated(request, door, name, password, now)
    if account is None:
        raise ProblemError("sign_in.wrong", "登录名或密码不对，或账号已停用", "wrong name or password, or disabled")
    _close(door, request)
    answer = _told(service, Visitor(mode_of(service, somebody=True), door.people.person(account)), 201)
    _give(answer, request, door.open_session(account, now))
    return answer


@router.delete("", status_code=204, responses=documented(None, status=204), dependencies=[may("session.open")])
def sign_out(request: Request, service: Running) -> Response:
    """Sign out: the session is closed and the cookie cleared; also where nobody was signed in."""
    _close(SignIn(service.store), request)
    answer = Response(status_code=204, headers=NO_STORE)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer


@router.post("/password", status_code=204, responses=documented(None, 401, 413, 415, 422, 429, status=204),
             openapi_extra=Content("PasswordRequest").body,
             dependencies=[may("password.change", own=True)])  # fmt: skip
def change_password(request: Request, service: Running, visitor: Asking, body: Body) -> Response:
    """Give oneself another password; every other session of the account is closed."""
    old, new = _texts(body, "old", "new")
    door, now = SignIn(service.store), service.now()
    account = None if visitor.person is None else door.people.by_id(visitor.person.id)
    if account is None:
        raise visitor.refuse("password.change")
    if _authenticated(request, door, account.name, old, now) is None:
        raise refused(OLD_WRONG)
    changed = door.people.set_password(account.name, new, now=now)
    answer = Response(status_code=204, headers=NO_STORE)
    if COOKIE in request.cookies:
        _give(answer, request, door.open_session(changed, now))
    return answer


def _told(service: Service, visitor: Visitor, status: int = 200) -> Response:
    body: dict[str, Any] = {
        "mode": visitor.mode,
        "person": None if visitor.person is None else dataclasses.asdict(visitor.person),
        "may": visitor.may(),
        "ready_made": [
            {"role": one.role, "name": one.name, "password": one.password, "shown": one.shown}
            for one in still_ready(service.store, service.ready_made or ())
        ],
    }
    return Response(geojson.dumps(body), status, NO_STORE, "application/json")


def _authenticated(request: Request, door: SignIn, name: str, password: str, now: datetime) -> Account | None:
    """Return the account of a name and its password, None where they do not belong together; 429 after many tries."""
    host = "" if request.client is None else request.client.host
    try:
        return door.authenticate(name, password, now, address=tried_from(host))
    except TooManyTriesError as error:
        seconds = max(1, -int((now - error.until).total_seconds() // 1))
        raise problem_of(error.fault, **{"Retry-After": str(seconds)}) from None


def tried_from(host: str) -> str:
    """Return what tries are counted by; empty for this machine, since a proxy on it may stand for everybody.

    Of IPv6 the network of a subscriber: each has more addresses than could be counted. IPv4 may come written as IPv6.

    >>> [tried_from(host) for host in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7", "::ffff:127.0.0.1", "::1")]
    ['192.0.2.7', '192.0.2.7', '2001:db8::/64', '', '']
    """
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host  # a name that a proxy gave
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, SUBSCRIBER_BITS), strict=False))


def _texts(body: bytes, *names: str) -> list[str]:
    """Return texts of a body; what came in their place is told to nobody, it may be a password."""
    given = parse_object(body)
    faults = [
        Fault("sign_in.missing", "须填写，为文字", "must be given, as text", "填写", "give it", field=name)
        for name in names
        if not isinstance(given.get(name), str)
    ]
    # Before anything is made of it: to compare and hash what is megabytes long costs the service more than the sender.
    faults += [TOO_LONG.at(field=name) for name in names if name in given and len(str(given[name])) > MOST_TYPED]
    if faults:
        raise refused(*faults)
    return [given[name] for name in names]


def _close(door: SignIn, request: Request) -> None:
    if cookie := request.cookies.get(COOKIE):
        door.close_session(cookie)


def _give(answer: Response, request: Request, session: str) -> None:
    """Let the browser keep a session until it is closed; no script can read it, no other site can send it."""
    answer.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=request.url.scheme == "https")
