"""Judge crossings by depth: the clearance between walls (GB 50289 4.1.14) and which line lies above (4.1.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.depths import vertical_gaps
from survey.conflicts.citing import cited_place
from survey.conflicts.clearance_findings import verify_mend
from survey.conflicts.depth_mends import Crossed, crossing_mend
from survey.conflicts.judging import COVERAGE, as_found, outcomes_of, spread, unread
from survey.conflicts.naming import gives_way, known_how, named
from survey.conflicts.sides import FLATTEST_DEG
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend
from survey.standards.orders import above, place

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.line_pairs import LinePairs
    from survey.finding_columns import Found

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


STEP_M = 0.01
"""How far ahead the direction of a line is looked at (metres)."""
FLAT_DEG = 45.0
"""At crossings flatter than this the walls lie over each other for so long that depths may change on the way: they are
then measured where that begins and ends as well, and the least counts."""


class Place(NamedTuple):
    """Places on two lines, as `geo.depths.vertical_gaps` asks for them."""

    a: Integers
    b: Integers
    at_a: Floats
    at_b: Floats


@dataclass(frozen=True)
class Crossings:
    """Crossings with what is measured there.

    Parameters
    ----------
    pairs
        Whose crossings they are.
    least
        Returns float64[routes], the least cover asked for along each planned route; NaN: none.
    gap
        Least metres between the walls, NaN where a depth is unknown.
    lower
        By how much the axis of ``b`` lies deeper than that of ``a`` there.
    uncertainty
        Half of the interval of both (metres).
    cover_a, cover_b
        float64[places, n], metres: where the axes cross, then where the walls begin and end to lie over each other.
    cited, citation, limit
        What is asked for between the walls.
    should
        1 where ``a`` belongs above by 4.1.12, -1 where ``b`` does, 0 where that is open.
    """

    pairs: LinePairs
    least: Callable[[], Floats]
    gap: Floats
    lower: Floats
    uncertainty: Floats
    cover_a: Floats
    cover_b: Floats
    cited: tuple[Cited, ...]
    citation: Integers
    limit: Floats
    should: Integers

    @classmethod
    def of(cls, pairs: LinePairs, least: Callable[[], Floats]) -> Crossings:
        """Measure every crossing of ``pairs``."""
        crossings, a, b = pairs.crossings, pairs.a, pairs.b
        gaps = [vertical_gaps(place, a.depths, b.depths, a.radius, b.radius) for place in _over_each_other(pairs)]
        cover_a, cover_b = np.array([g.cover_a for g in gaps]), np.array([g.cover_b for g in gaps])
        radius_a, radius_b = a.radius[crossings.a], b.radius[crossings.b]
        lower = (cover_b + radius_b) - (cover_a + radius_a)
        # Where the one goes from above to below the other on the way, they go through each other.
        through = (lower.min(axis=0) < 0) & (lower.max(axis=0) > 0)
        nearest = np.abs(lower).argmin(axis=0)
        lower = np.where(through, 0.0, np.take_along_axis(lower, nearest[None], axis=0)[0])
        error = np.hypot(
            a.depth_errors(crossings.a, cover_a[0] + radius_a), b.depth_errors(crossings.b, cover_b[0] + radius_b)
        )
        cited, citation, limit = pairs.rules.cited(pairs.rules.classes.vertical_cell, crossings.a, crossings.b)
        return cls(
            pairs, least, np.abs(lower) - radius_a - radius_b, lower, COVERAGE * error, cover_a, cover_b, cited,
            citation, limit, _should(pairs),
        )  # fmt: skip


def _over_each_other(pairs: LinePairs) -> list[Place]:
    """Return where the axes cross, and where walls begin and end to lie over each other at flat crossings."""
    c = pairs.crossings
    made = [Place(c.a, c.b, c.at_a, c.at_b)]
    flat = c.angle_deg < FLAT_DEG
    angle = np.radians(np.maximum(c.angle_deg, FLATTEST_DEG))
    half = np.where(flat, (pairs.a.radius[c.a] + pairs.b.radius[c.b]) / np.sin(angle), 0.0)
    ahead = [lines.points_at(row, at + STEP_M) for lines, row, at in (
        (pairs.a.lines, c.a, c.at_a), (pairs.b.lines, c.b, c.at_b),
    )]  # fmt: skip
    dot = sum((ahead[0][k] - xy) * (ahead[1][k] - xy) for k, xy in enumerate((c.x, c.y)))
    way, less = np.where(dot < 0, -1.0, 1.0), half * np.cos(angle)
    # From the place on one line the other is nearest by the cosine; either may be the one, so that no order shows.
    for on_a, on_b in ((half, less * way), (less, half * way)):
        made += [Place(c.a, c.b, c.at_a + s * on_a, c.at_b + s * on_b) for s in (-1.0, 1.0)]
    return made


def _should(pairs: LinePairs) -> Integers:
    """Return which line belongs above at each crossing, asked once for each pair of distinct lines."""
    codes = pairs.a.code[pairs.crossings.a], pairs.b.code[pairs.crossings.b]
    n = len(pairs.b.buried) or 1
    distinct, number = np.unique(codes[0] * n + codes[1], return_inverse=True)
    sides = [above(pairs.a.buried[int(p) // n], pairs.b.buried[int(p) % n]) for p in distinct]
    table = [0 if side is None else 1 if side[0] == "a" else -1 for side in sides]
    return np.array(table or [0], dtype=np.int64)[number] if len(number) else np.empty(0, dtype=np.int64)


def vertical_findings(crossings: Crossings) -> Found:
    """Find crossings with too little between the walls, or may be; an unknown depth never passes."""
    c, places = crossings, crossings.pairs.crossings
    outcome = outcomes_of(c.gap - c.limit, c.uncertainty)
    stated = np.array([rule.rule != "none" for rule in c.cited] or [False])[c.citation]

    def tell(k: int) -> Told:
        rule = c.cited[c.citation[k]]
        a, b = int(places.a[k]), int(places.b[k])
        own_zh, own_en = named(c.pairs.a, a, "zh"), named(c.pairs.a, a, "en")
        other_zh, other_en = named(c.pairs.b, b, "zh"), named(c.pairs.b, b, "en")
        if outcome[k] == UNKNOWN:
            missing = [named(lines, row, "zh") for lines, row, cover in _covers(c, k) if np.isnan(cover)]
            missing_en = [named(lines, row, "en") for lines, row, cover in _covers(c, k) if np.isnan(cover)]
            zh = f"{own_zh} 与{other_zh} 交叉，{'、'.join(missing)} 埋深未知，垂直净距无法判断"
            en = f"{own_en} crosses {other_en}; the depth of {' and '.join(missing_en)} is unknown"
        else:
            off = spread(c.uncertainty[k])
            zh = f"{own_zh} 与{other_zh} 交叉，垂直净距 {c.gap[k]:.2f} m{off}，要求不小于 {c.limit[k]:.2f} m"
            en = f"{own_en} crosses {other_en} with {c.gap[k]:.2f} m{off} between; {c.limit[k]:.2f} m is asked for"
        if outcome[k] == MUST_EXPOSE:
            zh, en = f"{zh}，差值在不确定度之内，须现场核实", f"{en}; the uncertainty leaves it open: verify on site"
        return _told(c, k, zh, en, rule, int(outcome[k]))

    found = as_found(
        "vertical_clearance", "m", c.pairs.a.subjects, places.a, outcome, c.cited, tell, b_of=c.pairs.b.subjects,
        b=places.b, citation=c.citation, measured=c.gap, limit=c.limit, margin=c.gap - c.limit,
        uncertainty=c.uncertainty, from_m=places.at_a, to_m=places.at_a, x=places.x, y=places.y,
    )  # fmt: skip
    return found.take(stated & (outcome != PASSES))


def order_findings(crossings: Crossings) -> Found:
    """Find crossings where the line that belongs above lies below (4.1.12); the vertical finding tells unknown depths.

    Measured is by how much the axis of the line that belongs above lies above the other's; below 0: it lies below.
    """
    c, places = crossings, crossings.pairs.crossings
    measured = c.lower * c.should
    outcome = outcomes_of(measured, c.uncertainty)
    rules, citation = _order_rules(c.pairs)

    def tell(k: int) -> Told:
        (upper, upper_row, _), (below, below_row, _) = _covers(c, k)[:: 1 if c.should[k] > 0 else -1]
        over_zh, over_en = named(upper, upper_row, "zh"), named(upper, upper_row, "en")
        under_zh, under_en = named(below, below_row, "zh"), named(below, below_row, "en")
        off = spread(c.uncertainty[k])
        zh = f"{over_zh} 应在{under_zh} 上方交叉，实际低 {-measured[k]:.2f} m{off}（按轴线）"
        en = f"{over_en} belongs above {under_en} and lies {-measured[k]:.2f} m{off} lower (axes)"
        if outcome[k] == MUST_EXPOSE:
            zh = f"{over_zh} 应在{under_zh} 上方交叉，轴线高差 {measured[k]:.2f} m{off}，在不确定度之内，须现场核实"
            en = f"{over_en} belongs above {under_en}; {measured[k]:.2f} m{off} between the axes leaves it open: verify"
        return _told(c, k, zh, en, rules[citation[k]], int(outcome[k]), in_order=True)

    found = as_found(
        "crossing_order", "m", c.pairs.a.subjects, places.a, outcome, rules, tell, b_of=c.pairs.b.subjects,
        b=places.b, citation=citation, measured=measured, limit=np.zeros(len(measured)), margin=measured,
        uncertainty=c.uncertainty, from_m=places.at_a, to_m=places.at_a, x=places.x, y=places.y,
    )  # fmt: skip
    # Where the clearance is stated, exposing for its sake settles the order as well: one place, one thing to do.
    stated = np.array([rule.rule != "none" for rule in c.cited] or [False])[c.citation]
    return found.take((c.should != 0) & ((outcome == FAILS) | ((outcome == MUST_EXPOSE) & ~stated)))


def _order_rules(pairs: LinePairs) -> tuple[tuple[Cited, ...], Integers]:
    """Return the rule of each planned line's place in the order, and which each crossing rests on."""
    rules = tuple(cited_place(place("crossing", line), "order") for line in pairs.a.buried)
    return rules, pairs.a.code[pairs.crossings.a]


