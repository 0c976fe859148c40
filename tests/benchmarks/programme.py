"""Plan a whole county: how much is shared, how near to the best, in which time."""

import os
import time
from datetime import date, timedelta

import numpy as np

from geo.parallels import find_runs
from geo.trenches import join_runs, reach_of
from survey.programme.closures import Stretch
from survey.programme.planning import plan
from survey.programme.works import SharedTrench, Terms, Work
from tests.benchmarks.city import make_city
from tests.benchmarks.measuring import s, table

FIRST = date(2026, 3, 2)
SLACK_WEEKS = 13
N_ROUTES = 1_000
GRID_SIDE = 12


def make_works(n_routes, seed=1, crews=0, roads=0):
    """Works of a city with planned starts over two years and windows of 13 weeks either way, and their trenches."""
    city = make_city(n_routes, seed)
    runs = find_runs(city.lines, distance=reach_of())
    trenches = join_runs(city.lines, runs, group=city.utility.astype(np.int64))
    rng = np.random.default_rng(seed)
    works = []
    for number in range(n_routes):
        weeks, wanted = int(rng.integers(2, 9)), FIRST + timedelta(weeks=int(rng.integers(0, 78)))
        works.append(
            Work(
                f"R{number:06d}",
                wanted - timedelta(weeks=SLACK_WEEKS),
                wanted + timedelta(weeks=SLACK_WEEKS + weeks) - timedelta(days=3),
                weeks,
                planned=wanted,
                crew=f"crew {int(rng.integers(0, crews))}" if crews else None,
                roads=(f"road {int(rng.integers(0, roads))}",) if roads else (),
            )
        )
    bounds = zip(trenches.member_starts[:-1], trenches.member_starts[1:], strict=True)
    shared = [
        SharedTrench(
            f"T{at}",
            tuple(sorted({works[line].id for line in trenches.member_line[low:high]})),
            float(saved),
            float(long),
        )
        for at, ((low, high), saved, long) in enumerate(zip(bounds, trenches.saved_m, trenches.length_m, strict=True))
        if len(set(trenches.member_line[low:high])) > 1
    ]
    return works, shared


def programmes(options):
    """Table of programmes with and without crews that bind, roads that are closed and a network that stays open."""
    rows = []
    for crews, most, roads in ((0, 0, 0), (8, 25, 0), (8, 11, 0), (8, 10, 0), (0, 0, 300), (8, 11, 300)):
        works, shared = make_works(N_ROUTES, crews=crews, roads=roads)
        terms = Terms(
            capacity={f"crew {crew}": most for crew in range(crews)},
            network=make_network(roads),
            exits=frozenset({"0 0", "11 11"}),
        )
        begun, used = time.perf_counter(), time.process_time()
        found = plan(works, shared, terms, seconds=60 * (0.1 if options.quick else 1), workers=os.cpu_count() or 1)
        rows.append(
            (
                N_ROUTES, f"{crews} × {most}" if crews else "none", roads, len(shared),
                f"{found.planned.saved_m / 1000:.2f} km", f"{found.costs.saved_m / 1000:.2f} km",
                f"{100 * found.gap:.2f} %", s(time.perf_counter() - begun), s(time.process_time() - used),
            )
        )  # fmt: skip
    header = ("routes", "crews", "roads", "trenches", "saved as planned", "saved", "gap", "time", "processor time")
    table("Joint programme, windows of 13 weeks either way", header, rows)


def make_network(roads):
    """Return streets in a square grid, as many as there are roads, of which the works close any."""
    places = [(x, y) for x in range(GRID_SIDE) for y in range(GRID_SIDE)]
    ends = [(x, y, x + 1, y) for x, y in places if x + 1 < GRID_SIDE]
    ends += [(x, y, x, y + 1) for x, y in places if y + 1 < GRID_SIDE]
    return tuple(Stretch(f"road {number}", f"{a} {b}", f"{c} {d}") for number, (a, b, c, d) in enumerate(ends[:roads]))
