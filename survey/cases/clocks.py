"""Start, pause, resume and stop the times of a case, as its milestones and the county's stages say."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from survey.calendar import deadline, local, remaining
from survey.cases import events as ev
from survey.cases.words import CLOSED, OF_A_TASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.calendar import Calendar, HalfDay
    from survey.cases.events import EventBody
    from survey.cases.state import Case, Clock, Milestone, Task
    from survey.policies import Policy, Stage

ESCALATE_AFTER = 2
"""Half days after a time ran out until those who coordinate are told: one working day. No document states one."""

LONG = 2
"""Times of more half days than this are warned of a working day before, shorter ones half a day before."""

_BY_COMMITMENT = frozenset({"promise_notice", "promise_approval"})


def clock_changes(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> list[EventBody]:
    """Return what has to become of the times after an event: stopped, started, paused, resumed."""
    return [
        *_stopped(case, now),
        *_started(case, policy, calendar, now),
        *_paused_or_resumed(case, calendar, now),
    ]


def closing_after(calendar: Calendar, moment: datetime, number: int) -> HalfDay:
    """Return the ``number``-th half day that closes after a moment; the running one is the first.

    Examples
    --------
    >>> from survey.calendar import Calendar
    >>> closing_after(Calendar(), datetime(2026, 12, 1, 10), 2).closes.isoformat()
    '2026-12-01T17:30:00+08:00'
    """
    moment = local(moment)
    on, left = moment.date(), number
    while True:
        for half in calendar.halves(on):
            if half.closes > moment:
                left -= 1
                if not left:
                    return half
        on += timedelta(days=1)


def _stopped(case: Case, now: datetime) -> Iterator[EventBody]:
    for clock in case.clocks.values():
        if not clock.open:
            continue
        end, begun = case.milestone(clock.end_event, clock.subject), case.milestone(clock.start_event, clock.subject)
        if end is not None and (begun is None or end.seq > begun.seq):
            yield ev.ClockStopped(clock.id, late=clock.due is not None and now > clock.due, void=False)
        elif begun is None or _superseded(case, clock, begun) or not _alive(case, clock.key, clock.subject):
            yield ev.ClockStopped(clock.id, late=clock.passed, void=True)


def _superseded(case: Case, clock: Clock, begun: Milestone) -> bool:
    """Return whether what began a time has come about anew: another date was agreed or ordered, and counts instead."""
    if clock.key == "parallel_approval":
        begun = case.milestones.get(f"approvals_accepted:{clock.subject}", begun)
    return not clock.id.endswith(f":{begun.seq}")


def _alive(case: Case, key: str, subject: str) -> bool:
    """Return whether a time is still waited for: by a case in hand, and by a task on the way that it belongs to."""
    if case.phase in ("returned", "refused", "withdrawn"):
        return False
    task = case.tasks.get(subject)
    if task is None:
        return not subject
    if key in _BY_COMMITMENT:
        return task.commitment in ("offered", "signed", "decided") and task.status not in CLOSED
    if key == "parallel_approval":
        accepted = f"approvals_accepted:{subject}" in case.milestones
        return task.status == "approving" and accepted
    return key == "rectification" or task.status not in CLOSED


def _started(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    for start_event, stages in groupby(sorted(policy.stages, key=_key), key=_key):
        if not start_event[1]:
            continue
        per_task = next(iter(stages)).end_event in OF_A_TASK
        for subject in case.tasks if per_task else ("",):
            stage = _applying(case, policy, start_event, subject, now)
            if stage is not None and _alive(case, stage.key, subject):
                yield from _start(case, stage, subject, calendar, now)
    yield from _rectifications(case, policy, calendar, now)


def _key(stage: Stage) -> tuple[str, str, str]:
    return (stage.key, stage.start_event, stage.end_event)


def _applying(case: Case, policy: Policy, key: tuple[str, str, str], subject: str, now: datetime) -> Stage | None:
    """Return the rule of a stage that applies to a task: the strictest, of equals the one with a condition.

    None where none does, or nothing has begun it.
    """
    begun, end = case.milestone(key[1], subject), case.milestone(key[2], subject)
    if begun is None or (end is not None and end.seq > begun.seq):
        return None
    task = case.tasks.get(subject)
    facts = case.facts | ({"external_works"} if task is not None and task.route else frozenset())
    found = policy.stages_for(
        key[0], local(now).date(), departments=_departments(task), utility=subject or None, facts=facts
    )
    ranked = [(stage.strictness, stage.condition is None, at) for at, stage in enumerate(found) if _key(stage) == key]
    return found[min(ranked)[2]] if ranked else None


def _departments(task: Task | None) -> int | None:
    """Return how many departments decide on a task; None where the document names none."""
    if task is None:
        return None
    return len({one for permission in task.approvals.values() for one in permission.departments}) or None


def _start(case: Case, stage: Stage, subject: str, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    begun = case.milestone(stage.start_event, subject)
    if begun is None:
        return
    start, seq = _beginning(case, stage, subject, begun)
    clock = f"{stage.key}:{stage.start_event}:{stage.end_event}:{subject}:{seq}"
    if clock in case.clocks:
        return
    by = case.dates.get(f"{stage.key}:{subject}")
    due = None if by is not None else deadline(start, stage.half_days, same_day=stage.same_day, calendar=calendar)
    ends = by if due is None else due.due
    yield ev.ClockStarted(
        clock=clock, rule=stage.id, key=stage.key, subject=subject, start_event=stage.start_event,
        end_event=stage.end_event, start=start, due=ends, warn_at=_warning(ends, stage.half_days, calendar, now),
        escalate_at=None if ends is None else closing_after(calendar, ends, ESCALATE_AFTER).closes,
        half_days=stage.half_days, same_day=stage.same_day, set_by_request=by is not None,
        provisional=due is not None and due.provisional,
        sentence_zh="" if due is None else due.sentence_zh, sentence_en="" if due is None else due.sentence_en,
    )  # fmt: skip


def _beginning(case: Case, stage: Stage, subject: str, begun: Milestone) -> tuple[datetime, int]:
    """Return from when a time counts: approvals opened or returned again count from their own acceptance."""
    if stage.key != "parallel_approval":
        return begun.moment, begun.seq
    accepted = case.milestones[f"approvals_accepted:{subject}"]
    before = any(
        one.key == stage.key and one.subject == subject and one.opened_at <= accepted.moment and not one.open
        for one in case.clocks.values()
    )
    again = before or case.tasks[subject].openings > 1
    return (accepted.moment if again else begun.moment), accepted.seq


def _warning(due: datetime | None, half_days: int | None, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when to warn: at the opening of the last half day, or of the last working day; None where it is past."""
    if due is None:
        return None
    wanted = 2 if (half_days or 0) > LONG else 1
    running = calendar.running(due)
    halves = iter(calendar.closed_by(due))
    opens = running.opens if running is not None and running.closes > due else next(halves).opens
    if wanted > 1:
        opens = next(half for half in halves if half.opens < opens).opens
    return opens if opens > local(now) else None