def _covers(c: Crossings, k: int) -> list[tuple[BuriedLines, int, float]]:
    places = c.pairs.crossings
    return [
        (c.pairs.a, int(places.a[k]), float(c.cover_a[0, k])),
        (c.pairs.b, int(places.b[k]), float(c.cover_b[0, k])),
    ]


def _told(c: Crossings, k: int, zh: str, en: str, rule: Cited, outcome: int, *, in_order: bool = False) -> Told:
    """Add who gives way, how exactly the pipe is known, and the mend."""
    places = c.pairs.crossings
    a, b = int(places.a[k]), int(places.b[k])
    side, why_zh, why_en = gives_way(c.pairs.a, a, c.pairs.b, b)
    known = known_how(c.pairs.b, b, float(c.cover_b[0, k] + c.pairs.b.radius[b]))
    zh, en = f"{zh}{unread(rule, 'zh')}。{why_zh}。", f"{en}{unread(rule, 'en')}; {why_en}."
    return Told(zh, en, _mend(c, k, side, outcome, in_order=in_order), None, *known)


def _mend(c: Crossings, k: int, side: str, outcome: int, *, in_order: bool) -> Mend | None:
    places = c.pairs.crossings
    a, b = int(places.a[k]), int(places.b[k])
    if outcome == UNKNOWN:
        missing = [(lines, row) for lines, row, cover in _covers(c, k) if np.isnan(cover)]
        zh, en = ("、".join(named(*one, "zh") for one in missing), " and ".join(named(*one, "en") for one in missing))
        if any(lines.subjects.layer == "pipes" for lines, _ in missing):
            return Mend("expose", str(c.pairs.a.subjects.ids[a]), None, "", f"现场探挖，核实{zh} 埋深", f"expose {en}")
        return Mend("ask", str(c.pairs.a.subjects.ids[a]), None, "", f"补充{zh} 的覆土", f"state the cover of {en}")
    if outcome == MUST_EXPOSE:
        return verify_mend(c.pairs, a, b, outcome)
    return _depth_mend(c, k, side, in_order=in_order)


