"""Sheets cover what they are about, labels never cover one another, and no empty shape breaks a drawing."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.atlas.canvas import Canvas
from maps.atlas.dimensions import number_findings
from maps.atlas.grid import crosses_of
from maps.atlas.labels import DIMENSION, MARK, MINOR, NAME, PIPE, Place, Wish, place_labels, reading_angle
from maps.atlas.scale import MOST_SHEETS, Room, Window, windows_of
from maps.atlas.sheets import stop_map
from maps.atlas.stops import StopSheet
from maps.atlas.tables import checklist_rows, finding_rows
from maps.atlas.town import Town
from maps.svg_sheet import text_width
from tests.maps.small_town import X, Y, frame, judged, layers, stop

ROOM = Room(280.0, 250.0)
metres = st.floats(-20_000, 20_000).map(lambda value: round(value, 2))
lines = st.lists(st.tuples(metres, metres), min_size=2, max_size=5, unique=True).map(shapely.LineString)


@settings(max_examples=30, deadline=None)
@given(shapes=st.lists(lines, min_size=1, max_size=3))
def test_every_metre_of_a_stop_is_on_a_sheet_and_there_are_not_too_many(shapes):
    sheets = windows_of(shapes, ROOM)
    assert 1 <= len(sheets) <= MOST_SHEETS
    assert len({one.scale for one in sheets}) == 1
    covered = shapely.union_all([shapely.box(*one.bounds) for one in sheets])
    for line in shapes:
        assert covered.buffer(0.01).covers(line)


@settings(max_examples=25, deadline=None)
@given(shape=lines, east=st.integers(-5000, 5000), north=st.integers(-5000, 5000))
def test_moving_a_stop_by_whole_metres_moves_its_sheets(shape, east, north):
    moved = shapely.affinity.translate(shape, east, north)
    here, there = windows_of([shape], ROOM), windows_of([moved], ROOM)
    assert [one.scale for one in here] == [one.scale for one in there]
    for a, b in zip(here, there, strict=True):
        assert b.west - a.west == pytest.approx(east, abs=1.01)
        assert b.south - a.south == pytest.approx(north, abs=1.01)


def test_the_finest_scale_at_which_a_stop_fits_is_taken():
    assert [one.scale for one in windows_of([shapely.LineString([(0, 0), (110, 0)])], ROOM)] == [500]
    assert [one.scale for one in windows_of([shapely.LineString([(0, 0), (240, 0)])], ROOM)] == [1000]
    several = windows_of([shapely.LineString([(900, 0), (0, 0)])], ROOM)
    assert {one.scale for one in several} == {1000}
    assert [one.west for one in several] == sorted((one.west for one in several), reverse=True), "not in walking order"
    for a, b in pairwise(several):
        assert b.bounds[2] - a.west == pytest.approx(28, abs=1.01), "neighbours do not overlap by a tenth"


@given(west=st.integers(-10_000, 10_000), scale=st.sampled_from([500, 1000, 2000, 5000]))
def test_crosses_are_whole_multiples_100_mm_apart(west, scale):
    window = Window(float(west), 0.0, ROOM, scale)
    eastings, _ = crosses_of(window)
    assert set(np.diff(eastings).tolist()) == {scale // 10}
    assert all(one % (scale // 10) == 0 and window.bounds[0] <= one <= window.bounds[2] for one in eastings)
    assert eastings[0] - window.step < window.bounds[0]
    assert eastings[-1] + window.step > window.bounds[2]


ranks = st.sampled_from([MARK, DIMENSION, NAME, PIPE, MINOR])
places = st.lists(
    st.builds(Place, st.floats(0, 100), st.floats(0, 100), st.sampled_from([0.0, 30.0, -90.0])), min_size=1, max_size=4
)
wishes = st.lists(
    st.builds(
        lambda text, at, rank: Wish(text, 3.0, at, rank, told=text), st.text("给水DN12 ", min_size=1), places, ranks
    ),
    max_size=14,
)


@settings(max_examples=80, deadline=None)
@given(asked=wishes)
def test_no_label_covers_another_and_none_is_lost(asked):
    placed, out = place_labels(asked, Room(100, 100), 0, 0, [shapely.box(40, 0, 45, 100)])
    assert sorted(map(id, [one.wish for one in placed] + out)) == sorted(map(id, asked))
    boxes = [letters(one) for one in placed]
    assert not any(shapely.relate_pattern(a, b, "T********") for a, b in combinations(boxes, 2))
    assert all(shapely.box(0, 0, 100, 100).covers(box) for box in boxes)


@settings(max_examples=40, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.floats(20, 40), st.floats(25, 75), st.floats(4, 40)).map(
            lambda one: ((one[0], one[1]), (one[0] + one[2], one[1]))
        ),
        min_size=2, max_size=6,
    )
)  # fmt: skip
def test_no_text_stands_on_the_line_of_a_dimension(spans):
    asked = [
        Wish("2.33 m", 2.1, [Place((a[0] + b[0]) / 2, a[1] + off) for off in (-6, 6, -9.5, 9.5, -13, 13)],
             DIMENSION, told="x", span=(a, b), look="span")
        for a, b in spans
    ]  # fmt: skip
    placed, _ = place_labels(asked, Room(100, 100), 0, 0)
    for one, other in permutations(placed, 2):
        (ax, y), (bx, _) = other.wish.span
        lies = other.place.y - np.sign(other.place.y - y) * 1.9
        assert not letters(one).intersects(shapely.LineString([(ax, lies), (bx, lies)]))


def letters(one):
    """Return where the letters of a placed label are, in the test's own arithmetic."""
    wide, tall = text_width(one.wish.text, one.wish.size) / 2, one.wish.size / 2
    angle = np.radians(one.place.angle)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)]) @ turn.T
    return shapely.Polygon(corners + np.array([one.place.x, one.place.y]))


