"""Hold an edited GeoPackage against what was given out and what is stored now: one line for each change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from api.attributes import with_keys
from api.db.errors import NotFoundError
from api.db.tables import LAYERS
from api.db.values import typed
from api.geopackages import check_geopackage, layers_of
from api.own_items import OWNER, chooses_ids, own_ids
from api.visit_given import check_given, read_given
from geo.faults import BadInputError, Fault, refuse
from survey.visits.layer_changes import compare_layers, same_shape
from survey.visits.layer_names import ID, id_text, match_layers, plain_value, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from api.db.records import Row
    from api.db.store import Store
    from api.dependencies import Service
    from api.doors import Visitor
    from api.visit_given import Given, GivenLayer
    from survey.visits.layer_changes import Change

KEPT = ("revision", "changed_at", "fid")


@dataclass(frozen=True, slots=True)
class Line:
    """One change to accept or not.

    Parameters
    ----------
    table
        In the GeoPackage.
    stored
        The layer of the store that it is of.
    change
        What was edited, was given out, and is now.
    now
        The row as it is stored; None where there is none.
    """

    table: str
    stored: str
    change: Change
    now: Row | None

    @property
    def key(self) -> str:
        """Return what the change is, whatever has become of the row meanwhile."""
        return f"{self.table}/{self.change.key}"

    @property
    def revision(self) -> int:
        """Return the revision of the row now; 0 where there is none."""
        return self.now.revision if self.now is not None else 0

    @property
    def id(self) -> str:
        """Return what the line is accepted by: it names the revision that was seen, as If-Match does."""
        return f"{self.key}@{self.revision}"


@dataclass(frozen=True, slots=True)
class Differences:
    """What came back beside what is there.

    Parameters
    ----------
    digest
        Of the file that came back.
    given
        What the file says that it is.
    lines
        Every change, by table and id.
    layers
        What each table is called in the file.
    renamed
        For each table the fields that were recognised under another name, ours to theirs.
    extra
        For each table the columns that were not given out; they are left out.
    unknown
        Layers of the file that were not given out; they are left out.
    unseen
        For each table how many rows who asks may not look at (any more); they are left out.
    edited
        Table and id of everything that was edited since it was given out, also where it is so by now.
    """

    digest: str
    given: Given
    lines: tuple[Line, ...]
    layers: Mapping[str, str]
    renamed: Mapping[str, Mapping[str, str]]
    extra: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    unseen: Mapping[str, int]
    edited: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Told:
    """What is gathered table by table."""

    lines: list[Line] = field(default_factory=list)
    renamed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    edited: set[tuple[str, str]] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def differences(service: Service, visitor: Visitor, visit: str, path: Path) -> Differences:
    """Return what was edited in a GeoPackage that was given out for a visit, as one moment of the store has it.

    Parameters
    ----------
    visitor
        Who asks: rows that this one may not look at are left out.
    visit
        Whose layers they must be.

    Raises
    ------
    BadInputError
        It is no GeoPackage, was not given out for this visit, or in another format; with every layer, field and id that
        is not recognised, a geometry that is none, another system of coordinates.
    """
    check_geopackage(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    given, told = read_given(path), _Told()
    edited = layers_of(path, {name for name, one in given.layers.items() if not one.stored})
    with service.store.reading():
        county = service.store.county
        known = county.id if county is not None else ""
        check_given(given, path, visit=visit, county=known, change=service.store.last_change())
        before = {name: _before(service, visitor, name, one, told) for name, one in given.layers.items() if one.stored}
        refuse(told.faults)
        named = _named(before, edited)
        for table, theirs in named.items():
            if not before[table] and not len(edited[theirs]):
                continue
            try:
                _compare(service, visitor, table, given.layers[table], before[table], edited[theirs], told)
            except BadInputError as error:
                told.faults += [fault.at(layer=theirs) for fault in error.faults]
    refuse(fault.at(file=path.name) for fault in told.faults)
    unknown = tuple(sorted(set(edited) - set(named.values()) - set(given.layers)))
    return Differences(
        digest, given, tuple(told.lines), named, told.renamed, told.extra, unknown, told.unseen, frozenset(told.edited)
    )


def _named(before: Mapping[str, Mapping[str, Row]], edited: Mapping[str, gpd.GeoDataFrame]) -> dict[str, str]:
    """Return what each table is called in the file; one that was given out empty and is gone has nothing to compare."""
    asked = {name: _ids_of(rows) for name, rows in before.items() if rows or name in edited}
    return match_layers(asked, edited)


def _ids_of(rows: Mapping[str, Row]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({ID: list(rows)}, geometry=[row.geometry for row in rows.values()])


def _before(service: Service, visitor: Visitor, table: str, layer: GivenLayer, told: _Told) -> dict[str, Row]:
    """Return the rows of a table as they were given out, of those that who asks may look at."""
    if layer.stored not in LAYERS:
        told.faults.append(_unknown_layer(table, layer.stored))
        return {}
    own = own_ids(service, visitor, layer.stored)
    seen = {name: one for name, one in layer.revisions.items() if own is None or name in own}
    found = rows_at(service.store, layer.stored, seen)
    told.faults += [_no_revision(table, name, seen[name]) for name in sorted(seen.keys() - found.keys())]
    if own is not None:
        found = _of_its_owner(service.store, layer.stored, found)
    if len(found) < len(layer.revisions):
        told.unseen[table] = len(layer.revisions) - len(found)
    return found


def _of_its_owner(store: Store, layer: str, rows: Mapping[str, Row]) -> dict[str, Row]:
    """Return rows of before that bear the owner of today: an id may have been somebody else's, as in its history."""
    column = OWNER[layer]
    now = {row.id: row.properties.get(column) for row in store.rows(layer, list(rows))}
    return {name: row for name, row in rows.items() if row.properties.get(column) == now.get(name)}


