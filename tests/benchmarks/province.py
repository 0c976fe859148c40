"""A province: more routes than one memory should hold, worked off in tiles by two processes.

``python -m tests.benchmarks.province 2000000`` does this section alone, for so many routes.
"""

import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import psutil
import shapely

from geo.formats.appending import Appended
from tests.benchmarks.city import BLOCK_M, ROUTES_A_STREET, UTILITIES, make_city
from tests.benchmarks.measuring import ROOT, s, table

A_CITY = 100_000
GRID = "EPSG:4526"
CITIES_A_ROW = 10
MEMORY = "2GiB"
MOST_AT_ONCE = 1_000_000


def write_routes(path, n):
    """Write ``n`` routes, city beside city, never more than one of them in memory; ids say nothing about the place."""
    side = (np.ceil(np.sqrt(A_CITY / (2 * ROUTES_A_STREET))) + 5) * BLOCK_M
    with Appended(path) as file:
        for number, first in enumerate(range(0, n, A_CITY)):
            count = min(A_CITY, n - first)
            city = make_city(A_CITY, seed=number)
            lines = city.lines.take(np.arange(count)).to_shapely()
            away = np.array([number % CITIES_A_ROW, number // CITIES_A_ROW]) * side
            shapes = shapely.transform(lines, lambda xy, away=away: xy + away)
            ids = [f"R{k * 7_919 % n}" for k in range(first, first + count)]
            columns = {"id": ids, "utility": np.array(UTILITIES)[city.utility[:count]]}
            file.append(gpd.GeoDataFrame(columns, geometry=shapes, crs=GRID))


class Peak(threading.Thread):
    """Sees how much memory a process and all below it hold together: what is resident, shared pages once."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.mib, self.largest_mib, self._root, self._done = 0.0, 0.0, psutil.Process(pid), threading.Event()

    def run(self):
        while not self._done.wait(0.5):
            held = []
            for process in (self._root, *self._children()):
                try:
                    held.append(process.memory_full_info().pss / 2**20)
                except psutil.Error:
                    continue  # it ended meanwhile
            self.mib = max(self.mib, sum(held))
            self.largest_mib = max(self.largest_mib, *held, 0.0)

    def stop(self):
        self._done.set()
        self.join()

    def _children(self):
        try:
            return self._root.children(recursive=True)
        except psutil.Error:
            return []


def trenches(routes, out, *options):
    """Run the command; return its wall time, the peak of all its processes and of the largest, and what was found."""
    command = [Path(sys.executable).with_name("cotrench"), "trenches", routes, "-o", out, *options]
    begun = time.perf_counter()
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    peak = Peak(running.pid)
    peak.start()
    said = running.communicate()[0]
    took = time.perf_counter() - begun
    peak.stop()
    if running.returncode:
        raise RuntimeError(f"cotrench trenches ended with {running.returncode}")
    return took, peak.mib, peak.largest_mib, re.findall(r"(?:runs|trenches) +│ +(\d+)", said)


def province(options):
    """A file of routes, at once where it fits, and in tiles on two processes of 2 GiB."""
    measure(options.province, at_once=options.province <= MOST_AT_ONCE)


def measure(n, *, at_once):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        routes = Path(folder) / "routes.parquet"
        write_routes(routes, n)
        ways = {"in tiles, 2 processes of 2 GiB": ("--memory", MEMORY, "--workers", "2")}
        if at_once:
            ways = {"at once, 2 threads": ("--workers", "2")} | ways
        for number, (way, asked) in enumerate(ways.items()):
            took, mib, largest, found = trenches(routes, Path(folder) / f"{number}.parquet", *asked)
            rows.append((way, s(took), f"{mib:.0f}", f"{largest:.0f}", *found))
    header = ("way", "time, file to files", "peak MiB, all processes", "largest process", "runs", "trenches")
    table(f"A province of {n:,} routes", header, rows)


if __name__ == "__main__":
    measure(int(sys.argv[1]), at_once="--tiles" not in sys.argv)
