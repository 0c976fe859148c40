"""Say why works are dug together, and of every trench that is opened more than once why it is not opened once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from survey.programme.costs import costs_of, openings
from survey.programme.greedy import Surroundings, best_meeting, meetings
from survey.programme.problem import reach
from survey.programme.weeks import friday, idle_weeks, monday, options_of, wider

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.programme.costs import Choice
    from survey.programme.planning import Programme
    from survey.programme.problem import Joinable, Problem
    from survey.programme.works import Terms, Work

LONGEST_SHIFT_WEEKS = 104


@dataclass(frozen=True, slots=True)
class JointDig:
    """Works that are dug at the same time where they share trenches.

    Attributes
    ----------
    trenches, works
        Ids of the trenches and of the works.
    first, last
        Numbers of the first and last week in which all of them dig.
    saved_m
        Metres of digging that this saves.
    zh, en
        The same in a sentence.
    """

    trenches: tuple[str, ...]
    works: tuple[str, ...]
    first: int
    last: int
    saved_m: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Trenches that are opened more than once though they could be shared.

    Attributes
    ----------
    trenches, works
        Ids of the trenches and of all works in them.
    lost_m
        Metres of digging that one opening would save more.
    reason
        ``windows``, ``protected``, ``breaks``, ``fixed``, ``crew``, ``closures`` or ``cost``.
    shift_weeks
        For ``windows``: by how many weeks the window of ``shifted`` must be longer at least; None for other reasons,
        and where two years are not enough for any one of them.
    shifted
        Id of that work.
    more_points
        For ``cost``: points that one opening would cost more, all other works staying where they are.
    zh, en
        The same in a sentence.
    """

    trenches: tuple[str, ...]
    works: tuple[str, ...]
    lost_m: float
    reason: str
    shift_weeks: int | None
    shifted: str | None
    more_points: int | None
    zh: str
    en: str


def joint_digs(programme: Programme) -> list[JointDig]:
    """Return what is dug together, in the order of the trenches' ids."""
    found = [
        _joint(programme, joinable, group)
        for joinable in programme.problem.joinable
        for group in groups_of(programme, joinable)
        if len(group) > 1
    ]
    return sorted(found, key=lambda dig: (dig.trenches, dig.works))


def groups_of(programme: Programme, joinable: Joinable) -> list[tuple[int, ...]]:
    """Return the works of each opening of some trenches, in the order of time."""
    choice = programme.choice
    left = list(joinable.works)
    groups = []
    for week in openings([choice[work].weeks for work in joinable.works]):
        groups.append(tuple(work for work in left if week in choice[work].weeks))
        left = [work for work in left if week not in choice[work].weeks]
    return groups


def _joint(programme: Programme, joinable: Joinable, group: Sequence[int]) -> JointDig:
    problem = programme.problem
    common = sorted(set.intersection(*(set(programme.choice[work].weeks) for work in group)))
    saved = joinable.unit_m * (len(group) - 1)
    names = tuple(problem.works[work].id for work in group)
    cost_zh, cost_en = _yuan(problem.terms, saved)
    span = f"{monday(common[0])}..{friday(common[-1])}"
    weeks = f"{len(common)} week{'s'[: len(common) != 1]}"
    zh = f"{'、'.join(names)} 同沟：{span} 同时施工 {len(common)} 周，少挖 {saved:.0f} 米{cost_zh}"
    en = f"{', '.join(names)} share a trench: they dig together {span} ({weeks}), {saved:.0f} m less to dig{cost_en}"
    return JointDig(joinable.names, names, common[0], common[-1], saved, zh, en)


def _yuan(terms: Terms, metres: float) -> tuple[str, str]:
    if terms.yuan_per_metre is None:
        return "", ""
    yuan = terms.yuan_per_metre * metres
    return f"，约省 {yuan:,.0f} 元", f", about {yuan:,.0f} yuan"


def left_out(programme: Programme) -> list[LeftOut]:
    """Return every trench that is opened more than once, with the reason found by computing it again.

    A reason of crews, closures or cost holds with all other works where they are, and the works of the trench at the
    places nearest to where they are in each week that all of them can be dug in.
    """
    around = Surroundings(programme.problem)
    found = []
    for joinable in (*programme.problem.joinable, *programme.problem.never):
        again = len(groups_of(programme, joinable)) - 1
        if again:
            found.append(_reason(programme, around, joinable, joinable.unit_m * again))
    return sorted(found, key=lambda out: (out.trenches, out.works))


