"""Measure the engine against what people use today: ``python -m tests.benchmarks [--routes N] [--quick] [--large]``."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo.crossings import Areas, find_passages
from geo.parallels import find_runs
from geo.polylines import Polylines
from geo.trenches import join_runs, reach_of
from tests.benchmarks import agreement, conflicts, drawn, ground, peers
from tests.benchmarks.children import find_and_join_small
from tests.benchmarks.city import make_city
from tests.benchmarks.clearances import clearances_against_shapely
from tests.benchmarks.growth_plot import growth_svg
from tests.benchmarks.measuring import ROOT, child, s, table, timed
from tests.benchmarks.programme import programmes
from tests.benchmarks.province import province
from tests.benchmarks.tiles import tiles
from tests.postgis import PostgisMissingError

PLOT = Path(__file__).with_name("growth.svg")
CURVES = {
    "runs": "runs_cpu_s",
    "trenches": "trenches_cpu_s",
    "resident": "resident_cpu_s",
    "one line, p50": "one_p50_s",
}
"""What is drawn of the growth: name and the step of `tests.benchmarks.children.growth`, in processor time."""


def main():
    options = _options()
    begun = time.perf_counter()
    load = ", ".join(f"{v:.1f}" for v in os.getloadavg())
    print(
        f"# Benchmarks: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"
    )
    print("(other work on the machine makes every figure worse; compare the ratios)")
    failed = 0
    for name, section in _sections().items():
        if options.only and name not in options.only:
            continue
        try:
            section(options)
        except Exception:  # noqa: BLE001 - one section that fails must not hide the others
            failed += 1
            print(f"\n## {section.__name__}: FAILED\n", flush=True)
            traceback.print_exc()
    print(f"\n{time.perf_counter() - begun:.0f} s in all; {failed} sections failed")
    return int(failed > 0)


def _sections():
    found = (
        engine_against_peers, crossings_against_shapely, clearances_against_shapely, findings_against_postgis,
        programmes, growth, province, one_drawn_line, tiles, first_start,
    )  # fmt: skip
    return {section.__name__: section for section in found}


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--routes", type=int, default=100_000, help="routes for the comparisons")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the routes, nothing above 100,000: a minute or two"
    )
    parser.add_argument(
        "--large", action="store_true", help="the slow peers three times, ten million routes in tiles (hours)"
    )
    parser.add_argument("--only", action="append", choices=_sections(), help="this section alone; may be repeated")
    parser.add_argument("--plot", type=Path, help=f"where to draw the growth; {PLOT.name} here unless --quick")
    options = parser.parse_args()
    options.plot = options.plot or (None if options.quick else PLOT)
    options.compared = options.routes // 10 if options.quick else options.routes
    options.most = 100_000 if options.quick else 1_000_000
    options.resident = 20_000 if options.quick else 1_000_000
    options.province = 10_000_000 if options.large else 10_000 if options.quick else 100_000
    options.slow_repeats = 3 if options.large else 1
    return options


def engine_against_peers(options):
    """Ours on 1 and 2 threads, the GeoPandas recipe, PostGIS, DuckDB: same routes, and whether they agree."""
    city = make_city(options.compared)
    group = city.utility.astype(np.int64)
    frame = gpd.GeoDataFrame({"utility": city.utility}, geometry=city.lines.to_shapely())
    find_and_join_small()
    one, _ = timed(lambda: find_runs(city.lines, group=group, workers=1), 15)
    two, runs = timed(lambda: find_runs(city.lines, group=group, workers=2), 15)
    shaped, _ = timed(lambda: find_runs(Polylines.from_shapely(frame.geometry.to_numpy()), group=group), 5)
    wider, out_to_width = timed(lambda: find_runs(city.lines, distance=reach_of(), group=group), 5)
    joining, trenches = timed(lambda: join_runs(city.lines, out_to_width, group=group), 5)
    recipe, pieces = timed(lambda: peers.geopandas_runs(frame), options.slow_repeats)
    rows = [
        ("ours, 1 thread", s(one), f"{recipe / one:.0f}×", len(runs)),
        ("ours, 2 threads", s(two), f"{recipe / two:.0f}×", len(runs)),
        ("ours, 2 threads, from shapely objects", s(shaped), f"{recipe / shaped:.0f}×", len(runs)),
        ("GeoPandas recipe (bearing, separation)", s(recipe), "1×", len(pieces)),
    ]
    database = None
    try:
        seconds, loading, database, version = peers.postgis_runs(frame, options.slow_repeats)
        who = f"PostGIS {version} (no bearing test; loading {s(loading)} apart)"
        rows.append((who, s(seconds), f"{recipe / seconds:.1f}×", len(database)))
        rows.append(("PostGIS against ours, 2 threads", "", f"{seconds / two:.0f}× the time", ""))
    except PostgisMissingError as missing:
        rows.append((f"PostGIS skipped: {missing}", "-", "-", "-"))
    duck = None
    try:
        seconds, loading, duck, version = peers.duckdb_runs(frame, options.slow_repeats)
        who = f"DuckDB {version} spatial, 2 threads (no bearing test; loading {s(loading)} apart)"
        rows.append((who, s(seconds), f"{recipe / seconds:.1f}×", len(duck)))
        rows.append(("DuckDB against ours, 2 threads", "", f"{seconds / two:.0f}× the time", ""))
    except peers.DuckdbMissingError as missing:
        rows.append((f"DuckDB spatial skipped: {missing}", "-", "-", "-"))
    rows += [
        ("runs out to the width of a trench, 2 threads", s(wider), "-", len(out_to_width)),
        ("joining these into trenches", s(joining), "-", len(trenches)),
    ]
    table(f"Side-by-side runs of {options.compared:,} routes", ("who", "median", "against GeoPandas", "found"), rows)
    table("Agreement with the GeoPandas recipe", ("what", "how much"), agreement.compared(city, runs, pieces))
    if database is not None:
        table("Agreement with PostGIS", ("what", "how much"), agreement.compared(city, runs, database))
    if duck is not None:
        table("Agreement with DuckDB", ("what", "how much"), agreement.compared(city, runs, duck))


def crossings_against_shapely(options):
    """The stretches of routes inside carriageways: ours from polygons and centre lines, shapely from polygons."""
    city = make_city(options.compared)
    shapes, roads = city.lines.to_shapely(), ground.carriageways_of(city)
    owner = np.arange(len(roads))
    centre = Polylines.from_shapely(ground.streets_of(city)[0])
    find_passages(city.lines.take([0]), Areas.from_polygons(roads[:1], [0]))
    building, areas = timed(lambda: Areas.from_polygons(roads, owner))
    rows = []
    for workers in (1, 2):
        ours, found = timed(lambda w=workers: find_passages(city.lines, areas, workers=w), 3)
        rows.append((f"ours, polygons, {workers} threads", s(ours), len(found)))
    capsules = Areas.from_centrelines(centre, ground.WIDTH_M, owner)
    lines_s, passages = timed(lambda: find_passages(city.lines, capsules, workers=2), 3)
    theirs, (line, area, length) = timed(lambda: peers.shapely_crossings(shapes, roads), options.slow_repeats)
    rows += [("ours, centre lines with width, 2 threads", s(lines_s), len(passages)),
             ("shapely: tree, intersection", s(theirs), len(line)),
             ("ratio, polygons, 2 threads", f"{theirs / ours:.0f}×", f"index built in {s(building)}")]  # fmt: skip
    table(f"Crossings: {options.compared:,} routes, {len(roads):,} carriageways", ("who", "median", "found"), rows)
    pair = found.line * len(roads) + found.owner
    mine = np.bincount(np.unique(pair, return_inverse=True)[1], weights=found.length_m)
    keys, other = np.unique(pair), line * len(roads) + area
    at = np.minimum(np.searchsorted(keys, other), len(keys) - 1)
    same = keys[at] == other
    table("Agreement with shapely", ("what", "how much"), [
        ("pairs of ours / theirs / both", f"{len(keys)} / {len(other)} / {int(same.sum())}"),
        ("greatest difference of a length", f"{np.abs(mine[at][same] - length[same]).max(initial=0):.1e} m"),
        ("sum of lengths, ours minus theirs", f"{mine.sum() - length.sum():.1e} m of {length.sum():.0f} m"),
    ])  # fmt: skip


def findings_against_postgis(options):
    """Every conflict of a county as it grows, one drawn line, and the checks of walls against SQL."""
    conflicts.ours(conflicts.county(300))
    rows, last, sizes = [], None, (1_000, 10_000, options.compared)
    for n in sorted(set(sizes)):
        frames = conflicts.county(n)
        took, found = timed(lambda f=frames: conflicts.ours(f), 3)
        growth_of = f"{took / last:.1f}×" if last else "-"
        rows.append((f"{n:,}", f"{frames[1].count_coordinates().sum():,}", s(took), growth_of, f"{len(found):,}"))
        last = took
    header = ("routes", "vertices of pipes", "all kinds", "growth", "findings")
    table("Findings of a county", header, rows)
    p50, p99, count = conflicts.one_line(frames)
    table(f"One drawn line against {len(frames[0]):,} routes and their pipes, CPU", ("what", "how much"), [
        ("judged and told, while it moves: p50 / p99", f"{s(p50)} / {s(p99)}"), ("findings on average", f"{count:.1f}"),
    ])  # fmt: skip
    frames = conflicts.county(options.compared // 5)
    mine, found = timed(lambda: conflicts.our_walls(frames), 3)
    try:
        theirs, pairs = conflicts.postgis_walls(frames)
    except PostgisMissingError as missing:
        print(f"PostGIS skipped: {missing}")
        return
    table(f"Walls in plan and at crossings, {len(frames[0]):,} routes", ("who", "time", "ratio"), [
        ("ours, from frames", s(mine), "1×"), ("PostGIS, loading apart", s(theirs), f"{theirs / mine:.1f}×"),
    ])  # fmt: skip
    table("Pairs that fail", ("check", "ours", "PostGIS", "both"), conflicts.agreement(found, pairs))


def growth(options):
    """Time and peak memory from a thousand routes to a million, each in a process of its own."""
    rows, last, curves = [], None, {}
    with tempfile.TemporaryDirectory() as folder:
        for n in (1_000, 10_000, 100_000, 1_000_000):
            if n > options.most:
                break
            path = Path(folder) / f"{n}.npz"
            child("make", path, n)
            got = child("growth", path, 3 if n < 1_000_000 else 1)
            factor = "-"
            if last:
                factor = " / ".join(f"{got[step] / last[step]:.1f}×" for step in ("runs_s", "trenches_s"))
            peaks = " / ".join(f"{got[step]:.0f}" for step in ("loaded_mib", "runs_mib", "trenches_mib"))
            rows.append((
                f"{n:,}", s(got["runs_one_s"]), s(got["runs_s"]), f"{got['runs']:,}", s(got["trenches_s"]),
                f"{got['trenches']:,}", factor, peaks, s(got["resident_s"]), s(got["one_p50_s"]), s(got["one_p99_s"]),
            ))  # fmt: skip
            last = got
            for name, step in CURVES.items():
                curves.setdefault(name, []).append((n, got[step]))
    header = ("routes", "runs, 1 thread", "2 threads", "runs", "trenches in", "trenches", "growth of both",
              "peak MiB: loaded / runs / trenches", "resident in", "one line p50", "p99")  # fmt: skip
    table("Growth", header, rows)
    if options.plot is not None:
        options.plot.write_text(growth_svg(curves, "Processor time by number of routes"), "utf-8")
        print(f"\nplot: {options.plot}")


def one_drawn_line(options):
    """One drawn line against the resident county, through HTTP on loopback, as the map asks it."""
    got = drawn.latencies(options.resident)
    table(f"POST /api/assessments against {options.resident:,} routes", ("what", "how much"), got)


def first_start(options):
    """A fresh process after set-up: nothing is compiled again."""
    rows = []
    for what in ("trenches", "crossings"):
        child("start", what)  # the first fills the cache where it is empty
        seconds = [child("start", what)["seconds"] for _ in range(3)]
        rows.append((f"import and first {what}", s(float(np.median(seconds)))))
    command = Path(sys.executable).with_name("cotrench")
    for arguments in (("--help",), ("policies",)):
        took, done = timed(
            lambda a=arguments: subprocess.run([command, *a], cwd=ROOT, capture_output=True, check=False), 3
        )
        rows.append((f"cotrench {' '.join(arguments)}" + ("" if done.returncode == 0 else " (failed)"), s(took)))
    table("First start of a fresh process", ("what", "median"), rows)


if __name__ == "__main__":
    sys.exit(main())
