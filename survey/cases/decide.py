"""Decide what a command brings about: events, nothing where it was carried out, or a refusal with its clause."""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import Fault
from survey.calendar import local
from survey.cases import building, intake, judging
from survey.cases import commands as co
from survey.cases.citing import cites, speaks
from survey.cases.clocks import recounted
from survey.cases.draft import Draft
from survey.cases.plain import as_plain
from survey.cases.refusals import NoError, RefusedError
from survey.cases.words import PHASES, STATUSES
from survey.utilities import utility_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from survey.calendar import Calendar
    from survey.cases.commands import Command, CommandBody
    from survey.cases.events import Event
    from survey.cases.standing import Standing
    from survey.cases.state import Case, Task
    from survey.policies import Policy


def decide(
    case: Case, command: Command, policy: Policy, calendar: Calendar, now: datetime, *, standing: Standing | None = None
) -> tuple[Event, ...]:
    """Return the events that a command brings about now.

    What the clock has brought about since the last event comes first, each thing at its own moment; so a command after
    a deadline always finds the alarm before it.

    Parameters
    ----------
    case
        The state after all events so far.
    now
        The moment; nothing here reads a clock.
    standing
        Of the operator whose route it is; None: nothing is known against it.

    Returns
    -------
    tuple of Event
        Numbered on from ``case.seq``; empty where the command's id was carried out before, or nothing was due.

    Raises
    ------
    RefusedError
        With the clause and what is possible now; nothing was changed.
    """
    moment, digest = local(now), digest_of(command)
    done = case.handled.get(command.id)
    if done is not None:
        if done != digest:
            raise _refused(case, command, policy, moment, NoError(
                "id_reused", "同一命令编号的内容不同", "the id of this command was used for another one"))  # fmt: skip
        return ()
    if case.at is not None and moment < case.at:
        raise _refused(case, command, policy, moment, NoError(
            "clock_back", "时间早于上一事件", "the moment is before the last event",
            "检查服务器时钟", "check the server's clock"))  # fmt: skip
    draft = Draft(case, policy, calendar, moment, command.actor, command.id, digest, standing)
    draft.catch_up()
    try:
        _check(draft.case, command, policy, moment)
        _HANDLERS[command.body.kind](command.body, draft)
    except NoError as no:
        raise _refused(draft.case, command, policy, moment, no) from None
    draft.settle(moment)
    draft.catch_up()
    return tuple(draft.events)


def digest_of(command: Command) -> str:
    """Return a digest of who asks what; the same id with another digest is refused."""
    said = json.dumps([as_plain(command.actor), command.body.kind, as_plain(command.body)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def possible(case: Case, policy: Policy, role: str, now: datetime) -> tuple[str, ...]:
    """Return what somebody in a role may do now: kinds of commands, those of a task as ``kind:utility``.

    Examples
    --------
    >>> from datetime import datetime
    >>> from survey.cases.evolve import replay
    >>> from survey.policies import load_policy
    >>> possible(replay("C1", "neixiang", []), load_policy("neixiang"), "applicant", datetime(2026, 12, 1))
    ('file_application',)
    """
    found = []
    for kind, body in co.COMMAND_BODIES.items():
        if role not in body.roles or case.phase not in body.phases or body is co.Tick:
            continue
        if body.needs and not speaks(policy, body.needs, local(now).date()):
            continue
        if not body.statuses:
            found += [kind] if body.ready(case, None) else []
            continue
        tasks = [task for task in case.tasks.values() if task.status in body.statuses and body.ready(case, task)]
        found += [f"{kind}:{task.utility}" for task in tasks]
    return tuple(found)


def _check(case: Case, command: Command, policy: Policy, now: datetime) -> None:
    body = command.body
    if command.actor.role not in body.roles:
        raise NoError("role", f"“{body.words[0]}”不由该角色办理", f"that role may not {body.words[1]}")
    if command.expected is not None and case.acted > command.expected:
        raise NoError(
            "stale", f"此前{case.last_actor}已办理（第{case.acted}号事件），请先查看最新进展",
            f"{case.last_actor} acted meanwhile (event {case.acted}): look at the case again",
        )  # fmt: skip
    if body.needs and not speaks(policy, body.needs, now.date()):
        raise NoError("not_in_document", f"本县文件没有“{body.words[0]}”的规定",
                      f"the document has no {body.words[1]!r}",
                      topic=body.needs)  # fmt: skip
    if case.phase not in body.phases:
        zh, en = PHASES[case.phase]
        raise NoError(
            "out_of_order", f"{zh}，现在不能“{body.words[0]}”", f"the case is {en}: cannot {body.words[1]} now"
        )
    task = _task(case, body) if body.statuses else None
    _check_task(command, task)
    if not body.ready(case, task):
        raise NoError("out_of_order", f"现在不能“{body.words[0]}”", f"cannot {body.words[1]} now")


def _task(case: Case, body: CommandBody) -> Task:
    utility = str(getattr(body, "utility", ""))
    if utility not in case.tasks:
        name = utility_names([utility])
        raise NoError("no_task", f"本件没有“{name[0]}”业务", f"the case has no task {name[1]!r}")
    return case.tasks[utility]


def _check_task(command: Command, task: Task | None) -> None:
    body = command.body
    if task is None:
        return
    decided = task.approvals.get(body.approval) if isinstance(body, co.DecideApproval) else None
    if decided is not None and decided.status in ("granted", "refused"):
        by = decided.decided_by
        raise NoError(
            "decided_already", f"该事项已由{by}作出决定", f"decided already by {by}", topic=f"rule:{decided.id}"
        )
    if task.status not in body.statuses:
        (zh, en), name = STATUSES[task.status], utility_names([task.utility])
        raise NoError(
            "out_of_order",
            f"{name[0]}：{zh}，现在不能“{body.words[0]}”",
            f"{name[1]}: {en}; cannot {body.words[1]} now",
        )
    if command.actor.role == "utility" and task.operator and command.actor.department not in ("", task.operator):
        raise NoError("not_yours", f"该业务由{task.operator}办理", f"that task is {task.operator}'s")


def _refused(case: Case, command: Command, policy: Policy, now: datetime, no: NoError) -> RefusedError:
    topics = [no.topic] if no.topic else command.body.topics
    able = possible(case, policy, command.actor.role, now)
    fault = no.fault
    if not fault.mend_zh:
        fault = Fault(
            fault.code, fault.zh, fault.en, f"现在可以：{'、'.join(_said(one, 0) for one in able) or '无'}",
            f"possible now: {', '.join(_said(one, 1) for one in able) or 'nothing'}",
        )  # fmt: skip
    return RefusedError(fault, cites(policy, topics, now.date()), able)


def _said(possible_now: str, language: int) -> str:
    kind, _, utility = possible_now.partition(":")
    words = co.COMMAND_BODIES[kind].words[language]
    name = utility_names([utility])[language]
    return f"{words}{('（{}）', ' ({})')[language].format(name)}" if utility else words


def _tick(body: co.Tick, draft: Draft) -> None:
    """Do nothing more: catching up is what every command begins with."""


def _recount(body: co.Recount, draft: Draft) -> None:  # noqa: ARG001 - one shape for all
    for change in recounted(draft.case, draft.calendar, draft.now):
        draft.say(change)


_HANDLERS: Mapping[str, Callable[[Any, Draft], None]] = MappingProxyType(
    {
        "tick": _tick,
        "recount": _recount,
        **{
            kind: getattr(room, kind)
            for room in (intake, judging, building)
            for kind in co.COMMAND_BODIES
            if hasattr(room, kind)
        },
    }
)
