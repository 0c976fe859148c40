"""Describe for OpenAPI an agreed chance as one project, and a command on all parts of its case."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.case_schemas import ActorShape, CiteShape  # noqa: TC001 - pydantic reads the annotations
from api.opportunity_schemas import (
    SaidShape,
    SectionInShort,
    StreetNamed,
    SurfaceShape,
)
from api.schemas import Shape


class ExcavationShape(Shape):
    """The one application for digging that covers all parties; `length_m` counts each metre of the trench once."""

    applicant: str
    covers: list[str]
    routes: list[str]
    streets: list[StreetNamed]
    length_m: float
    separate_m: float
    width_m: float | None
    depth_m: float | None
    surfaces: list[SurfaceShape]
    first: date
    last: date
    closure_days: float
    protections: list[SaidShape]


class JointCommitmentShape(SaidShape):
    """Whether all may commit jointly; `decisive` are the routes that the verdict comes from."""

    offered: bool
    verdict: str
    decisive: list[str]


class LeadShape(Shape):
    """A party, without what it said."""

    key: str
    operator: str
    utilities: list[str]
    routes: list[str]


class JointProjectShape(SaidShape):
    """A chance as one project; `case` is empty while it has not begun."""

    opportunity: str
    case: str
    lead: LeadShape
    parties: list[LeadShape]
    section: SectionInShort
    excavation: ExcavationShape
    commitment: JointCommitmentShape
    steps: list[SaidShape]
    cites: list[CiteShape]


class ProjectCommand(Shape):
    """A command on all parts of a project's case at once, of a company on its own.

    `data` as for the case, without `utility`, `revision` and `together`, which follow from the parts.
    """

    kind: Literal[
        "apply_approvals",
        "return_approval",
        "decide_approval",
        "sign_commitment",
        "decide_commitment",
        "start_construction",
        "finish_construction",
        "file_acceptance",
        "accept_works",
        "reject_works",
    ]
    actor: ActorShape | None = Field(None, description="Left out where somebody has signed in.")
    data: dict[str, Any] = Field({}, description="The fields of the command.")
