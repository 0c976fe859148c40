"""Put a verdict and every rule's outcome into sentences an approver takes in at a glance, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from survey.policies import QUANTITIES, ROAD_CLASSES, VERDICTS
from survey.trace import TraceLine, Verdict
from survey.utilities import UTILITIES
from survey.weighing import (
    FAILS,
    NOT_APPLICABLE,
    NOTED,
    OUTCOMES,
    PASSES,
    UNKNOWN,
    WITHIN,
    Weighed,
    protected_until,
    road_outcomes,
    weigh,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from survey.policies import Policy, Reading, Rule
    from survey.quantities import Measured


class _Said(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


def explain(measured: Measured, policy: Policy, on: date, verdict: str, margin_m: float) -> Verdict:
    """Return the verdict of one route with its trace; ``measured`` holds that route alone."""
    rules = policy.rules_on(on)
    trace = tuple(_line(rule, measured, on) for rule in rules)
    decisive = _decisive(trace, verdict)
    said = _verdict_sentence(verdict, [line for line in trace if line.rule in decisive], trace, policy, on)
    return Verdict(verdict, None if np.isnan(margin_m) else float(margin_m), decisive, trace, said.zh, said.en)


def _line(rule: Rule, measured: Measured, on: date) -> TraceLine:
    weighed = weigh(rule, measured, on)
    code = int(weighed.outcome[0])
    roads = _roads(rule, measured, on, code)
    if rule.kind == "threshold":
        said = _threshold(weighed, _aside(rule, measured))
    elif rule.of_roads:
        said = _exclusion(rule, measured, code, roads)
    else:
        said = _told(rule, measured, code, float(weighed.measured[0]))
    return TraceLine(
        rule=rule.id, kind=rule.kind, subject_zh=rule.subject_zh, subject_en=rule.subject_en, outcome=OUTCOMES[code],
        measured=_plain(weighed.measured[0]), uncertainty=_plain(weighed.uncertainty[0]),
        limit=rule.value if isinstance(rule.value, float) else None, op=rule.op, unit=rule.unit,
        margin=_plain(weighed.margin[0]), document=rule.document, clause=rule.clause, quote=rule.quote,
        evidence=rule.evidence_zh, evidence_en=rule.evidence_en, sentence_zh=said.zh, sentence_en=said.en,
        readings=tuple(_other(rule, reading, measured, on) for reading in rule.readings),
        roads=roads, counted=_counted(rule, measured, roads), blocks=code == UNKNOWN,
        consequence=rule.consequence,
    )  # fmt: skip


def _leads_to(line: TraceLine, verdict: str) -> bool:
    return line.consequence is not None and line.consequence.verdict == verdict


def _plain(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _other(rule: Rule, reading: Reading, measured: Measured, on: date) -> Mapping[str, Any]:
    """Say what a reading is and what the rule would come to under the other one."""
    other = weigh(rule, measured, on, {reading.id: reading.other})
    return {
        "id": reading.id,
        "taken_zh": reading.taken_zh, "taken_en": reading.taken_en,
        "other_zh": reading.other_zh, "other_en": reading.other_en,
        "other_measured": _plain(other.measured[0]),
        "other_outcome": OUTCOMES[int(other.outcome[0])],
        "evidence": reading.evidence_zh, "evidence_en": reading.evidence_en,
    }  # fmt: skip


def _roads(rule: Rule, measured: Measured, on: date, code: int) -> tuple[int, ...]:
    """Return the roads that gave an exclusion its outcome, in the order in which the route meets them."""
    if not rule.of_roads or code == NOT_APPLICABLE:
        return ()
    touched, near = measured.stretches.road.tolist(), measured.near_road.tolist()
    met = np.array(list(dict.fromkeys(touched + near)), dtype=np.int64)
    codes = dict(zip(met.tolist(), road_outcomes(rule, measured.surroundings.facts, on, met).tolist(), strict=True))
    wanted = [r for r in touched if codes[r] == code] or [
        r for r in near if codes[r] == (FAILS if code == WITHIN else code)
    ]
    return tuple(dict.fromkeys(wanted))


def _counted(rule: Rule, measured: Measured, roads: Sequence[int]) -> tuple[int, ...]:
    """Return which of the route's stretches a rule counted, by their position."""
    stretches = measured.stretches
    if rule.quantity == "crossing_m":
        along = rule.option("along_road", "does_not_count") == "counts"
        return tuple(int(k) for k in range(len(stretches.road)) if along or stretches.crossing[k])
    if rule.quantity == "along_m":
        return tuple(int(k) for k in np.flatnonzero(~stretches.crossing))
    if rule.of_roads:
        return tuple(int(k) for k in np.flatnonzero(np.isin(stretches.road, np.array(roads, dtype=np.int64))))
    return ()


