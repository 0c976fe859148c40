"""Count the sample county again from the document alone: PROJ's geodesic and shapely, none of our engine or rules."""

import calendar
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod, Transformer

from geo.crs import grid
from sample_data.county import make_county
from survey.frames import measure_frame
from survey.policies import load_policy

SAMPLE = make_county()
ROUTES, ROADS = (SAMPLE.frames[name].reset_index(drop=True) for name in ("routes", "roads"))
ON = date(2026, 12, 1)
GEOD = Geod(a=6378137.0, rf=298.257222101)
LONLAT = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
STRIP_M = {"water": 0.8, "power": 0.6, "gas": 0.7, "heat": 1.2, "telecom": 0.4, "broadcast": 0.4}
VERTEX_M = {"surveyed": 0.05, "typed": 0.01, "imported": 0.02, "drawn": 0.5}
CARRIAGEWAYS = np.array([g.buffer(w / 2, quad_segs=64) for g, w in zip(ROADS.geometry, ROADS.width_m, strict=True)])
GREEN = shapely.union_all(SAMPLE.frames["greens"].geometry.to_numpy())


def day(value):
    return None if pd.isna(value) else pd.Timestamp(value).date()


def years_on(start, years):
    """The corresponding day; the end of the month where there is none."""
    return date(
        start.year + years, start.month, min(start.day, calendar.monthrange(start.year + years, start.month)[1])
    )


def protected(start, years):
    return start is not None and start <= ON <= years_on(start, years)


def count(k):
    """Metres on the ellipsoid, metres inside carriageways, square metres of green, the roads that are touched."""
    line = ROUTES.geometry[k]
    lon, lat = LONLAT.transform(*shapely.get_coordinates(line).T)
    length = GEOD.line_length(lon, lat)
    scale = length / line.length
    road_m = line.intersection(shapely.union_all(CARRIAGEWAYS[shapely.intersects(CARRIAGEWAYS, line)])).length
    touched = np.flatnonzero(shapely.length(shapely.intersection(CARRIAGEWAYS, line)) > 1e-9)
    strip = line.buffer(STRIP_M[ROUTES.utility[k]] / 2, cap_style="flat")
    return length, road_m * scale, strip.intersection(GREEN).area * scale**2, touched


def works():
    """Return for each route the routes that continue it: same operator and utility, within a year, end to end."""
    work = [{k} for k in range(len(ROUTES))]
    accuracy = ROUTES.accuracy_m.fillna(ROUTES.drawn_by.map(VERTEX_M))
    ends = [shapely.MultiPoint([line.coords[0], line.coords[-1]]) for line in ROUTES.geometry]
    for a in range(len(ROUTES)):
        for b in range(a):
            alike = ROUTES.utility[a] == ROUTES.utility[b] and ROUTES.operator[a] == ROUTES.operator[b]
            first, last = sorted((day(ROUTES.start[a]), day(ROUTES.start[b])))
            reach = max(0.01, 2 * np.hypot(accuracy[a], accuracy[b]))
            if alike and last <= years_on(first, 1) and ends[a].distance(ends[b]) <= reach:
                both = work[a] | work[b]
                for k in both:
                    work[k] = both
    return work, accuracy


COUNTED = [count(k) for k in range(len(ROUTES))]
WORK, ACCURACY = works()


def verdict(k):
    """The verdict of the text; None where a value lies so near a limit that its uncertainty matters."""
    if ROUTES.utility[k] == "broadcast":
        return "outside"
    pieces = [COUNTED[member] for member in WORK[k]]
    length, road_m, green = (sum(piece[n] for piece in pieces) for n in range(3))
    touched = set().union(*(piece[3].tolist() for piece in pieces))
    if any(protected(day(ROADS.delivered[r]), 5) or protected(day(ROADS.overhauled[r]), 3) for r in touched):
        return "special_approval"
    if any(ROADS["class"][r] in ("arterial", "expressway") for r in touched):
        return "joint_approval"
    doubt = 3 * max(ACCURACY[member] for member in WORK[k]) + 0.05
    over = [length - 200, road_m - 15, (green - 20) / 2]
    if any(abs(by) <= doubt for by in over):
        return None
    return "joint_approval" if max(over) > 0 else "commitment"


@pytest.fixture(scope="module")
def ours():
    layers = SAMPLE.frames
    return measure_frame(layers["routes"], layers["roads"], layers["greens"], load_policy("neixiang"), ON,
                         grid("EPSG:4546"))[0]  # fmt: skip


def test_quantities_are_those_of_the_recount(ours):
    length, road_m, green, _ = zip(*COUNTED, strict=True)
    assert ours.length_m.to_numpy() == pytest.approx(np.array(length), abs=1e-6)
    assert ours.road_m.to_numpy() == pytest.approx(np.array(road_m), abs=2e-3)  # their round ends are polygons
    assert ours.green_m2.to_numpy() == pytest.approx(np.array(green), abs=2e-2)


def test_verdicts_are_those_of_the_recount(ours):
    expected = [verdict(k) for k in range(len(ROUTES))]
    open_still = [k for k, said in enumerate(expected) if said is None]
    assert len(open_still) <= 6
    assert {k: v for k, v in enumerate(ours.verdict) if k not in open_still} == {
        k: v for k, v in enumerate(expected) if v is not None
    }
