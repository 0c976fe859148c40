"""Read the headers that make a request conditional, and answer a repeated write with its first answer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

from api.errors import ProblemError, refused
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from api.db.records import Answer
    from api.dependencies import Service
    from api.doors import Visitor

LONGEST_KEY = 255
# What a repeated request must share with the first one, besides method, address and body.
SAME_HEADERS = ("if-match", "if-none-match", "content-crs", "content-type")


def etag(revision: int) -> str:
    """Return the entity tag of a revision.

    >>> etag(3)
    '"3"'
    """
    return f'"{revision}"'


def tags(header: str | None) -> frozenset[str]:
    """Return the entity tags of a header, each with its quotes; weak ones with their ``W/``.

    >>> sorted(tags('"1", W/"2"'))
    ['"1"', 'W/"2"']
    """
    return frozenset(part.strip() for part in (header or "").split(",") if part.strip())


def revision_wanted(request: Request, current: int) -> int | None:
    """Return the revision that a write is based on: ``current`` if the header names it, None for any (``*``).

    Parameters
    ----------
    current
        The revision the item has now.

    Raises
    ------
    ProblemError
        428 where the header is missing.
    """
    wanted = tags(request.headers.get("if-match"))
    if not wanted:
        zh = '请在 If-Match 中写明读到的版本，如 "3"'
        raise ProblemError("condition.required", zh, 'name the revision you have read in If-Match, such as "3"')
    if "*" in wanted:
        return None
    return current if etag(current) in wanted else -1


def unchanged(request: Request, current: str) -> bool:
    """Tell whether the reader has this representation already (If-None-Match; weak comparison)."""
    known = {tag.removeprefix("W/") for tag in tags(request.headers.get("if-none-match"))}
    return "*" in known or current.removeprefix("W/") in known


def answered_once(service: Service, request: Request, body: bytes, act: Callable[[], Answer]) -> Response:
    """Do a write in one transaction and answer it; with an Idempotency-Key that came before, only answer it again.

    The answer is kept in the transaction of the write, so that both are on disk or neither is. It is kept for who asked
    alone: the same key of somebody else is another key.
    """
    digest, key = _digest(request, body), _checked_key(request)
    with service.store.transaction():
        before = answered_before(service, request, body)
        if before is not None:
            return before
        answer = act()
        if key:
            service.store.remember(key, digest, answer, now=service.now())
    service.resident.follow()
    return _response(answer, {})


def answered_before(service: Service, request: Request, body: bytes) -> Response | None:
    """Return the first answer to a write whose Idempotency-Key came before; None where it is to be done.

    For what takes so long that writers must not wait for it: looked at before, and again by `answered_once`.
    """
    key = _checked_key(request)
    before = service.store.answer_to(key, _digest(request, body)) if key else None
    return None if before is None else _response(before, {"Idempotency-Replayed": "true"})


def _checked_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise refused(
            Fault("idempotency.key", "幂等键长度不符", "the Idempotency-Key has a wrong length",
                  f"1 至 {LONGEST_KEY} 个字符", f"use 1 to {LONGEST_KEY} characters", field="Idempotency-Key")
        )  # fmt: skip
    return own_key(request)


def own_key(request: Request) -> str | None:
    """Return the Idempotency-Key of a request, apart from those of other people; None where it has none."""
    key, person = request.headers.get("idempotency-key"), _visitor(request).key
    return f"{person}:{key}" if key and person else key


def _visitor(request: Request) -> Visitor:
    """Return who asks, as the route's permission has found out."""
    found: Visitor = request.state.visitor
    return found


def _response(answer: Answer, more: dict[str, str]) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, **more})


def _digest(request: Request, body: bytes) -> str:
    """Return a digest of everything that makes two requests the same."""
    said = [request.method, request.url.path, request.url.query, *(request.headers.get(n, "") for n in SAME_HEADERS)]
    person = _visitor(request).person
    # With what this one is now: who lost a role or an organisation is not given what was answered before.
    said += [person.id, person.organisation, *person.roles] if person is not None else []
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape") + b"\n" + body).hexdigest()
