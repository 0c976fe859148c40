"""Tell a programme in plain values for JSON: totals, a row a work for a Gantt chart, each joint dig, each street."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from survey.programme.costs import closed_weeks
from survey.programme.greedy import nearest
from survey.programme.weeks import friday, monday
from survey.programme.why import joint_digs, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.faults import Fault
    from survey.programme.costs import Choice
    from survey.programme.planning import Programme
    from survey.programme.weeks import Option
    from survey.programme.why import JointDig, LeftOut

VERSION = 1


def not_planned_to_plain(work: str, fault: Fault) -> dict[str, Any]:
    """Return why a work that was asked for is in no programme.

    >>> from geo.faults import Fault
    >>> not_planned_to_plain("W1", Fault("window.missing", "没有工期窗口", "the window is not known"))["en"]
    'the window is not known'
    """
    return {
        "id": work,
        "code": fault.code,
        "zh": fault.zh,
        "en": fault.en,
        "mend_zh": fault.mend_zh,
        "mend_en": fault.mend_en,
    }


def programme_to_plain(programme: Programme, *, street_of: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a programme as values that JSON has.

    Parameters
    ----------
    street_of
        The street that each closed stretch belongs to, for people; a stretch that is not named is its own street.

    Returns
    -------
    dict
        ``version``, ``totals`` (``planned`` and ``joint`` side by side, ``bound``, ``gap``, ``stopped``), ``works``,
        ``joint``, ``left_out``, ``streets``. Days are ISO text, both included.
    """
    digs = joint_digs(programme)
    planned = {work: nearest(programme.problem, work) for work in range(len(programme.problem.works))}
    return {
        "version": VERSION,
        "totals": {
            "works": len(programme.problem.works),
            "planned": asdict(programme.planned) | {"clashes": programme.planned_clashes},
            "joint": asdict(programme.costs) | {"clashes": 0},
            "bound": programme.bound,
            "gap": programme.gap,
            "stopped": programme.stopped,
        },
        "works": [_work(programme, number, planned[number], digs) for number in range(len(planned))],
        "joint": [_dig(dig) for dig in digs],
        "left_out": [_left(out) for out in left_out(programme)],
        "streets": _streets(programme, planned, street_of or {}),
    }


def _work(programme: Programme, number: int, planned: Option, digs: Iterable[JointDig]) -> dict[str, Any]:
    work, option = programme.problem.works[number], programme.choice[number]
    own = [dig for dig in digs if work.id in dig.works]
    return {
        "id": work.id,
        "crew": work.crew,
        "window_start": str(work.start),
        "window_end": str(work.end),
        "planned_start": str(monday(planned.start)),
        "planned_end": str(friday(planned.last)),
        "start": str(max(monday(option.start), work.fixed or work.start)),
        "end": str(friday(option.last)),
        "weeks": work.weeks,
        "dug": _spans(option.weeks),
        "moved_weeks": option.start - planned.start,
        "fixed": work.fixed is not None,
        "roads": list(work.roads),
        "joint_with": list(dict.fromkeys(name for dig in own for name in dig.works if name != work.id)),
        "saved_m": sum(dig.saved_m / len(dig.works) for dig in own),
        "why_zh": "；".join(dig.zh for dig in own) or "单独施工",
        "why_en": "; ".join(dig.en for dig in own) or "dug alone",
    }


def _spans(weeks: Iterable[int]) -> list[list[str]]:
    """Return first and last day of each stretch of weeks without a pause."""
    spans: list[list[int]] = []
    for week in sorted(weeks):
        if spans and spans[-1][1] == week - 1:
            spans[-1][1] = week
        else:
            spans.append([week, week])
    return [[str(monday(first)), str(friday(last))] for first, last in spans]


def _dig(dig: JointDig) -> dict[str, Any]:
    return {
        "trenches": list(dig.trenches),
        "works": list(dig.works),
        "start": str(monday(dig.first)),
        "end": str(friday(dig.last)),
        "saved_m": dig.saved_m,
        "why_zh": dig.zh,
        "why_en": dig.en,
    }


def _left(out: LeftOut) -> dict[str, Any]:
    return {
        "trenches": list(out.trenches),
        "works": list(out.works),
        "lost_m": out.lost_m,
        "reason": out.reason,
        "shift_weeks": out.shift_weeks,
        "shifted": out.shifted,
        "more_points": out.more_points,
        "why_zh": out.zh,
        "why_en": out.en,
    }


def _streets(programme: Programme, planned: Choice, street_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for each street: how long and how often it is closed as planned and in the programme."""
    users: dict[str, dict[str, tuple[int, ...]]] = {}
    for road, works in programme.problem.users.items():
        users.setdefault(street_of.get(road, road), {})[road] = works
    rows = []
    for street, roads in sorted(users.items()):
        rows.append({
            "street": street,
            "roads": sorted(roads),
            "works": [programme.problem.works[work].id for work in sorted(set().union(*roads.values()))],
            **_closures("planned", roads, planned),
            **_closures("joint", roads, programme.choice),
        })  # fmt: skip
    return rows


def _closures(when: str, roads: Mapping[str, tuple[int, ...]], choice: Mapping[int, Option]) -> dict[str, Any]:
    closed = {road: closed_weeks(works, choice) for road, works in roads.items()}
    return {
        f"{when}_closed_weeks": sum(len(weeks) for weeks in closed.values()),
        f"{when}_times": len(_spans({week for weeks in closed.values() for week in weeks})),
        f"{when}_closed": _spans({week for weeks in closed.values() for week in weeks}),
    }
