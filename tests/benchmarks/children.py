"""Steps that run in a process of their own: for their peak memory, or because they start from nothing."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.benchmarks.measuring import peak_mib, timed, worked


def make(path, n):
    """Write a city to a file, so that making it does not count as memory of what is measured."""
    from tests.benchmarks.city import make_city

    lines, utility = make_city(int(n))
    np.savez(path, x=lines.x, y=lines.y, starts=lines.part_starts, line=lines.part_line, utility=utility)
    return {}


def load(path):
    from geo.polylines import Polylines
    from tests.benchmarks.city import City

    with np.load(path) as data:
        lines = Polylines.from_arrays(data["x"], data["y"], data["starts"], data["line"], len(data["utility"]))
        return City(lines, data["utility"])


def growth(path, repeats):
    """Seconds and peak memory of every step of the engine on the city of a file."""
    from geo.parallels import ResidentLines, find_runs
    from geo.trenches import join_runs, reach_of

    find_and_join_small()
    city = load(path)
    group = city.utility.astype(np.int64)
    answer = {"loaded_mib": peak_mib()}
    answer["runs_one_s"], runs = timed(lambda: find_runs(city.lines, group=group, workers=1), int(repeats))
    answer["runs_s"], runs = timed(lambda: find_runs(city.lines, group=group, workers=2), int(repeats))
    answer |= {"runs": len(runs), "runs_mib": peak_mib()}
    runs = find_runs(city.lines, distance=reach_of(), group=group, workers=2)
    answer["trenches_s"], trenches = timed(lambda: join_runs(city.lines, runs, group=group), int(repeats))
    answer |= {"trenches": len(trenches), "trenches_mib": peak_mib()}
    answer["resident_s"], resident = timed(lambda: ResidentLines(city.lines, group))
    answer["runs_cpu_s"] = worked(lambda: find_runs(city.lines, group=group, workers=2))
    answer["trenches_cpu_s"] = worked(lambda: join_runs(city.lines, runs, group=group))
    answer["resident_cpu_s"] = worked(lambda: ResidentLines(city.lines, group))
    rows = np.random.default_rng(5).integers(0, city.lines.n_lines, 2000)
    drawn = [city.lines.take([row]) for row in rows]
    asked = [timed(lambda one=one: resident.runs_of(one))[0] for one in drawn]
    answer["one_p50_s"], answer["one_p99_s"] = np.quantile(asked[200:], [0.5, 0.99]).tolist()
    return answer


def find_and_join_small():
    """Load the compiled kernels, so that loading them is not measured."""
    from geo.parallels import find_runs
    from geo.trenches import join_runs
    from tests.benchmarks.city import make_city

    city = make_city(200)
    join_runs(city.lines, find_runs(city.lines, group=city.utility.astype(np.int64)), group=city.utility)


def store(path, folder, url=None):
    """Import the city of a file, with its streets as roads and some greens, into the store at a URL or of a folder."""
    import geopandas as gpd

    from api.db.records import County
    from api.db.store import open_store
    from tests.benchmarks.city import UTILITIES
    from tests.benchmarks.ground import greens_of, streets_of

    city = load(path)
    grid = "EPSG:4526"  # CGCS2000, zone 38 with its prefix, as the city's eastings have it
    streets, names = streets_of(city)
    with open_store(url, Path(folder)) as made:
        made.upgrade()
        made.county = County("bench", "测试县", "Bench", grid, "neixiang")
        rows = {
            "routes": {"id": [f"R{k}" for k in range(city.lines.n_lines)],
                       "utility": np.array(UTILITIES)[city.utility]},
            "roads": {"id": names, "name": names, "class": "collector", "width_m": 14.0, "delivered": "2010-05-01"},
            "greens": {"id": [f"G{k}" for k in range(len(greens_of(city)))]},
        }  # fmt: skip
        shapes = {"routes": city.lines.to_shapely(), "roads": streets, "greens": greens_of(city)}
        seconds = {}
        for layer, columns in rows.items():
            frame = gpd.GeoDataFrame(columns, geometry=shapes[layer], crs=grid)
            seconds[layer], _ = timed(lambda layer=layer, frame=frame: made.import_frame(
                layer, frame, who="bench", now=datetime.now(UTC)))  # fmt: skip
    return {"import_s": seconds, "mib": peak_mib()}


def start(what):
    """Seconds from nothing to the first answer, imports included."""
    begun = time.perf_counter()
    if what == "trenches":
        find_and_join_small()
    else:
        from geo.crossings import Areas, find_passages
        from geo.polylines import Polylines

        line = Polylines.from_arrays(np.array([0.0, 100.0]), np.zeros(2), np.array([0, 2]), np.array([0]), 1)
        find_passages(line, Areas.from_centrelines(line, 12.0, np.array([0])))
    return {"seconds": time.perf_counter() - begun}


def main():
    step, *arguments = sys.argv[1:]
    steps = {"make": make, "growth": growth, "store": store, "start": start}
    print(json.dumps(steps[step](*arguments)))


if __name__ == "__main__":
    main()
