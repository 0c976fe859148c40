"""Findings of a province worked off in tiles are those of files that were read at once: every row and bit."""

import os
import signal
from collections import Counter
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from unittest.mock import patch

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import read, settle_grid, to_grid, write
from geo.formats.batches import Batches
from geo.partition import here, local_crew
from sample_data.county import make_county
from survey.conflicts import find_conflicts
from survey.policies import load_policy
from survey.provinces import Question, findings, write_findings
from tests.survey.conflicts.scene import DUG, existing, gas, house, layer, planned, road, tree
from tests.survey.scene import ON, X, Y

KINDS = {"routes": "line", "pipes": "line", "buildings": "area", "trees": "point"}
ASKED = Question("neixiang", ON)
COUNTY = make_county().frames

# Dask's own shutdown leaves a socket or a thread to the collector now and then.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def kinds(name):
    return frozenset({KINDS[name]}) if name in KINDS else frozenset({"line", "area"})


def saved(folder, frames):
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in frames}


def at_once(files, out, question=ASKED, **options):
    tables = {name: read(path, kinds=kinds(name), **options) for name, path in files.items()}
    frames = {}
    for name, table in tables.items():
        frame = table.frame
        frames[name] = frame if "id" in frame else frame.assign(id=frame.index.astype(str))
    grid = settle_grid(frames["routes"])
    placed = {name: to_grid(frame, grid) for name, frame in frames.items()}
    found = find_conflicts(placed.pop("routes"), **placed, policy=load_policy("neixiang"), on=question.on, grid=grid)
    write({"findings": found.frame(sentences=question.sentences)}, out)
    return found


def in_tiles(files, out, vertices, *, rows=2_000, question=ASKED, crew=None, heard=lambda *_: None, **options):
    batches = {name: Batches(path, kinds=kinds(name), rows=rows) for name, path in files.items()}
    crew = crew or (lambda _folder: nullcontext(here))
    with patch.object(findings, "vertices_a_tile", lambda _memory: vertices), patch.object(findings, "ROWS_WRITTEN", 9):
        return write_findings(batches, out, question, crew, memory=1, heard=heard, **options)


def same(once, tiles):
    mine, theirs = (gpd.read_parquet(path) for path in (once, tiles))
    assert mine.crs == theirs.crs
    assert shapely.to_wkb(mine.geometry.to_numpy()).tolist() == shapely.to_wkb(theirs.geometry.to_numpy()).tolist()
    assert mine.columns.tolist() == theirs.columns.tolist()
    for name in mine.columns.drop("geometry"):  # a column of texts without any is of text here, of nothing at once
        one, other = mine[name], theirs[name]
        if one.notna().any():
            pd.testing.assert_series_equal(one, other, check_exact=True)
        else:
            assert other.isna().all()
    return mine


places = st.tuples(st.integers(-150, 150), st.integers(-60, 60))
errors = st.sampled_from([0.01, 0.05, 0.5, 3.0, 10.0, None])
few = st.integers(0, 3)


@st.composite
def course(draw):
    """A line along a street or across, some long enough to pass many tiles, often on the course of others."""
    x, y = draw(places)
    y = draw(st.sampled_from([y, 0, 1, 20]))
    length, bend = draw(st.sampled_from([8, 30, 120, 290])), draw(st.integers(-3, 3))
    points = [(x, y), (x + length / 2, y + bend), (x + length, y)]
    return points if draw(st.booleans()) else [(b, a) for a, b in points]


@st.composite
def towns(draw):
    """All layers: routes with and without dates and diameters, pipes that some replace, streets, houses, trees."""
    routes = []
    for k in range(draw(st.integers(1, 8))):
        start = date(2027, 3, 1) + timedelta(days=draw(st.integers(0, 400)))
        dates = {"start": start, "end": start + timedelta(days=30)} if draw(st.integers(0, 3)) else {}
        facts = {"operator": draw(st.sampled_from(["甲", "乙"])), "accuracy_m": draw(errors) or 0.02, **dates}
        facts |= {"diameter_mm": draw(st.sampled_from([110.0, 800.0, None])), "replaces": f"E{draw(few)}"}
        facts |= {"cover_m": draw(st.sampled_from([0.4, 1.0, None]))}
        points = draw(course())
        kind = draw(st.sampled_from(["gas", "water", "drainage", "power", "telecom"]))
        name = f"R{draw(st.integers(10, 99))}-{k}"
        routes.append(gas(name, *points, **facts) if kind == "gas" else planned(name, kind, *points, **facts))
    pipes = [
        existing(
            f"E{k}", draw(st.sampled_from(["water", "drainage", "gas"])), *draw(course()),
            cover_m=draw(st.sampled_from([0.9, 1.4])), accuracy_m=draw(errors), quality=draw(st.sampled_from("AD")),
        )
        for k in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    roads = [
        road(f"D{k}", *draw(course()), delivered=draw(st.sampled_from([date(2001, 5, 1), date(2025, 1, 1), None])))
        for k in range(draw(few))
    ]
    corners = [draw(places) for _ in range(draw(few))]
    houses = [house(f"H{k}", x, y, x + 9.3, y + draw(st.sampled_from([5, 60]))) for k, (x, y) in enumerate(corners)]
    trees = [tree(f"T{k}", *draw(places)) for k in range(draw(few))]
    rows = {"routes": routes, "pipes": pipes, "roads": roads, "buildings": houses, "trees": trees}
    return {name: layer(several) for name, several in rows.items() if several or name != "trees"}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns(), st.sampled_from([1, 12, 40, 10_000]), st.sampled_from([2, 5, 100]), st.booleans())