def _rectifications(case: Case, policy: Policy, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    """Start the time of an order to mend; the documents say 限期 without a number, so it is the order's own date."""
    rule = next((one.id for one in policy.provisions if "rectify" in one.measures), "")
    for subject, task in case.tasks.items():
        begun = case.milestones.get(f"rectification_ordered:{subject}")
        if begun is None or not task.ordered:
            continue
        clock = f"rectification:rectification_ordered:rectified:{subject}:{begun.seq}"
        if clock in case.clocks:
            continue
        by = case.dates.get(f"rectification:{subject}")
        yield ev.ClockStarted(
            clock=clock, rule=rule, key="rectification", subject=subject, start_event="rectification_ordered",
            end_event="rectified", start=begun.moment, due=by, warn_at=_warning(by, None, calendar, now),
            escalate_at=None if by is None else closing_after(calendar, by, ESCALATE_AFTER).closes, half_days=None,
            same_day=False, set_by_request=by is not None, provisional=False, sentence_zh="", sentence_en="",
        )  # fmt: skip


def _paused_or_resumed(case: Case, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    for clock in case.clocks.values():
        task = case.tasks.get(clock.subject)
        if task is None or clock.due is None or not _alive(case, clock.key, clock.subject):
            continue
        if clock.status == "running" and task.papers and not clock.passed and now < clock.due:
            left = remaining(now, clock.due, calendar).half_days
            if clock.half_days is not None:
                # The day that a time begins on is not counted, so what is left of it is no part of the time.
                left = min(left, clock.half_days)
            if left:
                yield ev.ClockPaused(clock.id, left)
        elif clock.status == "paused" and not task.papers and clock.left:
            due = closing_after(calendar, now, clock.left).closes
            yield ev.ClockResumed(
                clock.id, due, _warning(due, clock.half_days, calendar, now),
                closing_after(calendar, due, ESCALATE_AFTER).closes,
            )  # fmt: skip


def due_next(case: Case, now: datetime) -> tuple[datetime, EventBody] | None:
    """Return what the clock brings about next, with its moment; None where nothing is due by ``now``.

    Each moment follows from the state alone, so that many small steps of time come to the same as one big one.
    """
    found = [*_silences(case, now)]
    for clock in case.clocks.values():
        if clock.status == "running":
            found += [(max(at, clock.opened_at), rank, clock.id, body) for at, rank, body in _of_clock(clock, now)]
    if not found:
        return None
    at, _, _, body = min(found, key=lambda one: one[:3])
    return at, body


def _of_clock(clock: Clock, now: datetime) -> Iterator[tuple[datetime, int, EventBody]]:
    if clock.due is None:
        return
    if not clock.warned and clock.warn_at is not None and clock.warn_at <= now:
        yield clock.warn_at, 1, ev.DeadlineWarned(clock.id)
    if not clock.passed and now > clock.due:
        yield clock.due, 2, ev.DeadlinePassed(clock.id, ())
    if clock.passed and not clock.escalated and clock.escalate_at is not None and now > clock.escalate_at:
        yield clock.escalate_at, 3, ev.Escalated(clock.id, ())


def _silences(case: Case, now: datetime) -> Iterator[tuple[datetime, int, str, EventBody]]:
    """Yield the utilities that kept silent past the date set for the design: no objection."""
    by = case.dates.get("design_review:")
    asked = "design_sent" in case.milestones and "design_answered" not in case.milestones
    if by is None or not asked or now <= by or case.phase not in ("project", "working"):
        return
    for task in case.active:
        if task.opinion is None:
            yield by, 0, task.utility, ev.DesignAnswered(task.utility, "", tacit=True)


def recounted(case: Case, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    """Yield the running times that are due at another moment by this calendar.

    Dates that a request set stay, and so do times that have paused: they were counted from what was left of them.
    """
    for clock in case.clocks.values():
        fixed = clock.due is None or clock.set_by_request or clock.resumed
        if clock.status != "running" or fixed:
            continue
        again = deadline(clock.start, clock.half_days, same_day=clock.same_day, calendar=calendar)
        if again is not None and again.due != clock.due:
            yield ev.ClockRecounted(
                clock.id, again.due, _warning(again.due, clock.half_days, calendar, now),
                closing_after(calendar, again.due, ESCALATE_AFTER).closes, again.sentence_zh, again.sentence_en,
            )  # fmt: skip
