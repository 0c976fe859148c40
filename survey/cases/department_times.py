"""Tell how long each department took inside parallel approval: from its application to its decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from survey.calendar import deadline
from survey.cases import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.events import Event
    from survey.cases.state import Case, Clock

KEY = "parallel_approval"


@dataclass(frozen=True, slots=True)
class Desk:
    """One application for one permission, as it lies before the departments that decide it.

    Parameters
    ----------
    departments
        Who decides, or who decided; empty where the document names nobody and nobody said.
    ended, decided
        When it was decided, or sent back to be mended (then ``decided`` is False); None while it lies there.
    """

    turn: int
    utility: str
    approval: str
    departments: tuple[str, ...]
    applied: datetime
    ended: datetime | None = None
    decided: bool = False


def desks_of(steps: Iterable[tuple[Case, Event]]) -> tuple[Desk, ...]:
    """Return every application for a permission, in order; one that was sent back and made again counts anew.

    Parameters
    ----------
    steps
        Each event of a case with the state after it.
    """
    found: dict[tuple[int, str, str], list[Desk]] = {}
    for case, event in steps:
        body = event.body
        if isinstance(body, ev.ApprovalsApplied):
            known = case.tasks[body.utility].approvals
            for one in body.approvals:
                desk = Desk(case.turn, body.utility, one, known[one].departments, event.at)
                found.setdefault((case.turn, body.utility, one), []).append(desk)
        elif isinstance(body, (ev.ApprovalDecided, ev.ApprovalReturned)):
            applied = found[case.turn, body.utility, body.approval]
            who = (body.department,) if body.department else applied[-1].departments
            decided = isinstance(body, ev.ApprovalDecided)
            applied[-1] = replace(applied[-1], departments=who, ended=event.at, decided=decided)
    return tuple(one for desks in found.values() for one in desks)


def clock_of(desk: Desk, case: Case, calendar: Calendar) -> Clock | None:
    """Return the time of a department: that of the parallel approval, as far as it is this application's.

    It begins with the application, but not before the stage does (who was applied to sooner waits for the others),
    and is due by the stage's limit from there on, so that nobody is late for what came late to him. One that was sent
    back, or that nobody waits for any more, is void. None where the document has no such time.

    Parameters
    ----------
    case
        As it stands now.
    """
    whole = _approval(desk, case.clocks.values())
    if whole is None:
        return None
    begun = max(desk.applied, whole.start)
    own = replace(whole, start=begun, due=_due(whole, begun, calendar))
    if desk.ended is not None:
        late = own.due is not None and desk.ended > own.due
        return replace(own, status="stopped", ended_at=desk.ended, late=late, void=not desk.decided)
    task = case.tasks.get(desk.utility)
    waits = desk.turn == case.turn and task is not None and task.approvals[desk.approval].status == "applied"
    if waits and whole.open:
        return own
    return replace(own, status="stopped", ended_at=whole.ended_at or case.at, void=True)


def _due(whole: Clock, begun: datetime, calendar: Calendar) -> datetime | None:
    """Return when a department's time is due; a pause has moved the whole time's due moment, which then holds."""
    if begun == whole.start or whole.due is None or whole.resumed:
        return whole.due
    found = deadline(begun, whole.half_days, same_day=whole.same_day, calendar=calendar)
    return None if found is None else found.due


def _approval(desk: Desk, clocks: Iterable[Clock]) -> Clock | None:
    """Return the time of the approval that an application was part of: the latest that overlaps it."""
    met: Sequence[Clock] = [
        one
        for one in clocks
        if one.key == KEY and one.subject in (desk.utility, "")
        and (desk.ended is None or one.opened_at <= desk.ended)
        and (one.ended_at is None or one.ended_at >= desk.applied)
    ]  # fmt: skip
    return max(met, key=lambda one: (one.opened_at, one.id), default=None)
