"""Hold conflicts to brute force: pipes sampled every few centimetres in three dimensions, and each mend applied."""

import hypothesis.strategies as st
import numpy as np
import shapely
from hypothesis import given, settings

from survey.findings import SEVERITIES
from survey.standards import horizontal, vertical
from survey.subjects import Buried
from tests.survey.conflicts.scene import applied, conflicts, existing, only, planned

STEP_M = 0.05
UTILITIES = ("water", "drainage", "gas", "heat", "power", "telecom")
SEVERITY = {name: k for k, name in enumerate(SEVERITIES)}


@st.composite
def scenes(draw, *, pipes=True):
    """Two lines that meet somewhere in a square of 40 m, the second one planned or there."""
    number = st.integers(0, 2**32 - 1)
    random = np.random.default_rng(draw(number))

    def course():
        first, last = random.uniform(0, 12, 2), random.uniform(28, 40, 2)
        middle = random.uniform(10, 30, (random.integers(0, 3), 2))
        points = np.vstack([first, middle, last])[:: random.choice([-1, 1])]
        return [tuple(p) for p in np.round(points, 3)]

    def facts(points):
        covers = " ".join(f"{c:.2f}" for c in random.uniform(0.5, 2.5, len(points)))
        made = {"diameter_mm": float(random.choice([100, 200, 400])), "accuracy_m": float(random.choice([0, 0.05]))}
        return made | {"covers_m": covers, "pressure_mpa": 0.2, "voltage_kv": 10.0}

    of = random.choice(UTILITIES, 2, replace=False)
    a, b = course(), course()
    first = planned("A1", of[0], *a, **facts(a))
    if pipes and random.random() < 0.5:
        return [first], [existing("B1", of[1], *b, **facts(b))]
    return [first, planned("B1", of[1], *b, **facts(b))], []


class Pipe:
    """A line sampled by chainage: place, depth of the axis, radius."""

    def __init__(self, row):
        self.row, self.shape = row, row["geometry"]
        xy = shapely.get_coordinates(self.shape)
        ends = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
        self.at = np.unique(np.append(np.arange(0, self.shape.length, STEP_M), ends))
        self.radius = row["diameter_mm"] / 2000.0
        self.xy = np.column_stack([np.interp(self.at, ends, xy[:, k]) for k in (0, 1)])
        self.covers = ends, np.array([float(c) for c in row["covers_m"].split()])
        self.depth = self.cover(self.at) + self.radius

    def cover(self, at):
        return np.interp(at, *self.covers)

    @property
    def buried(self):
        kept = ("utility", "diameter_mm", "pressure_mpa", "voltage_kv", "laying")
        return Buried(**{name: self.row[name] for name in kept})


def both(scene):
    routes, pipes = scene
    return [Pipe(row) for row in (*routes, *pipes)]


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_pipes_that_collide_in_three_dimensions_are_found(scene):
    a, b = both(scene)
    apart = np.sqrt(
        ((a.xy[:, None, :] - b.xy[None, :, :]) ** 2).sum(axis=2) + (a.depth[:, None] - b.depth[None, :]) ** 2
    )
    found = conflicts(scene[0], pipes=scene[1])
    kinds = ("vertical_clearance", "horizontal_clearance", "stacking")
    if apart.min() < a.radius + b.radius - 0.01 and vertical(a.buried, b.buried) is not None:
        k = np.unravel_index(apart.argmin(), apart.shape)
        said = [(f.kind, f.outcome, f.measured, f.limit, f.uncertainty, f.from_m) for f in found]
        where = apart.min(), a.at[k[0]], b.at[k[1]], a.radius + b.radius
        lines = [(p.row["utility"], p.row["covers_m"], p.shape.wkt) for p in (a, b)]
        assert any(f.outcome == "fails" for f in found if f.kind in kinds and f.b is not None), (said, where, lines)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_lines_that_do_not_cross_have_the_sampled_gap(scene):
    a, b = both(scene)
    cell = horizontal(a.buried, b.buried)
    if a.shape.intersects(b.shape) or cell is None:
        return
    sampled = np.sqrt(((a.xy[:, None, :] - b.xy[None, :, :]) ** 2).sum(axis=2)).min() - a.radius - b.radius
    uncertainty = 2 * np.hypot(a.row["accuracy_m"], b.row["accuracy_m"])
    found = only(conflicts(scene[0], pipes=scene[1]), "horizontal_clearance")
    margin = sampled - cell.value
    if margin < uncertainty - STEP_M:
        least = min(f.measured for f in found)
        assert sampled - STEP_M <= least <= sampled + 1e-9
        worst = min(found, key=lambda f: f.measured)
        if abs(margin + uncertainty) > STEP_M:
            assert worst.outcome == ("fails" if margin < -uncertainty else "must_expose")
    elif margin > uncertainty + STEP_M:
        assert found == []


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_crossings_have_the_depths_of_both_lines(scene):
    a, b = both(scene)
    cell = vertical(a.buried, b.buried)
    crossings = shapely.get_parts(shapely.intersection(a.shape, b.shape))
    if cell is None or any(part.geom_type != "Point" or angle_at(a, b, part) < 46 for part in crossings):
        return  # flatter ones are measured where walls begin and end to lie over each other, too
    wanted = []
    for point in crossings:
        deep = [p.cover(p.shape.project(point)) + p.radius for p in (a, b)]
        gap = abs(deep[0] - deep[1]) - a.radius - b.radius
        if gap < cell.value - 1e-6:
            wanted.append(gap)
    found = [f.measured for f in only(conflicts(scene[0], pipes=scene[1]), "vertical_clearance")]
    assert np.allclose(sorted(found), sorted(wanted), atol=1e-6)


