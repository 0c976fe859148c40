"""Decide what a command on a chance brings about: events, nothing where it was carried out, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from math import hypot
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.calendar import deadline, local
from survey.cases.decide import digest_of
from survey.cases.draft import SYSTEM
from survey.cases.events import Event
from survey.cases.refusals import NoError, RefusedError
from survey.joined import operator_key
from survey.opportunities.answers import commands as co
from survey.opportunities.answers import events as ev
from survey.opportunities.answers.state import STATES, evolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from survey.calendar import Calendar
    from survey.cases.bodies import EventBody
    from survey.cases.commands import Command
    from survey.cases.records import Actor
    from survey.opportunities.answers.events import Basis
    from survey.opportunities.answers.state import Talk
    from survey.opportunities.county_data import Planning


def decide(talk: Talk, command: Command, planning: Planning, calendar: Calendar, now: datetime) -> tuple[Event, ...]:
    """Return the events that a command brings about now.

    Reminder and alarm that were due by now come first, each at its own moment.

    Parameters
    ----------
    talk
        The state after all events so far.
    command
        Its body is one of `survey.opportunities.answers.commands.COMMANDS`.
    planning
        Time to answer, reminder, and how much a member may change.
    calendar
        Working time.
    now
        The moment; nothing here reads a clock.

    Returns
    -------
    tuple of Event
        Numbered on from ``talk.seq``; empty where the command's id was carried out before, or nothing was due.

    Raises
    ------
    RefusedError
        With what is possible now; nothing was changed.
    """
    moment, digest = local(now), digest_of(command)
    if talk.handled.get(command.id) == digest:
        return ()
    draft = _Draft(talk, command.id, digest)
    for at, body in _due(talk, moment):
        draft.say(body, at, SYSTEM)
    try:
        _check(talk, draft.talk, command, moment)
        bodies = list(_HANDLERS[command.body.kind](command.body, draft.talk, planning, calendar, moment))
    except NoError as no:
        raise _refused(draft.talk, command, moment, no) from None
    for body in bodies:
        draft.say(body, moment, command.actor)
    for body in _settled(draft.talk, bodies):
        draft.say(body, moment, SYSTEM)
    return tuple(draft.events)


class _Draft:
    """The events of one command so far, and the state after them."""

    def __init__(self, talk: Talk, command: str, digest: str) -> None:
        self.talk = talk
        self.events: list[Event] = []
        self._command, self._digest = command, digest

    def say(self, body: EventBody, at: datetime, actor: Actor) -> None:
        event = Event(self.talk.seq + 1, at, actor, self._command, self._digest, (), body)
        self.events.append(event)
        self.talk = evolve(self.talk, event)


def possible(talk: Talk, role: str, department: str, now: datetime) -> tuple[str, ...]:
    """Return the kinds of commands that somebody may give now; those of a party as ``answer:key``.

    Parameters
    ----------
    department
        The operator that somebody acts for; empty: for any.
    now
        The moment; what is overdue by then counts as over, whether or not the clock has said so.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from survey.opportunities.answers.state import Talk
    >>> now = datetime(2026, 12, 1, tzinfo=UTC)
    >>> possible(Talk("O1"), "coordinator", "", now), possible(Talk("O1"), "applicant", "", now)
    (('propose',), ())
    """
    talk, found = _as_of(talk, local(now)), []
    for kind, body in co.COMMANDS.items():
        if role not in body.roles or talk.state not in body.states or body in (co.TalkTick, co.Refresh):
            continue
        if (body is co.Answer and _is_late(talk, local(now))) or (body is co.BeginProject and talk.case):
            continue
        if body is co.WithdrawChance and _is_bound(talk, role):
            continue
        if body is co.Answer:
            found += [f"{kind}:{one.key}" for one in talk.parties if _may_answer(one, role, department)]
        elif role != "utility" or kind == "propose" or _own(talk, department):
            found.append(kind)
    return tuple(found)


def _as_of(talk: Talk, now: datetime) -> Talk:
    """Return the state after what is due by now."""
    draft = _Draft(talk, "", "")
    for at, body in _due(talk, now):
        draft.say(body, at, SYSTEM)
    return draft.talk


def _is_late(talk: Talk, now: datetime) -> bool:
    """Return whether a no stays one: the time is over in which a party could still answer otherwise."""
    return talk.state == "declined" and talk.due is not None and now > talk.due


def _is_bound(talk: Talk, role: str) -> bool:
    """Return whether a project has begun, whose other parties rely on it: no company withdraws from it alone."""
    return role == "utility" and bool(talk.case)


def next_due(talk: Talk) -> datetime | None:
    """Return when the clock has something to do next; None: nothing."""
    if talk.state != "proposed":
        return None
    return talk.remind_at or talk.due


def _due(talk: Talk, now: datetime) -> Iterator[tuple[datetime, EventBody]]:
    if talk.state != "proposed" or talk.due is None or not talk.waiting:
        return
    if talk.remind_at is not None and talk.remind_at <= now:
        yield talk.remind_at, ev.Reminded(talk.waiting)
    if talk.due < now:
        yield talk.due, ev.Expired(talk.waiting)


def _check(before: Talk, talk: Talk, command: Command, now: datetime) -> None:
    body = command.body
    if command.id in before.handled:
        raise NoError("id_reused", "同一命令编号的内容不同", "the id of this command was used for another one")
    if before.at is not None and now < before.at:
        raise NoError("clock_back", "时间早于上一事件", "the moment is before the last event",
                      "检查服务器时钟", "check the server's clock")  # fmt: skip
    if not isinstance(body, co.TalkCommand) or command.actor.role not in body.roles:
        raise NoError("role", f"“{body.words[0]}”不由该角色办理", f"that role may not {body.words[1]}")
    if command.expected is not None and before.acted > command.expected:
        raise NoError(
            "stale", f"此前{before.last_actor}已办理（第{before.acted}号事件），请先查看最新进展",
            f"{before.last_actor} acted meanwhile (event {before.acted}): look at it again",
        )  # fmt: skip
    if talk.state not in body.states:
        zh, en = STATES[talk.state]
        raise NoError("out_of_order", f"{zh}，现在不能“{body.words[0]}”", f"it is {en}: cannot {body.words[1]} now")
    if not _is_theirs(talk, command):
        raise NoError("not_yours", "只有该方自己可以办理", "only the party itself may do this")
    if isinstance(body, co.WithdrawChance) and _is_bound(talk, command.actor.role):
        raise NoError(
            "begun_already", f"已合并立项（办件 {talk.case}），一方不能单独撤回",
            f"it is one project already (case {talk.case}): no party withdraws it alone",
            "请联办窗口撤回", "ask those who coordinate to withdraw it",
        )  # fmt: skip


def _is_theirs(talk: Talk, command: Command) -> bool:
    """Return whether what is asked is the actor's own to ask; a party that is not there is told of later."""
    body, actor = command.body, command.actor
    if isinstance(body, co.Answer):
        party = talk.party(body.party)
        return party is None or _may_answer(party, actor.role, actor.department)
    ends = isinstance(body, (co.WithdrawChance, co.Finish))
    return not ends or actor.role != "utility" or _own(talk, actor.department)