def _depth_mend(c: Crossings, k: int, side: str, *, in_order: bool) -> Mend | None:
    """Return the smallest change of cover: of the line that gives way, else of the other one where that is planned too.

    Either keeps the order of 4.1.12. Where neither can and the order was not asked for, the line that gives way passes
    on the wrong side: the clearance is a must, the order a wish.
    """
    tries = [(side, True)]
    if c.pairs.b.subjects.layer != "pipes":
        tries.append(("b" if side == "a" else "a", True))
    if not in_order:
        tries.append((side, False))
    for mover, keeps_order in tries:
        made = _moved(c, k, mover, keeps_order=keeps_order)
        if made is not None:
            return made
    return None


def _moved(c: Crossings, k: int, side: str, *, keeps_order: bool) -> Mend | None:
    places = c.pairs.crossings
    own = np.flatnonzero((places.a == places.a[k]) & (places.b == places.b[k])).tolist()
    toward = 1 if side == "a" else -1
    lines, row, now = _covers(c, k)[::toward][0]
    stays = c.pairs.b if side == "a" else c.pairs.a
    crossed = []
    for other in own:
        over = int(c.should[other]) * toward  # 1: the mover belongs above
        radius = float(stays.radius[(places.b if side == "a" else places.a)[other]])
        between = float(np.nan_to_num(c.limit[other]) + c.uncertainty[other])
        may = (over >= 0 or not keeps_order, over <= 0 or not keeps_order)
        covers = (c.cover_b if side == "a" else c.cover_a)[:, other]
        crossed += [Crossed(float(cover), radius, between, *may) for cover in covers]
    return crossing_mend(lines, row, now, crossed, float(c.least()[row]))
