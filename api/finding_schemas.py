"""Describe findings, their acceptances, the assessment that holds them and cross-sections for OpenAPI."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import (
    Geometry,
    Link,
    Note,
    Partner,
    Passage,
    PolicyNamed,
    Quantities,
    Shape,
    TraceLine,
    Trench,
    Verdict,
)

Severity = Literal["grave", "serious", "notice"]
FindingOutcome = Literal["fails", "must_expose", "unknown", "passes"]
MendKind = Literal["offset", "depth", "date", "expose", "ask"]


class MendShape(Shape):
    """The nearest change after which a finding is gone; ``properties`` and ``geometry`` are the route's new ones."""

    kind: MendKind
    subject: str
    value: float | None
    unit: str
    zh: str
    en: str
    properties: dict[str, Any]
    moves: bool
    geometry: Geometry | None = None


class AssumedShape(Shape):
    """An attribute that nobody states, what was taken for it, and why it matters."""

    attribute: str = Field(description="The column that would state it.")
    taken: str
    why_zh: str
    why_en: str


class FindingShape(Shape):
    """One thing found at one place: what was measured, against what, by which clause, and how to mend it."""

    id: str
    facts: str = Field(description="Digest of what decides it; an acceptance holds while this stays.")
    kind: str
    outcome: FindingOutcome
    severity: Severity
    a: str
    b: str | None
    a_layer: str
    b_layer: str | None
    measured: float | None
    limit: float | None
    unit: str
    margin: float | None
    uncertainty: float | None
    rule: str
    document: str
    clause: str
    status: str
    unverified: bool
    assumed: list[AssumedShape]
    evidence_zh: str
    evidence_en: str
    sentence_zh: str
    sentence_en: str
    from_m: float | None
    to_m: float | None
    kind_zh: str
    kind_en: str
    outcome_zh: str
    outcome_en: str
    severity_zh: str
    severity_en: str
    mend: MendShape | None


class Acceptance(Shape):
    """That a finding was accepted, or that this was taken back; ``stale`` where its facts are others by now."""

    number: int
    kind: Literal["accept", "withdraw"]
    reason: str | None
    who: str
    at: datetime
    facts: str
    stale: bool
    told: dict[str, Any]


class AcceptanceRequest(Shape):
    """Why a finding can be accepted, and who says so."""

    reason: str = Field(min_length=1, max_length=2000)
    who: str | None = Field(None, max_length=200)
    facts: str | None = Field(None, description="The facts that were seen; refused where they are others by now.")


class AcceptableFinding(FindingShape):
    """A finding with the acceptance that stands; ``accepted`` tells whether it holds."""

    accepted: bool
    acceptance: Acceptance | None


class PlacedFinding(AcceptableFinding):
    """A finding of an assessment, with its place."""

    geometry: Geometry | None


class Assessment(Shape):
    """Everything known of one drawn route."""

    grid: str
    crs: str
    policy: PolicyNamed | None
    quantities: Quantities
    verdict: Verdict | None
    trace: list[TraceLine]
    passages: list[Passage]
    partners: list[Partner]
    trenches: list[Trench]
    findings: list[PlacedFinding]
    joined: list[str]
    notes: list[Note]
    took_ms: float


class StoredFinding(AcceptableFinding):
    """A finding of the county."""

    acceptances: list[Acceptance] | None = Field(None, description="Every line of the record; of a single finding.")


class FindingFeature(Shape):
    """A finding as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: StoredFinding


class FindingCounts(Shape):
    """How many findings there are."""

    severity: dict[str, int]
    outcome: dict[str, int]
    kind: dict[str, int]
    accepted: int


class FindingCollection(Shape):
    """A page of findings, the gravest first; ``counts`` are of all that match."""

    type: Literal["FeatureCollection"]
    features: list[FindingFeature]
    numberMatched: int  # noqa: N815 - OGC API Features
    numberReturned: int  # noqa: N815 - OGC API Features
    counts: FindingCounts
    change: int
    links: list[Link]


class SectionLineShape(Shape):
    """One line to lay: its columns as of a route."""

    utility: str
    id: str | None = Field(None, description="Its number from 1 unless given.")
    subtype: str | None = None
    diameter_mm: float | None = Field(None, gt=0)
    pressure_mpa: float | None = Field(None, ge=0)
    voltage_kv: float | None = Field(None, ge=0)
    laying: str | None = None
    material: str | None = None
    cover_m: float | None = Field(None, ge=0)
    name: str | None = None


class SectionRequest(Shape):
    """The lines of one trench, one to eight, and its ground."""

    lines: list[SectionLineShape] | None = None
    routes: list[str] | None = Field(None, description="Ids of stored routes to lay besides.")
    soil: str | None = None
    under: Literal["carriageway", "footway"] | None = None
    load: str | None = None
    stepped: bool | None = None
    shored: bool | None = None
    bedding_m: float | None = Field(None, ge=0, le=1000)
    step_m: float | None = Field(None, ge=0, le=1000)
    max_width_m: float | None = Field(None, gt=0, le=1000)
    max_depth_m: float | None = Field(None, gt=0, le=1000)
    red_line_m: float | None = Field(None, ge=0, le=1000)
    language: Literal["zh", "en"] | None = None


class LaidLineShape(Shape):
    """One line in its place, metres from the edge of the trench at the ground on the red line's side."""

    id: str
    name: str
    utility: str
    kind_zh: str
    kind_en: str
    x_m: float
    radius_m: float
    cover_m: float
    floor_m: float


class SectionPair(Shape):
    """The clearance asked and given between two lines, metres between walls."""

    a: str
    b: str
    asked_m: float
    given_m: float
    evidence_zh: str | None
    evidence_en: str | None
    unverified: bool


class SectionEarth(Shape):
    """Earth of one metre of the trench, shared and separate, cubic metres."""

    shared_m3: float | None
    separate_m3: float
    saved_m3: float | None


class SectionShape(Shape):
    """The narrowest section; no lines and no widths where it lies outside a standard's table."""

    kind: Literal["single", "stepped"]
    feasible: bool
    unverified: bool
    soil: str | None
    under: str
    lines: list[LaidLineShape]
    top_width_m: float | None
    bottom_width_m: float | None
    depth_m: float | None
    outline: list[list[float]]
    pairs: list[SectionPair]
    bounds: list[dict[str, Any]]
    obstacles: list[dict[str, Any]]
    inversions: int
    standard_order: dict[str, Any] | None
    earth: SectionEarth
    notes: list[dict[str, Any]]


class SectionAnswer(Shape):
    """A section and its drawing, a whole SVG document."""

    section: SectionShape
    svg: str
    language: Literal["zh", "en"]
