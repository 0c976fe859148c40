"""Keep the standing of an operator over all its cases: breaches, the ladder that follows them, suspension, credit.

A second, small list of events beside the cases. 内乡: ordered to mend (in the case), interview, commitment suspended
for three months and until mended; 赤壁: credit record. What another document does not have is refused.
"""

# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import reduce
from typing import TYPE_CHECKING, ClassVar

from survey.calendar import BEIJING, local
from survey.cases import commands as co
from survey.cases import events as ev
from survey.cases.citing import cites, speaks
from survey.cases.draft import SYSTEM
from survey.cases.events import EventBody
from survey.cases.refusals import NoError, RefusedError
from survey.periods import after_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.cases.commands import Command
    from survey.cases.events import Event
    from survey.policies import Policy

CONTINUED = 2
"""Breaches from which on they go on (连续发生); the document gives no number, and two is the least of more than one."""


@dataclass(frozen=True, slots=True)
class BreachNoted(EventBody):
    """A breach that was measured in a case."""

    kind = "breach_noted"
    words = ("记录违诺", "breach noted")
    topics = ("measure:rectify",)
    case: str
    utility: str
    rule: str


@dataclass(frozen=True, slots=True)
class MendingOverdue(EventBody):
    """The date of an order to mend passed without the mending being measured."""

    kind = "mending_overdue"
    words = ("整改逾期", "mending overdue")
    topics = ("measure:rectify",)
    case: str
    utility: str


@dataclass(frozen=True, slots=True)
class MendingNoted(EventBody):
    """The breach of a case is mended, as measured there."""

    kind = "mending_noted"
    words = ("记录整改完成", "mending noted")
    topics = ("measure:rectify",)
    case: str
    utility: str


@dataclass(frozen=True, slots=True)
class Interviewed(EventBody):
    """Called in for an interview."""

    kind = "interviewed"
    words = ("约谈", "called in for an interview")
    topics = ("measure:interview",)
    reason: str


@dataclass(frozen=True, slots=True)
class CommitmentSuspended(EventBody):
    """Commitments of the operator are suspended in the county; at ``ends`` the last day of the months is over."""

    kind = "commitment_suspended"
    words = ("暂停执行告知承诺制", "commitment suspended")
    topics = ("measure:suspend_commitment",)
    reason: str
    months: int
    ends: datetime


@dataclass(frozen=True, slots=True)
class SuspensionEnded(EventBody):
    """The months are over and everything is mended."""

    kind = "suspension_ended"
    words = ("暂停期满且整改完成", "suspension ended")
    topics = ("measure:suspend_commitment",)


@dataclass(frozen=True, slots=True)
class CreditEntered(EventBody):
    """Entered in the credit record."""

    kind = "credit_entered"
    words = ("记入信用档案", "entered in the credit record")
    topics = ("measure:credit_record",)
    reason: str


STANDING_EVENTS: Mapping[str, type[EventBody]] = {
    body.kind: body
    for body in list(globals().values())
    if isinstance(body, type) and issubclass(body, EventBody) and body is not EventBody
}
"""Every kind of event of a standing."""


class StandingCommand(co.CommandBody):
    """What all commands on a standing have; phases and tasks are those of cases."""

    __slots__ = ()
    roles: ClassVar[tuple[str, ...]] = ("supervisor", "approver")
    phases: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class TakeOver(StandingCommand):
    """Take over what the events of a case say of the operator: breaches, mendings, orders that ran out."""

    kind = "take_over"
    words = ("记录案件违诺情况", "take over what a case says")
    roles = ("system", "supervisor")
    case: str
    found: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Interview(StandingCommand):
    """Call the operator in."""

    kind = "interview"
    words = ("约谈", "call in for an interview")
    topics = ("measure:interview",)
    needs = "measure:interview"
    reason: str


@dataclass(frozen=True, slots=True)
class Suspend(StandingCommand):
    """Suspend the operator's commitments, for the months that the document says and until all is mended."""

    kind = "suspend"
    words = ("暂停执行告知承诺制", "suspend commitments")
    topics = ("measure:suspend_commitment",)
    needs = "measure:suspend_commitment"
    reason: str


@dataclass(frozen=True, slots=True)
class EnterCredit(StandingCommand):
    """Enter a breach in the credit record."""

    kind = "enter_credit"
    words = ("记入信用档案", "enter in the credit record")
    topics = ("measure:credit_record",)
    needs = "measure:credit_record"
    reason: str


