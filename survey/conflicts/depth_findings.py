"""Judge crossings by depth: the clearance between walls (GB 50289 4.1.14) and which line lies above (4.1.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.citing import cited_place
from survey.conflicts.clearance_findings import verify_mend
from survey.conflicts.depth_mends import Crossed, crossing_mend
from survey.conflicts.judging import as_found, outcomes_of, spread, unread
from survey.conflicts.naming import gives_way, known_how, named
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend
from survey.standards.orders import place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.crossings import Crossings
    from survey.conflicts.line_pairs import LinePairs
    from survey.finding_columns import Found

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


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
