"""Turn every refusal and failure into one shape: ``application/problem+json`` (RFC 9457) with a stable code."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.db.troubles import fault_of
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

PROBLEM_TYPE = "application/problem+json"
MOST_FAULTS = 1000  # a file of a million bad rows must not become an answer of a gigabyte

log = logging.getLogger("cotrench.api")


class Kind(NamedTuple):
    """One kind of problem: its HTTP status and its title in Chinese and English."""

    status: int
    zh: str
    en: str


KINDS: Mapping[str, Kind] = {
    "body.not_json": Kind(400, "请求正文不是有效的 JSON", "The body is not valid JSON"),
    "body.media_type": Kind(415, "不支持这种正文类型", "This media type is not accepted"),
    "body.too_large": Kind(413, "请求正文过大", "The body is too large"),
    "case.changed": Kind(409, "办件已有新的进展", "The case has moved on"),
    "case.refused": Kind(409, "现在不能这样办理", "That cannot be done now"),
    "client.missing": Kind(503, "本机没有网页文件，离线地图做不了", "The web client is not built: no field map"),
    "condition.required": Kind(428, "修改前须说明所依据的版本（If-Match）", "Say which revision you change (If-Match)"),
    "county.loading": Kind(503, "县域数据正在载入", "The county is still being loaded"),
    "draft.stale": Kind(412, "草稿已在另一窗口修改", "Another window has changed the draft"),
    "finding.changed": Kind(409, "发现的依据已变化", "The facts of the finding have changed"),
    "host.refused": Kind(400, "不接受这个主机名", "This host name is not accepted"),
    "idempotency.reused": Kind(422, "同一幂等键用于了不同的请求", "The same Idempotency-Key came with another request"),
    "input.refused": Kind(422, "输入有误，未作任何改动", "The input has faults; nothing was changed"),
    "item.exists": Kind(409, "编号已存在", "An item of this id exists already"),
    "item.stale": Kind(412, "已被他人修改", "Somebody else has changed it"),
    "method.not_allowed": Kind(405, "此地址不支持这种方法", "This address does not take this method"),
    "minutes.changed": Kind(409, "编印时又收到现场记录，请再印发一次", "Something came in meanwhile: issue them again"),
    "origin.refused": Kind(403, "拒绝来自其他网站的写入", "A write from another site is refused"),
    "permission.not_yours": Kind(403, "这不是您或您单位的", "This is not yours or your organisation's"),
    "permission.refused": Kind(403, "您的角色不能这样办理", "Your roles may not do that"),
    "permission.sign_in": Kind(401, "请先登录", "Sign in first"),
    "request.refused": Kind(400, "无法处理此请求", "The request cannot be handled"),
    "programme.busy": Kind(429, "等待排的计划太多，请稍后再试", "Too many programmes are waiting; try again later"),
    "programme.share": Kind(429, "您的计划已有一个在算、两个在等", "One of your programmes is planned and two wait"),
    "programme.not_done": Kind(409, "计划尚未排完", "The programme is not done"),
    "project.not_begun": Kind(409, "尚未合并立项", "It has not been made one project yet"),
    "project.nothing_open": Kind(409, "各分项现在都不能这样办理", "No part of the project is ready for that"),
    "resource.not_found": Kind(404, "没有找到", "Not found"),
    "sign_in.token": Kind(401, "令牌无效、已过期或已撤销", "The token is unknown, over or revoked"),
    "sign_in.too_many_tries": Kind(429, "密码多次错误，暂时不能登录", "Too many wrong passwords"),
    "sign_in.wrong": Kind(401, "登录名或密码不对", "The name and the password do not belong together"),
    "surveyed.other": Kind(409, "此编号已有另一条实测线", "Another measured line has this id"),
    "store.unavailable": Kind(503, "数据库现在不能用", "The database cannot be used now"),
    "picture.other": Kind(409, "此编号已是另一张照片", "That id is another picture"),
    "tiles.making": Kind(503, "概略图正在生成", "The overview is being made"),
    "visit.no_time": Kind(409, "排不出时间", "No time was found"),
    "server.failed": Kind(500, "服务器内部出错", "The server failed"),
}


class ProblemError(Exception):
    """A request that is answered with a problem.

    Parameters
    ----------
    code
        A key of `KINDS`, from which status and title come.
    zh, en
        What is the matter with this request, in Chinese and English.
    faults
        Everything that is wrong with the input; empty where the request as a whole is refused.
    extra
        Further members of the problem, such as ``current`` of a stale write.
    headers
        Headers of the answer, such as ``Allow``.
    """

    def __init__(
        self,
        code: str,
        zh: str = "",
        en: str = "",
        *,
        faults: Sequence[Fault] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = Problem(code, zh, en, tuple(faults), dict(extra or {}), dict(headers or {}))
        super().__init__(en or KINDS[code].en)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem ready to be written; see `ProblemError` for the fields."""

    code: str
    zh: str
    en: str
    faults: tuple[Fault, ...]
    extra: dict[str, Any]
    headers: dict[str, str]
    status: int | None = None

    def told(self) -> dict[str, Any]:
        """Return the problem as the members of its answer."""
        kind = KINDS[self.code]
        body: dict[str, Any] = {
            "type": f"/api/problems#{self.code}",
            "title": kind.zh,
            "title_en": kind.en,
            "status": self.status or kind.status,
            "detail": self.zh or kind.zh,
            "detail_en": self.en or kind.en,
            "code": self.code,
            "errors": [fault.as_dict() for fault in self.faults[:MOST_FAULTS]],
        }
        if len(self.faults) > MOST_FAULTS:
            body["errors_left_off"] = len(self.faults) - MOST_FAULTS
        return body | self.extra

    def response(self) -> Response:
        """Return the problem as an HTTP answer."""
        content = orjson.dumps(self.told(), default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)
        return Response(content, self.status or KINDS[self.code].status, self.headers, PROBLEM_TYPE)


