"""Describe what the API takes and gives, for OpenAPI and the client's types; nothing is validated over coordinates."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Position = list[float]


class Shape(BaseModel):
    """Take further members as they come: most of what is described here is GeoJSON, which allows them."""

    model_config = ConfigDict(extra="allow")


class FaultShape(Shape):
    """One thing wrong at one place: `geo.faults.Fault`."""

    code: str
    zh: str
    en: str
    mend_zh: str | None = None
    mend_en: str | None = None
    file: str | None = None
    layer: str | None = None
    feature: str | int | None = None
    vertex: int | None = None
    field: str | None = None
    value: Any = None


class Problem(Shape):
    """What every refusal and failure is answered with (RFC 9457)."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    detail_en: str
    code: str
    errors: list[FaultShape]


class Link(Shape):
    """A link of an OGC API."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None


class Geometry(Shape):
    """A GeoJSON geometry; coordinates nest as its type says."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class Note(Shape):
    """Something worth knowing that is no fault."""

    code: str
    zh: str
    en: str


class Feature(Shape):
    """A GeoJSON feature; ``properties`` are the layer's columns, as the server gives it also ``revision``."""

    type: Literal["Feature"]
    id: str | int | None = None
    geometry: Geometry
    properties: dict[str, Any] | None = None
    notes: list[Note] | None = None


class FeaturePatch(Shape):
    """What is to change of a feature: named properties (null empties one) and, if there, the geometry."""

    geometry: Geometry | None = None
    properties: dict[str, Any] | None = None


class FeatureCollection(Shape):
    """A page of features."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    links: list[Link] | None = None
    numberMatched: int | None = None  # noqa: N815 - OGC API Features
    numberReturned: int | None = None  # noqa: N815 - OGC API Features


class AssessmentRequest(Shape):
    """One drawn route and how to judge it."""

    route: Feature
    crs: str | None = Field(
        None, description="Of the coordinates, in and out: `OGC:CRS84` (default), `EPSG:4546`, `grid`."
    )
    policy: str | None = Field(None, description="The county's unless given.")
    on: date | None = Field(None, description="The day whose rules hold; today unless given.")
    distance: float | None = Field(None, ge=0, description="Metres within which lines are side by side.")
    bearing: float | None = Field(None, ge=0, le=90, description="Degrees by which their directions may differ.")
    min_length: float | None = Field(None, ge=0, description="Metres of the shortest run.")
    moving: bool | None = Field(
        None, description="The line still follows the pointer: findings come without mends that would move it."
    )


class Quantity(Shape):
    """A measured value with its uncertainty (twice the mean error)."""

    value: float
    uncertainty: float
    unit: str
    note_zh: str | None = None
    note_en: str | None = None


class Quantities(Shape):
    """What was measured of a route."""

    length_m: Quantity
    crossing_m: Quantity
    crossing_max_m: Quantity
    along_m: Quantity
    green_m2: Quantity
    crossings: int


class PolicyNamed(Shape):
    """The policy that judged, and the day."""

    id: str
    county_zh: str
    document: str
    title: str
    on: date


class Verdict(Shape):
    """What the rules come to."""

    verdict: Literal["commitment", "joint_approval", "special_approval", "survey_first", "outside"]
    label_zh: str
    label_en: str
    margin_m: float | None
    sentence_zh: str
    sentence_en: str
    decisive: list[str]


Outcome = Literal["passes", "fails", "within_uncertainty", "unknown", "silent", "not_applicable"]


class ReadingTaken(Shape):
    """Where the document can be read in two ways: which was taken, and what the other one would give."""

    taken_zh: str
    taken_en: str
    other_zh: str
    other_en: str
    other_measured: float | str | None = None
    other_outcome: Outcome | None = None
    evidence: str | None = None
    evidence_en: str | None = None


class Consequence(Shape):
    """What another document says follows where a rule is not kept."""

    verdict: str
    zh: str
    en: str
    document: str
    clause: str
    quote: str
    evidence: str
    evidence_en: str


class TraceLine(Shape):
    """One rule and what it said."""

    rule: str
    kind: str
    subject_zh: str
    subject_en: str
    outcome: Outcome
    measured: float | str | None
    uncertainty: float | None
    limit: float | str | list[str] | None
    op: str | None
    unit: str | None
    margin: float | None
    document: str | None
    clause: str | None
    quote: str | None
    evidence: str | None
    evidence_en: str | None
    sentence_zh: str
    sentence_en: str
    reading: ReadingTaken | None
    counted: list[int]
    consequence: Consequence | None


class Passage(Shape):
    """A stretch of the route in a road or a green."""

    kind: Literal["crossing", "along", "green"]
    owner: str
    name: str | None
    class_: str | None = Field(alias="class")
    assumed: bool
    from_m: float
    to_m: float
    length_m: float
    skew_deg: float | None
    delivered: date | None
    overhauled: date | None
    geometry: Geometry | None


class Partner(Shape):
    """A stretch side by side with a planned route."""

    route: str
    utility: str | None
    operator: str | None
    from_m: float
    to_m: float
    length_m: float
    gap_min_m: float
    gap_mean_m: float
    gap_max_m: float
    same_direction: bool
    window_start: date | None
    window_end: date | None
    geometry: Geometry | None


class Trench(Shape):
    """A stretch that could be dug once for several routes."""

    routes: list[str]
    utilities: list[str]
    length_m: float
    saved_m: float
    width_m: float
    geometry: Geometry | None


class TrenchesRequest(Shape):
    """The routes to look for shared trenches in; null takes the stored ones."""

    routes: FeatureCollection | None = None
    crs: str | None = None
    distance: float = Field(3.0, gt=0, le=50)
    bearing: float = Field(15.0, gt=0, le=90)
    min_length: float = Field(10.0, ge=0)
    bridge: float = Field(5.0, ge=0)
    max_width: float = Field(4.5, gt=0, le=100)
    same_utility: bool = False


class Trenches(Shape):
    """Runs side by side, and the trenches they come to."""

    runs: FeatureCollection
    trenches: FeatureCollection