_UNITS = {"m": _Said("m", "m"), "m2": _Said("m²", "m²"), "kV": _Said("kV", "kV")}
_BY_A_PERSON = ("on_site", "major_impact")
_LEAST_DECIMALS, _MOST_DECIMALS = 2, 6


def _decimals(margin: float) -> int:
    """Return how many decimals show that a margin is not zero."""
    decimals = _LEAST_DECIMALS
    while decimals < _MOST_DECIMALS and margin and not round(abs(margin), decimals):
        decimals += 1
    return decimals


def _aside(rule: Rule, measured: Measured) -> _Said:
    """Say how much of the metres in roads does not cross them, where that counts too."""
    along = float(measured.quantities["along_m"].value[0])
    if rule.quantity != "crossing_m" or rule.option("along_road", "does_not_count") != "counts" or not along:
        return _Said("", "")
    return _Said(f"（其中沿路 {along:.2f} m）", f" ({along:.2f} m of it along)")


def _threshold(weighed: Weighed, aside: _Said) -> _Said:
    """Say value, limit, clause and what is left or too much: 长度 14.90 m，限 15 m（四(二)），余 0.10 m."""
    rule, code = weighed.rule, int(weighed.outcome[0])
    value, margin, give = float(weighed.measured[0]), float(weighed.margin[0]), float(weighed.uncertainty[0])
    places = _decimals(margin)
    unit = _UNITS[rule.unit]
    zh = f"{rule.subject_zh} {value:.{places}f} {unit.zh}{aside.zh}，限 {rule.limit:g} {unit.zh}（{rule.clause}），"
    en = f"{rule.subject_en} {value:.{places}f} {unit.en}{aside.en}, limit {rule.limit:g} {unit.en} ({rule.clause}), "
    amount = f"{abs(margin):.{places}f} {unit.zh}"
    if code == WITHIN:
        doubt = f"±{give:.{_decimals(give)}f} {unit.zh}"
        return _Said(
            f"{zh}测量不确定度 {doubt} 跨过限值，须先实测", f"{en}its uncertainty {doubt} spans the limit: survey first"
        )
    if code == FAILS:
        return _Said(f"{zh}超 {amount}", f"{en}{amount} too much")
    return _Said(f"{zh}余 {amount}", f"{en}{amount} to spare")


def _exclusion(rule: Rule, measured: Measured, code: int, roads: Sequence[int]) -> _Said:
    where = f"（{rule.clause}）", f" ({rule.clause})"
    if code == NOT_APPLICABLE:
        return _Said(
            f"未触及道路，不涉及{rule.subject_zh}{where[0]}",
            f"no road is touched: {rule.subject_en}{where[1]} does not arise",
        )
    if code == PASSES:
        return _Said(
            f"所经道路均不属于{rule.subject_zh}{where[0]}", f"no road on the way is one of: {rule.subject_en}{where[1]}"
        )
    names = [_road_said(rule, measured, road) for road in roads]
    zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
    if code == NOTED:
        return _Said(
            f"{zh}，{rule.subject_zh}未核{where[0]}，须人工核对",
            f"{en}: {rule.subject_en}{where[1]} not checked, a person must",
        )
    if code == UNKNOWN:
        return _Said(
            f"{zh}，{rule.subject_zh}无法判断{where[0]}，须先核实",
            f"{en}: {rule.subject_en}{where[1]} cannot be told, look into it first",
        )
    if code == WITHIN:
        return _Said(
            f"紧邻{zh}，是否进入车行道在测量不确定度之内，属{rule.subject_zh}{where[0]}，须先实测",
            f"so near {en} that the uncertainty spans its edge, {rule.subject_en}{where[1]}: survey first",
        )
    follows = _consequence(rule)
    return _Said(
        f"经过{zh}，属{rule.subject_zh}{where[0]}，不适用告知承诺{follows.zh}",
        f"touches {en}, {rule.subject_en}{where[1]}: no commitment{follows.en}",
    )