def _own(talk: Talk, department: str) -> bool:
    return not department or any(operator_key(department) == one.key for one in talk.parties)


def _may_answer(party: ev.Party, role: str, department: str) -> bool:
    """Return whether somebody may answer for a party; where no operator is stated, a coordinator may."""
    if role == "coordinator":
        return not party.operator
    return not department or not party.operator or operator_key(department) == party.key


def _asked(
    parties: Sequence[ev.Party], basis: Sequence[Basis], planning: Planning, calendar: Calendar, now: datetime
) -> ev.Asked:
    """Return the question with its time to answer, from now on."""
    due = deadline(now, planning.half_days, same_day=False, calendar=calendar)
    if due is None:
        raise NoError("no_time", "未给出答复时限", "no time to answer is given")
    last = list(islice(calendar.closed_by(due.due), planning.remind_half_days))
    remind = last[-1].opens if last and last[-1].opens > now else None
    return ev.Asked(tuple(parties), tuple(basis), due.due, remind, due.provisional)


def _propose(
    body: co.Propose, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    del talk
    if len({one.route for one in body.basis}) < 2 or not body.parties:  # noqa: PLR2004 - a trench is shared by two
        raise NoError("no_chance", "同沟至少要有两条管线", "sharing a trench takes two routes")
    yield ev.Proposed(_asked(body.parties, body.basis, planning, calendar, now))


def _answer(body: co.Answer, talk: Talk, planning: Planning, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    del planning, calendar
    party, known = talk.party(body.party), talk.answers.get(body.party)
    if party is None:
        raise NoError("no_party", f"其中没有“{body.party}”", f"there is no party {body.party!r}")
    if _is_late(talk, now):
        raise NoError(
            "too_late", "答复时限已过，可由联办窗口重新征求意见", "the time is over; those who coordinate may ask again"
        )
    reason = body.reason.strip()
    if not body.yes and not reason:
        raise NoError("no_reason", "不同意须写明理由", "a no needs a reason")
    if known is not None and (known.yes, known.reason) == (body.yes, reason):
        raise NoError(
            "answered_already", f"{known.by}已于 {known.at:%m-%d %H:%M} 作出同样答复",
            f"{known.by} gave this answer at {known.at:%m-%d %H:%M}",
        )  # fmt: skip
    yield ev.Answered(body.party, body.yes, reason, changed=known is not None)


def _ask_again(
    body: co.AskAgain, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    yield ev.Reopened("asked", _reason(body.reason), (), _asked(talk.parties, talk.basis, planning, calendar, now))


def _refresh(
    body: co.Refresh, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    if not body.basis:
        yield ev.ChanceWithdrawn("gone", "")
        return
    changed = changed_routes(talk.basis, body.basis, planning)
    if changed or body.parties != talk.parties:
        told = changed or tuple(one.route for one in body.basis)
        yield ev.Reopened("changed", "", told, _asked(body.parties, body.basis, planning, calendar, now))


def _withdraw_chance(
    body: co.WithdrawChance, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    del talk, planning, calendar, now
    yield ev.ChanceWithdrawn("asked", _reason(body.reason))


def _begin_project(
    body: co.BeginProject, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    del planning, calendar, now
    if talk.case:
        raise NoError(
            "begun_already", f"已合并立项，见办件 {talk.case}", f"it is one project already: case {talk.case}"
        )
    yield ev.ProjectBegun(body.case, body.lead)


def _finish(body: co.Finish, talk: Talk, planning: Planning, calendar: Calendar, now: datetime) -> Iterator[EventBody]:
    del body, talk, planning, calendar, now
    yield ev.Done()


def _talk_tick(
    body: co.TalkTick, talk: Talk, planning: Planning, calendar: Calendar, now: datetime
) -> Iterator[EventBody]:
    """Do nothing more: what was due comes before every command."""
    del body, talk, planning, calendar, now
    yield from ()


def _reason(text: str) -> str:
    if not text.strip():
        raise NoError("no_reason", "须写明理由", "a reason is needed")
    return text.strip()


def changed_routes(before: Sequence[Basis], now: Sequence[Basis], planning: Planning) -> tuple[str, ...]:
    """Return the routes that changed beyond the tolerance since the parties were asked, by id.

    An end of a stretch that moved by more than ``moved_m`` metres; a first or last day that moved by more than
    ``moved_days``, or is now stated or no longer; a route that came or went.

    Examples
    --------
    >>> from survey.opportunities.county_data import known_planning
    >>> from survey.opportunities.answers.events import Basis
    >>> was = Basis("W", (0.0, 0.0, 100.0, 0.0), None, None)
    >>> moved = [replace(was, ends=(0.0, dy, 100.0, dy)) for dy in (4.9, 5.1)]
    >>> [changed_routes([was], [one], known_planning()) for one in moved]
    [(), ('W',)]
    """
    found = set()
    pairs = [_by_route(before), _by_route(now)]
    for route in pairs[0].keys() | pairs[1].keys():
        old, new = (side.get(route, []) for side in pairs)
        same = len(old) == len(new) and not any(_differ(a, b, planning) for a, b in zip(old, new, strict=True))
        if not same:
            found.add(route)
    return tuple(sorted(found))


def _by_route(basis: Sequence[Basis]) -> dict[str, list[Basis]]:
    found: dict[str, list[Basis]] = {}
    for one in basis:
        found.setdefault(one.route, []).append(one)
    return found


def _differ(a: Basis, b: Basis, planning: Planning) -> bool:
    moved = max(hypot(a.ends[k] - b.ends[k], a.ends[k + 1] - b.ends[k + 1]) for k in (0, 2))
    days = ((a.start, b.start), (a.end, b.end))
    return moved > planning.moved_m or any(_days_apart(*both) > planning.moved_days for both in days)


def _days_apart(a: date | None, b: date | None) -> float:
    if a is None or b is None:
        return 0.0 if a is b else float("inf")
    return abs((a - b).days)


def _settled(talk: Talk, bodies: Sequence[EventBody]) -> Iterator[EventBody]:
    """Yield what follows from an answer: agreed where all said yes, declined where all answered and some said no."""
    if any(isinstance(body, ev.Answered) for body in bodies) and not talk.waiting:
        yield ev.Declined(talk.against) if talk.against else ev.Agreed()


def _refused(talk: Talk, command: Command, now: datetime, no: NoError) -> RefusedError:
    able = possible(talk, command.actor.role, command.actor.department, now)
    fault = no.fault
    if not fault.mend_zh:
        words = [co.COMMANDS[one.partition(":")[0]].words for one in able]
        fault = replace(
            fault, mend_zh=f"现在可以：{'、'.join(zh for zh, _ in words) or '无'}",
            mend_en=f"possible now: {', '.join(en for _, en in words) or 'nothing'}",
        )  # fmt: skip
    return RefusedError(fault, (), able)


_HANDLERS: Mapping[str, Callable[[Any, Talk, Planning, Calendar, datetime], Iterator[EventBody]]] = MappingProxyType(
    {
        "propose": _propose,
        "answer": _answer,
        "ask_again": _ask_again,
        "refresh": _refresh,
        "withdraw_chance": _withdraw_chance,
        "begin_project": _begin_project,
        "finish": _finish,
        "talk_tick": _talk_tick,
    }
)
