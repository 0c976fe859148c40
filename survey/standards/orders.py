"""Order lines: across a road, from a building, at a crossing; and tell which of two gives way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.citations import Citation
from survey.standards.clauses import Clause, clause
from survey.standards.rows import family
from survey.standards.sheets import cited, read_text, with_evidence
from survey.subjects import Buried, material_key, stated, subtype_key

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERS = ("red_line", "courtyard", "crossing", "red_line_1998")
_FILE = "orders.csv"
_FROM_TO = {
    "red_line": ("自道路红线向中心线", "from the red line towards the centre line"),
    "courtyard": ("自建筑物向外", "outward from the building"),
    "crossing": ("交叉处自上而下", "from top to bottom at a crossing"),
    "red_line_1998": ("自道路红线向中心线", "from the red line towards the centre line"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Citation):
    """The place of one kind of line in an order; rank 1 is nearest the red line, nearest the building, or on top."""

    order: str
    rank: int
    key: str
    zh: str
    en: str


def parse_orders(text: str, file: str = _FILE) -> Mapping[str, Mapping[str, Place]]:
    """Read the orders: by order, then by kind of line.

    Raises
    ------
    BadInputError
        With every fault, by file and line; ranks that do not count from 1 are one.
    """
    sheet = with_evidence(text, file, ("order", "rank", "key", "zh", "en"))
    sheet.unique("order", "key")
    found: dict[str, dict[str, Place]] = {order: {} for order in ORDERS}
    for row in sheet.rows:
        sheet.word(row, "order", ORDERS)
        if row["order"] not in found:
            continue
        places, rank = found[row["order"]], sheet.number(row, "rank")
        if rank is not None and rank != len(places) + 1:
            sheet.fault(
                "standard.rank", row.line, f"应为第 {len(places) + 1} 位", f"rank {len(places) + 1} expected", "rank"
            )
        where_zh, where_en = _FROM_TO[row["order"]]
        places[row["key"]] = Place(
            **cited(row), order=row["order"], rank=len(places) + 1, key=row["key"], zh=row["zh"], en=row["en"],
            text_zh=f"{where_zh}：{row['zh']}第 {len(places) + 1} 位",
            text_en=f"{where_en}: {row['en']} is number {len(places) + 1}",
        )  # fmt: skip
    sheet.done()
    return MappingProxyType({order: MappingProxyType(places) for order, places in found.items()})


@lru_cache(maxsize=1)
def orders() -> Mapping[str, Mapping[str, Place]]:
    """Return every order of GB 50289-2016, and the red-line order of 1998 for comparison.

    >>> list(orders()["crossing"])
    ['telecom', 'power', 'gas', 'heat', 'water', 'reclaimed', 'storm', 'sewage']
    """
    return parse_orders(read_text(_FILE))


def place(order: str, line: Buried) -> Place:
    """Return the place of a line in an order.

    A drain that does not say what it carries is ranked as sewage; water and gas as distribution unless
    ``transmission`` is stated, because that is the usual pipe in a street.

    Examples
    --------
    >>> place("crossing", Buried("broadcast")).rank, place("crossing", Buried("drainage")).key
    (1, 'sewage')
    >>> place("red_line", Buried("gas", "transmission")).evidence_zh[:30]
    'GB 50289-2016 4.1.3：自道路红线向中心线：'
    """
    places, of, subtype = orders()[order], family(line), subtype_key(line.subtype)
    if subtype == "transmission" and f"{of}_transmission" in places:
        return places[f"{of}_transmission"]
    return places["storm" if of == "sewage" and subtype == "storm" else of]


def crossing_rank(a: Buried) -> int:
    """Return the place from the top at a crossing (4.1.12), 1 = top.

    >>> [crossing_rank(Buried(u)) for u in ("telecom", "power", "gas", "heat", "water", "drainage")]
    [1, 2, 3, 4, 5, 8]
    """
    return place("crossing", a).rank


def red_line_rank(a: Buried) -> int:
    """Return the place from the red line (4.1.3), 1 = nearest; recalled, see `Place.unverified`.

    >>> red_line_rank(Buried("power")), red_line_rank(Buried("drainage", "storm"))
    (1, 10)
    """
    return place("red_line", a).rank


def courtyard_rank(a: Buried) -> int:
    """Return the place from the building in a courtyard (4.1.4), 1 = nearest; recalled.

    >>> courtyard_rank(Buried("heat")), courtyard_rank(Buried("water", "reclaimed"))
    (7, 8)
    """
    return place("courtyard", a).rank


def above(a: Buried, b: Buried) -> tuple[str, Place] | None:
    """Return which of two crossing lines lies above by 4.1.12, ``a`` or ``b``, with its place; None where it is open.

    It is open between lines of one kind, and between drains of which one does not say what it carries.

    Examples
    --------
    >>> above(Buried("water"), Buried("drainage"))[0], above(Buried("gas"), Buried("telecom"))[0]
    ('a', 'b')
    >>> above(Buried("drainage"), Buried("drainage", "storm")) is None
    True
    """
    first, second = place("crossing", a), place("crossing", b)
    drains = {first.key, second.key} <= {"storm", "sewage"}
    if first.rank == second.rank or (drains and None in (subtype_key(a.subtype), subtype_key(b.subtype))):
        return None
    return ("a", first) if first.rank < second.rank else ("b", second)


def order_is_must(a: Buried, b: Buried) -> bool:
    """Return whether the order of two crossing lines is demanded (应) and not advised (宜).

    4.1.12 advises the order of all, and demands that of water, reclaimed water and drains among themselves; storm water
    and sewage are both drains.

    Examples
    --------
    >>> order_is_must(Buried("water"), Buried("drainage")), order_is_must(Buried("water"), Buried("gas"))
    (True, False)
    >>> order_is_must(Buried("drainage", "storm"), Buried("drainage", "sewage"))
    False
    """
    tiers = {"water": 0, "reclaimed": 1, "storm": 2, "sewage": 2}
    first, second = (tiers.get(place("crossing", line).key) for line in (a, b))
    return first is not None and second is not None and first != second


def yields(a: Buried, b: Buried) -> tuple[str, Clause]:
    """Return which of two planned lines gives way, ``a``, ``b`` or ``either``, and by which rule of 3.0.7.

    The rules are asked in the standard's order: pressure gives way to gravity, what bends to what does not, a branch
    to a trunk, the small to the large. The fifth (temporary to permanent) needs a fact that lines do not state. An
    existing line does not give way at all; the caller knows which is planned.

    Examples
    --------
    >>> yields(Buried("water", diameter_mm=800), Buried("drainage", diameter_mm=300))[0]
    'a'
    >>> side, rule = yields(Buried("water", diameter_mm=300), Buried("gas", diameter_mm=100))
    >>> side, rule.key, rule.clause, rule.status
    ('b', 'yield_large', '3.0.7', 'confirmed')
    >>> yields(Buried("water"), Buried("water"))[0]
    'either'
    """
    tests = (
        ("yield_gravity", _gravity(a), _gravity(b)),
        ("yield_rigid", _rigid(a), _rigid(b)),
        ("yield_trunk", _trunk(a), _trunk(b)),
        ("yield_large", stated(a.diameter_mm), stated(b.diameter_mm)),
    )
    for key, first, second in tests:
        if first is not None and second is not None and first != second:
            return ("a" if first < second else "b"), clause(key)
    return "either", replace(
        clause("yield_large"),
        key="yield_open",
        text_zh="各条避让规则均不能分出让行方",
        text_en="no rule of giving way decides between the two",
    )


def _gravity(line: Buried) -> float | None:
    return float(family(line) == "sewage")


def _rigid(line: Buried) -> float | None:
    """Return 1 for what does not bend, 0 for what does, None where it is not stated."""
    if family(line) in {"power", "telecom"}:
        return {"direct": 0.0, None: None}.get(line.laying, 1.0)
    material = material_key(line.material)
    if material is None or material == "plastic":
        return None
    return 0.0 if material == "polyethylene" else 1.0


def _trunk(line: Buried) -> float | None:
    return {"transmission": 1.0, "distribution": 0.0}.get(subtype_key(line.subtype) or "")
