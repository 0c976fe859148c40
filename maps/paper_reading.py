"""Read the inputs of a paper from plain data, every fault at once, and give them back as plain data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from geo.faults import BadInputError, Fault
from maps.papers import (
    AcceptanceCertificate,
    ApprovalDecision,
    CommitmentLetter,
    OneReply,
    Receipt,
    RectificationNotice,
    SurveyNotice,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from maps.papers import Paper

PAPERS: Mapping[str, tuple[type[Paper], str, str]] = MappingProxyType(
    {
        "receipt": (Receipt, "受理通知书", "acceptance receipt"),
        "survey_notice": (SurveyNotice, "联合踏勘通知", "joint-survey notice"),
        "one_reply": (OneReply, "一单答复", "one-reply sheet"),
        "commitment_letter": (CommitmentLetter, "告知承诺书", "commitment letter"),
        "approval_decision": (ApprovalDecision, "审批决定书", "approval decision"),
        "rectification_notice": (RectificationNotice, "责令整改通知书", "rectification notice"),
        "acceptance_certificate": (AcceptanceCertificate, "联合验收意见书", "acceptance certificate"),
    }
)
"""Every kind of paper: its inputs, and its name in Chinese and English."""

_SAID = {
    "missing": ("缺少这一项", "is missing", "补上这一项", "add it"),
    "unexpected_keyword_argument": ("没有这一项", "there is no such entry", "去掉或改名", "leave it out or rename it"),
}
_READ = ("看不懂这一项", "cannot be read", "照说明填写", "write it as the description says")
_TYPES = {
    "string": ("应为文字", "a text is asked for", "写成文字", "write a text"),
    "date": ("不是日期", "not a date", "写成 2026-12-01", "write it as 2026-12-01"),
    "datetime": ("不是时刻", "not a moment", "写成 2026-12-01T10:30+08:00", "write it as 2026-12-01T10:30+08:00"),
    "float": ("应为数字", "a number is asked for", "只写数字", "write digits only"),
    "finite": ("应为有限的数字", "a finite number is asked for", "写出数值", "write the value"),
    "tuple": ("应为列表", "a list is asked for", "写成 [ ]", "write it as [ ]"),
    "dataclass": ("应为一组“名称: 内容”", "a group of name: entry is asked for", "写成 { }", "write it as { }"),
}


def kind_of(paper: Paper) -> str:
    """Return the key of a paper's kind in `PAPERS`."""
    return next(kind for kind, (inputs, _, _) in PAPERS.items() if inputs is type(paper))


def read_paper(kind: str, data: Any) -> Paper:  # noqa: ANN401 - from JSON
    """Return a paper's inputs from plain data.

    Raises
    ------
    BadInputError
        If there is no such kind, or with every entry that is missing, unknown or of another type.

    Examples
    --------
    >>> read_paper("receipt", {"head": {}})
    Traceback (most recent call last):
    ...
    geo.faults.BadInputError: field received: is missing — add it
    ...
    """
    if kind not in PAPERS:
        zh = "、".join(f"{key}（{names[1]}）" for key, names in PAPERS.items())
        en = ", ".join(f"{key} ({names[2]})" for key, names in PAPERS.items())
        raise BadInputError([Fault("paper.unknown_kind", "没有这种文书", "there is no such paper", f"可用：{zh}",
                                   f"use one of: {en}", field="KIND", value=kind)])  # fmt: skip
    plain = {key: value for key, value in data.items() if key != "kind"} if isinstance(data, dict) else data
    try:
        read: Paper = TypeAdapter(PAPERS[kind][0]).validate_python(plain)
    except ValidationError as error:
        faults = [_fault(one) for one in error.errors(include_url=False, include_context=False)]
        raise BadInputError(sorted(faults, key=lambda fault: (fault.field or "").startswith("head."))) from error
    return read


def as_data(paper: Paper) -> dict[str, Any]:
    """Return a paper's inputs as plain data that `read_paper` takes again."""
    plain: dict[str, Any] = TypeAdapter(type(paper)).dump_python(paper, mode="json")
    return plain


def _fault(error: ErrorDetails) -> Fault:
    known = next((said for stem, said in _TYPES.items() if error["type"].startswith(stem)), _READ)
    said = _SAID.get(error["type"], known)
    place = ".".join(str(part) for part in error["loc"])
    value = None if error["type"] == "missing" else str(error["input"])[:80]
    code = "missing" if error["type"] == "missing" else "unreadable"
    return Fault(f"paper.{code}", *said, field=place or "data", value=value)
