"""Answer when a stage of a county's procedure is due, and when it must begin to be done in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.dependencies import Running  # noqa: TC001 - FastAPI reads the annotations
from api.doors import may
from api.openapi import Content, documented
from api.routes.policies import named_policy, summary
from survey.calendar import PARTS, Calendar
from survey.deadline_words import of_day, of_length
from survey.policies import EVENTS
from survey.stage_times import counted_rows, read_question, stage_times

if TYPE_CHECKING:
    from survey.calendar import Deadline, LatestStart
    from survey.stage_times import CountedRow, StageTime

WHOLE_DAY = ("全天", "all day")

router = APIRouter(prefix="/api/policies", tags=["policies"])


@router.get(
    "/{policy_id}/deadline",
    responses=documented(Content("DeadlineAnswer"), 404, 422),
    dependencies=[may("policies.read")],
)
def get_deadline(
    service: Running,
    policy_id: str,
    stage: Annotated[str, Query(description="A stage such as `parallel_approval`, or the id of a rule.")],
    from_: Annotated[
        str | None,
        Query(alias="from", description="When it begins, `2026-12-01T10:30`, Beijing time; now without both moments."),
    ] = None,
    before: Annotated[
        str | None, Query(description="To be done by this day or moment: the latest moment to begin is told.")
    ] = None,
    departments: Annotated[int | None, Query(ge=1, description="How many departments approve.")] = None,
    utility: Annotated[str | None, Query(description="Such as `power`.")] = None,
    fact: Annotated[list[str] | None, Query(description="A known fact such as `prelaid`; may be repeated.")] = None,
) -> Response:
    """Return when a stage is due with every half day that was counted, and when it must begin to be done in time."""
    policy = named_policy(policy_id)
    calendar = Calendar(working_time=policy.defaults.working_time)
    asked = read_question(
        stage, from_, before, service.now(), departments=departments, utility=utility, facts=fact or ()
    )
    first, *others = stage_times(policy, asked, calendar)
    body = {
        "policy": summary(policy),
        "from": asked.begun,
        "before": asked.end,
        "applies": _stage(first),
        "others": [_stage(other) for other in others],
        "reading": _reading(calendar),
    }
    return Response(geojson.dumps(body), media_type="application/json")


def _stage(found: StageTime) -> dict[str, Any]:
    stage = found.stage
    length_zh, length_en = of_length(stage.half_days, same_day=stage.same_day)
    start_zh, start_en = EVENTS.get(stage.start_event, ("", ""))
    end_zh, end_en = EVENTS.get(stage.end_event, ("", ""))
    return {
        "rule": stage.id, "stage": stage.key, "subject_zh": stage.subject_zh, "subject_en": stage.subject_en,
        "document": stage.document, "clause": stage.clause, "quote": stage.quote, "evidence": stage.evidence_zh,
        "evidence_en": stage.evidence_en, "confidence": stage.confidence, "half_days": stage.half_days,
        "same_day": stage.same_day, "length_zh": length_zh, "length_en": length_en, "start_event": stage.start_event,
        "start_event_zh": start_zh, "start_event_en": start_en, "start_inferred": stage.start_inferred,
        "end_event": stage.end_event, "end_event_zh": end_zh, "end_event_en": end_en, "lead": stage.lead,
        "lead_zh": stage.lead_zh, "lead_en": stage.lead_en, "due": _due(found.due),
        "other_reading": _due(found.other), "latest": _latest(found.latest),
    }  # fmt: skip


def _due(found: Deadline | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "due": found.due,
        "provisional": found.provisional,
        "days": [_day(row) for row in counted_rows(found)],
        "sentence_zh": found.sentence_zh,
        "sentence_en": found.sentence_en,
    }


def _day(row: CountedRow) -> dict[str, Any]:
    (day_zh, day_en), (part_zh, part_en) = of_day(row.on), PARTS[row.part] if row.part else WHOLE_DAY
    return {
        "number": row.number, "on": row.on, "day_zh": day_zh, "day_en": day_en, "part": row.part, "part_zh": part_zh,
        "part_en": part_en, "opens": row.opens, "closes": row.closes, "why_zh": row.why_zh, "why_en": row.why_en,
    }  # fmt: skip


def _latest(found: LatestStart | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "before": found.before,
        "office": found.office,
        "provisional": found.provisional,
        "sentence_zh": found.sentence_zh,
        "sentence_en": found.sentence_en,
    }


def _reading(calendar: Calendar) -> dict[str, Any]:
    kept, table = calendar.working_time, calendar.holidays
    return {
        "whole_days": kept.whole_days, "reading_zh": kept.reading_zh, "reading_en": kept.reading_en,
        "hours_zh": kept.source_zh, "hours_en": kept.source_en, "holidays_zh": table.source_zh,
        "holidays_en": table.source_en, "holidays_to": table.last,
    }  # fmt: skip
