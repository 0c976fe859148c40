"""Whatever the bytes are, a reader gives a table or a list of faults: nothing else comes out of it."""

import json
import random
from contextlib import suppress

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import read, write

GRID = "EPSG:4546"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=12,
)
COORDINATES = st.recursive(
    st.floats(-200, 200) | st.none() | st.text(max_size=2) | st.booleans(),
    lambda below: st.lists(below, max_size=5),
    max_leaves=24,
)
KINDS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection", "Arc")
GEOMETRY = st.fixed_dictionaries({"type": st.sampled_from(KINDS)}, optional={"coordinates": COORDINATES}) | JSON
FEATURE = st.fixed_dictionaries({"type": st.just("Feature"), "geometry": GEOMETRY, "properties": JSON}) | JSON


@settings(max_examples=400, deadline=None)
@given(st.lists(FEATURE, max_size=4), JSON)
def test_any_geojson(tmp_path_factory, features, crs):
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    document = {"type": "FeatureCollection", "features": features} | ({"crs": crs} if crs else {})
    path.write_text(json.dumps(document), "utf-8")
    with suppress(BadInputError):
        read(path)
    with suppress(BadInputError):
        read(path, skip_bad=True)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".csv", ".geojson", ".gpkg", ".parquet", ".shp", ".zip", ""]))
def test_any_bytes(tmp_path_factory, body, ending):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(body)
    with suppress(BadInputError):
        read(path, crs=GRID)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=5), max_size=5))
def test_any_table(tmp_path_factory, cells):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    rows = [",".join(row) for row in [["id", "x", "y", "start", "diameter_mm"], *cells]]
    path.write_text("\n".join(rows), "utf-8")
    with suppress(BadInputError):
        read(path, crs=GRID)


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".parquet", ".csv", ".shp.zip"])
def test_any_damage(tmp_path, ending):
    lines = [shapely.LineString([(500_000, 3_600_000 + k), (500_010, 3_600_000)]) for k in range(40)]
    frame = gpd.GeoDataFrame({"id": range(40), "name": ["解放路"] * 40}, geometry=lines, crs=GRID)
    [whole] = write(frame, tmp_path / f"whole{ending}")
    body = whole.read_bytes()
    rng = random.Random(3)  # noqa: S311 - damage needs no secrecy
    for trial in range(60):
        broken = bytearray(body)
        for _ in range(rng.randrange(1, 30)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        path = tmp_path / f"{trial}{ending}"
        path.write_bytes(broken if trial % 3 else broken[: rng.randrange(1, len(broken))])
        with suppress(BadInputError):
            read(path, crs=GRID)
