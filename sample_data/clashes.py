"""Lay a strip for trials south of the town: planned routes that break one clause each, and pipes of known depth.

What must be found, and by how much, is plain arithmetic on the numbers below, done by hand beside each case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sample_data import ground
from sample_data.plans import PLAN_START

Row = dict[str, Any]
EXACT_M = 0.01
SURVEYED_M = 0.02  # plan and depth of the pipes that were laid open
WEST_U, EAST_U = -400.0, 40.0
SEWER_V, GAS_V, OLD_WATER_V = -1330.0, -1352.0, -1302.0
SEWER, GAS, OLD_WATER = "E9001", "E9002", "E9003"


@dataclass(frozen=True)
class KnownFinding:
    """What must be found about a route of the strip, and why.

    ``measured`` and ``limit`` are in metres; None where the kind has none. ``other`` is the other subject's id.
    ``severity`` is a key of `survey.findings.SEVERITIES`; ``grave``: a limit that somebody has read in the standard is
    broken for certain.
    """

    route: str
    other: str | None
    kind: str
    outcome: str
    why_zh: str
    why_en: str
    measured: float | None = None
    limit: float | None = None
    severity: str = "grave"


@dataclass(frozen=True)
class Strip:
    """Rows of the strip and what must be found there."""

    pipes: list[Row]
    routes: list[Row]
    findings: list[KnownFinding]


def lay_strip() -> Strip:
    """Build the strip."""
    made = Strip(_pipes(), [], [])
    _beside(made)
    _crossing(made)
    _under_the_street(made)
    _two_crews(made)
    return made


def _pipes() -> list[Row]:
    return [
        _pipe(SEWER, "drainage", SEWER_V, 300.0, 1.5, material="钢筋混凝土", subtype="sewage", quality="A",
              accuracy_m=SURVEYED_M, depth_accuracy_m=SURVEYED_M),
        _pipe(GAS, "gas", GAS_V, 110.0, 1.2, material="PE", quality="A", accuracy_m=SURVEYED_M,
              depth_accuracy_m=SURVEYED_M, pressure_mpa=0.2),
        _pipe(OLD_WATER, "water", OLD_WATER_V, 200.0, 1.0, material="球墨铸铁", quality="C"),
    ]  # fmt: skip


def _pipe(identity: str, utility: str, v: float, diameter_mm: float, cover_m: float, **more: object) -> Row:
    return {
        "id": identity,
        "name": "新区试验段现状管",
        "utility": utility,
        "diameter_mm": diameter_mm,
        "cover_m": cover_m,
        "laying": "direct",
        "built": date(2012, 5, 1),
        "geometry": ground.straight_line([(WEST_U, v), (EAST_U, v)]),
    } | more


def _add(made: Strip, row: Row, points: list[tuple[float, float]], found: KnownFinding) -> None:
    made.routes.append(
        {
            "id": found.route,
            "name": found.why_zh,
            "operator": f"试验段{found.route}",
            "start": PLAN_START + timedelta(days=90),
            "end": PLAN_START + timedelta(days=120),
            "method": "open_cut",
            "laying": "direct",
            "drawn_by": "surveyed",
            "accuracy_m": EXACT_M,
            "geometry": ground.straight_line(points),
        }
        | row
    )
    made.findings.append(found)


GAS_LINE = {"utility": "gas", "diameter_mm": 110.0, "pressure_mpa": 0.2, "material": "PE"}


def _beside(made: Strip) -> None:
    """Lay gas too near the sewer, and as near to an old main as its poor survey leaves open."""
    v = SEWER_V + 0.15 + 0.90 + 0.055  # half the sewer, the gap, half the gas pipe
    found = KnownFinding(
        "K1", SEWER, "horizontal_clearance", "fails", "燃气距污水管净距 0.90 米，规范要求 1.2 米",
        "gas 0.90 m from a sewer; the standard wants 1.2 m", 0.90, 1.2,
    )  # fmt: skip
    _add(made, GAS_LINE | {"cover_m": 1.0}, [(-390.0, v), (-330.0, v)], found)
    v = OLD_WATER_V - 0.10 - 0.60 - 0.055
    found = KnownFinding(
        "K4", OLD_WATER, "horizontal_clearance", "must_expose", "燃气距给水管净距 0.60 米，老管位置不准，须现场核实",
        "gas 0.60 m from an old water main whose place is poorly known: expose it", 0.60, 0.5, severity="serious",
    )  # fmt: skip
    _add(made, GAS_LINE | {"cover_m": 1.0}, [(-100.0, v), (-40.0, v)], found)


def _crossing(made: Strip) -> None:
    """Cross the sewer with too little between, and the gas main on its wrong side."""
    water = {"utility": "water", "material": "球墨铸铁"}
    found = KnownFinding(
        "K2", SEWER, "vertical_clearance", "fails", "给水在污水管上方，垂直净距 0.25 米，规范要求 0.40 米",
        "water 0.25 m above a sewer; the standard wants 0.40 m", 0.25, 0.40,
    )  # fmt: skip
    cover = 1.5 - 0.25 - 0.20  # top of the sewer, the gap, the water pipe
    _add(made, water | {"diameter_mm": 200.0, "cover_m": cover}, [(-260.0, SEWER_V - 8), (-260.0, SEWER_V + 8)], found)
    found = KnownFinding(
        "K3", GAS, "crossing_order", "fails", "给水从燃气管上方穿过，次序颠倒",
        "water crosses over gas: the wrong way round", severity="serious",
    )  # fmt: skip
    _add(made, water | {"diameter_mm": 100.0, "cover_m": 0.75}, [(-150.0, GAS_V - 8), (-150.0, GAS_V + 8)], found)


def _under_the_street(made: Strip) -> None:
    """Cross 科创一街 with too little cover."""
    found = KnownFinding(
        "K5", None, "cover", "fails", "车行道下燃气覆土 0.70 米，规范要求 0.90 米",
        "gas 0.70 m under a carriageway; the standard wants 0.90 m", 0.70, 0.90,
    )  # fmt: skip
    _add(made, GAS_LINE | {"cover_m": 0.7}, [(-200.0, -1284.0), (-200.0, -1236.0)], found)


def _two_crews(made: Strip) -> None:
    """Let two crews dig 2.2 m from each other, near enough for one trench, in the same weeks."""
    why = (
        "两支队伍同期同位施工，相距 2.2 米，可同沟",
        "two crews that could share a trench, 2.2 m apart in the same weeks",
    )
    found = KnownFinding("K6", "K7", "space_time", "fails", *why, severity="notice")
    points = [(-300.0, -1440.0), (-240.0, -1440.0)]
    _add(made, {"utility": "water", "diameter_mm": 150.0, "cover_m": 1.0, "operator": "试验段甲"}, points, found)
    later = {"start": PLAN_START + timedelta(days=100), "end": PLAN_START + timedelta(days=130)}
    points = [(u, v - 2.2) for u, v in points]
    telecom = {"utility": "telecom", "diameter_mm": 110.0, "cover_m": 0.9, "operator": "试验段乙", "laying": "duct"}
    made.routes.append(
        {**made.routes[-1], "pressure_mpa": None, "id": "K7", "name": why[0], **telecom, **later}
        | {"geometry": ground.straight_line(points)}
    )