def test_every_row_of_any_town_is_as_at_once(tmp_path, town, vertices, rows, sentences):
    question = ASKED._replace(sentences=sentences)
    files = saved(tmp_path, town)
    found = at_once(files, tmp_path / "once.parquet", question)
    written = in_tiles(files, tmp_path / "tiles.parquet", vertices, rows=rows, question=question)
    same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    said = [(finding.a, finding.sentence_zh, finding.sentence_en) for finding in found[:8]]
    assert list(written.said) == said
    assert written.counts == Counter((finding.kind, finding.outcome) for finding in found)
    assert Counter(map(kind_of, written.notes)) == Counter(map(kind_of, found.faults))


def kind_of(fault):
    return fault.code, fault.field


def part_of_the_county():
    """Some streets of the sample county, of all its layers."""
    x, y = COUNTY["routes"].geometry.union_all().centroid.coords[0]
    near = shapely.box(x - 500, y - 350, x + 500, y + 350)
    layers = {name: COUNTY[name] for name in ("routes", "pipes", "roads", "buildings", "trees")}
    return {name: frame[frame.intersects(near)].reset_index(drop=True) for name, frame in layers.items()}


def test_a_county_in_degrees_is_as_at_once(tmp_path):
    part = part_of_the_county()
    part["pipes"] = part["pipes"].to_crs("EPSG:4490")
    part["buildings"] = part["buildings"].to_crs("EPSG:4490").drop(columns="id")
    files = saved(tmp_path, part)
    at_once(files, tmp_path / "once.parquet")
    in_tiles(files, tmp_path / "tiles.parquet", 500, rows=40)
    found = same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert {"horizontal_clearance", "vertical_clearance", "protected_road", "building"} <= set(found["kind"])


def street(n=40):
    """Routes along and across one street with pipes between, as many findings as routes at least."""
    routes = [planned(f"R{k}", "water", (20 * k, 0), (20 * k + 35, 1), accuracy_m=0.02, **DUG) for k in range(n)]
    pipes = [existing(f"E{k}", "drainage", (20 * k, 0.6), (20 * k + 20, 0.6), accuracy_m=0.02) for k in range(n)]
    roads = [road("D1", (-50, 3), (20 * n, 3))]
    return {"routes": layer(routes), "pipes": layer(pipes), "roads": layer(roads)}


def pid_of(_job):
    return os.getpid()