def rows_at(store: Store, layer: str, revisions: Mapping[str, int]) -> dict[str, Row]:
    """Return the rows of a layer as they were in these revisions, by id; one that never was is left out.

    The history is read of those alone that were changed since.
    """
    now = {row.id: row for row in store.rows(layer, list(revisions))}
    found: dict[str, Row] = {}
    for name, revision in revisions.items():
        if name in now and now[name].revision == revision:
            found[name] = now[name]
            continue
        try:
            states = {one.row.revision: one.row for one in store.history(layer, name)}
        except NotFoundError:
            states = {}
        if revision in states:
            found[name] = states[revision]
    return found


def _compare(
    service: Service, visitor: Visitor, table: str, layer: GivenLayer, before: Mapping[str, Row],
    edited: gpd.GeoDataFrame, told: _Told,
) -> None:  # fmt: skip
    """Add the lines of one table; the edited frame is first brought into the form that the store would give it."""
    grid = service.grid()
    edited = _in_grid(edited, grid.crs)
    fields = [name for name in layer.fields if name in LAYERS[layer.stored].columns]
    given = _frame(before.values(), fields, grid.crs)
    known = recognise(given, edited, table)
    frame = known.frame[[ID, *fields, known.frame.geometry.name]]
    # What was given out to this one once and is another's now is none of its business any more.
    unseen = layer.revisions.keys() - before.keys()
    seen = np.array([id_text(name) not in unseen for name in frame[ID]], bool)
    frame = _as_stored(layer.stored, frame[seen], before)
    if not chooses_ids(visitor, layer.stored):
        frame = frame.assign(**{ID: [name if id_text(name) in before else None for name in frame[ID]]})
    stored = _stored(service.store, layer.stored, {*before, *map(id_text, frame[ID])})
    while True:
        found = compare_layers(given, frame, _frame(stored.values(), fields, grid.crs), table)
        # What was added without an id gets one that is made of its content: it may be there already, accepted before.
        made = {change.id for change in found.changes if change.kind == "added"} - stored.keys()
        there = _stored(service.store, layer.stored, made)
        if not there:
            break
        stored |= there
    edits = compare_layers(given, frame, given, table).changes
    told.edited |= {(table, change.id) for change in edits}
    told.lines += [Line(table, layer.stored, change, stored.get(change.id)) for change in found.changes]
    told.renamed |= {table: known.renamed} if known.renamed else {}
    extra = tuple(name for name in known.extra if name not in KEPT and name not in layer.fields)
    told.extra |= {table: extra} if extra else {}


