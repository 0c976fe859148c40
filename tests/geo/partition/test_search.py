"""Worked off in tiles, lines give the runs and trenches that they give at once: every number, to the last bit."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import trench_components
from geo.faults import BadInputError
from geo.partition import Limits, Place, Spool, find_and_join, here
from geo.partition.tiles import cut_tiles, tiles_of, told_here
from geo.polylines import Polylines
from tests.benchmarks.city import make_city
from tests.geo.partition.towns import GRID, at_once, in_tiles, lines_of_town, towns

USUAL = Limits(3.0, 15.0, 10.0, 5.0, 4.5, same_group=False)
limits = st.builds(
    Limits, st.sampled_from([1.0, 3.0, 7.5]), st.sampled_from([5.0, 15.0, 90.0]), st.sampled_from([0.0, 10.0]),
    st.sampled_from([0.0, 5.0, 40.0]), st.sampled_from([0.5, 4.5, 12.0]), st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(town=towns(), limits=limits, vertices=st.integers(2, 40), chunks=st.integers(1, 4), seed=st.integers(0, 99),
       runs_a_share=st.sampled_from([1, 3, 2000]))  # fmt: skip
def test_towns_in_tiles_are_as_at_once(monkeypatch, town, limits, vertices, chunks, seed, runs_a_share):
    shapes, group = town
    lines = lines_of_town(shapes)
    with monkeypatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(trench_components, "RUNS_A_SHARE", runs_a_share)
        told = in_tiles(Path(folder), lines, group, limits, vertices, here, chunks=chunks, seed=seed)
        assert told == at_once(lines, group, limits)


@pytest.mark.parametrize("vertices", [700, 9_000])
def test_a_city_in_tiles_is_as_at_once(tmp_path, vertices):
    city = make_city(2_000)
    group = city.utility.astype(np.int64)
    steps = {}

    def told(step, _done, of):
        steps[step] = of

    found = in_tiles(tmp_path, city.lines, group, USUAL, vertices, here, told=told)
    assert list(steps) == ["look", "route", "search", "regroup", "join"]
    assert steps["search"] >= 28_000 // vertices
    assert found == at_once(city.lines, group, USUAL)
    assert len(found.trenches["length_m"]) > 1_000


def test_a_line_through_many_tiles_and_one_far_away(tmp_path):
    rows = [shapely.LineString([(0, 0), (40_000, 0)])]
    rows += [shapely.LineString([(x, 2), (x + 50, 2)]) for x in range(0, 40_000, 400)]
    rows += [shapely.LineString([(9e6, 9e6), (9e6 + 9, 9e6)]), shapely.LineString([(30, -9e5), (40_000, 9e5)])]
    lines = Polylines.from_shapely(rows)
    group = np.arange(lines.n_lines) % 5
    found = in_tiles(tmp_path, lines, group, USUAL._replace(same_group=True), 20, here)
    assert found == at_once(lines, group, USUAL._replace(same_group=True))
    assert len(found.runs["a"]) == 100


def test_sixty_lines_in_one_place_are_one_component_and_one_bundle(tmp_path):
    lines = Polylines.from_shapely([shapely.LineString([(0, k / 10), (100, k / 10)]) for k in range(60)])
    group = np.arange(60) % 6
    assert in_tiles(tmp_path, lines, group, USUAL, 10, here) == at_once(lines, group, USUAL)


@pytest.mark.parametrize("shapes", [[], [None, None], [shapely.LineString([(0, 0), (9, 0)])]])
def test_nothing_to_find(tmp_path, shapes):
    group = np.zeros(len(shapes), np.int64)
    assert in_tiles(tmp_path, lines_of_town(shapes), group, USUAL, 10, here, chunks=1).runs["a"] == []


def test_a_width_that_is_none_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(BadInputError, match="max_width"):
        find_and_join(
            Spool(tmp_path), Place(None, GRID), np.empty(0, np.int64), np.empty(0, np.int64),
            USUAL._replace(max_width=-1.0), 10, here, lambda *_: None,
        )  # fmt: skip
    assert not list(tmp_path.iterdir())


@given(places=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40), most=st.integers(1, 10))
def test_no_tile_is_too_heavy_but_for_places_that_are_one(places, most):
    x, y = np.array(places, np.float64).reshape(-1, 2).T
    tiles = cut_tiles(x, y, np.ones(len(x), np.int64), most)
    points = Polylines.from_shapely([shapely.LineString([p, (p[0], p[1] - 1e-6)]) for p in places])
    starts, found = tiles_of(points, tiles, -1e-3)  # no width at all: one tile each, where the place lies
    own = [found[starts[k]] for k in range(len(places))]
    for tile in set(own):
        inside = [places[k] for k in range(len(places)) if own[k] == tile]
        assert len(inside) <= most or len(set(inside)) == 1
    assert tiles.how_many <= max(len(places), 1)


@given(a=st.sets(st.integers(0, 9), min_size=1), b=st.sets(st.integers(0, 9), min_size=1))
def test_the_first_common_tile_tells(a, b):
    common = a & b
    found = np.array([*sorted(a), *sorted(b)], np.int64)
    starts = np.array([0, len(a), len(a) + len(b)], np.int64)
    one, other = np.array([0]), np.array([1])
    telling = [tile for tile in common if told_here(starts, found, one, other, tile)[0]]
    assert telling == ([min(common)] if common else [])