def _reason(programme: Programme, around: Surroundings, joinable: Joinable, lost_m: float) -> LeftOut:
    problem = programme.problem
    works = [problem.works[work] for work in joinable.works]
    shift, shifted, more = None, None, None
    best = None
    if not _meet(works, problem.terms):
        reason = _never(works, problem.terms)
        if reason == "windows":
            shift, shifted = smallest_shift(works, problem.terms)
        said = _never_said(reason, shift, shifted)
    elif (best := best_meeting(around, joinable, programme.choice)) is None:
        reason, said = _obstacle(around, joinable, programme)
    else:
        reason, more = "cost", best[0]
        said = _cost_said(problem, programme, {**programme.choice, **best[1]}, more)
    names = tuple(work.id for work in works)
    zh = f"{'、'.join(names)} 未能一次开挖（少省 {lost_m:.0f} 米）：{said[0]}"
    en = f"{', '.join(names)} are not dug at once ({lost_m:.0f} m not saved): {said[1]}"
    return LeftOut(joinable.names, names, lost_m, reason, shift, shifted, more, zh, en)


def _meet(works: Iterable[Work], terms: Terms) -> bool:
    idle = idle_weeks(terms.breaks)
    return bool(set.intersection(*(reach(options_of(work, terms, idle)) for work in works)))


def _never(works: Sequence[Work], terms: Terms) -> str:
    """Return what keeps all works of a trench from one week: what need only be lifted alone, else the windows."""
    free = [replace(work, fixed=None) for work in works]
    if _meet(works, replace(terms, protected_until={})):
        return "protected"
    if _meet(works, replace(terms, breaks=())):
        return "breaks"
    return "fixed" if _meet(free, terms) else "windows"


def smallest_shift(works: Sequence[Work], terms: Terms) -> tuple[int | None, str | None]:
    """Return by how many weeks one window must be longer so that all works can meet, and whose; the first of equals.

    None twice where two years are not enough, or where more than one window has to give.
    """
    for weeks in range(1, LONGEST_SHIFT_WEEKS + 1):
        for number, work in enumerate(works):
            if _meet([*works[:number], wider(work, weeks), *works[number + 1 :]], terms):
                return weeks, work.id
    return None, None


def _never_said(reason: str, shift: int | None, shifted: str | None) -> tuple[str, str]:
    if reason != "windows":
        return {
            "protected": (
                "道路保护期内不得开挖，保护期后窗口不再相遇",
                "a road is protected as long as their windows meet",
            ),
            "breaks": ("窗口只在停工期相遇", "their windows meet in a break only"),
            "fixed": ("固定开工日使工期不相遇", "their fixed starts keep them from meeting"),
        }[reason]
    if shift is None:
        return "窗口不相遇，只放宽其中一个两年也不够", "their windows never meet, and two years more of one do not help"
    weeks = f"{shift} week{'s'[: shift != 1]}"
    return f"窗口不相遇，{shifted} 放宽 {shift} 周即可", f"their windows never meet; {shifted} would need {weeks} more"


def _obstacle(around: Surroundings, joinable: Joinable, programme: Programme) -> tuple[str, tuple[str, str]]:
    """Return what forbids the meetings of a trench: the obstacle met most often, the first of equals by name."""
    met: dict[str, int] = {}
    for places in meetings(around.problem, joinable.works, programme.choice):
        tried = {**programme.choice, **places}
        for name in {around.obstacle(work, tried) for work in joinable.works} - {None}:
            met[str(name)] = met.get(str(name), 0) + 1
    name = min(met, key=lambda name: (-met[name], name))
    if name in around.problem.crews:
        most = around.problem.terms.capacity[name]
        return "crew", (f"{name} 的 {most} 个班组届时都有工程", f"all {most} crews of {name} are at work then")
    return "closures", (f"与 {name} 同时封闭会切断片区出路", f"with {name} closed as well a place would be cut off")


def _cost_said(problem: Problem, programme: Programme, tried: Choice, more: int) -> tuple[str, str]:
    before, after = programme.costs, costs_of(problem, tried)
    less = before.saved_m - after.saved_m
    moved = after.moved_weeks - before.moved_weeks
    closed = after.closed_weeks - before.closed_weeks
    zh = f"可行，但总分要多 {more}（全县少省 {less:.0f} 米，开工多移 {moved} 周，封路多 {closed} 周）"
    en = (
        f"possible, but {more} points dearer (the county saves {less:.0f} m less, starts move {moved} weeks more, "
        f"roads are closed {closed} weeks more)"
    )
    return zh, en