@dataclass(frozen=True, slots=True)
class StandingTick(StandingCommand):
    """Let the clock end a suspension."""

    kind = "standing_tick"
    words = ("计时", "let the clock work")
    roles = ("system",)


STANDING_COMMANDS: Mapping[str, type[co.CommandBody]] = {
    body.kind: body for body in (TakeOver, Interview, Suspend, EnterCredit, StandingTick)
}
"""Every kind of command on a standing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an operator stands.

    Parameters
    ----------
    open, overdue
        Breaches not mended, and those of them whose order ran out, as ``case:utility``.
    breaches
        How many were ever measured.
    ends
        When the months of a suspension are over; None where commitments are not suspended.
    """

    operator: str
    policy: str
    seq: int = 0
    at: datetime | None = None
    open: frozenset[str] = frozenset()
    overdue: frozenset[str] = frozenset()
    breaches: int = 0
    interviews: int = 0
    credit: tuple[str, ...] = ()
    ends: datetime | None = None
    mended_at: datetime | None = None
    handled: Mapping[str, str] = field(default_factory=dict)

    @property
    def suspended(self) -> bool:
        """Whether the operator may make no new commitments in the county."""
        return self.ends is not None


def replay_standing(operator: str, policy: str, events: Iterable[Event]) -> Standing:
    """Return the standing after all its events.

    >>> replay_standing("水司", "neixiang", []).suspended
    False
    """
    return reduce(evolve_standing, events, Standing(operator, policy))


def evolve_standing(known: Standing, event: Event) -> Standing:
    """Return the standing after one more event."""
    body = event.body
    after = known
    if isinstance(body, BreachNoted):
        after = replace(known, open=known.open | {f"{body.case}:{body.utility}"}, breaches=known.breaches + 1)
    elif isinstance(body, MendingOverdue):
        after = replace(known, overdue=known.overdue | {f"{body.case}:{body.utility}"})
    elif isinstance(body, MendingNoted):
        gone = {f"{body.case}:{body.utility}"}
        after = replace(known, open=known.open - gone, overdue=known.overdue - gone, mended_at=event.at)
    elif isinstance(body, Interviewed):
        after = replace(known, interviews=known.interviews + 1)
    elif isinstance(body, CommitmentSuspended):
        after = replace(known, ends=body.ends)
    elif isinstance(body, SuspensionEnded):
        after = replace(known, ends=None)
    elif isinstance(body, CreditEntered):
        after = replace(known, credit=(*known.credit, body.reason))
    handled = {**known.handled, event.command: event.digest}
    return replace(after, seq=event.seq, at=event.at, handled=handled)


def told_by_case(events: Sequence[Event]) -> tuple[tuple[str, ...], ...]:
    """Return what events of a case say of its operators: ``(what, utility, rule)``; the data of `TakeOver`."""
    found: list[tuple[str, ...]] = []
    for event in events:
        body = event.body
        if isinstance(body, ev.BreachFound):
            found.append(("breach", body.utility, body.rule))
        elif isinstance(body, ev.BreachMended):
            found.append(("mended", body.utility, ""))
        elif isinstance(body, ev.DeadlinePassed) and body.clock.startswith("rectification:"):
            found.append(("overdue", body.clock.split(":")[3], ""))
    return tuple(found)


def decide_standing(known: Standing, command: Command, policy: Policy, now: datetime) -> tuple[Event, ...]:
    """Return the events that a command brings about; empty where it was carried out before.

    Raises
    ------
    RefusedError
        With the clause: a step of the ladder whose condition is not met, or that the document does not have.
    """
    from survey.cases.decide import digest_of  # noqa: PLC0415 - `decide` knows standings, so it is imported late

    moment, digest, body = local(now), digest_of(command), command.body
    if known.handled.get(command.id) == digest:
        return ()
    try:
        _check(known, command, policy, moment, digest)
        bodies = [*_ended(known, moment), *_bodies(known, body, policy, moment)]
    except NoError as no:
        topics = [no.topic] if no.topic else body.topics
        able = possible_steps(known, policy, command.actor.role, moment)
        words = [STANDING_COMMANDS[one].words for one in able]
        fault = replace(
            no.fault, mend_zh=f"现在可以：{'、'.join(zh for zh, _ in words) or '无'}",
            mend_en=f"possible now: {', '.join(en for _, en in words) or 'nothing'}",
        )  # fmt: skip
        raise RefusedError(fault, cites(policy, topics, moment.date()), able) from None
    events: list[Event] = []
    for at, one, actor in [
        (at, one, SYSTEM if isinstance(one, SuspensionEnded) else command.actor) for at, one in bodies
    ]:
        cited = cites(policy, one.topics, at.date())
        events.append(ev.Event(known.seq + len(events) + 1, at, actor, command.id, digest, cited, one))
    after = reduce(evolve_standing, events, known)
    for at, one in _ended(after, moment):
        cited = cites(policy, one.topics, at.date())
        events.append(ev.Event(after.seq + 1, at, SYSTEM, command.id, digest, cited, one))
    return tuple(events)


