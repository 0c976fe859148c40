"""Say who asks and in which mode the service answers; the permission of a route stands at the route, as a `may`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, Request

from api.db.accounts import has_accounts
from api.dependencies import ANYBODY, service_of
from api.errors import ProblemError
from api.identity.permissions import ACTIONS, Person, refusal, scope
from api.identity.sign_in import TOKEN_MARK, SignIn
from api.settings import is_loopback, is_reached_from_outside

if TYPE_CHECKING:
    from collections.abc import Collection

    from api.dependencies import Service
    from api.identity.permissions import Scope
    from geo.faults import Fault

Mode = Literal["desk", "demo", "accounts"]

COOKIE = "cotrench_session"
#: Layers with permissions of their own; the others share those of ``layers``.
LAYERS_APART = frozenset({"routes", "sites", "pipes"})
#: What anybody may do in the sample county without signing in: look at everything, assess, draw. Nobody decides so.
OPEN_IN_DEMO = frozenset(
    {
        *(action for action in ACTIONS if action.endswith(".read")),
        "assess", "layers.write", "sites.write", "pipes.write", "routes.write",
    }
)  # fmt: skip


#: What proxies add. A proxy on this machine comes from loopback: it must not open a desk to those behind it.
FORWARDED = frozenset(
    {
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
        "x-forwarded-server", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a person, or (None) nobody who signed in; ``mode`` says what nobody may do."""

    mode: Mode
    person: Person | None

    @property
    def who(self) -> str:
        """The name that records keep."""
        return ANYBODY if self.person is None else self.person.name

    @property
    def key(self) -> str:
        """What keeps the requests of one person apart from those of another; empty: nobody signed in."""
        return "" if self.person is None else self.person.id

    def reach(self, action: str) -> Scope | None:
        """Return how far this one may do something: to all, to the own, or (None) not at all; `KeyError` as `scope`.

        >>> Visitor("desk", None).reach("cases.act"), Visitor("demo", None).reach("routes.write")
        ('all', 'all')
        >>> Visitor("demo", None).reach("cases.act"), Visitor("accounts", None).reach("routes.read")
        (None, None)
        """
        if self.mode == "desk" or (self.mode == "demo" and self.person is None and action in OPEN_IN_DEMO):
            return "all"
        return scope(self.person, action)

    def reaches(self, action: str, owner: str | Collection[str]) -> bool:
        """Tell whether this one may do something to what is ``owner``'s, as `Person.owns` reads it.

        >>> gas = Person("a1", "李伟", "o1", "燃气公司", "gas", "", ("utility",))
        >>> [Visitor("accounts", gas).reaches("figures.read", one) for one in ("燃气公司", "自来水公司")]
        [True, False]
        """
        reach = self.reach(action)
        return reach == "all" or (reach == "own" and self.person is not None and self.person.owns(owner))

    def may(self) -> dict[str, Scope]:
        """Return every action that this one may do, and how far."""
        return {action: reach for action in ACTIONS if (reach := self.reach(action)) is not None}

    def require(self, action: str) -> None:
        """Refuse where this one may not do something to all: for what an address alone does not tell."""
        if self.reach(action) != "all":
            raise self.refuse(action)

    def refuse(self, action: str) -> ProblemError:
        """Return the problem of somebody who may not do something; 401 where signing in may help."""
        return problem_of(refusal(self.person, action))


class May:
    """A dependency that refuses who may not do an action.

    Parameters
    ----------
    action
        Of `ACTIONS`; ``{layer}`` in it stands for the layer of the address.
    own
        Whether the route itself looks at whose a thing is. Else it is for those alone who may do it to all.
    """

    def __init__(self, action: str, *, own: bool = False) -> None:
        self.action, self.own = action, own

    def of(self, layer: str) -> str:
        """Return the action for a layer of an address.

        >>> May("{layer}.read").of("routes"), May("assess").of("")
        ('routes.read', 'assess')
        """
        layered, _, act = self.action.rpartition(".")
        return action_on(layer, act) if layered == "{layer}" else self.action

    def __call__(self, request: Request) -> None:
        """Find out who asks, for the route too, and let pass or refuse."""
        visitor = who_asks(request)
        request.state.visitor = visitor
        action = self.of(request.path_params.get("layer", ""))
        reach = visitor.reach(action)
        if reach is None or (reach == "own" and not self.own):
            raise visitor.refuse(action)


