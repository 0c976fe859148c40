"""Answer for the counties' policies: which there are, and the rules in force on a day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date  # noqa: TC003 - FastAPI reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.dependencies import Running  # noqa: TC001 - as above
from api.doors import may
from api.errors import not_found
from api.openapi import Content, documented
from survey.policies import (
    DEPARTMENT_KINDS,
    EVENTS,
    FACTS,
    FIELD_TYPES,
    ITEMS,
    MEASURES,
    PROVISIONS,
    STAGES,
    load_policy,
    policy_ids,
)

if TYPE_CHECKING:
    from survey.policies import Policy

PARTS = ("rules", "departments", "stages", "approvals", "forms", "provisions")
WORDS = {
    "stages": dict(STAGES),
    "events": dict(EVENTS),
    "facts": dict(FACTS),
    "items": dict(ITEMS),
    "department_kinds": dict(DEPARTMENT_KINDS),
    "provisions": dict(PROVISIONS),
    "measures": {key: name for key, (_, name) in MEASURES.items()},
    "field_types": dict(FIELD_TYPES),
}
"""The keys of an answer in Chinese and English."""

router = APIRouter(prefix="/api/policies", tags=["policies"])


@router.get("", responses=documented(Content("Policies")), dependencies=[may("policies.read")])
def get_policies() -> Response:
    """Return every policy that is installed."""
    body = {"policies": [summary(load_policy(policy_id)) for policy_id in policy_ids()]}
    return Response(geojson.dumps(body), media_type="application/json")


@router.get("/{policy_id}", responses=documented(Content("PolicyShape"), 404, 422), dependencies=[may("policies.read")])
def get_policy(
    service: Running,
    policy_id: str,
    on: Annotated[date | None, Query(description="The day; today unless given.")] = None,
) -> Response:
    """Return a policy as in force on a day: rules, stages, permissions, forms and provisions, each with its source."""
    policy = named_policy(policy_id)
    day = on or service.now().astimezone().date()
    body = summary(policy) | {"on": day, "words": WORDS} | {part: _in_force(policy, part, day) for part in PARTS}
    return Response(geojson.dumps(body), media_type="application/json")


def named_policy(policy_id: str) -> Policy:
    """Return a policy by its id; a problem that names the known ones where there is none."""
    known = tuple(policy_ids())
    if policy_id not in known:
        names = " ".join(known)
        raise not_found(f"没有政策 {policy_id}；有：{names}", f"there is no policy {policy_id}; there are: {names}")
    return load_policy(policy_id)


def _in_force(policy: Policy, part: str, day: date) -> list[dict[str, Any]]:
    """Return the entries of a part as JSON; ``evidence`` is the Chinese text, as in the trace of an assessment."""
    return [asdict(one) | {"evidence": one.evidence_zh} for one in getattr(policy, part) if one.in_force(day)]


def summary(policy: Policy) -> dict[str, Any]:
    """Return a policy in one line: whose, which document, since when."""
    return {
        "id": policy.id,
        "county_zh": policy.county_zh,
        "county_en": policy.county_en,
        "document": policy.document,
        "title": policy.title,
        "issued": policy.issued,
    }
