"""Judge lines side by side in plan: clearance between walls (GB 50289 4.1.9), and one line over another (4.1.6)."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from survey.conflicts.judging import TINY, as_found, left_open, outcomes_of, unless_thicker, unread
from survey.conflicts.naming import called, diameter_mend, diameter_missing, gives_way, known_how, named
from survey.conflicts.offsets import Close, OffsetMends, why_none
from survey.conflicts.wording import figures, joined, opened
from survey.finding_columns import Told
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN, Mend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.conflicts.line_pairs import LinePairs
    from survey.conflicts.parameters import Parameters
    from survey.finding_columns import Found
    from survey.findings import Cited

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


def horizontal_findings(pairs: LinePairs, mends: OffsetMends | None = None) -> Found:
    """Find where walls are nearer in plan than the standard asks, or may be; ``mends`` as `stacking_findings` has them.

    A line that lies outside the standard's table (gas above 1.6 MPa) is unknown near any other: nothing passes by it.
    """
    asked = pairs.asked_in_plan
    margin = pairs.sides.gap - asked.limit
    outcome = unless_thicker(outcomes_of(margin, asked.uncertainty), margin, asked.uncertainty, asked.thicker)
    kept = np.flatnonzero(asked.stated & (outcome != PASSES))
    return _in_plan(
        pairs, mends or OffsetMends(), "horizontal_clearance", kept, outcome, asked.cited, asked.citation, asked.limit
    )


def stacking_findings(pairs: LinePairs, parameters: Parameters, mends: OffsetMends | None = None) -> Found:
    """Find lines that lie one over another along their run (4.1.6), beyond doubt, or where no clearance is stated.

    Walls that overlap in plan for at least ``side_by_side`` metres. Where a clearance is stated and the overlap is
    within the uncertainty, the finding of the clearance says all there is.
    """
    close, sides, asked = pairs.close, pairs.sides, pairs.asked_in_plan
    outcome = outcomes_of(sides.gap, asked.uncertainty)
    outcome = unless_thicker(outcome, sides.gap, asked.uncertainty, asked.thicker)
    along = np.minimum(close.parallel_m[sides.stretch], sides.to_m - sides.from_m) >= parameters.value("side_by_side")
    overlap = (sides.gap < 0) | (outcome == UNKNOWN)
    kept = np.flatnonzero(along & overlap & ((outcome == FAILS) | (~asked.stated & (outcome != PASSES))))
    none, zero = np.zeros(len(outcome), dtype=np.int64), np.zeros(len(outcome))
    rule = (parameters.rules["stacking"],)
    return _in_plan(pairs, mends or OffsetMends(), "stacking", kept, outcome, rule, none, zero)


def _in_plan(
    pairs: LinePairs,
    mends: OffsetMends,
    kind: str,
    kept: Integers,
    outcome: NDArray[np.int8],
    cited: tuple[Cited, ...],
    citation: Integers,
    limit: Floats,
) -> Found:
    sides, asked = pairs.sides, pairs.asked_in_plan
    a, b, gap = asked.a[kept], asked.b[kept], sides.gap[kept]
    outcome, citation, limit, uncertainty = outcome[kept], citation[kept], limit[kept], asked.uncertainty[kept]
    from_m, to_m = sides.from_m[kept], sides.to_m[kept]
    thicker = asked.thicker[kept]

    @cache  # announced once, and asked for once
    def wanted(k: int) -> Close:
        side, _, _ = gives_way(pairs.a, int(a[k]), pairs.b, int(b[k]))
        return Close(pairs, int(kept[k]), side, float(np.nan_to_num(limit[k]) + uncertainty[k] + thicker[k]))

    fails = np.flatnonzero(outcome == FAILS).tolist()
    mends.may_ask(len(fails), lambda: [wanted(k) for k in fails])

    def moved(k: int) -> Mend:
        return mends.of(wanted(k)) or _other_course(pairs, int(a[k]), int(b[k]), wanted(k).side)

    def tell(k: int) -> Told:
        c = cited[citation[k]]
        _, why_zh, why_en = gives_way(pairs.a, int(a[k]), pairs.b, int(b[k]))
        zh, en = _gap_sentence(pairs, int(a[k]), int(b[k]), gap[k], limit[k], uncertainty[k], int(outcome[k]), kind)
        known_zh, known_en = known_how(pairs.b, int(b[k]))

        mend: Mend | partial[Mend] = verify_mend(pairs, int(a[k]), int(b[k]), int(outcome[k]))
        if outcome[k] == FAILS:
            mend = partial(moved, k)
        elif outcome[k] == UNKNOWN and not np.isnan(limit[k]):
            mend = diameter_mend(str(pairs.a.subjects.ids[a[k]]), (pairs.a, int(a[k])), (pairs.b, int(b[k])))
        where = pairs.a.piece(int(a[k]), from_m[k], to_m[k])
        return Told(
            f"{zh}{unread(c, 'zh')}。{why_zh}。",
            f"{opened(en)}{unread(c, 'en')}. {why_en}.",
            mend,
            where,
            known_zh,
            known_en,
        )

    return as_found(
        kind, "m", pairs.a.subjects, a, outcome, cited, tell, b_of=pairs.b.subjects, b=b, citation=citation,
        measured=gap, limit=limit, margin=gap - limit, uncertainty=uncertainty, from_m=from_m, to_m=to_m,
        x=sides.x[kept], y=sides.y[kept], collides=gap < -uncertainty - TINY,
    )  # fmt: skip


def _gap_sentence(
    pairs: LinePairs, a: int, b: int, gap: float, limit: float, uncertainty: float, outcome: int, kind: str
) -> tuple[str, str]:
    other_zh, other_en = named(pairs.b, b, "zh"), named(pairs.b, b, "en")
    own_zh, own_en = named(pairs.a, a, "zh"), named(pairs.a, a, "en")
    said = figures(gap, 0.0 if kind == "stacking" else limit, uncertainty)
    by, least = f"{said.measured} m{said.off}", f"{said.limit} m"
    if kind == "stacking" and outcome == UNKNOWN:
        zh = joined(own_zh, "与", other_zh, "平行敷设，平面上管壁相距", by)
        en = f"{own_en} runs beside {other_en} with {by} between their walls in plan"
    elif kind == "stacking":
        zh = joined(own_zh, "与", other_zh, "平行重叠敷设，平面上管壁重叠", by)
        en = f"{own_en} lies over {other_en} along its run: their walls overlap by {by} in plan"
    elif outcome == UNKNOWN and np.isnan(limit):
        apart = ("平面上管壁重叠", "they overlap by") if gap < 0 else ("水平净距", "the gap is")
        zh = f"{joined(own_zh, '与', other_zh, apart[0], by)}，超出本表范围，须按专门标准核定"
        en = (
            f"{own_en} is beside {other_en}, which the table does not cover ({apart[1]} {by}): another standard decides"
        )
    elif gap < 0:
        zh = f"{joined(own_zh, '与', other_zh, '平面上管壁重叠', by)}，要求水平净距不小于 {least}"
        en = f"{own_en} and {other_en} overlap by {by} in plan; at least {least} between them is required"
    else:
        zh = f"{joined(own_zh, '与', other_zh, '的水平净距', by)}，要求不小于 {least}"
        en = f"{own_en} is {by} from {other_en}; at least {least} is required"
    if outcome == MUST_EXPOSE:
        more = left_open(planned=pairs.b.subjects.layer == "routes")
        zh, en = zh + more[0], en + more[1]
    if outcome == UNKNOWN and not np.isnan(limit):
        more = diameter_missing((pairs.a, a), (pairs.b, b))
        zh, en = zh + more[0], en + more[1]
    return zh, en


def _other_course(pairs: LinePairs, a: int, b: int, side: str) -> Mend:
    """Say why no offset is proposed and what remains, so that nobody faces a blank."""
    lines, row, other, other_row = (pairs.a, a, pairs.b, b) if side == "a" else (pairs.b, b, pairs.a, a)
    stays = named(other, other_row, "zh")
    owner = "权属单位" if other.subjects.layer == "pipes" else "建设单位"
    why_zh, why_en = why_none(lines, row)
    zh = joined(f"{why_zh}；须另选线位，或与", stays, f"的{owner}商定")
    en = f"{why_en}: choose another course, or settle it with the owner of {named(other, other_row, 'en')}"
    return Mend("ask", str(lines.subjects.ids[row]), None, "", zh, en)


def verify_mend(pairs: LinePairs, a: int, b: int, outcome: int, *, in_depth: bool = False) -> Mend:
    """Return what a person does where the uncertainty, or a missing standard, leaves it open."""
    own = str(pairs.a.subjects.ids[a])
    own_zh, own_en = called(pairs.a, a, "zh"), called(pairs.a, a, "en")
    other_zh, other_en = named(pairs.b, b, "zh"), named(pairs.b, b, "en")
    if outcome == UNKNOWN:
        return Mend(
            "ask", own, None, "", joined("按专门标准核定与", other_zh, "的净距"),
            f"settle the clearance to {other_en} by the standard that covers it",
        )  # fmt: skip
    if pairs.b.subjects.layer == "pipes":
        what_zh, what_en = ("埋深", "how deep it is") if in_depth else ("平面位置", "where it is")
        return Mend(
            "expose", own, None, "", f"{joined('现场探挖', other_zh)}，核实{what_zh}",
            f"expose {other_en} and measure {what_en}",
        )  # fmt: skip
    what_zh, what_en = ("埋深", "depths") if in_depth else ("净距", "gap")
    return Mend(
        "expose", own, None, "", f"{joined('放线实测', own_zh, '与', other_zh)}，复核{what_zh}",
        f"set out and survey {own_en} and {other_en}, then check the {what_en} again",
    )  # fmt: skip
