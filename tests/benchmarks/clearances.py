"""Walls that are too near each other, places where axes meet, trees and buildings: ours against shapely's tree."""

import numpy as np
import shapely

from geo.clearances import find_close, find_line_crossings, nearest_to_areas, nearest_to_points
from geo.resident_clearances import ResidentClearances
from tests.benchmarks.city import BLOCK_M, make_city
from tests.benchmarks.measuring import s, table, timed

RADIUS_M = 0.15
REPEATS = 5


def needs():
    """A metre between any two utilities, half of it between two of one."""
    return np.where(np.eye(6, dtype=bool), 0.5, 1.0)


def pipes_of(n):
    """Existing pipes: 300,000 segments for 100,000 routes."""
    return make_city(max(n * 3 // 13, 10), seed=9)


def objects_of(city, n):
    """Trees anywhere, and buildings of 6 m by 12 m set back from the streets."""
    random = np.random.default_rng(1)
    west, south = city.lines.x.min(), city.lines.y.min()
    side = city.lines.x.max() - west
    trees = west + random.random(n) * side, south + random.random(n) * side
    count = n // 2
    street = random.integers(0, int(side / BLOCK_M), count) * BLOCK_M
    y = south + random.random(count) * side
    x = west + street + random.choice([-18.0, 12.0], count) + 8 * np.sin(y / 300 + 1)
    return trees, shapely.box(x, y, x + 6, y + 12)


def clearances_against_shapely(options):
    """All pairs that are too near, as findings need them, and the tree's pairs alone."""
    n = options.compared
    city, pipes = make_city(n), pipes_of(n)
    trees, houses = objects_of(city, n)
    need = needs()
    of_city = {"radius_a": RADIUS_M, "class_a": city.utility, "need": need}
    of_both = of_city | {"radius_b": RADIUS_M, "class_b": pipes.utility}
    asked = {
        "routes, all pairs": lambda w: find_close(city.lines, **of_city, workers=w),
        "routes × existing pipes": lambda w: find_close(city.lines, pipes.lines, **of_both, workers=w),
        "places where axes of routes meet": lambda w: find_line_crossings(city.lines, workers=w),
        "trees within 3 m": lambda w: nearest_to_points(city.lines, *trees, 3.0, workers=w),
        "buildings within 3 m": lambda w: nearest_to_areas(city.lines, houses, 3.0, workers=w),
    }
    warmed = {who: ask(2) for who, ask in asked.items()}
    seconds = {(who, w): [] for who in asked for w in (1, 2)}
    for _ in range(REPEATS):  # interleaved: what else the machine does falls on all alike
        for (who, w), taken in seconds.items():
            taken.append(timed(lambda who=who, w=w: asked[who](w))[0])
    shapes = city.lines.to_shapely()
    theirs, (one, other) = timed(lambda: _by_tree(shapes, city.utility, need), options.slow_repeats)
    rows = [
        (who, s(float(np.median(seconds[who, 1]))), s(float(np.median(seconds[who, 2]))), len(found))
        for who, found in warmed.items()
    ]
    ours = float(np.median(seconds["routes, all pairs", 2]))
    rows.append(("routes, all pairs: shapely, pairs only", s(theirs), f"{theirs / ours:.0f}×", len(one)))
    table(f"Too near: {n:,} routes, {len(pipes.lines.segments()):,} pipe segments, {n:,} trees, {n // 2:,} buildings",
          ("what", "1 thread", "2 threads", "found"), rows)  # fmt: skip
    close = warmed["routes, all pairs"]
    mine, pairs = (set(zip(a.tolist(), b.tolist(), strict=True)) for a, b in ((close.a, close.b), (one, other)))
    table("Agreement with shapely", ("what", "how much"), [
        ("pairs of ours / theirs / both", f"{len(mine)} / {len(pairs)} / {len(mine & pairs)}"),
    ])  # fmt: skip
    _resident(city, need)


def _by_tree(shapes, utility, need):
    """The pairs whose walls are nearer than they need to be."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=need.max() + 2 * RADIUS_M)
    one, other = one[one < other], other[one < other]
    gap = shapely.distance(shapes[one], shapes[other]) - 2 * RADIUS_M
    near = gap < need[utility[one], utility[other]] - 1e-7
    return one[near], other[near]


def _resident(city, need):
    """One drawn line against all that stay."""
    seconds, resident = timed(lambda: ResidentClearances(city.lines, RADIUS_M, city.utility))
    random = np.random.default_rng(5)
    asked = []
    for row in random.integers(0, city.lines.n_lines, 2000).tolist():
        one = city.lines.take([row])
        asked.append(
            timed(lambda one=one, row=row: resident.close_to(
                one, radius=RADIUS_M, class_of=city.utility[row], need=need))[0]
        )  # fmt: skip
    p50, p99 = np.quantile(asked[200:], [0.5, 0.99])
    table(f"One drawn line against {city.lines.n_lines:,}", ("built in", "p50", "p99"), [(s(seconds), s(p50), s(p99))])
