"""Name every table and column of the store but those of accounts; the same on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import sqlalchemy as sa

from api.db.columns import SQL_TYPES, Instant, key_text, number
from api.db.geometry import GridGeometry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.db.columns import Kind

# Names that a row has besides its columns. The last two are the store's own: read, never written by a caller.
IDENTITY, GEOMETRY, KEPT_BY_STORE = "id", "geometry", ("revision", "changed_at")

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

POINTS = frozenset({"Point", "MultiPoint"})
LINES = frozenset({"LineString", "MultiLineString"})
AREAS = frozenset({"Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True)
class Layer:
    """One stored layer: its name, what it is called, its columns with their kinds, the geometry types it takes."""

    name: str
    zh: str
    columns: Mapping[str, Kind]
    geometry_types: frozenset[str]
    table: sa.Table


def _layer(name: str, zh: str, geometry_types: frozenset[str], columns: Mapping[str, Kind]) -> Layer:
    table = sa.Table(
        name,
        METADATA,
        # The number of the change that brought the row; the R*Tree of SQLite refers to it.
        sa.Column("number", number(), primary_key=True, autoincrement=False),
        sa.Column(IDENTITY, key_text(), nullable=False, unique=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        *(sa.Column(column, SQL_TYPES[kind]) for column, kind in columns.items()),
        sa.Column(GEOMETRY, GridGeometry, nullable=False),
    )
    return Layer(name, zh, MappingProxyType(dict(columns)), geometry_types, table)


LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        layer.name: layer
        for layer in (
            _layer(
                "sites", "项目", POINTS | AREAS, {"name": "text", "kind": "text", "applicant": "text", "status": "text"}
            ),
            _layer(
                "routes",
                "规划管线",
                LINES,
                {
                    "utility": "text",
                    "name": "text",
                    "operator": "text",
                    "start": "date",
                    "end": "date",
                    "diameter_mm": "number",
                    "cover_m": "number",
                    "pressure_mpa": "number",
                    "voltage_kv": "number",
                    "method": "text",
                    "accuracy_m": "number",
                    "drawn_by": "text",
                    "remark": "text",
                    "laying": "text",
                    "material": "text",
                    "subtype": "text",
                    "covers_m": "text",  # one cover for each vertex, separated by blanks
                    "depth_accuracy_m": "number",
                    "replaces": "text",  # ids of the pipes whose place it takes, separated by blanks
                },
            ),
            _layer(
                "roads",
                "道路",
                LINES | AREAS,
                {
                    "name": "text",
                    "class": "text",
                    "width_m": "number",
                    "delivered": "date",
                    "overhauled": "date",
                    "surface": "text",
                    "highway": "text",  # of OpenStreetMap: class and width are assumed from it where they are not known
                    "bridge": "text",  # "yes" where the row is a bridge
                    "kind": "text",  # "street", "highway" (公路) or "railway"
                },
            ),
            _layer("greens", "绿地", AREAS, {"name": "text", "kind": "text"}),
            _layer("buildings", "建筑", AREAS, {"name": "text", "floors": "integer", "kind": "text"}),
            _layer(
                "pipes",
                "现状管线",
                LINES,
                {
                    "utility": "text",
                    "name": "text",
                    "diameter_mm": "number",
                    "cover_m": "number",
                    "material": "text",
                    "quality": "text",
                    "built": "date",
                    "subtype": "text",
                    "covers_m": "text",
                    "laying": "text",
                    "pressure_mpa": "number",
                    "voltage_kv": "number",
                    "operator": "text",
                    "accuracy_m": "number",
                    "depth_accuracy_m": "number",
                },
            ),
            _layer("trees", "树木", POINTS, {"species": "text", "crown_m": "number"}),
            _layer("parcels", "地块", AREAS, {"name": "text", "kind": "text"}),
            _layer("waters", "水系", AREAS, {"name": "text", "kind": "text"}),
        )
    }
)

# One line for each change of each row, with the row as it was left; nothing is ever taken out.
CHANGES = sa.Table(
    "changes",
    METADATA,
    sa.Column("number", number(), primary_key=True, autoincrement=False),
    sa.Column("layer", key_text(), nullable=False),
    sa.Column(IDENTITY, key_text(), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("properties", sa.JSON, nullable=False),
    sa.Column(GEOMETRY, sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("layer", IDENTITY, "revision"),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", key_text(), primary_key=True),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
)

# Who has accepted which finding, and who has taken that back: one line for each, nothing is ever taken out.
ACCEPTANCES = sa.Table(
    "acceptances",
    METADATA,
    sa.Column("number", number(), primary_key=True, autoincrement=False),
    sa.Column("finding", key_text(), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    # The finding as it was read by the one who accepted it: it may be another one, or gone, by now.
    sa.Column("told", sa.JSON, nullable=False),
)

# Where each case (and each operator's standing) stands, for lists; all of it follows from its events.
CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("phase", sa.Text, nullable=False, index=True),
    sa.Column("applicant", sa.Text, nullable=False),
    sa.Column("utilities", sa.Text, nullable=False),  # with a blank before and after each
    sa.Column("next_at", Instant, index=True),  # when the clock has something to do next
    sa.Column("overdue", sa.Integer, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

# What has happened, as text whose hash goes into that of the next one; lines are only ever added.
CASE_EVENTS = sa.Table(
    "case_events",
    METADATA,
    sa.Column("stream", key_text(), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

# Cases in short (`survey.cases.digests`), so that a start need not play them all: nothing here is a record, each line
# holds while the case's hash and the basis (policy, calendar, program) are those that it was made with.
CASE_DIGESTS = sa.Table(
    "case_digests",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)

# Overviews of tiles, so that a start need not make them all: nothing here is a record, each line is used only where the
# rows of its place have the digest that it was made of, and the basis (program, grid) is the same. What a place's rows
# were at ``change`` stays true, and which places later changes have touched the history tells.
OVERVIEWS = sa.Table(
    "overviews",
    METADATA,
    sa.Column("basis", key_text(), primary_key=True),
    sa.Column("layer", key_text(), primary_key=True),
    sa.Column("place", key_text(), primary_key=True),
    sa.Column("change", number(), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("steps", sa.LargeBinary, nullable=False),
    sa.Column("drawn", sa.LargeBinary),
)

# Forms that were begun and not handed in; one that is filed leaves in the transaction that begins its case.
DRAFTS = sa.Table(
    "drafts",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("owner", key_text(), nullable=False, index=True),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("filing", sa.JSON, nullable=False),
    sa.Column("entries", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

# Joint programmes: what was asked, how far the planning is, and what came out with the shapes it was planned with.
PROGRAMMES = sa.Table(
    "programmes",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("owner", key_text(), nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False, index=True),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("stopping", sa.Boolean, nullable=False),
    *(sa.Column(name, sa.JSON(none_as_null=True)) for name in ("progress", "totals", "faults", "result", "shapes")),
)

# Photos and signatures of joint visits, under ids made on the device; ``sha256`` is of the bytes as they were sent, the
# content is what is left of them without the camera's own records.
VISIT_PICTURES = sa.Table(
    "visit_pictures",
    METADATA,
    sa.Column("visit", key_text(), primary_key=True),
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("media", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("taken_at", Instant),
    sa.Column("x", sa.Double),
    sa.Column("y", sa.Double),
    sa.Column("accuracy_m", sa.Double),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# Where routes were planned, surveyed and laid: one line for each time somebody measured or took over; only added.
GEOMETRIES = sa.Table(
    "geometries",
    METADATA,
    sa.Column("number", number(), primary_key=True, autoincrement=False),
    sa.Column(IDENTITY, key_text(), nullable=False, unique=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("route", key_text(), nullable=False, index=True),
    sa.Column("revision", sa.Integer),
    sa.Column("of_line", key_text(), nullable=False),
    sa.Column("visit", key_text(), nullable=False, index=True),
    sa.Column("case", key_text(), nullable=False),
    sa.Column(GEOMETRY, sa.LargeBinary, nullable=False),
    sa.Column("accuracy_m", sa.Double),
    sa.Column("points", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# Minutes of joint visits as they were issued: what an office has signed is not printed anew from what is known later.
VISIT_MINUTES = sa.Table(
    "visit_minutes",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("language", key_text(), primary_key=True),
    sa.Column("visit", key_text(), nullable=False, index=True),
    sa.Column("issue", sa.Integer, nullable=False),
    sa.Column("upto", sa.Integer, nullable=False),
    sa.Column("pdf", sa.LargeBinary, nullable=False),
    sa.Column("pdf_sha256", sa.Text, nullable=False),
    sa.Column("docx", sa.LargeBinary, nullable=False),
    sa.Column("docx_sha256", sa.Text, nullable=False),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

COUNTY = sa.Table(
    "county",
    METADATA,
    # A database is one county's: the check leaves room for one line.
    sa.Column("sole", sa.Integer, sa.CheckConstraint("sole = 1", name="one"), primary_key=True, autoincrement=False),
    sa.Column(IDENTITY, sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("policy", sa.Text),
)