def test_a_worker_is_killed_and_nothing_is_lost(tmp_path):
    files = saved(tmp_path, street(16))
    at_once(files, tmp_path / "once.parquet")
    working, killed = [], []

    @contextmanager
    def two(folder):
        with local_crew(2, 1 << 30, folder) as crew:
            working.append(crew)
            yield crew

    def heard(step, done, _of):
        if step == "judge" and done == 1 and not killed:
            killed.append(working[0](pid_of, [0], lambda *_: None)[0])
            os.kill(killed[0], signal.SIGKILL)

    in_tiles(files, tmp_path / "tiles.parquet", 20, crew=two, heard=heard)
    assert killed
    assert len(same(tmp_path / "once.parquet", tmp_path / "tiles.parquet"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def spoilt():
    frames = street(12)
    frames["routes"].loc[3, "id"] = "R1"
    frames["routes"].loc[5, "diameter_mm"] = -1.0
    frames["pipes"].loc[2, "id"] = "E1"
    frames["pipes"]["depth_accuracy_m"] = -3.0
    return frames


def test_faulty_rows_of_every_file_are_left_out_as_at_once(tmp_path):
    files = saved(tmp_path, spoilt())
    at_once(files, tmp_path / "once.parquet", skip_bad=True)
    written = in_tiles(files, tmp_path / "tiles.parquet", 10, rows=2, skip_bad=True)
    same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert written.routes == 10
    assert Counter(map(kind_of, written.notes)) == {("line.value", "depth_accuracy_m"): 11}


def test_the_faults_of_all_files_are_named_together_and_nothing_is_written(tmp_path):
    files = saved(tmp_path, spoilt())
    with pytest.raises(BadInputError) as caught:
        in_tiles(files, tmp_path / "tiles.parquet", 10, rows=2)
    told = {(fault.file, fault.code) for fault in caught.value.faults}
    assert told == {
        ("routes.parquet", "id.duplicate"), ("routes.parquet", "number.not_positive"),
        ("pipes.parquet", "id.duplicate"),
    }  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in files.values())


def test_roads_without_a_width_are_all_named(tmp_path):
    frames = street(4)
    frames["roads"] = layer([road(f"D{k}", (0, k), (9, k), width=None) for k in range(3)])
    files = saved(tmp_path, frames)
    with pytest.raises(BadInputError) as caught:
        in_tiles(files, tmp_path / "tiles.parquet", 10, rows=1)
    assert sorted((fault.code, fault.feature) for fault in caught.value.faults) == [
        ("road.width", "D0"), ("road.width", "D1"), ("road.width", "D2"),
    ]  # fmt: skip


def test_what_fails_half_way_leaves_what_was_there(tmp_path):
    files = saved(tmp_path, street(6))
    (tmp_path / "tiles.parquet").write_text("old")

    def failing(work, jobs, told):
        if work.__name__ == "judge":
            raise OSError(28, "No space left on device")
        return here(work, jobs, told)

    with pytest.raises(BadInputError, match="No space left"):
        in_tiles(files, tmp_path / "tiles.parquet", 10, crew=lambda _folder: nullcontext(failing))
    assert (tmp_path / "tiles.parquet").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_no_route_has_no_finding(tmp_path):
    frames = street(3)
    frames["routes"] = frames["routes"][:0]
    files = saved(tmp_path, frames)
    written = in_tiles(files, tmp_path / "tiles.parquet", 10)
    assert (written.routes, dict(written.counts), written.said) == (0, {}, ())
    assert list(read(tmp_path / "tiles.parquet").frame["id"]) == []


def test_ids_of_numbers_are_told_as_at_once_where_some_are_blank(tmp_path):
    frames = street(8)
    for name in ("routes", "pipes"):
        numbers = np.arange(8.0)
        numbers[6] = np.nan
        frames[name]["id"] = numbers
        frames[name] = frames[name].astype({"id": "Int64"})
    files = saved(tmp_path, frames)
    at_once(files, tmp_path / "once.parquet", skip_bad=True)
    in_tiles(files, tmp_path / "tiles.parquet", 10, rows=3, skip_bad=True)
    found = same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert "0.0" in set(found["a"])


def test_a_house_far_away_changes_no_digit(tmp_path):
    frames = street(6)
    far = house("H1", -90_000.4, -40_000.7, -89_990, -39_990)
    frames["buildings"] = layer([house("H0", 33.3, -2.1, 41.7, 4.9), far])
    files = saved(tmp_path, frames)
    at_once(files, tmp_path / "once.parquet")
    in_tiles(files, tmp_path / "tiles.parquet", 10)
    found = same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert "building" in set(found["kind"])
    assert found.total_bounds[0] > X - 100
    assert found.total_bounds[1] > Y - 100


def test_what_lies_on_the_other_side_of_an_edge_is_found_as_far_as_anything_matters(tmp_path):
    # all begin at one easting, so that the plane is cut between them only
    dates = [DUG | {"operator": name, "accuracy_m": 0.02} for name in "甲乙"]
    frames = {
        "routes": layer([gas("R1", (0, 0), (60, 0), **dates[0]), gas("R2", (0, 5.5), (60, 5.5), **dates[1])]),
        "pipes": layer(
            [
                existing("E1", "drainage", (0, -1.3), (60, -1.3), accuracy_m=0.01),
                existing("E2", "drainage", (0, -15), (60, -15), accuracy_m=10.0),
            ]
        ),
        "trees": layer([tree("T1", 0, -0.7)]),
        "buildings": layer([house("H1", 0, 6.6, 60, 9)]),
    }
    files = saved(tmp_path, frames)
    at_once(files, tmp_path / "once.parquet")
    in_tiles(files, tmp_path / "tiles.parquet", 1)
    found = same(tmp_path / "once.parquet", tmp_path / "tiles.parquet")
    assert {"space_time", "horizontal_clearance", "tree", "building"} <= set(found["kind"])
    assert {"R2", "E1", "E2", "T1", "H1"} <= set(found["b"])