def action_on(layer: str, act: str) -> str:
    """Return the action of reading or writing a layer.

    >>> action_on("routes", "read"), action_on("trees", "write")
    ('routes.read', 'layers.write')
    """
    return f"{layer if layer in LAYERS_APART else 'layers'}.{act}"


def may(action: str, *, own: bool = False) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency has no type
    """Return the permission of a route, for its ``dependencies``: they come before its body is read. See `May`."""
    return Depends(May(action, own=own))


async def visitor_of(request: Request) -> Visitor:
    """Return who asks, as the route's `may` has found out."""
    found: Visitor = request.state.visitor
    return found


Asking = Annotated[Visitor, Depends(visitor_of)]


def who_asks(request: Request) -> Visitor:
    """Return who asks, by token or else by the browser's cookie.

    Raises
    ------
    ProblemError
        401 for a token that is unknown, over, revoked or none of ours: a program must not go on as nobody, or as whom a
        cookie names, without being told. A cookie that has ended is nobody's.
    """
    service = service_of(request)
    door, now = SignIn(service.store), service.now()
    person = None
    if (token := _token_of(request)) is not None:
        person = door.token(token, now)
        if person is None:
            raise _no_token()
    elif cookie := request.cookies.get(COOKIE):
        person = door.session(cookie, now)
    mode = mode_of(service, somebody=person is not None)
    if mode != "accounts" and _is_from_elsewhere(request):
        zh, en = (
            "请求来自其他机器或经代理转来，而本服务尚不要求登录：先建账号并设 COTRENCH_HOSTS",
            "another machine or a proxy sent this, and nobody signs in here yet: make accounts and set COTRENCH_HOSTS",
        )
        raise ProblemError("host.refused", zh, en)
    return Visitor(mode, person)


def _is_from_elsewhere(request: Request) -> bool:
    """Tell whether a request comes from another machine, or may, through a proxy on this one.

    A proxy that adds no header and writes a Host of its own speaks HTTP/1.0 to us (nginx as it is installed); browsers
    have not for decades.
    """
    client = request.client
    passed_on = FORWARDED & set(request.headers) or request.scope["http_version"] == "1.0"
    return bool(passed_on) or (client is not None and not is_loopback(client.host))


def _token_of(request: Request) -> str | None:
    """Return the token of a program; None where none is meant, as where a proxy has asked for a password of its own."""
    given = request.headers.get("authorization", "")
    kind, _, value = given.partition(" ")
    if kind.lower() != "bearer" and TOKEN_MARK not in given:
        return None
    if kind.lower() != "bearer" or not value.strip().startswith(TOKEN_MARK):
        raise _no_token(
            f"Authorization 应为“Bearer {TOKEN_MARK}…”；收到的不是本服务的令牌",
            f"Authorization must read “Bearer {TOKEN_MARK}…”; what came is no token of this service",
        )
    return value.strip()


def _no_token(zh: str = "", en: str = "") -> ProblemError:
    return ProblemError("sign_in.token", zh, en, headers={"WWW-Authenticate": "Bearer"})


def mode_of(service: Service, *, somebody: bool = False) -> Mode:
    """Return the mode of the service; ``somebody`` has signed in, so that accounts need not be looked for."""
    if service.ready_made is not None:
        return "demo"
    if somebody or is_reached_from_outside(service.settings) or has_accounts(service.store):
        return "accounts"
    return "desk"


def problem_of(fault: Fault, **headers: str) -> ProblemError:
    """Return a fault of signing in or of permission as a problem of the same code."""
    if fault.code == "permission.sign_in":
        headers = {"WWW-Authenticate": "Bearer", **headers}
    return ProblemError(fault.code, fault.sentence("zh"), fault.sentence("en"), faults=[fault], headers=headers)