def angle_at(a, b, point):
    """The angle between the directions of two lines where they cross, 0 to 90 degrees."""
    ways = []
    for pipe in (a, b):
        at = pipe.shape.project(point)
        ways.append(
            np.subtract(pipe.shape.interpolate(at + 0.01).coords[0], pipe.shape.interpolate(at - 0.01).coords[0])
        )
    return np.degrees(
        np.arcsin(abs(ways[0][0] * ways[1][1] - ways[0][1] * ways[1][0]) / np.prod([np.hypot(*way) for way in ways]))
    )


def weight(findings, pair):
    """How grave the findings of a pair are: how many of each severity, the gravest first."""
    count = [0, 0, 0]
    for f in findings:
        if {f.a, f.b} == pair and f.kind != "space_time":
            count[SEVERITY[f.severity]] += 1
    return count


@settings(max_examples=50, deadline=None)
@given(scenes())
def test_after_one_click_a_finding_is_gone_and_nothing_worse_has_come(scene):
    routes, pipes = scene
    before = list(conflicts(routes, pipes=pipes))
    for f in before:
        if f.mend is None or f.mend.kind in ("expose", "ask"):
            continue
        after = conflicts(applied(routes, f.mend), pipes=pipes)
        assert after.faults == ()
        same = [g for g in before if (g.kind, g.rule, g.outcome) == (f.kind, f.rule, "fails")]
        left = [g for g in after if (g.kind, g.rule, g.outcome) == (f.kind, f.rule, "fails")]
        assert len(left) < len(same), (f.sentence_zh, f.mend.zh)
        assert weight(after, {f.a, f.b})[0] <= weight(before, {f.a, f.b})[0], (f.sentence_zh, f.mend.zh)


@settings(max_examples=40, deadline=None)
@given(scenes(pipes=False), st.booleans())
def test_either_line_may_be_named_first_and_either_way(scene, reverse):
    routes, _ = scene
    swapped = [{**routes[0], "id": "Z9"}, routes[1]]
    if reverse:
        first = swapped[0]
        turned = " ".join(first["covers_m"].split()[::-1])
        swapped[0] = {**first, "geometry": first["geometry"].reverse(), "covers_m": turned}
    assert measured(swapped) == measured(routes)


def measured(routes):
    """What was measured, whatever the ids; without stacking, whose least length is metres of the first line."""
    found = [f for f in conflicts(routes) if f.measured is not None and f.kind != "stacking"]
    return sorted((f.kind, f.outcome, round(f.measured, 6)) for f in found)


@settings(max_examples=25, deadline=None)
@given(scenes(), st.floats(-500, 500), st.floats(-500, 500))
def test_moving_everything_changes_nothing(scene, dx, dy):
    routes, pipes = scene
    dx, dy = round(dx), round(dy)
    shifted = [
        [{**row, "geometry": shapely.transform(row["geometry"], lambda xy: xy + np.array([dx, dy]))} for row in rows]
        for rows in scene
    ]
    wanted = [(f.id, f.kind, f.outcome, f.margin and round(f.margin, 6)) for f in conflicts(routes, pipes=pipes)]
    assert [
        (f.id, f.kind, f.outcome, f.margin and round(f.margin, 6)) for f in conflicts(shifted[0], pipes=shifted[1])
    ] == wanted


def test_a_clash_of_three_dates_by_counting_days():
    # an oracle that counts the days on which both keep their place
    from datetime import date, timedelta

    random = np.random.default_rng(5)
    for _ in range(20):
        starts = [date(2027, 1, 1) + timedelta(days=int(d)) for d in random.integers(0, 60, 2)]
        ends = [s + timedelta(days=int(d)) for s, d in zip(starts, random.integers(0, 30, 2), strict=True)]
        kept = [{s + timedelta(days=k) for k in range(-3, (e - s).days + 8)} for s, e in zip(starts, ends, strict=True)]
        rows = [
            planned(f"R{k}", "water", (0, 4 * k), (50, 4 * k), operator=f"O{k}", start=starts[k], end=ends[k])
            for k in (0, 1)
        ]
        found = only(conflicts(rows), "space_time")
        assert [f.measured for f in found] == ([len(kept[0] & kept[1])] if kept[0] & kept[1] else [])
