"""Find what is wrong with the input of a programme, every fault with its route, field, value and mend."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from geo.faults import Fault
from survey.holidays import LAST_DAY, known_holidays
from survey.programme.weeks import friday, idle_weeks, monday, options_of, whole_weeks
from survey.programme.works import WEEK_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from survey.programme.closures import Network
    from survey.programme.works import SharedTrench, Terms, Work

LONGEST_WINDOW_WEEKS = 520


def faults_of(works: Sequence[Work], trenches: Sequence[SharedTrench], terms: Terms) -> list[Fault]:
    """Return every fault: ids met twice, windows, durations and fixed starts that cannot be, unknown members, numbers.

    A window of more than ten years is a fault: such dates are slips of the pen, and a plan with them plans nothing.
    What only works together make impossible (crews, closures) is not found here.
    """
    found = [*_twice("id", "管线编号重复", "the id of a route is met twice", (work.id for work in works))]
    found += _twice("trench", "沟段编号重复", "the id of a trench is met twice", (trench.id for trench in trenches))
    found += _term_faults(terms)
    idle = idle_weeks(terms.breaks)
    for work in works:
        found += _work_faults(work, terms, idle)
    known = {work.id for work in works}
    for trench in trenches:
        found += _trench_faults(trench, known)
    return found


def able(
    works: Iterable[Work], trenches: Iterable[SharedTrench], terms: Terms
) -> tuple[list[Work], list[SharedTrench], list[tuple[str, Fault]]]:
    """Return the works that can be placed each by itself, their trenches, and of the others the id and why not.

    A trench keeps what its remaining works save; with one of them it is left out.
    """
    idle = idle_weeks(terms.breaks)
    kept, out = [], []
    for work in works:
        fault = next(_work_faults(work, terms, idle), None)
        if fault is None:
            kept.append(work)
        else:
            out.append((work.id, fault))
    names = {work.id for work in kept}
    shared = []
    for trench in trenches:
        members = tuple(name for name in trench.members if name in names)
        if len(members) > 1:
            saved = trench.saved_m * (len(members) - 1) / (len(trench.members) - 1)
            shared.append(replace(trench, members=members, saved_m=saved))
    return kept, shared, out


def _twice(field: str, zh: str, en: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault("programme.id_twice", zh, en, "每个编号只用一次", "use each id once", field=field, value=name)


def _term_faults(terms: Terms) -> Iterator[Fault]:
    weights = terms.weights
    numbers = {name: getattr(weights, name) for name in ("metre", "closed_week", "reopening", "moved_week")}
    numbers |= {f"capacity {crew}": most for crew, most in terms.capacity.items()}
    numbers["longest_pause"] = terms.longest_pause
    for name, value in numbers.items():
        if value < 0 or int(value) != value:
            yield Fault(
                "programme.number",
                "必须是不小于零的整数",
                "must be a whole number from 0",
                "改为整数，例如 10",
                "write a whole number, such as 10",
                field=name,
                value=value,
            )
    for first, last in terms.breaks:
        if last < first:
            yield Fault(
                "programme.break",
                "停工时段的结束早于开始",
                "a break ends before it begins",
                "核对两个日期",
                "check both dates",
                field="breaks",
                value=f"{first}..{last}",
            )


def _work_faults(work: Work, terms: Terms, idle: frozenset[int]) -> Iterator[Fault]:
    fault = window_fault(work)
    if fault is None and work.weeks < 1:
        fault = Fault(
            "programme.weeks",
            "工期至少 1 周",
            "a work takes at least 1 week",
            "填写整周数",
            "give whole weeks",
            field="weeks",
            value=work.weeks,
        )
    if fault is None and not options_of(work, terms, idle):
        fault = _no_place(work, terms, idle)
    if fault is not None:
        yield fault.at(feature=work.id)


def window_fault(work: Work) -> Fault | None:
    """Return why nothing can be planned in a work's window, whatever the terms are; None where something can."""
    span = f"{work.start}..{work.end}"
    if work.end < work.start:
        return Fault(
            "window.reversed",
            "结束早于开始",
            "the end is before the start",
            "核对两个日期",
            "check both dates",
            field="end",
            value=str(work.end),
        )
    if (work.end - work.start).days > LONGEST_WINDOW_WEEKS * WEEK_DAYS:
        return Fault(
            "window.too_long",
            "工期窗口超过十年，应是笔误",
            "the window is longer than ten years: a slip of the pen",
            "核对年份",
            "check the years",
            field="end",
            value=span,
        )
    first = known_holidays().first
    if work.start < first or work.end > LAST_DAY:
        return Fault(
            "window.far_off",
            f"工期窗口须在 {first} 至 {LAST_DAY} 之间，应是笔误",
            f"the window must lie between {first} and {LAST_DAY}: a slip of the pen",
            "核对年份",
            "check the years",
            field="end" if work.end > LAST_DAY else "start",
            value=span,
        )
    return None