def possible_steps(known: Standing, policy: Policy, role: str, now: datetime) -> tuple[str, ...]:
    """Return the steps of the ladder that somebody in a role may take now."""
    ready = {
        "interview": bool(known.open and known.overdue) and known.breaches >= CONTINUED,
        "suspend": bool(known.open) and not known.suspended,
        "enter_credit": bool(known.open),
    }
    return tuple(
        kind
        for kind, met in ready.items()
        if met and role in STANDING_COMMANDS[kind].roles and speaks(policy, STANDING_COMMANDS[kind].needs, now.date())
    )


def _check(known: Standing, command: Command, policy: Policy, now: datetime, digest: str) -> None:
    body = command.body
    if known.handled.get(command.id, digest) != digest:
        raise NoError("id_reused", "同一命令编号的内容不同", "the id of this command was used for another one")
    if known.at is not None and now < known.at:
        raise NoError("clock_back", "时间早于上一事件", "the moment is before the last event")
    if command.actor.role not in body.roles:
        raise NoError("role", f"“{body.words[0]}”不由该角色办理", f"that role may not {body.words[1]}")
    if command.expected is not None and known.seq > command.expected:
        raise NoError("stale", "此前已有新的记录，请先查看", "somebody acted meanwhile: look again")
    if body.needs and not speaks(policy, body.needs, now.date()):
        raise NoError(
            "not_in_document", f"本县文件没有“{body.words[0]}”的规定", f"the document has no {body.words[1]!r}"
        )


def _ended(known: Standing, now: datetime) -> list[tuple[datetime, EventBody]]:
    """Return the end of a suspension: the later of the months and the mending."""
    if known.ends is None or known.open or now < known.ends:
        return []
    return [(max(known.ends, known.mended_at or known.ends), SuspensionEnded())]


def _told(case: str, what: str, utility: str, rule: str) -> EventBody:
    """Return one line of `told_by_case` as an event of the standing."""
    if what == "breach":
        return BreachNoted(case, utility, rule)
    return MendingNoted(case, utility) if what == "mended" else MendingOverdue(case, utility)


def _bodies(
    known: Standing, body: co.CommandBody, policy: Policy, now: datetime
) -> list[tuple[datetime, EventBody]]:  # fmt: skip
    if isinstance(body, TakeOver):
        return [(now, _told(body.case, *line)) for line in body.found]
    if isinstance(body, StandingTick):
        return []
    if not known.open:
        raise NoError("no_breach", "没有测得且未整改的违诺", "no breach was measured that is not mended")
    reason = str(getattr(body, "reason", "")).strip()
    if not reason:
        raise NoError("no_reason", "须写明理由", "a reason is needed")
    if isinstance(body, Interview):
        if known.breaches < CONTINUED or not known.overdue:
            raise NoError(
                "not_continued",
                "约谈须连续发生违规且整改不到位",
                "an interview wants breaches that go on and are not mended",
            )
        return [(now, Interviewed(reason))]
    if isinstance(body, EnterCredit):
        return [(now, CreditEntered(reason))]
    if known.suspended:
        raise NoError("suspended", "已在暂停期内", "suspended already")
    rule = next(one for one in policy.provisions if "suspend_commitment" in one.measures)
    months = round(rule.value or 0)
    ends = datetime.combine(after_months(now.date(), months) + timedelta(days=1), time.min, BEIJING)
    return [(now, CommitmentSuspended(reason, months, ends))]
