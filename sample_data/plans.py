"""Plan the connections of the sample county's sites and the mains along its streets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sample_data import ground
from sample_data.networks import aside, has_main

if TYPE_CHECKING:
    import random

    from sample_data.streets import Block, Street, Town

Row = dict[str, Any]
PLAN_START = date(2026, 12, 1)
PLAN_DAYS = 730
SITE_COUNT = 12
SITES = (
    ("湍水人家住宅小区", "住宅"), ("县前广场商业综合体", "商业"), ("菊潭中学扩建", "学校"), ("宝天酒店", "酒店"),
    ("云露智造产业园", "工业"), ("县妇幼保健院新院", "医疗"), ("文昌里安置房", "住宅"), ("惠民农贸市场", "商业"),
    ("数字经济孵化中心", "办公"), ("豫西冷链物流园", "物流"), ("金桂苑住宅小区", "住宅"), ("体育公园游泳馆", "公共"),
)  # fmt: skip
OPERATORS = {
    "water": ("县自来水公司",), "power": ("县供电公司",), "gas": ("县燃气公司",), "heat": ("县热力公司",),
    "telecom": ("通信一公司", "通信二公司"), "broadcast": ("县广播电视网络公司",),
}  # fmt: skip
DIAMETER_MM = {"water": 200.0, "power": 150.0, "gas": 110.0, "heat": 250.0, "telecom": 110.0, "broadcast": 63.0}
LAYING = {"water": "direct", "power": "duct", "gas": "direct", "heat": "direct", "telecom": "duct", "broadcast": "duct"}
# From top to bottom as GB 50289-2016 4.1.12 orders lines that cross, as far as a trench of usual depth allows.
COVER_M = {"water": 1.5, "power": 0.9, "gas": 1.15, "heat": 1.3, "telecom": 0.9, "broadcast": 0.9}
ORDER = ("broadcast", "telecom", "power", "gas", "heat", "water")
# From the kerb to the first line in the footway, and from line to line.
FOOTWAY_M = {
    "expressway": (6.0, 0.9),
    "arterial": (5.2, 0.65),
    "collector": (1.1, 0.8),
    "local": (0.7, 0.45),
    "lane": (0.2, 0.12),
}
STREETS_TO_RENEW = ("人民路", "文化路", "县前大街", "解放路", "建设大道", "永顺大道")


class Plan(NamedTuple):
    """Sites and planned routes as rows with a grid ``geometry``."""

    sites: list[Row]
    routes: list[Row]


def choose_sites(town: Town, rng: random.Random) -> set[int]:
    """Return the numbers of twelve blocks, spread over the town, large enough to build on."""
    large = [b for b in town.blocks if b.box[2] - b.box[0] > 70 and b.box[3] - b.box[1] > 60 and b.quarter != "old"]
    old = [b for b in town.blocks if b.quarter == "old" and b.box[2] - b.box[0] > 55 and b.box[3] - b.box[1] > 50]
    chosen = rng.sample(old, 2)
    while len(chosen) < SITE_COUNT:
        ranked = sorted(rng.sample(large, min(12, len(large))), key=lambda b: -min(_apart(b, c) for c in chosen))
        chosen.append(ranked[0])
    return {block.number for block in chosen}


def _apart(one: Block, other: Block) -> float:
    return abs(one.box[0] - other.box[0]) + abs(one.box[1] - other.box[1])


def plan(town: Town, site_blocks: set[int], rng: random.Random) -> Plan:
    """Plan each site's connections and the renewal of mains along trunk streets."""
    made = Plan([], [])
    blocks = [b for b in town.blocks if b.number in site_blocks]
    for k, (block, (name, kind)) in enumerate(zip(blocks, SITES, strict=True), 1):
        west, south, east, north = block.box
        shape = ground.area(ground.rectangle(west + 3, south + 3, east - west - 6, north - south - 6))
        site = {"id": f"S{k:02d}", "name": name, "kind": kind, "applicant": f"{name}建设单位", "status": "报装中"}
        made.sites.append(site | {"geometry": shape})
        _connect(site, block, made, rng)
    by_name = {street.name: street for street in town.streets}
    for name in STREETS_TO_RENEW:
        _renew(by_name[name], made, rng)
    return made


