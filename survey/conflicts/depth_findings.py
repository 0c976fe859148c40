"""Judge crossings by depth: the clearance between walls (GB 50289 4.1.14) and which line lies above (4.1.12)."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from survey.conflicts.citing import cited_place, of_usual_diameter
from survey.conflicts.clearance_findings import verify_mend
from survey.conflicts.depth_mends import Crossed, crossing_mend
from survey.conflicts.judging import TINY, as_found, left_open, outcomes_of, unless_thicker, unread
from survey.conflicts.naming import called, diameter_mend, diameter_missing, gives_way, known_how, named
from survey.conflicts.pair_rules import families
from survey.conflicts.wording import figures, joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Cited, Mend
from survey.standards.orders import order_is_must, place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.conflicts.crossings import Crossings
    from survey.conflicts.line_pairs import LinePairs
    from survey.finding_columns import Found
    from survey.subjects import Buried

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Row = tuple[BuriedLines, int]


_order_is_must = lru_cache(maxsize=16384)(order_is_must)


def vertical_findings(crossings: Crossings) -> Found:
    """Find crossings with too little between the walls, or may be; an unknown depth never passes."""
    c, places = crossings, crossings.pairs.crossings
    margin = c.gap - c.limit
    outcome = unless_thicker(outcomes_of(margin, c.uncertainty), margin, c.uncertainty, c.thicker)
    outcome[c.pairs.doubtful & (outcome != PASSES)] = UNKNOWN
    stated = np.array([rule.rule != "none" for rule in c.cited] or [False])[c.citation]

    def tell(k: int) -> Told:
        zh, en = _gap_sentence(c, k, int(outcome[k]))
        return _told(c, k, zh, en, c.cited[c.citation[k]], int(outcome[k]))

    found = as_found(
        "vertical_clearance", "m", c.pairs.a.subjects, places.a, outcome, c.cited, tell, b_of=c.pairs.b.subjects,
        b=places.b, citation=c.citation, measured=c.gap, limit=c.limit, margin=c.gap - c.limit,
        uncertainty=c.uncertainty, from_m=c.at, to_m=c.at, x=c.xy[0], y=c.xy[1],
        collides=c.gap < -c.uncertainty - TINY,
    )  # fmt: skip
    return found.take(stated & (outcome != PASSES))


def _gap_sentence(c: Crossings, k: int, outcome: int) -> tuple[str, str]:
    """Say what lies between two lines that cross, or what is missing to know it."""
    (of_a, a, _), (of_b, b, _) = _covers(c, k)
    own_zh, own_en, other_zh, other_en = (
        named(lines, row, language) for lines, row in ((of_a, a), (of_b, b)) for language in ("zh", "en")
    )
    missing = _missing(c, k)
    if missing.depths:
        zh, en = _several(missing.depths)
        zh = joined(own_zh, "与", other_zh, "交叉，", joined(zh, "埋深未知，垂直净距无法判断"))
        return zh, f"{own_en} crosses {other_en}; the depth of {en} is unknown"
    said = figures(c.gap[k], c.limit[k], c.uncertainty[k])
    by, least = f"{said.measured} m{said.off}", f"{said.limit} m"
    if missing.standard:
        apart = ("上下管壁重叠", "they overlap by") if c.gap[k] < 0 else ("垂直净距", "the gap is")
        zh = joined(own_zh, "与", other_zh, f"交叉，{apart[0]} {by}，超出本表范围，须按专门标准核定")
        en = f"{own_en} crosses {other_en}, which the table does not cover ({apart[1]} {by})"
        return zh, f"{en}: another standard decides"
    if c.gap[k] < 0:
        zh = joined(own_zh, "与", other_zh, f"交叉，上下管壁重叠 {by}，要求垂直净距不小于 {least}")
        en = f"{own_en} and {other_en} cross and overlap by {by} in depth; at least {least} between is required"
    else:
        zh = joined(own_zh, "与", other_zh, f"交叉，垂直净距 {by}，要求不小于 {least}")
        en = f"{own_en} crosses {other_en} with {by} between; at least {least} is required"
    more = ("", "")
    if outcome == MUST_EXPOSE:
        more = left_open(planned=of_b.subjects.layer == "routes")
    elif missing.kinds:
        more = _kind_missing(missing.kinds)
    elif outcome == UNKNOWN:
        more = diameter_missing(*missing.diameters)
    return zh + more[0], en + more[1]


class _Missing(NamedTuple):
    """What is missing to judge a crossing.

    Lines without a depth, without the kind of drain, without a diameter (only that of the upper line counts), and
    whether the standard's table does not reach so far.
    """

    depths: list[Row]
    kinds: list[Row]
    diameters: list[Row]
    standard: bool


def _missing(c: Crossings, k: int) -> _Missing:
    both = _covers(c, k)
    depths = [(lines, row) for lines, row, cover in both if np.isnan(cover)]
    open_ = [(lines, row) for lines, row, _ in both if families([lines.buried[lines.code[row]]]) == ["drainage"]]
    upper, row, _ = both[0] if c.lower[k] > 0 else both[1]
    return _Missing(depths, open_ if c.pairs.doubtful[k] else [], [(upper, row)], bool(np.isnan(c.limit[k])))


def _several(lines: list[Row]) -> tuple[str, str]:
    return "、".join(named(*one, "zh") for one in lines), " and ".join(named(*one, "en") for one in lines)


def _kind_missing(drains: list[Row]) -> tuple[str, str]:
    """Return what is added where a drain ends on another and one of them states no kind."""
    zh, en = _several(drains)
    return (
        joined("；", zh, "未注明雨水还是污水：同类则为接驳"),
        f"; whether {en} carries storm water or sewage is not stated: if both carry the same it is a connection",
    )


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
        must = rules[citation[k]].weight == "hard"
        said = figures(measured[k], 0.0, c.uncertainty[k])
        by = f"{said.measured} m{said.off}"
        zh = joined(over_zh, "应在" if must else "宜在", under_zh, "上方交叉，")
        en = f"{over_en} {'must' if must else 'should'} cross above {under_en}"
        if outcome[k] == MUST_EXPOSE:
            more = left_open(planned=c.pairs.b.subjects.layer == "routes")
            zh, en = f"{zh}轴线相差 {by}{more[0]}", f"{en}; {by} lies between their axes{more[1]}"
        else:
            zh, en = f"{zh}设计中其轴线反低 {by}", f"{en}; its axis lies {by} lower instead"
        return _told(c, k, zh, en, rules[citation[k]], int(outcome[k]), in_order=True)

    found = as_found(
        "crossing_order", "m", c.pairs.a.subjects, places.a, outcome, rules, tell, b_of=c.pairs.b.subjects,
        b=places.b, citation=citation, measured=measured, limit=np.zeros(len(measured)), margin=measured,
        uncertainty=c.uncertainty, from_m=c.at, to_m=c.at, x=c.xy[0], y=c.xy[1],
    )  # fmt: skip
    # Where the clearance is stated, exposing for its sake settles the order as well: one place, one thing to do.
    stated = np.array([rule.rule != "none" for rule in c.cited] or [False])[c.citation]
    return found.take((c.should != 0) & ((outcome == FAILS) | ((outcome == MUST_EXPOSE) & ~stated)))


def _order_rules(pairs: LinePairs) -> tuple[tuple[Cited, ...], Integers]:
    """Return the places of planned lines in the order, with what was assumed, and which each crossing rests on."""
    a, b, at = pairs.a, pairs.b, pairs.crossings
    n = len(b.buried) or 1
    asked = ((a.code[at.a] * n + b.code[at.b]) * 2 + a.thin[at.a]) * 2 + b.thin[at.b]
    distinct, number = np.unique(asked, return_inverse=True)
    rules = tuple(
        _order_rule(a.buried[p // 4 // n], b.buried[p // 4 % n], (bool(p & 2), bool(p & 1))) for p in distinct.tolist()
    )
    return rules, number.astype(np.int64)


@lru_cache(maxsize=16384)
def _order_rule(a: Buried, b: Buried, thin: tuple[bool, bool]) -> Cited:
    """Return the place of ``a`` in the order; ``thin``: whose diameter is assumed, and so the depth of its axis."""
    weight = "hard" if _order_is_must(a, b) else "recommendation"
    without = [line.utility for line, missing in zip((a, b), thin, strict=True) if missing]
    return of_usual_diameter(cited_place(place("crossing", a), "order", weight), without)


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
    known_zh, known_en = known_how(c.pairs.b, b, float(c.cover_b[0, k] + c.pairs.b.radius[b]))
    if in_order:
        other = place("crossing", c.pairs.b.buried[c.pairs.b.code[b]])
        known_zh = f"；另一条{other.zh}第 {other.rank} 位{known_zh}"
        known_en = f"; the other, {other.en}, is number {other.rank}{known_en}"
    zh, en = f"{zh}{unread(rule, 'zh')}。{why_zh}。", f"{opened(en)}{unread(rule, 'en')}. {why_en}."
    return Told(zh, en, _mend(c, k, side, outcome, in_order=in_order), None, known_zh, known_en)


def _mend(c: Crossings, k: int, side: str, outcome: int, *, in_order: bool) -> Mend:
    places = c.pairs.crossings
    a, b = int(places.a[k]), int(places.b[k])
    if outcome == UNKNOWN:
        return _supply_mend(c, k)
    if outcome == MUST_EXPOSE:
        return verify_mend(c.pairs, a, b, outcome, in_depth=True)
    return _depth_mend(c, k, side, in_order=in_order)


def _supply_mend(c: Crossings, k: int) -> Mend:
    """Return what a person supplies where a fact is missing."""
    places, missing = c.pairs.crossings, _missing(c, k)
    own = str(c.pairs.a.subjects.ids[places.a[k]])
    if missing.depths:
        zh, en = _several(missing.depths)
        if any(lines.subjects.layer == "pipes" for lines, _ in missing.depths):
            return Mend("expose", own, None, "", joined("现场探挖，核实", zh, "埋深"), f"expose {en}")
        return Mend("ask", own, None, "", joined("补充", zh, "的覆土"), f"state the cover of {en}")
    if missing.standard:
        return verify_mend(c.pairs, int(places.a[k]), int(places.b[k]), UNKNOWN)
    if missing.kinds:
        zh, en = _several(missing.kinds)
        return Mend(
            "ask", own, None, "", joined("查明并补充", zh, "的类别（雨水或污水）"),
            f"state whether {en} carries storm water or sewage",
        )  # fmt: skip
    return diameter_mend(own, *missing.diameters)


def _depth_mend(c: Crossings, k: int, side: str, *, in_order: bool) -> Mend:
    """Return the smallest change of cover: of the line that gives way, else of the other one where that is planned too.

    Either keeps the order of 4.1.12. Where neither can and the order was neither asked for nor is demanded, the line
    that gives way passes on the wrong side: the clearance is a must, the order a wish. Where nothing helps, the mend
    says why and what remains.
    """
    other = "b" if side == "a" else "a"
    made = _moved(c, k, side, keeps_order=True)
    if made is not None:
        return made
    if c.pairs.b.subjects.layer != "pipes":
        made = _moved(c, k, other, keeps_order=True)
        if made is not None:
            zh, en = _line(c, k, side, "zh"), _line(c, k, side, "en")
            return replace(
                made, zh=f"{joined(zh, '受最小覆土和上下次序所限')}，改由对方让：{made.zh}",
                en=f"{en} cannot, for its least cover and the order; so {made.en}",
            )  # fmt: skip
    if not in_order and not _demanded(c, k):
        made = _moved(c, k, side, keeps_order=False)
        if made is not None:
            return replace(
                made, zh=f"{made.zh}（净距满足，上下次序未按 4.1.12，该条为“宜”）",
                en=f"{made.en} (which clears it; the order of 4.1.12, a recommendation, is not kept)",
            )  # fmt: skip
    return _nothing_helps(c, k, side, in_order=in_order)


def _demanded(c: Crossings, k: int) -> bool:
    a, b, places = c.pairs.a, c.pairs.b, c.pairs.crossings
    return _order_is_must(a.buried[a.code[places.a[k]]], b.buried[b.code[places.b[k]]])


def _line(c: Crossings, k: int, side: str, language: str) -> str:
    places = c.pairs.crossings
    lines, row = (c.pairs.a, places.a[k]) if side == "a" else (c.pairs.b, places.b[k])
    return called(lines, int(row), language)


def _nothing_helps(c: Crossings, k: int, side: str, *, in_order: bool) -> Mend:
    """Say why no cover is proposed and what remains, so that nobody faces a blank."""
    places = c.pairs.crossings
    existing = c.pairs.b.subjects.layer == "pipes"
    owner = "权属单位" if existing else "建设单位"
    lines, row = (c.pairs.b, int(places.b[k])) if side == "a" else (c.pairs.a, int(places.a[k]))
    mover, mover_en = _line(c, k, side, "zh"), _line(c, k, side, "en")
    other, other_en = named(lines, row, "zh"), named(lines, row, "en")
    subject = str((c.pairs.a.subjects.ids[places.a[k]], c.pairs.b.subjects.ids[places.b[k]])[side == "b"])
    if in_order and not _demanded(c, k):
        zh = joined("按次序避让做不到；该条为“宜”，垂直净距满足时可维持现设计埋深，交叉处加套管等保护，并征得", other)
        return Mend(
            "ask", subject, None, "", joined(zh, f"的{owner}同意；否则改线位"),
            "no depth keeps the order; it is a recommendation: where the clearance is kept the depth may stay with a"
            f" sleeve at the crossing and the consent of the owner of {other_en}; else choose another course",
        )  # fmt: skip
    stays_zh, stays_en = ("现状管线不动，", "what exists stays: ") if existing else ("", "")
    return Mend(
        "ask", subject, None, "",
        joined(mover, f"的覆土、净距和上下次序不能同时满足；{stays_zh}须改线位，或与", other, f"的{owner}商定"),
        f"no depth of {mover_en} keeps cover, clearance and order; {stays_en}choose another course, or settle it with"
        f" the owner of {other_en}",
    )  # fmt: skip


def _moved(c: Crossings, k: int, side: str, *, keeps_order: bool) -> Mend | None:
    places = c.pairs.crossings
    own = np.flatnonzero((places.a == places.a[k]) & (places.b == places.b[k])).tolist()
    toward = 1 if side == "a" else -1
    lines, row, now = _covers(c, k)[::toward][0]
    stays = c.pairs.b if side == "a" else c.pairs.a
    crossed = []
    for other in own:
        over = int(c.should[other]) * toward  # 1: the mover belongs above
        at_rest = (places.b if side == "a" else places.a)[other]
        radius = float(stays.radius[at_rest] + stays.thicker[at_rest])
        limit = float(c.limit[other])
        between = (0.0 if math.isnan(limit) else limit) + float(c.uncertainty[other])
        may = (over >= 0 or not keeps_order, over <= 0 or not keeps_order)
        covers = (c.cover_b if side == "a" else c.cover_a)[:, other]
        crossed.append(Crossed(float(covers.min()), float(covers.max()), radius, between, *may))
    return crossing_mend(lines, row, now, crossed, float(c.least()[row]))
