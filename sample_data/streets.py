"""Lay out the streets of the sample county and the blocks between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

WIDTH_M = {"expressway": 30.0, "arterial": 24.0, "collector": 16.0, "local": 10.0, "lane": 6.5}
# What lies beside the carriageway before the first plot: planting strip and footway.
VERGE_M = {"expressway": 12.0, "arterial": 9.0, "collector": 6.0, "local": 3.5, "lane": 1.0}
LARGEST_BLOCK_M = {"old": 135.0, "homes": 240.0, "works": 320.0}

# name, class, axis ("v": runs north-south at u = at), at, from, to
TRUNKS = (
    ("滨河路", "collector", "v", -1320.0, -1240.0, 1300.0),
    ("人民路", "arterial", "v", -500.0, -1480.0, 1480.0),
    ("文化路", "collector", "v", 372.0, -1085.0, 1065.0),
    ("建设大道", "arterial", "v", 1205.0, -1480.0, 1480.0),
    ("东环快速路", "expressway", "v", 1835.0, -1520.0, 1520.0),
    ("南环路", "collector", "u", -1085.0, -1320.0, 1835.0),
    ("县前大街", "arterial", "u", -395.0, -2050.0, 1835.0),
    ("解放路", "collector", "u", 318.0, -1320.0, 1205.0),
    ("永顺大道", "arterial", "u", 1065.0, -1320.0, 1835.0),
)
LOCAL_NAMES = (
    "育才路", "工农路", "团结路", "新华街", "范蠡街", "菊潭街", "湍水路", "宝天路", "长安街", "吉祥街",
    "永青路", "德政路", "清风路", "状元街", "书院街", "桃溪路", "百合街", "丹霞路", "灵山路", "衙前街",
    "北园路", "南园路", "东风街", "和平街", "胜利街", "友谊路", "光明街", "振兴路", "富民路", "康乐街",
    "锦绣路", "惠民路", "金桂路", "银杏路", "梧桐街", "青松路", "兴业路", "创新路", "科技路", "工业一路",
    "工业二路", "工业三路", "物流路", "站前街", "花园街", "体育路", "医院街", "校园路", "迎宾路", "双拥路",
)  # fmt: skip
LANE_NAMES = (
    "文庙巷", "县学巷", "盐店巷", "铁匠巷", "竹竿巷", "水井巷", "马王巷", "槐树巷", "鼓楼巷", "火神巷",
    "菜园巷", "当铺巷", "书铺巷", "南关巷", "北关巷", "城隍巷",
)  # fmt: skip


@dataclass(frozen=True)
class Street:
    """One street of the plan: straight in plan metres, ``axis`` "v" runs north-south at ``u = at``."""

    name: str
    kind: str
    axis: str
    at: float
    start: float
    end: float
    delivered: date | None = None
    overhauled: date | None = None

    @property
    def width_m(self) -> float:
        """Width of the carriageway."""
        return WIDTH_M[self.kind]

    @property
    def points(self) -> list[tuple[float, float]]:
        """The two ends of the centre line in plan metres."""
        if self.axis == "v":
            return [(self.at, self.start), (self.at, self.end)]
        return [(self.start, self.at), (self.end, self.at)]

    def offset(self, along: float, aside: float) -> tuple[float, float]:
        """Return the plan point at ``along`` on the street, ``aside`` metres east or north of its centre line."""
        return (self.at + aside, along) if self.axis == "v" else (along, self.at + aside)


class Side(NamedTuple):
    """What bounds a block on one side."""

    at: float
    street: Street


@dataclass(frozen=True)
class Block:
    """The plot between four streets, in plan metres, already set back behind carriageway and footway."""

    west: Side
    east: Side
    south: Side
    north: Side
    quarter: str
    number: int = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge of the plot behind the footways."""
        back = {s: side.street.width_m / 2 + VERGE_M[side.street.kind] for s, side in self._sides()}
        return (
            self.west.at + back["west"],
            self.south.at + back["south"],
            self.east.at - back["east"],
            self.north.at - back["north"],
        )

    def _sides(self) -> list[tuple[str, Side]]:
        return [("west", self.west), ("east", self.east), ("south", self.south), ("north", self.north)]


class Town(NamedTuple):
    """Streets and blocks of the plan."""

    streets: list[Street]
    blocks: list[Block]


def lay_out(rng: random.Random) -> Town:
    """Lay out trunk streets, then split what lies between them until the blocks have a plausible size."""
    trunks = {name: Street(name, kind, axis, at, a, b, *_dates(rng, kind)) for name, kind, axis, at, a, b in TRUNKS}
    names = {"local": rng.sample(LOCAL_NAMES, len(LOCAL_NAMES)), "lane": rng.sample(LANE_NAMES, len(LANE_NAMES))}
    town = Town(list(trunks.values()), [])
    columns = [trunks[n] for n in ("滨河路", "人民路", "文化路", "建设大道", "东环快速路")]
    rows = [trunks[n] for n in ("南环路", "县前大街", "解放路", "永顺大道")]
    for i, (west, east) in enumerate(pairwise(columns)):
        for j, (south, north) in enumerate(pairwise(rows)):
            # East of 建设大道 there is no 解放路: the works quarter reaches up to 永顺大道.
            if i == 3 and j == 2:
                continue
            top = trunks["永顺大道"] if i == 3 and j == 1 else north
            quarter = {(1, 1): "old", (1, 0): "old"}.get((i, j), "works" if i == 3 else "homes")
            block = Block(Side(west.at, west), Side(east.at, east), Side(south.at, south), Side(top.at, top), quarter)
            _split(block, rng, town, names)
    return Town(town.streets, [replace(block, number=number) for number, block in enumerate(town.blocks, 1)])


def _split(block: Block, rng: random.Random, town: Town, names: dict[str, list[str]]) -> None:
    """Split a block across its longer side with a new street, or keep it when it is small enough."""
    west, south, east, north = block.box
    width, depth = east - west, north - south
    largest = LARGEST_BLOCK_M[block.quarter] * rng.uniform(0.75, 1.3)
    if max(width, depth) <= largest:
        town.blocks.append(block)
        return
    along_v = width >= depth
    low, high = (west, east) if along_v else (south, north)
    at = round(low + (high - low) * rng.uniform(0.34, 0.66), 1)
    kind = "lane" if block.quarter == "old" and max(width, depth) < 260 else "local"
    ends = (block.south.at, block.north.at) if along_v else (block.west.at, block.east.at)
    name = names[kind].pop() if names[kind] else f"支路{len(town.streets)}"
    street = Street(name, kind, "v" if along_v else "u", at, *ends, *_dates(rng, kind))
    town.streets.append(street)
    side = Side(at, street)
    halves = (
        (replace(block, east=side), replace(block, west=side))
        if along_v
        else (replace(block, north=side), replace(block, south=side))
    )
    for half in halves:
        _split(half, rng, town, names)


def _dates(rng: random.Random, kind: str) -> tuple[date, date | None]:
    """Return a plausible hand-over and, for some old streets, the end of the last overhaul."""
    year = rng.choices((1996, 2004, 2011, 2016, 2020, 2023), (2, 4, 4, 3, 1, 1))[0] + rng.randrange(3)
    delivered = date(year, rng.randint(3, 11), rng.randint(1, 28))
    old = year < 2012 and kind in {"arterial", "collector", "local"}
    overhauled = (
        date(rng.randint(2017, 2025), rng.randint(4, 11), rng.randint(1, 28)) if old and rng.random() < 0.45 else None
    )
    return delivered, overhauled
