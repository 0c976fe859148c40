"""Fill the blocks of the sample county: buildings, green, parcels, trees, river."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely

from sample_data import ground
from sample_data.streets import VERGE_M

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from sample_data.streets import Block, Street, Town

Row = dict[str, Any]
USES = {
    "old": (("homes_old", 8), ("shops", 2), ("school", 1)),
    "homes": (("estate", 9), ("shops", 3), ("school", 1), ("park", 1), ("offices", 2)),
    "works": (("halls", 7), ("offices", 1), ("estate", 1)),
}
USE_ZH = {
    "homes_old": "老城住宅", "shops": "商业", "school": "学校", "estate": "住宅小区", "park": "公园",
    "offices": "办公", "halls": "工业", "site": "待建用地",
}  # fmt: skip
RIVER_U_M, RIVER_HALF_M = -1600.0, 52.0


class Plots(NamedTuple):
    """What stands on the blocks, as rows with a grid ``geometry``."""

    parcels: list[Row]
    buildings: list[Row]
    greens: list[Row]
    trees: list[Row]
    waters: list[Row]


def fill(town: Town, site_blocks: set[int], rng: random.Random) -> Plots:
    """Give every block a use and build it up; blocks of ``site_blocks`` stay open for a project."""
    plots = Plots([], [], [], [], [])
    for block in town.blocks:
        use = "site" if block.number in site_blocks else _use(block, rng)
        west, south, east, north = block.box
        parcel = ground.area(ground.rectangle(west, south, east - west, north - south))
        plots.parcels.append({"id": f"P{block.number:03d}", "name": USE_ZH[use], "kind": use, "geometry": parcel})
        BUILD[use](block, plots, rng)
    _verges(town, plots)
    _river(plots)
    return _off_the_road(plots, carriageways(town))


def _off_the_road(plots: Plots, roads: shapely.Geometry) -> Plots:
    """Leave out what the bending pushed into a carriageway: blocks bend, buildings do not."""
    kept = roads.buffer(1.0)
    shapely.prepare(kept)
    buildings = [row for row in plots.buildings if not kept.intersects(row["geometry"])]
    greens = [
        row
        for row in plots.greens
        if row["kind"] not in {"estate", "lawn", "school"} or not kept.intersects(row["geometry"])
    ]
    return plots._replace(buildings=buildings, greens=greens)


def _use(block: Block, rng: random.Random) -> str:
    uses, weights = zip(*USES[block.quarter], strict=True)
    return str(rng.choices(uses, weights)[0])


def _building(
    plots: Plots, corners: list[tuple[float, float]], about: tuple[float, float], floors: int, kind: str
) -> None:
    plots.buildings.append(
        {
            "id": f"B{len(plots.buildings) + 1:04d}",
            "name": None,
            "kind": kind,
            "floors": floors,
            "geometry": ground.rigid(corners, about),
        }
    )


def _green(plots: Plots, name: str, kind: str, shape: shapely.Geometry) -> None:
    plots.greens.append({"id": f"G{len(plots.greens) + 1:03d}", "name": name, "kind": kind, "geometry": shape})


def _inner(block: Block, setback: float) -> tuple[float, float, float, float]:
    west, south, east, north = block.box
    return west + setback, south + setback, east - setback, north - setback


def _homes_old(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build narrow courtyard houses in uneven rows."""
    west, south, east, north = _inner(block, 2.0)
    centre = ((west + east) / 2, (south + north) / 2)
    v = south
    while v + 8 < north:
        depth = min(rng.uniform(9, 14), north - v)
        u = west
        while u + 7 < east:
            width = min(rng.uniform(8, 16), east - u)
            if rng.random() < 0.9:
                corners = ground.rectangle(u, v + rng.uniform(0, 1.5), width - rng.uniform(0.6, 1.8), depth - 2.2)
                _building(plots, corners, centre, rng.choice((1, 2, 2, 3)), "homes_old")
            u += width
        v += depth + rng.choice((0.8, 0.8, 3.5))


