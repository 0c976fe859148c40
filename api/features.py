"""Shape stored rows as GeoJSON features, and written features as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import shapely

from api import geojson
from api.attributes import attribute_faults, covers_of, with_keys
from api.db.tables import LAYERS
from api.errors import refused
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.coordinates import Axes
    from api.db.records import Row

KEPT = frozenset(
    {"id", "revision", "changed_at"}
)  # come with every item, and are left out of account when it is written
MEMBERS = frozenset({"type", "id", "geometry", "properties"})


def item_path(layer: str, identity: str) -> str:
    """Return the address of an item.

    >>> item_path("routes", "给水/7")
    '/api/collections/routes/items/%E7%BB%99%E6%B0%B4%2F7'
    """
    return f"/api/collections/{layer}/items/{quote(identity, safe='')}"


def features_of(rows: Sequence[Row], axes: Axes) -> list[dict[str, Any]]:
    """Return rows as GeoJSON features in ``axes``; properties are the layer's columns and the revision."""
    transform = axes.from_grid
    shapes = geojson.geometries([row.geometry for row in rows], transform, axes.decimals)
    return [
        geojson.feature(row.id, shape, {**row.properties, "revision": row.revision, "changed_at": row.changed_at})
        for row, shape in zip(rows, shapes, strict=True)
    ]


def row_of(layer: str, feature: Mapping[str, Any], axes: Axes, *, partial: bool = False) -> dict[str, Any]:
    """Return the row that a written GeoJSON feature says, its geometry in the grid.

    Parameters
    ----------
    partial
        Whether it is a merge patch: only what is there changes, null empties a property.

    Raises
    ------
    BadInputError
        With every fault of the attributes and of the geometry.
    """
    faults = list(_feature_faults(feature, partial=partial))
    given = feature.get("properties") or {}
    if not isinstance(given, dict):
        raise refused(*faults)
    properties = with_keys(layer, {name: value for name, value in given.items() if name not in KEPT})
    faults += attribute_faults(layer, properties, partial=partial)
    row: dict[str, Any] = dict(properties)
    if not partial or feature.get("geometry") is not None:
        try:
            row["geometry"] = placed(layer, feature.get("geometry"), axes)
            faults += _cover_count_faults(row)
        except BadInputError as error:
            faults += error.faults
    identity = feature.get("id", given.get("id"))
    if identity is not None:
        row["id"] = identity
    if faults:
        named = str(identity) if identity is not None else None
        raise BadInputError([fault.at(layer=layer, feature=named) for fault in faults])
    return row


def placed(layer: str, geometry: object, axes: Axes) -> Any:  # noqa: ANN401 - shapely is untyped
    """Return a GeoJSON geometry as a valid shape in the grid, without repeated vertices; else `BadInputError`."""
    flat = geojson.read_geometry(geometry, sorted(LAYERS[layer].geometry_types))
    shape = shapely.remove_repeated_points(axes.place(flat))
    if shape.geom_type.endswith("Polygon") and not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        fault = Fault("area.invalid", "多边形自相交或嵌套有误", "the area crosses itself or nests wrongly",
                      "改正边界", "mend its outline", field="geometry", value=reason)  # fmt: skip
        raise BadInputError([fault])
    return shape


def _cover_count_faults(row: Mapping[str, Any]) -> Iterable[Fault]:
    """Name covers that are not one for each vertex, as the line is kept: without repeated vertices."""
    said = row.get("covers_m")
    covers = covers_of(said) if isinstance(said, str) else None
    vertices = int(shapely.get_num_coordinates(row["geometry"]))
    if covers and len(covers) != vertices:
        yield Fault("covers.count", f"有 {len(covers)} 个覆土值，但有 {vertices} 个顶点",
                    f"{len(covers)} covers for {vertices} vertices", "每个顶点（重复的只算一个）给一个覆土",
                    "give one cover for each vertex; repeated ones count once", field="covers_m",
                    value=str(said)[:80])  # fmt: skip


def _feature_faults(feature: Mapping[str, Any], *, partial: bool) -> Iterable[Fault]:
    said = feature.get("type")
    if said != "Feature" and not (partial and said is None):
        yield Fault("feature.type", "应为 GeoJSON 要素", "not a GeoJSON feature", '写明 "type": "Feature"',
                    'give "type": "Feature"', field="type", value=str(said)[:80])  # fmt: skip
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        yield Fault("feature.properties", "properties 应为对象", "properties must be an object", "写成 {}", "write {}",
                    field="properties", value=type(properties).__name__)  # fmt: skip
    identity = feature.get("id")
    if identity is not None and (isinstance(identity, bool) or not isinstance(identity, str | int | float)):
        yield Fault("id.unfit", "编号应为文字或数", "an id must be text or a number", "改为文字", "make it text",
                    field="id", value=type(identity).__name__)  # fmt: skip