def not_found(zh: str, en: str) -> ProblemError:
    """Return the problem of something that is not there."""
    return ProblemError("resource.not_found", zh, en)


def refused(*faults: Fault) -> ProblemError:
    """Return the problem of an input with ``faults`` (at least one); its detail is the first of them."""
    first = faults[0]
    more_zh, more_en = (f"（共 {len(faults)} 处）", f" ({len(faults)} in all)") if len(faults) > 1 else ("", "")
    return ProblemError("input.refused", first.sentence("zh") + more_zh, first.sentence("en") + more_en, faults=faults)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every refusal with a problem; failures are answered by `api.guards.FailuresAnswered`."""
    app.add_exception_handler(ProblemError, _of_problem)
    app.add_exception_handler(BadInputError, _of_faults)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


def _of_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - for mypy: registered for this error only
    return error.problem.response()


def _of_faults(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadInputError)  # noqa: S101 - as above
    return refused(*error.faults).problem.response()


def _of_validation(_: Request, error: Exception) -> Response:
    """Answer a parameter that pydantic refused; the value is shown as it came."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    faults = [
        Fault(
            "parameter.invalid",
            f"参数不符合要求：{entry['msg']}",
            f"the parameter is not accepted: {entry['msg']}",
            field=".".join(str(part) for part in entry["loc"][1:]) or str(entry["loc"][0]),
            value=_short(entry.get("input")),
        )
        for entry in error.errors()
    ]
    return refused(*faults).problem.response()


def _of_http(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: an unknown address or a method that is not there."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    status = error.status_code
    headers = dict(error.headers or {})
    path = request.url.path
    if status == HTTPStatus.NOT_FOUND:
        return Problem("resource.not_found", f"没有 {path}", f"there is no {path}", (), {}, headers).response()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        zh, en = f"{path} 不支持 {request.method}", f"{path} does not take {request.method}"
        return Problem("method.not_allowed", zh, en, (), {}, headers).response()
    detail = str(error.detail)
    return Problem("request.refused", detail, detail, (), {}, headers, status).response()


def failure(method: str, path: str, error: Exception) -> Problem:
    """Return the problem of a failure: a number that finds it in the log, and nothing of the inside.

    Where the database is away, locked or full, the problem says so, and that the request may be sent again.
    """
    incident = secrets.token_hex(4)
    log.error("incident %s: %s %s", incident, method, path, exc_info=error)
    trouble = fault_of(error)
    if trouble is not None:
        told = {"incident": incident}
        zh, en = (trouble.at(value=None).sentence(language) for language in ("zh", "en"))
        return Problem("store.unavailable", zh, en, (), told, {"Retry-After": "10"})
    zh, en = f"请把编号 {incident} 告诉管理员", f"tell the administrator this number: {incident}"
    return Problem("server.failed", zh, en, (), {"incident": incident}, {})


def _short(value: object, most: int = 200) -> object:
    """Return ``value`` if it is small and plain, else its first characters."""
    if value is None or isinstance(value, bool | int | float):
        return value
    said = value if isinstance(value, str) else repr(value)
    return said if len(said) <= most else said[:most] + "…"


def _plain(value: object) -> str:
    """Return what JSON has no form for as text; a fault's value may be anything."""
    return str(value)