def _consequence(rule: Rule) -> _Said:
    after = rule.consequence
    if after is None:
        return _Said("", "")
    return _Said(f"；{after.zh}（{after.document}{after.clause}）", f"; {after.en} ({after.document} {after.clause})")


def _road_said(rule: Rule, measured: Measured, road: int) -> _Said:
    """Return a road with the fact that matters to a rule."""
    facts = measured.surroundings.facts
    name = facts.label(road)
    if rule.quantity == "road_class":
        known = facts.classes[road]
        if known is None:
            return _Said(f"{name}（未登记等级）", f"{name} (class not recorded)")
        zh, en = ROAD_CLASSES[known]
        guess = ("，推定", ", assumed") if facts.assumed[road] else ("", "")
        return _Said(f"{name}（{zh}{guess[0]}）", f"{name} ({en}{guess[1]})")
    handed = rule.quantity == "years_since_delivered"
    day = facts.delivered[road] if handed else facts.overhauled[road]
    what = _Said("交付", "handed over") if handed else _Said("大修竣工", "overhauled")
    if day is None:
        return _Said(f"{name}（未登记{what.zh}日期）", f"{name} (date {what.en} not recorded)")
    last = protected_until(rule, day)
    return _Said(f"{name}（{day}{what.zh}，保护期至 {last}）", f"{name} ({what.en} {day}, protected to {last})")


def _told(rule: Rule, measured: Measured, code: int, value: float) -> _Said:
    """Say the rules that compare no number: scope, approvals, and what the document is silent on."""
    where = f"（{rule.clause}）", f" ({rule.clause})"
    if rule.kind in ("scope", "basis"):
        return _applies(rule, measured, code, value)
    if rule.kind == "blank":
        amount = "" if np.isnan(value) else f" {value:.2f} {_UNITS[QUANTITIES[rule.quantity].unit].zh}"
        return _Said(f"{rule.subject_zh}{amount}：文件未规定", f"{rule.subject_en}{amount}: the document says nothing")
    if rule.quantity in _BY_A_PERSON:
        return _Said(
            f"是否涉及{rule.subject_zh}，须人工核对{where[0]}",
            f"{rule.subject_en}{where[1]}: a person must tell whether it is so",
        )
    if code == NOT_APPLICABLE:
        return _Said(f"不涉及{rule.subject_zh}{where[0]}", f"{rule.subject_en}{where[1]} does not arise")
    return _Said(f"涉及{rule.subject_zh}审批{where[0]}", f"needs an approval: {rule.subject_en}{where[1]}")


def _applies(rule: Rule, measured: Measured, code: int, value: float) -> _Said:
    """Say whether the document applies, and what it gives the routes it applies to."""
    if rule.kind == "basis":
        label = VERDICTS[rule.quantity]
        return _Said(
            f"文件对外线工程实行{label[0]}（{rule.clause}）", f"the document gives {label[1].lower()} ({rule.clause})"
        )
    if rule.quantity == "utility":
        return _scope(rule, measured, code)
    if rule.quantity == "voltage_kv":
        return _voltage(rule, code, value)
    return _Said(
        f"{rule.subject_zh}：{rule.quote}（{rule.clause}）",
        f"{rule.subject_en}: see {rule.clause}, to be checked on the application",
    )


def _voltage(rule: Rule, code: int, value: float) -> _Said:
    zh, en = f"限 {rule.limit:g} kV（{rule.clause}）", f"limit {rule.limit:g} kV ({rule.clause})"
    if code == NOT_APPLICABLE:
        return _Said(
            f"非电力管线，不问电压等级（{rule.clause}）", f"not a power line: no voltage is asked ({rule.clause})"
        )
    if np.isnan(value):
        return _Said(f"电力管线未登记电压，{zh}，须先核实", f"power line without a voltage, {en}: look into it first")
    if code == PASSES:
        return _Said(f"电压 {value:g} kV，{zh}，在适用范围内", f"{value:g} kV, {en}: in scope")
    return _Said(f"电压 {value:g} kV，{zh}，不在适用范围内", f"{value:g} kV, {en}: out of scope")


