"""Any edits of a GeoPackage, accepted, give exactly the edited rows, and nothing else changes; on both stores."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.db.store import open_store
from api.dependencies import Service
from api.doors import Visitor
from api.resident import Resident
from api.settings import Settings
from api.visit_acceptance import Accepted, sorted_out, write_rows
from api.visit_differences import differences
from api.visit_layers import layers_gpkg
from survey.calendar import Calendar
from survey.visits.keeping import Visit
from survey.visits.keeping.events import Plan
from survey.visits.stops import Stop
from tests.api.conftest import NOW, X0, Y0, small_county

if TYPE_CHECKING:
    from pathlib import Path

    from api.visit_differences import Differences

DESK = Visitor("desk", None)
VISIT = Visit(
    "V-1", state="planned", seq=1, at=datetime(2026, 12, 1, tzinfo=UTC),
    plan=Plan("踏勘", (), (Stop("S1", X0 + 50, Y0, "", None, (), (), 9.0),), ()),
)  # fmt: skip
ROUTES = ("G1", "W1", "H1")
START = {
    "G1": shapely.LineString([(X0, Y0 + 1.5), (X0 + 120, Y0 + 1.5)]),
    "W1": shapely.LineString([(X0 + 10.123456789, Y0 + 9, 101.25), (X0 + 90, Y0 + 9, 101.5)]),
    "H1": shapely.MultiLineString([[(X0, Y0 + 20), (X0 + 30, Y0 + 20)], [(X0 + 40, Y0 + 20), (X0 + 70, Y0 + 20)]]),
}
FAR = shapely.LineString([(X0 + 5_000, Y0), (X0 + 5_100, Y0)])

METRES = st.floats(-9, 9).map(lambda value: round(value, 3))
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sampled_from(ROUTES), METRES),
        st.tuples(st.just("cover_m"), st.sampled_from(ROUTES), st.none() | st.floats(0, 20)),
        st.tuples(st.just("name"), st.sampled_from(ROUTES), st.text("管线 aé𠮷'\"<&", max_size=8)),
        st.tuples(st.just("start"), st.sampled_from(ROUTES), st.dates(date(2020, 1, 1), date(2026, 1, 1))),
        st.tuples(st.just("delete"), st.sampled_from(ROUTES), st.just(0)),
        st.tuples(st.just("copy"), st.sampled_from(ROUTES), METRES),
        st.tuples(st.just("draw"), st.sampled_from(["", "新-1"]), st.floats(1, 99)),
    ),
    max_size=6,
)


@pytest.fixture
def service(database_url, tmp_path):
    """Yield a service over the small county whose county in memory is not loaded: nothing here is judged."""
    small_county(database_url, tmp_path)
    with open_store(database_url, tmp_path) as store:
        store.insert("routes", [{"id": "FAR", "utility": "water", "geometry": FAR}], who="test", now=NOW)
        store.insert("trees", [{"id": "T1", "geometry": shapely.Point(X0, Y0)}], who="test", now=NOW)
        yield Service(Settings(), store, Resident(store), None, None, None, Calendar())


def begin_anew(service: Service) -> None:
    """Put the routes near the stop back to how each example begins; their revisions go on."""
    store = service.store
    for row in store.items("routes"):
        if row.id != "FAR":
            store.delete("routes", row.id, None, who="test", now=NOW)
    rows = [
        {"id": name, "utility": "gas", "name": name, "cover_m": 1.0, "geometry": line} for name, line in START.items()
    ]
    store.insert("routes", rows, who="test", now=NOW)


def shifted(shape, metres: float):
    return shapely.transform(shape, lambda xyz: xyz + [metres, metres, 0][: xyz.shape[1]], include_z=True)


def edited(frame: gpd.GeoDataFrame, edits) -> gpd.GeoDataFrame:
    for kind, name, value in edits:
        here = frame.index[frame["id"] == name]
        if kind == "draw":
            line = shapely.LineString([(X0, Y0 + 30), (X0 + value, Y0 + 31)])
            frame = _and(frame, gpd.GeoDataFrame({"id": [name or None], "utility": ["gas"]}, geometry=[line]))
        elif not len(here):
            continue
        elif kind == "move":
            frame.loc[here[0], "geometry"] = shifted(frame.geometry[here[0]], value)
        elif kind == "delete":
            frame = frame.drop(index=here).reset_index(drop=True)
        elif kind == "copy":
            frame = _and(frame, frame.loc[here[:1]].set_geometry([shifted(frame.geometry[here[0]], value + 0.5)]))
        else:
            frame.loc[here[0], kind] = pd.Timestamp(value) if kind == "start" else value
    return frame


def _and(frame: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    joined = pd.concat([frame, new.set_crs(frame.crs, allow_override=True)], ignore_index=True)
    return gpd.GeoDataFrame(joined, crs=frame.crs)


def content(frame: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    """Return what is in the rows without their ids, to the last bit; read from the file and the store alike."""

    def plain(value) -> str:
        return "" if value is None or pd.isna(value) else str(value)

    return sorted(
        (
            shapely.multilinestrings([*getattr(shape, "geoms", [shape])]).wkb_hex,
            plain(row["utility"]),
            plain(row["name"]),
            plain(row["cover_m"]),
            "" if pd.isna(row["start"]) else pd.Timestamp(row["start"]).date().isoformat(),
        )
        for row, shape in zip(frame.to_dict("records"), frame.geometry, strict=True)
    )


def compared(service: Service, path: Path) -> Differences:
    return differences(service, DESK, "V-1", path)


def accepted(service: Service, path: Path, lines: list[str]) -> Accepted:
    with service.store.transaction():
        rows, told = sorted_out(compared(service, path), lines)
        write_rows(service, DESK, rows, told, now=NOW)
    return told


def rest(service: Service) -> dict[str, Any]:
    layers = {layer: service.store.items(layer) for layer in ("roads", "trees", "greens")}
    return layers | {"FAR": service.store.get("routes", "FAR")}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_accepting_all_edits_gives_exactly_the_edited_rows_and_changes_nothing_else(service, tmp_path, edits):
    begin_anew(service)
    path, others = tmp_path / "a.gpkg", rest(service)
    path.write_bytes(layers_gpkg(service, DESK, VISIT, language="zh")[0])
    frame = edited(pyogrio.read_dataframe(path, layer="routes"), edits)
    pyogrio.write_dataframe(frame, path, layer="routes", driver="GPKG", promote_to_multi=True)
    found = compared(service, path)
    lines = [line.id for line in found.lines]
    # Nobody edited meanwhile; a copy bears an id that is taken, which a person is told.
    assert all(line.change.copied_from for line in found.lines if line.change.conflict)
    told = accepted(service, path, lines)
    assert told.refused == []
    now = service.store.frame("routes")
    assert content(now[now["id"] != "FAR"]) == content(pyogrio.read_dataframe(path, layer="routes"))
    assert rest(service) == others
    # The same file once more: nothing is different any more, and nothing is written.
    last = service.store.last_change()
    assert compared(service, path).lines == ()
    again = accepted(service, path, lines)
    assert (again.written, again.refused, sorted(again.already)) == ([], [], sorted(lines))
    assert service.store.last_change() == last


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, meanwhile=EDITS, choice=st.randoms(use_true_random=False))
def test_what_is_not_accepted_stays_as_it_is_whatever_happened_meanwhile(service, tmp_path, edits, meanwhile, choice):
    begin_anew(service)
    path, other = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    for one, changes in ((path, edits), (other, meanwhile)):
        one.write_bytes(layers_gpkg(service, DESK, VISIT, language="zh")[0])
        frame = edited(pyogrio.read_dataframe(one, layer="routes"), changes)
        pyogrio.write_dataframe(frame, one, layer="routes", driver="GPKG", promote_to_multi=True)
    accepted(service, other, [line.id for line in compared(service, other).lines])
    before = {row.id: row for row in service.store.items("routes")}
    found = compared(service, path)
    chosen = [line for line in found.lines if choice.random() < 0.5]
    told = accepted(service, path, [line.id for line in chosen])
    assert told.refused == []
    touched = {line.change.id for line in chosen}
    after = {row.id: row for row in service.store.items("routes")}
    assert {name: row for name, row in after.items() if name not in touched} == {
        name: row for name, row in before.items() if name not in touched
    }
    # Of a row that was changed, fields that nobody accepted are as they were.
    for name in touched & before.keys() & after.keys():
        fields = {line.change.field for line in chosen if line.change.id == name}
        was, now = before[name].properties, after[name].properties
        assert {key for key in was if was[key] != now[key]} <= fields
    assert service.store.verify() == []
