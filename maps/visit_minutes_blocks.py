"""Lay minutes of a joint survey out as blocks in their order: who, what at each stop, agreed, differences, open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.paper_blocks import amount, short_moment
from maps.visit_minutes_people import attendance
from maps.visit_minutes_stops import off_plan, stop_blocks
from maps.visit_minutes_words import WORDS
from survey.calendar import local
from survey.visits.checklists import lines_of
from survey.visits.keeping.events import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.line_differences import LineDifference, Parting
    from maps.visit_minutes_content import MeasuredRoute, VisitMinutes
    from survey.visits.checklists import Line
    from survey.visits.items import Item
    from survey.visits.stops import Stop

    Block = dict[str, Any]

TO_AGREE = frozenset({"settle", "chance", "supply"})
"""Kinds of items whose answer is something agreed."""
MOST_PARTINGS = 6
"""Stretches of one line that are told on paper; all are in the data."""


def blocks_of_minutes(minutes: VisitMinutes, language: str) -> list[Block]:
    """Return the blocks of minutes; figures in them as `maps.figures.Figure`.

    Raises
    ------
    ValueError
        A visit without a plan.
    """
    plan = minutes.visit.plan
    if plan is None:
        raise ValueError(f"visit {minutes.visit.id} was never planned")
    lines = lines_of(plan)
    words, stops = WORDS[language], [plan.stops[at] for at in plan.order]
    number = iter(words["sections"])
    return [
        *_again(minutes, words),
        _facts(minutes, lines, words),
        _head(next(number) + words["attendance"]), *attendance(minutes, stops, words),
        _head(next(number) + words["stops"]), *stop_blocks(minutes, stops, lines, language),
        *off_plan(minutes, language),
        _head(next(number) + words["decisions"]), *_decisions(minutes, lines, language),
        _head(next(number) + words["differences"]), *_differences(minutes.lines, words),
        _head(next(number) + words["open"]), *_open(minutes, stops, lines, language),
        *_steps(minutes, next(number), language),
        _signs(minutes, words),
    ]  # fmt: skip


def _head(text: str) -> Block:
    return {"is": "head", "text": text}


def _again(minutes: VisitMinutes, words: Mapping[str, Any]) -> list[Block]:
    head = minutes.head
    if not head.earlier:
        return []
    said = words["again" if minutes.late else "again_none"]
    return [{"is": "text", "text": said.format(issue=head.issue, earlier=head.earlier, count=len(minutes.late))}]


def _facts(minutes: VisitMinutes, lines: Sequence[Line], words: Mapping[str, Any]) -> Block:
    visit, head, names = minutes.visit, minutes.head, words["facts"]
    plan = visit.plan
    days = plan.days if plan else ()
    times = "\n".join(f"{day.on.isoformat()}  {local(day.sets_out):%H:%M}–{local(day.back):%H:%M}" for day in days)
    answered = {given.answer.item for given in visit.answers.values()} & {line.item.id for line in lines}
    values = (
        plan.title if plan else "", visit.id, times, "、".join(plan.cases if plan else ()),
        words["counts"].format(stops=len(plan.order) if plan else 0, items=len(lines)),
        words["answered"].format(answered=len(answered), disputed=len(visit.disputed)),
        f"{head.document} {head.clause}".strip() or words["not_stated"],
    )  # fmt: skip
    title, number, when, cases, counts, said, basis = (
        [name, value or "—"] for name, value in zip(names, values, strict=True)
    )
    return {"is": "facts", "rows": [title, number + when, cases, counts + said, basis]}


def _decisions(minutes: VisitMinutes, lines: Sequence[Line], language: str) -> list[Block]:
    words, at = WORDS[language], 0 if language == "zh" else 1
    said = []
    for line in lines:
        if line.item.kind not in TO_AGREE or line.item.id in minutes.visit.disputed:
            continue
        for given in minutes.visit.standing(line.item.id):
            if given.answer.outcome == "open":
                continue
            does = without_remark(line.item.do_zh if language == "zh" else line.item.do_en)
            told = [OUTCOMES[given.answer.outcome][at], amount(given.answer.value, given.answer.unit)]
            found = words["comma"].join(part for part in (*told, given.answer.note) if part and part != "—")
            time = short_moment(given.answer.taken_at)
            said.append(words["agreed"].format(number=line.number, does=does, found=found, by=given.by, time=time))
    return [{"is": "list", "items": said}] if said else [{"is": "text", "text": words["no_decisions"]}]


def without_remark(text: str) -> str:
    """Return what is to be done without the reasons in brackets at its end: they stand once, at the stop.

    >>> without_remark("实测 R1（甲）与 D1 的净距（要求不小于 1 m（4.1.9））"), without_remark("(see)")
    ('实测 R1（甲）与 D1 的净距', '(see)')
    """
    depth = 0
    for at in range(len(text) - 1, 0, -1):
        depth += (text[at] in "）)") - (text[at] in "（(")
        if depth == 0:
            return text[:at].rstrip() if at < len(text) - 1 else text
    return text


def _differences(lines: Sequence[MeasuredRoute], words: Mapping[str, Any]) -> list[Block]:
    if not lines:
        return [{"is": "text", "text": words["no_lines"]}]
    rows = []
    for one in lines:
        found = one.difference
        state = words["judged" if one.judged else "not_judged"] if one.plan is not None else ""
        told = [state, *(() if found is None else _told(found, words)), one.note]
        none = words["gone"] if one.route else words["no_route"]
        rows.append([
            one.route or words["no_route"], _measured_by(one),
            none if found is None else amount(found.earlier_m, "m"), amount(one.measured.length, "m"),
            amount(None if found is None else found.greatest_m, "m"),
            amount(None if found is None else found.mean_m, "m"),
            words["semicolon"].join(part for part in told if part) or "—",
        ])  # fmt: skip
    table = {"is": "table", "columns": words["difference_columns"], "widths": (3, 4, 3, 3, 3, 3, 7), "rows": rows,
             "centred": (2, 3, 4, 5)}  # fmt: skip
    return [table, {"is": "note", "text": words["tolerance"]}]


def _measured_by(one: MeasuredRoute) -> str:
    error = "" if one.accuracy_m is None else f"\n±{amount(one.accuracy_m, 'm')}"
    return f"{one.by} {short_moment(one.at)}".strip() + error


def _told(found: LineDifference, words: Mapping[str, Any]) -> list[str]:
    """Return where a measured line leaves its plan, in words."""
    if not found.away and not found.left_out:
        return [words["within"].format(tolerance=amount(found.tolerance_m, "m"))]

    def said(name: str, one: Parting, since: float, until: float) -> str:
        text: str = words[name]
        return text.format(
            from_=min(since, until), to=max(since, until), side=words["side_names"][one.side],
            greatest=amount(one.greatest_m, "m"),
        )  # fmt: skip

    away = [said("parting", one, one.foot_from_m, one.foot_to_m) for one in found.away]
    # What the measured line passes at a distance is told once, by the measured line.
    passed = [(min(one.foot_from_m, one.foot_to_m), max(one.foot_from_m, one.foot_to_m)) for one in found.away]
    missing = [
        said("left_out", one, one.from_m, one.to_m)
        for one in found.left_out
        if not any(since < one.to_m and until > one.from_m for since, until in passed)
    ]
    return [*away, *missing][:MOST_PARTINGS]


def _open(minutes: VisitMinutes, stops: Sequence[Stop], lines: Sequence[Line], language: str) -> list[Block]:
    words = WORDS[language]
    by_id = {stop.id: stop for stop in stops}
    rows = []
    for line in lines:
        reason = _reason(minutes, line.item.id)
        if reason:
            task = minutes.tasks.get(line.item.id)
            who = task.who if task is not None and task.who else _owners(by_id[line.stop], line.item, words)
            by = task.by.isoformat() if task is not None and task.by else words["blank"]
            does = without_remark(line.item.do_zh if language == "zh" else line.item.do_en)
            rows.append([line.number, does, words["reasons"][reason], who or words["blank"], by])
    if not rows:
        return [{"is": "text", "text": words["open_none"]}]
    table = {"is": "table", "columns": words["open_columns"], "widths": (2, 8, 4, 5, 4), "rows": rows, "centred": (0,)}
    return [table, {"is": "note", "text": words["by_whom"]}]


def _reason(minutes: VisitMinutes, item: str) -> str:
    """Return why an item is still open; empty where it is not."""
    answers = minutes.visit.standing(item)
    if not answers:
        return "not_answered"
    if item in minutes.visit.disputed:
        return "disputed"
    said = {given.answer.outcome for given in answers}
    return next((one for one in ("open", "not_ok") if one in said), "")


def _owners(stop: Stop, item: Item, words: Mapping[str, Any]) -> str:
    """Return the companies that were called for what an item is about, else all called to its stop, else everybody."""
    companies = [one for one in stop.attendees if one.role == "utility"]
    about = tuple(f" {subject.id}" for subject in item.subjects)
    own = [one for one in companies if any(why.endswith(about) for why in one.why_zh)]
    named: str = words["and"].join(one.name for one in own or companies or stop.attendees)
    return named


def _steps(minutes: VisitMinutes, number: str, language: str) -> list[Block]:
    if not minutes.steps:
        return []
    words = WORDS[language]
    rows = [
        [
            one.case, one.project or "—", one.step_zh if language == "zh" else one.step_en,
            one.allowed or words["not_stated"],
            words["step_done"] if one.done else short_moment(one.due) if one.due else words["not_stated"],
            f"{one.document} {one.clause}".strip() or words["not_stated"],
        ]
        for one in minutes.steps
    ]  # fmt: skip
    table = {"is": "table", "columns": words["step_columns"], "widths": (4, 5, 5, 4, 4, 5), "rows": rows,
             "centred": ()}  # fmt: skip
    return [_head(number + words["steps"]), table]


def _signs(minutes: VisitMinutes, words: Mapping[str, Any]) -> Block:
    head = minutes.head
    return {
        "is": "sign",
        "parties": [
            {"title": words["recorder"], "seal": words["sign"], "lines": []},
            {"title": head.authority, "seal": words["seal"], "lines": [head.issued.isoformat()]},
        ],
    }
