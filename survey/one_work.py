"""Find the planned routes that are one work with a drawn one, and say so in the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from survey.joined import relation
from survey.touching import ends_of, tolerance_m, touches
from survey.trace import TraceLine

if TYPE_CHECKING:
    from survey.planned import PlannedRoute, PlannedRoutes
    from survey.policies import Policy, Together


class LeftApart(NamedTuple):
    """A route that could be the same work and is judged apart; ``why`` and ``gap_m`` as in `survey.joined.Doubt`."""

    route: PlannedRoute
    why: str
    gap_m: float


@dataclass(frozen=True, slots=True)
class Work:
    """The drawn route first, then the routes judged with it, and those that are left in doubt."""

    members: tuple[PlannedRoute, ...]
    doubts: tuple[LeftApart, ...]


def work_of(drawn: PlannedRoute, planned: PlannedRoutes, together: Together | None) -> Work:
    """Walk from the drawn route to every route that is the same work; its own stored state is left out."""
    own = planned.slot(drawn.id) if drawn.id else None
    members: dict[int, PlannedRoute] = {-1: drawn}
    doubts: dict[int, LeftApart] = {}
    unwalked = [drawn]
    while unwalked and together is not None:
        at = unwalked.pop()
        for slot, kind, gap in _touching(at, planned):
            other = planned.route(slot)
            if slot == own or slot in members:
                continue
            said = relation(at.member, other.member, kind, together)
            if said == "together":
                members[slot] = other
                unwalked.append(other)
            elif said != "apart":
                doubts.setdefault(slot, LeftApart(other, said, gap))
    left = tuple(doubt for slot, doubt in doubts.items() if slot not in members)
    return Work(tuple(members.values()), left)


def _touching(route: PlannedRoute, planned: PlannedRoutes) -> list[tuple[int, int, float]]:
    """Return slot, kind and gap of the routes of the same utility that may touch a route."""
    near = planned.index.near(route.shape).tolist()
    slots = [slot for slot in near if planned.route(slot).utility == route.utility]
    if not slots:
        return []
    b = np.array([planned.route(slot).shape for slot in slots], dtype=object)
    accuracy = np.array([planned.route(slot).accuracy_m for slot in slots], dtype=np.float64)
    a = np.full(len(b), route.shape, dtype=object)
    ends = np.full(len(b), ends_of(a[:1])[0], dtype=object)
    kind, gap = touches(a, b, ends, ends_of(b), tolerance_m(accuracy, np.float64(route.accuracy_m)))
    return list(zip(slots, kind.tolist(), gap.tolist(), strict=True))


def together_line(work: Work, policy: Policy) -> list[dict[str, Any]]:
    """Return the line of the trace on routes judged together or left in doubt; nothing where there are none."""
    rule = policy.together
    others = [member.id for member in work.members[1:]]
    if rule is None or not (others or work.doubts):
        return []
    said = [_joined(others)] * bool(others) + [_left_apart(doubt) for doubt in work.doubts]
    reading = {
        "id": "same_work", "taken_zh": rule.taken_zh, "taken_en": rule.taken_en, "other_zh": rule.other_zh,
        "other_en": rule.other_en, "other_measured": None, "other_outcome": "not_applicable",
        "evidence": rule.evidence_zh, "evidence_en": rule.evidence_en,
    }  # fmt: skip
    line = TraceLine(
        rule=rule.id, kind="reading", subject_zh="合并计算", subject_en="routes counted together",
        outcome="passes" if others and not work.doubts else "unknown", measured=None, uncertainty=None, limit=None,
        op=None, unit="", margin=None, document=policy.document, clause="文件未规定", quote="",
        evidence=rule.evidence_zh, evidence_en=rule.evidence_en, sentence_zh="；".join(zh for zh, _ in said),
        sentence_en="; ".join(en for _, en in said), readings=(reading,),
    )  # fmt: skip
    return [line.as_dict()]


def _joined(others: list[str]) -> tuple[str, str]:
    return (
        f"与 {'、'.join(others)} 首尾相接，合并计算",
        f"judged together with {', '.join(others)}: they touch end to end",
    )


def _left_apart(doubt: LeftApart) -> tuple[str, str]:
    name = doubt.route.id
    if doubt.why == "operator":
        return (
            f"与 {name} 首尾相接，但单位不明，未合并；如属同一单位须合并计算",
            f"touches {name}, but an operator is not stated: judged apart unless it is the same",
        )
    if doubt.why == "branch":
        return (
            f"与 {name} 中间相接，按支线未合并；如属同一工程须合并计算",
            f"branches from {name} or it from this: judged apart unless they are one work",
        )
    return (
        f"与 {name} 端点相距 {doubt.gap_m:.2f} m，未合并；如属同一工程须合并计算",
        f"its end is {doubt.gap_m:.2f} m from that of {name}: judged apart unless they are one work",
    )
