"""Answer what the store refuses: not there, there already, changed by somebody else, key used twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.conditions import etag
from api.coordinates import axes_of
from api.db.errors import ConflictError, ExistsError, KeyReusedError, NotFoundError, StaleRevisionError
from api.errors import Problem
from api.features import features_of
from geo.faults import BadInputError
from survey.cases.plain import as_plain
from survey.cases.refusals import RefusedError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

MOST_NAMED = 20


def install(app: FastAPI) -> None:
    """Make ``app`` answer the store's refusals with problems."""
    app.add_exception_handler(NotFoundError, _missing)
    app.add_exception_handler(ExistsError, _exists)
    app.add_exception_handler(StaleRevisionError, _stale)
    app.add_exception_handler(KeyReusedError, _reused)
    app.add_exception_handler(RefusedError, _not_now)
    app.add_exception_handler(ConflictError, _moved_on)


def _missing(_: Request, error: Exception) -> Response:
    assert isinstance(error, NotFoundError)  # noqa: S101 - for mypy: registered for this error only
    zh, en = f"{error.layer} 中没有 {error.id}", f"there is no {error.id} in {error.layer}"
    return Problem("resource.not_found", zh, en, (), {}, {}).response()


def _exists(_: Request, error: Exception) -> Response:
    assert isinstance(error, ExistsError)  # noqa: S101 - as above
    ids = list(error.ids[:MOST_NAMED])
    zh, en = f"已有编号：{'、'.join(ids)}", f"already there: {', '.join(ids)}"
    return Problem("item.exists", zh, en, (), {"ids": ids}, {}).response()


def _stale(request: Request, error: Exception) -> Response:
    """Answer with the item as it is now, in the CRS that was asked for, so that a client can show both."""
    assert isinstance(error, StaleRevisionError)  # noqa: S101 - as above
    row = error.current
    grid = request.app.state.service.grid()
    try:
        axes = axes_of(request.query_params.get("crs"), grid)
    except BadInputError:
        axes = axes_of(None, grid)
    [current] = features_of([row], axes)
    zh = f"{row.id} 现为版本 {row.revision}，您依据的是较早的版本"
    en = f"{row.id} is at revision {row.revision} now; yours is based on an earlier one"
    return Problem("item.stale", zh, en, (), {"current": current}, {"ETag": etag(row.revision)}).response()


def _not_now(_: Request, error: Exception) -> Response:
    """Answer a command that is refused, with the clause and what is possible now; 403 where it is another's to do."""
    assert isinstance(error, RefusedError)  # noqa: S101 - as above
    return problem_of_refusal(error).response()


def problem_of_refusal(error: RefusedError) -> Problem:
    """Return the problem of a command that is refused."""
    [fault] = error.faults
    told = {"cites": as_plain(error.cites), "possible": list(error.possible)}
    status = 403 if error.code in ("case.role", "case.not_yours") else None
    zh, en = fault.sentence("zh"), fault.sentence("en")
    return Problem("case.refused", zh, en, (fault,), told, {}, status)


def _moved_on(_: Request, error: Exception) -> Response:
    assert isinstance(error, ConflictError)  # noqa: S101 - as above
    zh = f"办件 {error.case} 已到第 {error.current} 号事件，请查看后再办"
    en = f"case {error.case} is at event {error.current} now: look at it again"
    return Problem("case.changed", zh, en, (), {"seq": error.current}, {}).response()


def _reused(_: Request, error: Exception) -> Response:
    return Problem("idempotency.reused", "请为新的请求另取一个键", str(error), (), {}, {}).response()