def _scope(rule: Rule, measured: Measured, code: int) -> _Said:
    key = measured.utilities[0]
    utility = UTILITIES.get(key or "")
    name = _Said(utility.zh, utility.en) if utility else _Said("未知类别", "an unknown utility")
    words = rule.value if isinstance(rule.value, tuple) else ()
    listed = _Said("、".join(UTILITIES[w].zh for w in words), ", ".join(UTILITIES[w].en.lower() for w in words))
    if code == PASSES:
        return _Said(f"{name.zh}在适用范围内（{rule.clause}）", f"{name.en.lower()} is in scope ({rule.clause})")
    return _Said(
        f"{name.zh}不在适用范围内，文件只管{listed.zh}（{rule.clause}）",
        f"{name.en.lower()} is out of scope; the document covers {listed.en} ({rule.clause})",
    )


def _decisive(trace: Sequence[TraceLine], verdict: str) -> tuple[str, ...]:
    judging = [line for line in trace if line.kind in ("threshold", "exclusion", "scope")]
    basis = tuple(line.rule for line in trace if line.kind == "basis")
    if verdict == "outside":
        return tuple(line.rule for line in judging if line.kind == "scope" and line.outcome == "fails")
    if verdict == "special_approval":
        return tuple(line.rule for line in judging if line.outcome == "fails" and _leads_to(line, verdict))
    if verdict == "joint_approval":
        return tuple(line.rule for line in judging if line.outcome == "fails") or basis
    if verdict == "survey_first":
        return tuple(line.rule for line in judging if line.outcome == "within_uncertainty" or line.blocks)
    # Metres and square metres are compared by the share of the limit that is left.
    limits = [
        (line.margin / line.limit, line.rule)
        for line in judging
        if line.kind == "threshold" and line.margin is not None and line.limit
    ]
    return (min(limits)[1],) if limits else basis


def _under_other_reading(line: TraceLine) -> _Said:
    """Say that a rule which is not kept would be kept if its text were read the other way; nothing else."""
    reading = line.reading
    if reading is None or line.outcome != "fails" or reading["other_outcome"] not in ("passes", "not_applicable"):
        return _Said("", "")
    value = reading["other_measured"]
    amount = "" if value is None else f" {value:.2f} {_UNITS[line.unit].zh}"
    return _Said(
        f"（如按“{reading['other_zh']}”则{amount}不受此限）",
        f" (read as “{reading['other_en']}”:{amount} kept)",
    )


def _verdict_sentence(
    verdict: str, decisive: Sequence[TraceLine], trace: Sequence[TraceLine], policy: Policy, on: date
) -> _Said:
    label = VERDICTS[verdict]
    if verdict == "outside" and not decisive:
        return _Said(
            f"{label[0]}：{on} 没有生效的规则（{policy.document}）",
            f"{label[1]}: no rule is in force on {on} ({policy.document})",
        )
    others = [_under_other_reading(line) for line in decisive]
    because = _Said(
        "；".join(d.sentence_zh + o.zh for d, o in zip(decisive, others, strict=True)),
        "; ".join(d.sentence_en + o.en for d, o in zip(decisive, others, strict=True)),
    )
    tightest = ("", "")
    if verdict == "commitment" and any(line.kind == "threshold" for line in decisive):
        tightest = ("最紧的是", "the tightest limit is ")
    open_facts = [line for line in trace if line.outcome == "unknown" and not line.blocks]
    if any(line.kind == "basis" for line in decisive):  # nothing is broken, so what is in doubt is all there is to tell
        open_facts = [line for line in trace if line.outcome in ("unknown", "within_uncertainty")]
    more = _Said(
        "。另：" * bool(open_facts) + "；".join(line.sentence_zh for line in open_facts),
        ". Besides: " * bool(open_facts) + "; ".join(line.sentence_en for line in open_facts),
    )
    if verdict == "outside":
        more = _Said("", "")
    return _Said(f"{label[0]}：{tightest[0]}{because.zh}{more.zh}", f"{label[1]}: {tightest[1]}{because.en}{more.en}")