def _estate(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build slab houses in rows that face south, planted between the rows."""
    west, south, east, north = _inner(block, 9.0)
    centre = ((west + east) / 2, (south + north) / 2)
    slab, floors = rng.choice(((12.0, 6), (13.0, 11), (14.5, 18)))
    gap = 17.0 if floors == 6 else 26.0
    v = south + rng.uniform(0, 4)
    while v + slab <= north:
        u = west + rng.uniform(0, 8)
        while u + 24 <= east:
            length = min(rng.choice((32.0, 46.0, 58.0)), east - u)
            _building(plots, ground.rectangle(u, v, length, slab), centre, floors, "estate")
            u += length + rng.choice((9.0, 9.0, 16.0))
        if v + slab + gap <= north:
            bed = ground.rectangle(west + 6, v + slab + 4, east - west - 12, gap - 9)
            _green(plots, "小区绿地", "estate", ground.rigid(bed, centre))
        v += slab + gap


def _shops(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build a row of shops around an open yard."""
    west, south, east, north = _inner(block, 4.0)
    centre = ((west + east) / 2, (south + north) / 2)
    deep = min(18.0, (north - south) / 3)
    for v in (south, north - deep):
        u = west
        while u + 14 <= east:
            width = min(rng.uniform(22, 48), east - u)
            _building(plots, ground.rectangle(u, v, width - 0.8, deep), centre, rng.choice((2, 3, 4, 5)), "shops")
            u += width
    if east - west > 90 and north - south > 70:
        tower = ground.rectangle((west + east) / 2 - 16, (south + north) / 2 - 13, 32, 26)
        _building(plots, tower, centre, rng.choice((12, 16, 22)), "shops")


def _school(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build a comb of class rooms beside a planted yard."""
    west, south, east, north = _inner(block, 8.0)
    centre = ((west + east) / 2, (south + north) / 2)
    length = (east - west) * 0.5
    for k in range(3):
        v = south + 6 + k * 24
        if v + 10 < north:
            _building(plots, ground.rectangle(west, v, length, 10), centre, rng.choice((3, 4, 5)), "school")
    if south + 64 < north:
        _building(plots, ground.rectangle(west, south + 6, 9, 58), centre, 4, "school")
    yard = ground.rectangle(
        west + length + 14, south + 8, max(east - west - length - 18, 8), max(north - south - 16, 8)
    )
    _green(plots, "校园绿地", "school", ground.rigid(yard, centre))


def _park(block: Block, plots: Plots, rng: random.Random) -> None:
    """Plant the whole block, with a pond and a scatter of trees."""
    west, south, east, north = _inner(block, 1.0)
    lawn = ground.area(ground.rectangle(west, south, east - west, north - south))
    pond = shapely.Point(lawn.centroid).buffer(min(east - west, north - south) * 0.2, quad_segs=6)
    pond = shapely.affinity.rotate(shapely.affinity.scale(pond, 1.3, 0.8), rng.uniform(0, 90))
    pond = shapely.set_precision(pond, 0.001)
    _green(plots, f"{rng.choice(('菊潭', '湍河', '宝天', '文昌'))}公园", "park", lawn.difference(pond))
    plots.waters.append({"id": f"W{len(plots.waters) + 1}", "name": "池塘", "kind": "pond", "geometry": pond})
    for _ in range(70):
        spot = ground.to_grid([(rng.uniform(west + 4, east - 4), rng.uniform(south + 4, north - 4))])[0]
        if not pond.contains(shapely.Point(spot)):
            _tree(plots, shapely.Point(spot), rng)


def _offices(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build one long house behind a lawn."""
    west, south, east, north = _inner(block, 14.0)
    centre = ((west + east) / 2, (south + north) / 2)
    wide = min(86.0, east - west)
    _building(
        plots, ground.rectangle(centre[0] - wide / 2, north - 22, wide, 18), centre, rng.choice((6, 8, 12)), "offices"
    )
    _building(plots, ground.rectangle(centre[0] - wide / 2, north - 56, 16, 33), centre, 5, "offices")
    _green(
        plots,
        "门前绿地",
        "lawn",
        ground.rigid(ground.rectangle(centre[0] - wide / 2 + 22, south, wide - 24, 26), centre),
    )


def _halls(block: Block, plots: Plots, rng: random.Random) -> None:
    """Build large halls with yards between them."""
    west, south, east, north = _inner(block, 12.0)
    centre = ((west + east) / 2, (south + north) / 2)
    u = west
    while u + 40 <= east:
        width = min(rng.uniform(48, 88), east - u)
        v = south
        while v + 40 <= north:
            depth = min(rng.uniform(60, 130), north - v)
            if rng.random() < 0.85:
                _building(plots, ground.rectangle(u, v, width - 12, depth - 14), centre, rng.choice((1, 1, 2)), "halls")
            v += depth
        u += width


def _site(block: Block, plots: Plots, rng: random.Random) -> None:
    """Leave the block open but for a site hut."""
    west, south, _east, _north = _inner(block, 12.0)
    _building(plots, ground.rectangle(west, south, rng.uniform(12, 20), 6), (west, south), 2, "hut")


BUILD = {
    "homes_old": _homes_old, "estate": _estate, "shops": _shops, "school": _school, "park": _park,
    "offices": _offices, "halls": _halls, "site": _site,
}  # fmt: skip


def _tree(plots: Plots, point: shapely.Point, rng: random.Random) -> None:
    species = rng.choice(("法桐", "女贞", "国槐", "银杏", "香樟"))
    row = {"id": f"T{len(plots.trees) + 1:04d}", "species": species, "crown_m": round(rng.uniform(2.5, 6), 1)}
    plots.trees.append(row | {"geometry": point})


def carriageways(town: Town) -> shapely.Geometry:
    """Return all carriageways of the town as one shape in the grid."""
    return shapely.union_all([ground.line(s.points).buffer(s.width_m / 2, cap_style="flat") for s in town.streets])


def _verges(town: Town, plots: Plots) -> None:
    """Plant a strip on both sides of the trunk streets, open at junctions, with a row of trees."""
    roads = carriageways(town)
    junctions = roads.buffer(5.0)
    for street in town.streets:
        if street.kind not in {"arterial", "expressway"}:
            continue
        for side in (-1, 1):
            centre = side * (street.width_m / 2 + VERGE_M[street.kind] / 2 - 1.4)
            axis = ground.line(list(_stretch(street, centre)))
            strip = axis.buffer(1.5, cap_style="flat").difference(_others(town, street).buffer(6.0))
            for k, piece in enumerate(shapely.get_parts(shapely.set_precision(strip, 0.001)), 1):
                if piece.area > 60 and not piece.within(junctions):
                    _green(plots, f"{street.name}绿化带{k}", "verge", piece)
                    _plant(plots, axis, piece)


def _others(town: Town, street: Street) -> shapely.Geometry:
    return shapely.union_all(
        [ground.line(s.points).buffer(s.width_m / 2, cap_style="flat") for s in town.streets if s.axis != street.axis]
    )


def _plant(plots: Plots, axis: shapely.LineString, piece: shapely.Polygon) -> None:
    for metres in range(6, int(axis.length), 13):
        point = axis.interpolate(metres)
        if piece.contains(point):
            row = {"id": f"T{len(plots.trees) + 1:04d}", "species": "法桐", "crown_m": 4.5}
            plots.trees.append(row | {"geometry": shapely.set_precision(point, 0.001)})


def _stretch(street: Street, aside: float) -> Iterator[tuple[float, float]]:
    yield street.offset(street.start, aside)
    yield street.offset(street.end, aside)


def _river(plots: Plots) -> None:
    """Lay the river along the west of the town with a planted bank on both sides."""
    middle = [
        (RIVER_U_M, -1700.0),
        (RIVER_U_M - 70, -900.0),
        (RIVER_U_M + 10, 0.0),
        (RIVER_U_M - 60, 900.0),
        (RIVER_U_M + 30, 1700.0),
    ]
    course = ground.line(_smooth(middle))
    water = shapely.set_precision(course.buffer(RIVER_HALF_M, cap_style="flat"), 0.001)
    banks = course.buffer(RIVER_HALF_M + 46, cap_style="flat").difference(water)
    plots.waters.append({"id": f"W{len(plots.waters) + 1}", "name": "湍河", "kind": "river", "geometry": water})
    bridge = ground.line([(-2050, -395.0), (-1320, -395.0)]).buffer(17, cap_style="flat")
    for piece in shapely.get_parts(shapely.set_precision(banks.difference(bridge), 0.001)):
        _green(plots, "湍河滨水绿带", "riverside", piece)


def _smooth(points: list[tuple[float, float]], rounds: int = 4) -> list[tuple[float, float]]:
    """Round a plan line off by cutting its corners (Chaikin)."""
    for _ in range(rounds):
        cut = [points[0]]
        for (u0, v0), (u1, v1) in pairwise(points):
            cut += [(0.75 * u0 + 0.25 * u1, 0.75 * v0 + 0.25 * v1), (0.25 * u0 + 0.75 * u1, 0.25 * v0 + 0.75 * v1)]
        points = [*cut, points[-1]]
    return points
