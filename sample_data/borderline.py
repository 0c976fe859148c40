"""Add a new quarter of straight streets whose routes lie just inside, on and just outside the limits of 内乡.

Every route here has an answer known beforehand, worked out with PROJ's geodesic and plain arithmetic, not with the
product's own engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

from sample_data import ground
from sample_data.plans import PLAN_START
from sample_data.streets import Street

Row = dict[str, Any]
GRID = "EPSG:4546"
ON = PLAN_START
EXACT_M = 0.01
WIDTHS_M = {"科创一街": 14.9, "科创二街": 15.1}


@dataclass(frozen=True)
class KnownAnswer:
    """What a route of the sample county must be judged as under 内乡's rules on ``on``, and why."""

    route: str
    verdict: str
    why_zh: str
    why_en: str
    on: date = ON
    measured: dict[str, float] = field(default_factory=dict)


def years_before(day: date, years: int) -> date:
    """Return the same day of the calendar ``years`` earlier; ``day`` is never 29 February here."""
    return day.replace(year=day.year - years)


@dataclass(frozen=True)
class NewQuarter:
    """Rows of the new quarter and the answers its routes must get."""

    roads: list[Row]
    greens: list[Row]
    routes: list[Row]
    answers: list[KnownAnswer]


def new_quarter(working_width_m: float) -> NewQuarter:
    """Build the new quarter; ``working_width_m`` is the strip a water line takes of a green."""
    made = NewQuarter(_roads(), [], [], [])
    _lengths(made)
    _crossings(made)
    _protected_roads(made)
    _greens(made, working_width_m)
    _split_in_two(made)
    return made


def _roads() -> list[Row]:
    day = timedelta(days=1)
    old = date(2005, 6, 30)
    five, three = years_before(ON, 5), years_before(ON, 3)
    streets = [
        Street("科创一街", "local", "u", -1260.0, -440.0, 1150.0, date(2008, 9, 1)),
        Street("科创二街", "local", "u", -1400.0, -440.0, 1150.0, date(2009, 9, 1)),
        Street("新城一路", "local", "v", 60.0, -1560.0, -1120.0, five + day),
        Street("新城二路", "local", "v", 380.0, -1560.0, -1120.0, five - day),
        Street("新城三路", "local", "v", 700.0, -1560.0, -1120.0, old, three + day),
        Street("新城四路", "local", "v", 1000.0, -1560.0, -1120.0, old, three - day),
    ]
    return [road_row(s, WIDTHS_M.get(s.name, s.width_m), ground.straight_line(s.points)) for s in streets]


def road_row(street: Street, width_m: float, shape: shapely.LineString) -> Row:
    """Return a street as a row of the layer ``roads``; its id is given by the county."""
    return {
        "name": street.name,
        "class": "local" if street.kind == "lane" else street.kind,
        "width_m": width_m,
        "delivered": street.delivered,
        "overhauled": street.overhauled,
        "surface": "水泥混凝土" if street.kind == "lane" else "沥青",
        "geometry": shape,
    }


def _add(
    made: NewQuarter, answer: KnownAnswer, points: list[tuple[float, float]], utility: str = "water", **more: object
) -> None:
    row = {
        "id": answer.route,
        "name": answer.why_zh,
        "utility": utility,
        "operator": f"验收样例{answer.route}",
        "start": PLAN_START + timedelta(days=90),
        "end": PLAN_START + timedelta(days=120),
        "diameter_mm": 200.0,
        "cover_m": 0.9,
        "method": "open_cut",
        "drawn_by": "surveyed",
        "accuracy_m": EXACT_M,
        "geometry": ground.straight_line(points),
    }
    made.routes.append(row | more)
    made.answers.append(answer)


