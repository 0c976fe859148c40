"""Decide what a command on a visit brings about: events, nothing where it was carried out, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.calendar import local
from survey.cases.decide import digest_of
from survey.cases.events import Event
from survey.cases.refusals import NoError, RefusedError
from survey.visits.keeping import commands as co
from survey.visits.keeping import events as ev
from survey.visits.keeping.state import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from survey.cases.bodies import EventBody
    from survey.cases.commands import Command
    from survey.visits.keeping.state import Visit


def decide(visit: Visit, command: Command, now: datetime) -> tuple[Event, ...]:
    """Return the events that a command brings about now.

    What was entered on site is taken in every state but that of a visit nobody planned: late, after a change, and for
    items that are not planned any more.

    Parameters
    ----------
    visit
        The state after all events so far.
    command
        Its body is one of `survey.visits.keeping.commands.COMMANDS`.
    now
        The moment; nothing here reads a clock.

    Returns
    -------
    tuple of Event
        Numbered on from ``visit.seq``; empty where the command's id, or the same answer or signature, came before.

    Raises
    ------
    RefusedError
        With what is possible now; nothing was changed.
    """
    moment, digest = local(now), digest_of(command)
    if visit.handled.get(command.id) == digest:
        return ()
    try:
        _check(visit, command, moment)
        body = _HANDLERS[command.body.kind](command.body, visit)
    except NoError as no:
        raise _refused(visit, command, no) from None
    if body is None:
        return ()
    return (Event(visit.seq + 1, moment, command.actor, command.id, digest, (), body),)


def possible(visit: Visit, role: str) -> tuple[str, ...]:
    """Return the kinds of commands that somebody in a role may give now.

    Examples
    --------
    >>> from survey.visits.keeping.state import Visit
    >>> possible(Visit("V1"), "coordinator"), possible(Visit("V1"), "applicant")
    (('plan_visit',), ())
    """
    return tuple(kind for kind, body in co.COMMANDS.items() if role in body.roles and visit.state in body.states)


def _check(visit: Visit, command: Command, now: datetime) -> None:
    body = command.body
    if command.id in visit.handled:
        raise NoError("id_reused", "同一命令编号的内容不同", "the id of this command was used for another one")
    if not isinstance(body, co.VisitCommand) or command.actor.role not in body.roles:
        raise NoError("role", f"“{body.words[0]}”不由该角色办理", f"that role may not {body.words[1]}")
    if visit.at is not None and now < visit.at:
        raise NoError("clock_back", "时间早于上一事件", "the moment is before the last event",
                      "检查服务器时钟", "check the server's clock")  # fmt: skip
    if not body.offline and command.expected is not None and visit.acted > command.expected:
        raise NoError(
            "stale", f"此前{visit.last_actor}已办理（第{visit.acted}号事件），请先查看最新进展",
            f"{visit.last_actor} acted meanwhile (event {visit.acted}): look at the visit again",
        )  # fmt: skip
    if visit.state not in body.states:
        zh, en = STATES[visit.state]
        raise NoError("out_of_order", f"踏勘{zh}，现在不能“{body.words[0]}”",
                      f"the visit is {en}: cannot {body.words[1]} now")  # fmt: skip


def _refused(visit: Visit, command: Command, no: NoError) -> RefusedError:
    able = possible(visit, command.actor.role)
    fault = no.fault
    if not fault.mend_zh:
        words = [co.COMMANDS[one].words for one in able]
        fault = replace(
            fault, mend_zh=f"现在可以：{'、'.join(zh for zh, _ in words) or '无'}",
            mend_en=f"possible now: {', '.join(en for _, en in words) or 'nothing'}",
        )  # fmt: skip
    return RefusedError(fault, (), able)


def _planned(plan: ev.Plan) -> ev.Plan:
    """Return a plan whose days visit stops that it has, each at most once, be it in parts one after another."""
    calls = [call for day in plan.days for call in day.calls]
    called = [stop for stop, _ in groupby(call.stop for call in calls)]
    if not plan.stops or not called:
        raise NoError("no_stops", "行程没有停留点", "the plan has no stop",
                      "选择现场或管线", "choose sites or routes")  # fmt: skip
    fit = set(called) <= set(range(len(plan.stops))) and all(a.leaves <= b.begins for a, b in pairwise(calls))
    if len(set(called)) < len(called) or not fit:
        raise NoError("stops", "行程与停留点对不上", "the days do not fit the stops", "重新排定", "plan it again")
    return plan


def _reason(text: str) -> str:
    if not text.strip():
        raise NoError("no_reason", "须写明理由", "a reason is needed")
    return text.strip()


def _plan_visit(body: co.PlanVisit, visit: Visit) -> EventBody | None:
    del visit  # one shape for all
    return ev.VisitPlanned(_planned(body.plan))


def _change_visit(body: co.ChangeVisit, visit: Visit) -> EventBody | None:
    if body.plan == visit.plan:
        return None
    return ev.VisitChanged(_planned(body.plan), _reason(body.reason))


def _invite_visit(body: co.InviteVisit, visit: Visit) -> EventBody | None:
    unknown = sorted(set(body.attendees) - set(visit.called))
    if unknown:
        raise NoError("attendee", f"行程中没有：{'、'.join(unknown)}", f"not called by the plan: {', '.join(unknown)}")
    return ev.VisitInvited(body.attendees or visit.called, visit.sequence + 1)


def _hold_visit(body: co.HoldVisit, visit: Visit) -> EventBody | None:
    del visit
    return ev.VisitHeld(body.present)


def _answer_item(body: co.AnswerItem, visit: Visit) -> EventBody | None:
    answer = body.answer
    known = visit.answers.get(answer.id)
    if known is not None:
        if known.answer != answer:
            raise NoError("id_reused", "同一结果编号的内容不同", "the id of this answer was used for another one",
                          "用新编号，并写明更正哪一条", "use a new id, and say which one it replaces")  # fmt: skip
        return None
    if answer.replaces == answer.id:
        raise NoError("replaces", "结果不能更正自己", "an answer cannot replace itself", "用新编号", "use a new id")
    if answer.outcome not in ev.OUTCOMES:
        raise NoError("outcome", "不认识的结果", "an outcome that is not known",
                      f"可用：{'、'.join(ev.OUTCOMES)}", f"use one of: {', '.join(ev.OUTCOMES)}")  # fmt: skip
    if answer.outcome == "value" and (answer.value is None or not isfinite(answer.value)):
        raise NoError("no_value", "缺少实测值", "the measured value is missing", "填写数值", "give the number")
    return ev.ItemAnswered(answer, answer.item in visit.items, late=visit.state == "minuted")


def _sign_visit(body: co.SignVisit, visit: Visit) -> EventBody | None:
    if not body.who.name.strip():
        raise NoError("no_name", "缺少签字人姓名", "the name of who signs is missing", "填写姓名", "give the name")
    same = [one for one in visit.signatures if one.picture == body.picture]
    if any(one.who != body.who for one in same):
        raise NoError("id_reused", "同一签名已用于他人", "that signature is somebody else's", "重新签字", "sign again")
    return None if same else ev.VisitSigned(body.who, body.picture)


def _issue_minutes(body: co.IssueMinutes, visit: Visit) -> EventBody | None:
    return ev.MinutesIssued(body.document, visit.seq)


def _cancel_visit(body: co.CancelVisit, visit: Visit) -> EventBody | None:
    del visit
    return ev.VisitCancelled(_reason(body.reason))


_HANDLERS: Mapping[str, Callable[[Any, Visit], EventBody | None]] = MappingProxyType(
    {
        "plan_visit": _plan_visit,
        "change_visit": _change_visit,
        "invite_visit": _invite_visit,
        "hold_visit": _hold_visit,
        "answer_item": _answer_item,
        "sign_visit": _sign_visit,
        "issue_visit_minutes": _issue_minutes,
        "cancel_visit": _cancel_visit,
    }
)