def _stored(store: Store, layer: str, ids: Iterable[str]) -> dict[str, Row]:
    return {row.id: row for row in store.rows(layer, [one for one in ids if one])}


def _in_grid(frame: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - pyproj's
    """Return the frame under the county's own name of its grid, where the file only spells it in another way."""
    same = frame.crs is not None and crs.equals(frame.crs, ignore_axis_order=True)
    return frame.set_crs(crs, allow_override=True) if same else frame


def _frame(rows: Iterable[Row], fields: Sequence[str], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - pyproj's
    listed = list(rows)
    columns: dict[str, Any] = {ID: np.array([row.id for row in listed], object)}
    for name in fields:
        columns[name] = np.array([row.properties.get(name) for row in listed], object)
    return gpd.GeoDataFrame(columns, geometry=[row.geometry for row in listed], crs=crs)


def _as_stored(layer: str, frame: gpd.GeoDataFrame, before: Mapping[str, Row]) -> gpd.GeoDataFrame:
    """Return an edited frame as the store would keep it: words as keys, columns of their kinds, shapes as drawn.

    So what was accepted is the same when the file is compared again. A value that is not of its column's kind stays as
    it is, to be shown and refused.
    """
    rows, shapes = [], []
    for row in frame.to_dict("records"):
        shape = row.pop(frame.geometry.name)
        given = before.get(id_text(row[ID]))
        shapes.append(shape if given is not None and same_shape(shape, given.geometry) else _as_drawn(shape, given))
        plain = {name: None if plain_value(value) is None else value for name, value in row.items() if name != ID}
        read, faults = typed(LAYERS[layer], with_keys(layer, plain))
        wrong = {fault.field for fault in faults}
        rows.append({ID: row[ID], **{name: plain[name] if name in wrong else read[name] for name in plain}})
    names = frame.columns.drop(frame.geometry.name)
    columns = {name: np.array([row[name] for row in rows], object) for name in names}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=frame.crs)


def _as_drawn(shape: Any, given: Row | None) -> Any:  # noqa: ANN401 - shapely is untyped
    """Return a shape as an item that is written: alone where it is one, no vertex twice, no heights that nobody gave.

    QGIS gives every vertex of a layer with heights the height 0 or none where a line without heights is edited.
    """
    if shape is None or shape.is_empty:
        return shape
    heights = shapely.get_coordinates(shape, include_z=True)[:, 2]
    flat = given is None or not given.geometry.has_z
    if shape.has_z and (np.isnan(heights).all() or (flat and np.isin(heights, [0.0]).all())):
        shape = shapely.force_2d(shape)
    alone = shape.geoms[0] if hasattr(shape, "geoms") and len(shape.geoms) == 1 else shape
    return shapely.remove_repeated_points(alone)


def _unknown_layer(table: str, stored: str) -> Fault:
    known = " ".join(LAYERS)
    return Fault(
        "layers.layer_gone", f"数据库没有图层 {stored}", f"the store has no layer {stored}", f"现有：{known}",
        f"it has: {known}", layer=table,
    )  # fmt: skip


def _no_revision(table: str, name: str, revision: int) -> Fault:
    return Fault(
        "layers.no_revision", f"数据库没有第 {revision} 版", f"the store never had revision {revision}",
        "文件可能来自另一个数据库；重新下载图层再编辑",
        "the file is perhaps of another store; download the layers again",
        layer=table, feature=name,
    )  # fmt: skip