def _lengths(made: NewQuarter) -> None:
    cases = ((199.9, "commitment", 90.0), (200.0, "survey_first", 420.0), (200.1, "joint_approval", 740.0))
    for k, (metres, verdict, u) in enumerate(cases, 1):
        why = (f"管长 {metres} 米", f"{metres} m long")
        end = u + plan_metres((u, -1330.0), metres)
        _add(made, KnownAnswer(f"L{k}", verdict, *why, measured={"length_m": metres}), [(u, -1330.0), (end, -1330.0)])


def _crossings(made: NewQuarter) -> None:
    for k, (v, width, verdict) in enumerate(((-1260.0, 14.9, "commitment"), (-1400.0, 15.1, "joint_approval")), 1):
        answer = KnownAnswer(
            f"X{k}", verdict, f"穿越道路 {width} 米", f"crosses {width} m of road", measured={"crossing_m": width}
        )
        _add(made, answer, [(200.0, v - 24), (200.0, v + 24)])


def _protected_roads(made: NewQuarter) -> None:
    cases = (
        (60.0, "special_approval", "交付使用差一天满五年", "five years less a day after hand-over"),
        (380.0, "commitment", "交付使用满五年又一天", "five years and a day after hand-over"),
        (700.0, "special_approval", "大修竣工差一天满三年", "three years less a day after the overhaul"),
        (1000.0, "commitment", "大修竣工满三年又一天", "three years and a day after the overhaul"),
    )
    for k, (u, verdict, zh, en) in enumerate(cases, 1):
        _add(
            made,
            KnownAnswer(f"A{k}", verdict, zh, en, measured={"crossing_m": 10.0}),
            [(u - 22, -1222.0), (u + 22, -1222.0)],
        )


def _greens(made: NewQuarter, width: float) -> None:
    for k, (square, verdict, u) in enumerate(((19.5, "commitment", 430.0), (20.5, "joint_approval", 560.0)), 1):
        deep = square / width
        corners = ground.rectangle(u, -1470.0, 40.0, deep)
        plan = np.asarray(corners)
        bed = shapely.Polygon(np.column_stack(ground.turn(plan[:, 0], plan[:, 1])))
        made.greens.append({"name": f"新城绿地{k}", "kind": "lawn", "geometry": bed})
        answer = KnownAnswer(
            f"G{k}", verdict, f"占用绿地 {square} 平方米", f"takes {square} m² of green", measured={"green_m2": square}
        )
        _add(made, answer, [(u + 20, -1470.0 - 15), (u + 20, -1470.0 + deep + 15)])


def _split_in_two(made: NewQuarter) -> None:
    for k, (u0, u1) in enumerate(((100.0, 220.0), (220.0, 340.0)), 1):
        answer = KnownAnswer(
            f"S{k}", "joint_approval", f"240 米管线拆成两段之{k}", f"half {k} of a 240 m line split in two"
        )
        _add(made, answer, [(u0, -1500.0), (u1, -1500.0)], utility="gas", operator="验收样例拆分", pressure_mpa=0.2)


def plan_metres(start: tuple[float, float], metres: float) -> float:
    """Return how far east in the plan a line from ``start`` must go to be ``metres`` long on the ellipsoid."""
    inverse = Transformer.from_crs(CRS(GRID), CRS("EPSG:4490"), always_xy=True)
    geod = Geod(a=6378137.0, rf=298.257222101)
    reach = metres
    for _ in range(4):
        x, y = unrounded([start, (start[0] + reach, start[1])])
        lon, lat = inverse.transform(x, y)
        reach *= metres / geod.inv(lon[0], lat[0], lon[1], lat[1])[2]
    return float(reach)


def unrounded(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Return grid coordinates of plan points, turned and not rounded."""
    turned = complex(math.cos(math.radians(ground.TURN_DEG)), math.sin(math.radians(ground.TURN_DEG)))
    laid = [complex(*p) * turned + complex(ground.CENTRE_EASTING_M, ground.CENTRE_NORTHING_M) for p in points]
    return [z.real for z in laid], [z.imag for z in laid]