def _frontage(block: Block, rng: random.Random) -> tuple[Street, int, float, float]:
    """Return the street a site is served from, the side it lies on, and the block's extent along that street."""
    west, south, east, north = block.box
    fronts = [
        (block.west.street, 1, south, north), (block.east.street, -1, south, north),
        (block.south.street, 1, west, east), (block.north.street, -1, west, east),
    ]  # fmt: skip
    rank = {"collector": 0, "local": 1, "arterial": 2, "lane": 3, "expressway": 4}
    fronts.sort(key=lambda f: rank[f[0].kind])
    return fronts[0] if rng.random() < 0.7 else fronts[1]


def _connect(site: Row, block: Block, made: Plan, rng: random.Random) -> None:
    """Lead each utility of a site out of its gate, along the footway, across the street to the main."""
    street, side, low, high = _frontage(block, rng)
    gate = low + (high - low) * rng.uniform(0.35, 0.65)
    ahead = rng.choice((-1, 1))
    reach = rng.uniform(25, 130)
    base = PLAN_START + timedelta(days=rng.randrange(PLAN_DAYS - 240))
    first, step = FOOTWAY_M[street.kind]
    wanted = [u for u in ORDER if has_main(street, u) and (u in {"water", "power", "telecom"} or rng.random() < 0.62)]
    for k, utility in enumerate(wanted):
        kerb = street.width_m / 2
        walk = side * (kerb + first + step * k)
        start = gate + ahead * 0.8 * k
        end = start + ahead * (reach + rng.choice((0.0, 0.0, rng.uniform(8, 45))) - 1.6 * k)
        inside = side * (kerb + 26 + rng.uniform(0, 6))
        points = [
            street.offset(start, inside),
            street.offset(start, walk),
            street.offset(end, walk),
            street.offset(end, aside(street, utility)),
        ]
        _route(made, f"{site['name']}{NAMES[utility]}接入", utility, points, base, rng)


MAIN = "干线"
NAMES = {"water": "给水", "power": "供电", "gas": "燃气", "heat": "供热", "telecom": "通信", "broadcast": "广电"}


def _renew(street: Street, made: Plan, rng: random.Random) -> None:
    """Plan new mains of several utilities along one street, with stretches that partly meet."""
    first, step = FOOTWAY_M[street.kind]
    side = rng.choice((-1, 1))
    low, high = max(street.start, -1200.0), min(street.end, 1200.0)
    middle = rng.uniform(low + 400, high - 400)
    base = PLAN_START + timedelta(days=rng.randrange(PLAN_DAYS - 300))
    for k, utility in enumerate(rng.sample(ORDER, rng.randint(4, 5))):
        half = rng.uniform(90, 330)
        shift = rng.uniform(-150, 150)
        walk = side * (street.width_m / 2 + first + step * k)
        points = [street.offset(middle + shift - half, walk), street.offset(middle + shift + half, walk)]
        _route(made, f"{street.name}{NAMES[utility]}{MAIN}", utility, points, base, rng)


def _route(
    made: Plan, name: str, utility: str, points: list[tuple[float, float]], base: date, rng: random.Random
) -> None:
    start = base + timedelta(days=rng.choice((0, 0, 7, 14, 30, 60)))
    surveyed = rng.random() < 0.6
    made.routes.append(
        {
            "id": f"R{len(made.routes) + 1:03d}",
            "name": name,
            "utility": utility,
            "operator": rng.choice(OPERATORS[utility]),
            "start": start,
            "end": start + timedelta(days=rng.choice((21, 28, 45, 60, 90))),
            "diameter_mm": DIAMETER_MM[utility],
            "cover_m": COVER_M[utility],
            "laying": LAYING[utility],
            "pressure_mpa": 0.2 if utility == "gas" else None,
            "voltage_kv": 10.0 if utility == "power" else None,
            "method": rng.choice(("open_cut", "open_cut", "open_cut", "directional_drilling", "pipe_jacking")),
            "drawn_by": "surveyed" if surveyed else "drawn",
            "accuracy_m": 0.05 if surveyed else None,
            "remark": None,
            "geometry": ground.line(points),
        }
    )
