"""Describe the layers of a visit for OpenAPI: what was edited in them, what was accepted, what became of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import FaultShape, Geometry, Position, Shape

LayerChangeKind = Literal["added", "deleted", "moved", "changed", "restored"]


class LayerValue(Shape):
    """One side of an attribute: the value, and what people read."""

    value: Any
    zh: str
    en: str


class LayerRowField(Shape):
    """A field of a row that would be written anew."""

    field: str
    field_zh: str
    field_en: str
    edited: LayerValue


class LayerShapes(Shape):
    """The shapes as given out, as edited and as they are now; of an attribute the shape as it is now."""

    before: Geometry | None
    edited: Geometry | None
    now: Geometry | None


class LayerChange(Shape):
    """One change of an edited layer, to be accepted or not."""

    id: str = Field(description="By which it is accepted; it names the revision that was seen.")
    layer: str = Field(description="The table of the GeoPackage.")
    stored: str = Field(description="The layer that it is of.")
    layer_zh: str
    layer_en: str
    kind: LayerChangeKind
    kind_zh: str
    kind_en: str
    feature: str
    name: str | None
    field: str = Field(description="For `changed`; else empty.")
    field_zh: str
    field_en: str
    before: LayerValue | None
    edited: LayerValue | None
    now: LayerValue | None
    shapes: LayerShapes
    place: Position | None
    moved_m: float | None
    conflict: bool = Field(description="Whether it was edited meanwhile too, otherwise: a person chooses.")
    copied_from: str
    revision: int = Field(description="Of the row now; 0 where there is none.")
    row: list[LayerRowField] | None = Field(description="Of a row that would be written anew.")
    errors: list[FaultShape] = Field(description="Why it cannot be accepted as it is, or not by who asks.")


class LayerNamed(Shape):
    """What a table is called in the edited file."""

    layer: str
    named: str
    layer_zh: str
    layer_en: str


class LayerFieldNamed(Shape):
    """A field that was recognised under another name."""

    layer: str
    field: str
    named: str


class LayerFieldExtra(Shape):
    """A column that was not given out and is left out."""

    layer: str
    field: str


class LayerUnseen(Shape):
    """How many rows of a table who asks may not look at any more; they are left out."""

    layer: str
    rows: int


class LayerDifferences(Shape):
    """What was edited in a GeoPackage since it was given out, beside what is there now; nothing is stored."""

    digest: str
    visit: str
    change: int = Field(description="Number of the store's last change when the file was given out.")
    made_at: datetime
    changes: list[LayerChange]
    counts: dict[str, int] = Field(description="`all conflicts refused`, and by kind.")
    layers: list[LayerNamed]
    renamed: list[LayerFieldNamed]
    extra: list[LayerFieldExtra]
    unknown: list[str] = Field(description="Layers of the file that were not given out; they are left out.")
    unseen: list[LayerUnseen]


class LayersAccepted(Shape):
    """Lines to write, with the file that they are of."""

    digest: str = Field(description="Of the comparison in which they were seen.")
    lines: list[str] = Field(description="Ids of changes.")
    file: str = Field(description="The edited GeoPackage again, in base64.")
    crs: str | None = None


class LayerWritten(Shape):
    """A row that was written, and by which lines."""

    layer: str
    feature: str
    kind: Literal["insert", "update", "delete"]
    revision: int | None
    lines: list[str]


class LayerRefused(Shape):
    """A line that was not written, and why."""

    line: str
    errors: list[FaultShape]


class RouteFinding(Shape):
    """Something that a route conflicts with."""

    id: str
    severity: str
    zh: str
    en: str


class RouteJudgement(Shape):
    """The verdict on a route at one moment; null where it cannot be judged (`errors`)."""

    revision: int
    verdict: str | None
    verdict_zh: str | None = None
    verdict_en: str | None = None
    margin_m: float | None = None
    findings: list[RouteFinding]
    errors: list[FaultShape]


class RouteJudgedAgain(Shape):
    """A changed route before and after; null where it was not there."""

    route: str
    before: RouteJudgement | None
    after: RouteJudgement | None
    came: list[RouteFinding]
    went: list[RouteFinding]


class LayersWritten(Shape):
    """What became of the lines that were accepted."""

    digest: str
    written: list[LayerWritten]
    already: list[str] = Field(description="Lines that are stored as they were edited; nothing was written.")
    refused: list[LayerRefused]
    judged: list[RouteJudgedAgain]
    not_judged: int = Field(description="How many further routes were changed; their judgement is not told here.")
