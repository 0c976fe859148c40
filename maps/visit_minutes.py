"""Print the minutes of a joint survey, as PDF to keep and as DOCX to edit: one content, both languages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from maps.documents import masked
from maps.figures import Figure
from maps.typesetting import typeset
from maps.visit_minutes_blocks import blocks_of_minutes
from maps.visit_minutes_words import WORDS
from maps.word_document import word_document
from survey.cases.plain import as_plain

if TYPE_CHECKING:
    from maps.visit_minutes_content import VisitMinutes


def minutes_pdf(minutes: VisitMinutes, language: str = "zh") -> bytes:
    """Return the minutes as PDF: A4, ``data.json`` inside holds plan, answers, signatures and differences.

    Parameters
    ----------
    minutes
        Its visit has a plan. Identity numbers in any text are masked.
    language
        ``zh`` or ``en``: of what the paper says by itself; what people wrote stays as they wrote it.

    Raises
    ------
    ValueError
        A visit without a plan.
    """
    head, told = minutes.head, _told(minutes, language)
    sheet = {
        **told, "description": f"{head.document} {head.clause}".strip(),
        "keywords": [head.county, minutes.visit.id, "visit_minutes"], "to": "",
        "blocks": _printed(masked(blocks_of_minutes(minutes, language))),
        "foot_left": f"{head.county} · {minutes.visit.id}", "language": language,
        "qr_says": f"CoTrench visit_minutes {minutes.visit.id[:80]}",
    }  # fmt: skip
    return typeset("paper", sheet, masked(_data(minutes)), head.issued)


def minutes_docx(minutes: VisitMinutes, language: str = "zh") -> bytes:
    """Return the minutes as DOCX: the content of the PDF, to be edited; parameters and errors as `minutes_pdf`."""
    blocks = masked(blocks_of_minutes(minutes, language))
    return word_document(_told(minutes, language), blocks, minutes.head.issued, language)


def _told(minutes: VisitMinutes, language: str) -> dict[str, str]:
    head, words = minutes.head, WORDS[language]
    return {
        "title": words["title"] if head.number else words["draft"], "author": head.authority,
        "authority": head.authority, "number": head.number,
    }  # fmt: skip


def _printed(value: Any) -> Any:  # noqa: ANN401 - a block, or a part of one
    """Return a block with its figures as a template takes them."""
    if isinstance(value, Figure):
        return value.as_dict()
    if isinstance(value, dict):
        printed = {key: _printed(one) for key, one in value.items()}
        return printed | printed["figure"] if value.get("is") == "drawing" else printed
    return [_printed(one) for one in value] if isinstance(value, (list, tuple)) else value


def _data(minutes: VisitMinutes) -> dict[str, Any]:
    """Return what a program reads from the file."""
    visit, head = minutes.visit, minutes.head
    return {
        "kind": "visit_minutes", "visit": visit.id, "upto": visit.seq, "number": head.number, "issue": head.issue,
        "earlier": head.earlier, "issued": head.issued.isoformat(), "plan": as_plain(visit.plan),
        "present": as_plain(visit.present), "disputed": list(visit.disputed), "late": sorted(minutes.late),
        "answers": [as_plain(given) for given in visit.answers.values()],
        "signatures": as_plain(visit.signatures),
        "tasks": {item: as_plain(task) for item, task in minutes.tasks.items()},
        "steps": [as_plain(step) for step in minutes.steps],
        "lines": [
            {
                "route": one.route, "line": one.line, "accuracy_m": one.accuracy_m, "judged": one.judged,
                "difference": None if one.difference is None else asdict(one.difference),
            }
            for one in minutes.lines
        ],
    }  # fmt: skip
