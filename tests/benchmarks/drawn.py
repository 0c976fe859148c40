"""Ask the real service for the assessment of drawn lines and measure what the map waits for."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import shapely

from tests.benchmarks.children import load
from tests.benchmarks.measuring import ROOT, child, s

WARM_UP, ASKED = 100, 1000
READY_S = 600


def latencies(n_routes):
    """Rows (what, how much): import, loading, p50 and p99 of the whole round trip."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child("make", folder / "city.npz", n_routes)
        stored = child("store", folder / "city.npz", folder / "data")
        with served(folder / "data") as (process, client):
            loading = _wait(process, client)
            p50, p99, worst, server, partners = _ask(client, load(folder / "city.npz"))
            resident = client.get("/api/health").json()["resident"]
    held = [f"{resident[layer]:,}" for layer in ("routes", "roads", "greens")]
    return [
        ("import of the routes into the store", f"{s(stored['import_s']['routes'])}, peak {stored['mib']:.0f} MiB"),
        ("start until the county is resident", s(loading)),
        ("resident: routes / roads / greens", " / ".join(held)),
        (f"round trip p50 / p99 / worst of {ASKED}", f"{s(p50)} / {s(p99)} / {s(worst)}"),
        ("of it in the service (took_ms) p50", s(server)),
        ("partners of a drawn line, mean", f"{partners:.1f}"),
    ]


@contextmanager
def served(data, url=None):
    """Run ``cotrench serve`` on a free port over the store at a URL or of a folder; its log is kept there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("cotrench"), "serve"]
    settings = os.environ | {"COTRENCH_PORT": str(port), "COTRENCH_DATA": str(data)}
    settings.pop("COTRENCH_DATABASE_URL", None)
    settings |= {"COTRENCH_DATABASE_URL": url} if url else {}
    with (data / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=READY_S) as client:
                yield process, client
        except Exception as error:
            error.add_note("the service said: " + (data / "log").read_text(errors="replace")[-2000:])
            raise
        finally:
            process.terminate()
            process.wait(60)


def _wait(process, client):
    begun = time.perf_counter()
    while time.perf_counter() - begun < READY_S and process.poll() is None:
        try:
            health = client.get("/api/health").json()
        except httpx.TransportError:
            health = {}
        if health.get("warm"):
            return time.perf_counter() - begun
        if health.get("status") in {"failed", "no_county"}:
            break
        time.sleep(0.2)
    message = "the service ended, or did not load the county in time"
    raise RuntimeError(message)


def _ask(client, city):
    """Assess routes of the city moved by a metre, as somebody would draw beside them."""
    random = np.random.default_rng(9)
    took, served, partners = [], [], []
    for row in random.integers(0, city.lines.n_lines, WARM_UP + ASKED):
        line = city.lines.take([row]).to_shapely()[0]
        coordinates = np.round(shapely.get_coordinates(line) + random.uniform(-1, 1, 2), 3).tolist()
        geometry = {"type": "LineString", "coordinates": coordinates}
        route = {"type": "Feature", "geometry": geometry, "properties": {"utility": "water", "drawn_by": "drawn"}}
        begun = time.perf_counter()
        answer = client.post("/api/assessments", json={"moving": True, "route": route, "crs": "EPSG:4526"})
        took.append(time.perf_counter() - begun)
        answer.raise_for_status()
        found = answer.json()
        served.append(found["took_ms"] / 1000)
        partners.append(len(found["partners"]))
    took = np.array(took[WARM_UP:])
    p50, p99 = np.quantile(took, [0.5, 0.99])
    return float(p50), float(p99), float(took.max()), float(np.median(served[WARM_UP:])), float(np.mean(partners))
