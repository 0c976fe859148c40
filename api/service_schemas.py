"""Describe what the service says of its county, its collections, its policies and itself, for OpenAPI."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import Link, Shape


class Ellipsoid(Shape):
    """Semi-major axis (metres) and flattening."""

    a: float
    f: float


class GridShape(Shape):
    """The county's grid; the numbers are null where it is no Gauss-Krüger grid."""

    code: str
    name: str
    central_meridian: float | None
    false_easting: float | None
    ellipsoid: Ellipsoid
    gauss_kruger: bool


class UtilityShape(Shape):
    """A utility: key, names, code and colour of CJJ 61."""

    key: str
    zh: str
    en: str
    code: str
    colour: str
    served: bool = Field(description="Whether the county's document speaks of it: no other can be applied for.")


class TileServiceShape(Shape):
    """A tile service under the county's layers, `{z}` `{x}` `{y}` in its address."""

    url: str
    attribution: str
    projection: Literal["EPSG:3857", "EPSG:4490"]
    max_zoom: int


class County(Shape):
    """Whose map this is."""

    id: str
    name_zh: str
    name_en: str
    grid: GridShape
    policy: str | None
    bbox_grid: list[float] | None
    bbox_lonlat: list[float] | None
    defaults: dict[str, Any]
    utilities: list[UtilityShape]
    loopback_only: bool
    tiles: TileServiceShape | None


class CountyNamed(Shape):
    """Whose map this is to be; what is left out stays as it is."""

    id: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    grid: str | None = Field(None, description="A projected CRS; changed only while no layer has rows.")
    policy: str | None = None


class Collection(Shape):
    """A layer as an OGC collection."""

    id: str
    title: str
    itemType: Literal["feature"]  # noqa: N815 - OGC API Features
    links: list[Link]
    crs: list[str]
    storageCrs: str | None = None  # noqa: N815 - OGC API Features
    extent: dict[str, Any] | None = None


class Collections(Shape):
    """Every layer."""

    collections: list[Collection]
    links: list[Link]


class TileSet(Shape):
    """Tiles of the county's layers, as OGC API Tiles describes them."""

    title: str
    dataType: Literal["vector"]  # noqa: N815 - OGC API Tiles
    crs: str | dict[str, Any]
    layers: list[dict[str, Any]] = Field(description="Each with `features`: how many items of it one may see.")
    links: list[dict[str, Any]]


class TileSets(Shape):
    """Every set of tiles."""

    tilesets: list[TileSet]


class TileMatrix(Shape):
    """The tiles of one zoom."""

    id: str
    scaleDenominator: float  # noqa: N815 - OGC Tile Matrix Set
    cellSize: float = Field(description="Metres a pixel.")  # noqa: N815
    cornerOfOrigin: Literal["topLeft"]  # noqa: N815
    pointOfOrigin: list[float] = Field(description="In the order of the CRS's axes.")  # noqa: N815
    tileWidth: int  # noqa: N815
    tileHeight: int  # noqa: N815
    matrixWidth: int  # noqa: N815
    matrixHeight: int  # noqa: N815


class TileMatrixSet(Shape):
    """How the county's grid is divided into tiles, as OGC's two-dimensional tile matrix set."""

    id: str
    title: str
    crs: str | dict[str, Any]
    orderedAxes: list[str]  # noqa: N815 - OGC Tile Matrix Set
    origin_grid: list[float] = Field(description="The same corner, easting first.")
    tileMatrices: list[TileMatrix]  # noqa: N815


class Landing(Shape):
    """The way in."""

    title: str
    description: str
    links: list[Link]


class Conformance(Shape):
    """The OGC classes that the API keeps."""

    conformsTo: list[str]  # noqa: N815 - OGC API Common


class ProblemKind(Shape):
    """One kind of problem."""

    code: str
    status: int
    title: str
    title_en: str


class ProblemKinds(Shape):
    """Every kind of problem."""

    problems: list[ProblemKind]


class Health(Shape):
    """Whether the service can do its work."""

    status: Literal["ready", "loading", "failed", "no_county"]
    store: str
    current: bool
    grid: str | None
    change: int
    layers: dict[str, int]
    resident: dict[str, Any]
    warm: bool
    version: str
    time: datetime


class PolicySummary(Shape):
    """A policy in one line."""

    id: str
    county_zh: str
    county_en: str
    document: str
    title: str
    issued: str


class Policies(Shape):
    """The policies that are installed."""

    policies: list[PolicySummary]


class PolicyShape(PolicySummary):
    """A policy as in force on a day; each entry with document, clause, quote and evidence in both languages."""

    on: date
    rules: list[dict[str, Any]]
    departments: list[dict[str, Any]] = Field([], description="Who the document gives something to do.")
    stages: list[dict[str, Any]] = Field(
        [], description="`half_days` is null where the document gives no time; `same_day` counts as the earlier."
    )
    approvals: list[dict[str, Any]] = Field([], description="Permissions: when needed, by whom, applied for by whom.")
    forms: list[dict[str, Any]] = Field([], description="Groups and fields; none where the form is not attached.")
    provisions: list[dict[str, Any]] = Field([], description="Commitment, penalties, fees, channels, gaps.")
    words: dict[str, dict[str, list[str]]] = Field({}, description="Keys of stages, events … in Chinese and English.")


class Symbols(Shape):
    """The one symbology: ``maps/symbols.json``."""