@given(dx=st.floats(-1, 1), dy=st.floats(-1, 1))
def test_no_text_stands_on_its_head(dx, dy):
    assert -90.0 <= reading_angle(dx, dy) <= 90.0


def test_an_empty_shape_ends_no_path():
    """Buildings outside of the sheet once ended the path of the hatching for all that came after them."""
    canvas = Canvas(Window(X, Y, ROOM, 500))
    inside, outside = shapely.LineString([(X + 1, Y + 1), (X + 9, Y + 9)]), shapely.LineString()
    canvas.shapes([outside, inside, outside], colour="#000000")
    (path,) = re.findall(r'd="([^"]*)"', canvas.parts[-1])
    assert path.count("M") == 1
    assert re.fullmatch(r"M[\d. ]+L[\d. ]+", path)


def test_what_has_no_room_is_told_beside_the_map():
    """A hundred pipes in a metre cannot all bear their codes; the list says which do not, and how many."""
    town = dict(layers())
    rows = [{"id": f"P{k}", "utility": "telecom", "diameter_mm": 100.0 + k} for k in range(100)]
    town["pipes"] = frame(rows, [f"LINESTRING (0 {k / 100}, 40 {k / 100})" for k in range(100)])
    shown = stop_map(Window(X - 50, Y - 60, ROOM, 500), Town(town), stop("W1"), [], (X, Y), "zh")
    written = set(re.findall(r">(TX DN[\d.]+)<", shown.svg))
    assert {f"TX DN{100 + k}" for k in range(100)} == written | {one for one in shown.left_out if one.startswith("TX")}
    assert shown.left_out


def test_the_legend_holds_what_is_on_the_sheet_and_nothing_else():
    (numbered,) = number_findings([stop("W1")])
    shown = stop_map(Window(X - 50, Y - 60, ROOM, 500), Town(layers()), stop("W1"), numbered, (X, Y), "zh")
    kinds = {key for key in shown.keys if not key.startswith("severities")}
    assert kinds == {
        "routes.water", "routes.gas", "passages.crossing", "passages.green", "pipes.drainage", "pipes.power",
        "roads.arterial", "roads.local", "buildings", "trees", "greens", "marks.stop",
    }  # fmt: skip
    bare = stop_map(Window(X + 5000, Y, ROOM, 500), Town(layers()), StopSheet("空", place=(X + 5050, Y + 50)), [],
                    (X + 5050.0, Y + 50.0), "zh")  # fmt: skip
    assert (bare.keys, bare.left_out) == (["marks.stop"], [])


def test_a_finding_of_two_stops_keeps_its_number():
    first, second = number_findings([stop("W1"), stop("Q1")])
    both = {each.finding.id: each.number for each in first}
    shared = [each for each in second if each.finding.id in both]
    assert shared
    assert all(each.number == both[each.finding.id] for each in shared)
    numbers = {each.number for each in (*first, *second)}
    assert numbers == set(range(1, len({each.id for each in judged()[1]}) + 1))


@pytest.mark.parametrize(("language", "word"), [("zh", "待核"), ("en", "unverified")])
def test_a_limit_that_nobody_has_read_says_so_beside_the_map_and_on_the_checklist(language, word):
    (numbered,) = number_findings([stop("W1", "Q1")])
    recalled = [one._replace(finding=replace(one.finding, unverified=True)) for one in numbered]
    for rows in (finding_rows, checklist_rows):
        assert not any(word in " ".join(row["cells"][-7:]) for row in rows(numbered, language))
        assert all(any(word in cell for cell in row["cells"]) for row in rows(recalled, language))