def _no_place(work: Work, terms: Terms, idle: frozenset[int]) -> Fault:
    """Say why a work has no place: the first of window, road and breaks that leaves none."""
    days = whole_weeks(work.start, work.end)
    if len(days) < work.weeks:
        return Fault(
            "window.too_short",
            f"窗口只有 {len(days)} 个整周，工期要 {work.weeks} 周",
            f"the window holds {len(days)} whole weeks, the work takes {work.weeks}",
            "延长窗口或缩短工期",
            "widen the window or shorten the work",
            field="end",
            value=f"{work.start}..{work.end}",
        )
    roads = [road for road in work.roads if terms.protected_until.get(road, work.start) > work.start]
    free = replace(terms, protected_until={})
    if roads and options_of(work, free, idle):
        last = max(roads, key=lambda road: terms.protected_until[road])
        until = terms.protected_until[last]
        return Fault(
            "programme.protected",
            f"道路 {last} 保护期至 {until}，窗口内排不下",
            f"road {last} is protected until {until}: nothing fits after it",
            "改到保护期后，或不开挖该路",
            "plan it later, or keep off the road",
            field="fixed" if work.fixed else "end",
            value=str(work.fixed or work.end),
        )
    if work.fixed is not None:
        return Fault(
            "programme.fixed",
            f"固定开工日放不下 {work.weeks} 周（窗口 {work.start}..{work.end}，停工期除外）",
            f"{work.weeks} weeks from the fixed start do not fit (window {work.start}..{work.end}, without the breaks)",
            "改固定开工日或窗口",
            "change the fixed start or the window",
            field="fixed",
            value=str(work.fixed),
        )
    stops = sorted(set(days) & idle)
    told = f"{monday(stops[0])}..{friday(stops[-1])}" if stops else ""
    return Fault(
        "programme.breaks",
        f"除去停工期（{told}）窗口内排不下 {work.weeks} 周",
        f"{work.weeks} weeks do not fit in the window without the breaks ({told})",
        "改窗口，或缩短停工期",
        "change the window, or shorten the break",
        field="end",
        value=f"{work.start}..{work.end}",
    )


def _trench_faults(trench: SharedTrench, known: set[str]) -> Iterator[Fault]:
    for name in sorted(set(trench.members) - known):
        yield Fault(
            "programme.member",
            "沟段里的管线不在管线表中",
            "a trench has a route that is not among the routes",
            "用同一份管线重新查找沟段",
            "find the trenches of these routes again",
            feature=trench.id,
            field="routes",
            value=name,
        )
    if len(set(trench.members)) != len(trench.members) or len(trench.members) <= 1:
        yield Fault(
            "programme.members",
            "沟段需要至少两条不同的管线",
            "a trench needs two different routes or more",
            "核对 routes 字段",
            "check the field routes",
            feature=trench.id,
            field="routes",
            value=",".join(trench.members),
        )
    if not isfinite(trench.saved_m) or trench.saved_m < 0:
        yield Fault(
            "programme.saved",
            "可省米数必须不小于零",
            "metres saved must be a number from 0",
            "核对 saved_m 字段",
            "check the field saved_m",
            feature=trench.id,
            field="saved_m",
            value=trench.saved_m,
        )


def cutting_off_alone(works: Iterable[Work], network: Network) -> Iterator[Fault]:
    """Tell of each work that closes roads which together cut a place off: no start of it mends that."""
    for work in works:
        cut = network.cut(work.roads)
        if cut is not None:
            yield Fault(
                "programme.cuts_off",
                f"同时封闭 {'、'.join(cut)} 会切断片区的出路",
                f"closing {', '.join(cut)} at the same time cuts a place off",
                "分成几项先后施工",
                "split it into works one after the other",
                feature=work.id,
                field="roads",
                value=",".join(cut),
            )
