"""Lay the existing pipes of the sample county under its streets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sample_data import ground

if TYPE_CHECKING:
    import random

    from sample_data.streets import Street, Town


class Main(NamedTuple):
    """Where a utility's pipe lies: at a share of the half width from the centre line, or beyond the kerb."""

    share: float
    beyond_m: float
    diameters_mm: tuple[int, ...]
    cover_m: float
    material: str
    kinds: tuple[str, ...]
    laying: str = "direct"
    pressure_mpa: float | None = None
    voltage_kv: float | None = None


TRUNK = ("expressway", "arterial", "collector")
ALL = (*TRUNK, "local", "lane")
MAINS = {
    "water": Main(0.72, 0.0, (300, 200, 150, 100), 1.0, "球墨铸铁", ALL),
    "drainage": Main(-0.15, 0.0, (800, 500, 400, 300), 1.8, "钢筋混凝土", ALL),
    "gas": Main(-0.72, 0.0, (200, 160, 110, 63), 1.1, "PE", ("arterial", "collector", "local"), pressure_mpa=0.2),
    "heat": Main(0.3, 0.0, (400, 300, 200, 150), 1.3, "预制保温钢管", ("arterial", "collector")),
    "power": Main(
        1.0,
        1.0,
        (175, 150, 150, 110),
        0.8,
        "MPP 排管",
        ("expressway", "arterial", "collector"),
        "duct",
        voltage_kv=10.0,
    ),
    "telecom": Main(
        -1.0, -1.0, (110, 110, 110, 110), 0.7, "PE 排管", ("expressway", "arterial", "collector", "local"), "duct"
    ),
}
# Since then what was laid was measured in the open trench (竣工测量); older pipes were found from above.
MEASURED_SINCE = date(2010, 1, 1)
AS_BUILT = {"accuracy_m": 0.05, "depth_accuracy_m": 0.05}
RANK = {"expressway": 0, "arterial": 0, "collector": 1, "local": 2, "lane": 3}
CARRIERS = {"broadcast": "telecom"}


def aside(street: Street, utility: str) -> float:
    """Return how far east or north of the centre line a utility's pipe lies, in metres.

    Broadcast cables lie in the telecom ducts.
    """
    main = MAINS[CARRIERS.get(utility, utility)]
    return main.share * street.width_m / 2 + main.beyond_m


def has_main(street: Street, utility: str) -> bool:
    """Tell whether a street carries the utility."""
    return street.kind in MAINS[CARRIERS.get(utility, utility)].kinds


def lay_pipes(town: Town, rng: random.Random) -> list[dict[str, Any]]:
    """Return one row a utility and street, with diameter, cover, material, quality of its survey and year."""
    rows: list[dict[str, Any]] = []
    for street in town.streets:
        for utility, main in MAINS.items():
            if street.kind not in main.kinds or (street.kind == "lane" and rng.random() < 0.3):
                continue
            at = aside(street, utility)
            rows.append(
                {
                    "id": f"E{len(rows) + 1:04d}",
                    "name": f"{street.name}现状管",
                    "utility": utility,
                    "diameter_mm": float(main.diameters_mm[RANK[street.kind]]),
                    "cover_m": round(main.cover_m + rng.uniform(-0.15, 0.35), 2),
                    "material": main.material,
                    "laying": main.laying,
                    "pressure_mpa": main.pressure_mpa,
                    "voltage_kv": main.voltage_kv,
                    "quality": rng.choice(("明显点", "隐蔽点", "隐蔽点", "隐蔽点", "D")),
                    **(AS_BUILT if street.delivered and street.delivered >= MEASURED_SINCE else {}),
                    "built": street.delivered,
                    "geometry": ground.line([street.offset(street.start, at), street.offset(street.end, at)]),
                }
            )
    return rows
