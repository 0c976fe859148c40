"""Say what the minutes of a visit bring about in its cases, and enter it: each county's step by its own clause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError
from maps.visit_minutes_content import CaseStep
from survey.calendar import local
from survey.cases.citing import speaks
from survey.cases.commands import Command, Note, RecordSurvey, ScheduleSurvey
from survey.cases.decide import decide
from survey.cases.evolve import evolve
from survey.cases.refusals import RefusedError
from survey.cases.text_limits import LIMITS, MOST_TEXTS
from survey.cases.words import MILESTONES, SILENT_CLAUSE
from survey.deadline_words import of_length
from survey.visits.dates import SURVEYED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.casework import Casework
    from survey.cases.bodies import CommandBody
    from survey.cases.events import Event
    from survey.cases.records import Actor
    from survey.cases.state import Case
    from survey.policies import Policy
    from survey.visits.keeping import Visit

PUSHED = "survey_plan_pushed"
"""The milestone of a county whose document has the plan of the survey published."""
MORE = "\n……全文见纪要"
"""Ends what was cut; the number of the minutes stands in the first line."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the minutes in a case, as it would be, or was, decided.

    Parameters
    ----------
    case, project, kind, event
        In which case, which command, and the milestone that it brings.
    step
        As the paper tells it, with its time and clause.
    why_zh, why_en
        Why it is not possible; empty where it is.
    """

    case: str
    project: str
    kind: str
    event: str
    step: CaseStep
    why_zh: str = ""
    why_en: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the step as plain values for JSON."""
        told = self.step
        return {
            "case": self.case, "project": self.project, "kind": self.kind, "event": self.event, "zh": told.step_zh,
            "en": told.step_en, "allowed": told.allowed or SILENT_CLAUSE, "due": told.due, "document": told.document,
            "clause": told.clause or SILENT_CLAUSE, "possible": not self.why_zh, "why_zh": self.why_zh,
            "why_en": self.why_en,
        }  # fmt: skip


def steps_of(work: Casework, visit: Visit, actor: Actor, text: str, now: datetime) -> list[Step]:
    """Return what issuing minutes would bring about in the cases of a visit; nothing is written.

    Parameters
    ----------
    actor
        Who issues them: acts in the cases as well.
    text
        The minutes in short, as the record of a case keeps them.
    """
    return [step for step, _ in _decided(work, visit, actor, text, now)]


def enter(work: Casework, visit: Visit, actor: Actor, text: str, now: datetime, key: str) -> list[Step]:
    """Enter every step that is possible, in the transaction that is open, and return all of them.

    A step that a case refuses is told with the reason and holds up no other: minutes are of many cases.
    """
    found = []
    for number, (step, body) in enumerate(list(_decided(work, visit, actor, text, now))):
        found.append(step if step.why_zh else _entered(work, step, Command(f"{key}:{number}", actor, body), now))
    return found


def _entered(work: Casework, step: Step, command: Command, now: datetime) -> Step:
    """Return a step after it was entered, or why it was not; nothing of the case is written before that is known."""
    try:
        work.act(step.case, command, now)
    except BadInputError as error:  # such as a case that was begun by the document of another county
        fault = error.faults[0]
        not_done = replace(step.step, done=False)
        return replace(step, step=not_done, why_zh=fault.sentence("zh"), why_en=fault.sentence("en"))
    return step


def _decided(
    work: Casework, visit: Visit, actor: Actor, text: str, now: datetime
) -> Iterator[tuple[Step, CommandBody]]:  # fmt: skip
    """Yield each step with its command, decided one after another upon what the one before would bring."""
    for name in visit.plan.cases if visit.plan is not None else ():
        case = work.case(name)
        if case.seq == 0:
            continue
        for body, event in _bodies(case, work.policy, visit, text, now):
            before = case
            try:
                events = decide(case, Command(f"minutes:{event}", actor, body), work.policy, work.calendar, now)
            except RefusedError as refusal:
                fault = refusal.faults[0]
                yield _step(before, (), body, event, (fault.sentence("zh"), fault.sentence("en"))), body
                break  # what follows rests on it
            for one in events:
                case = evolve(case, one)
            yield _step(before, events, body, event, ("", "")), body


def _bodies(
    case: Case, policy: Policy, visit: Visit, text: str, now: datetime
) -> Iterator[tuple[CommandBody, str]]:  # fmt: skip
    """Yield what is not on record: the time agreed, the survey, the plan published where the county has that."""
    plan = visit.plan
    if SURVEYED not in case.milestones:
        if case.survey_at is None and plan is not None:
            called = tuple(dict.fromkeys(one.name for stop in plan.stops for one in stop.attendees))
            # No case takes a time that is past: one that nobody agreed on before is entered as of now.
            yield ScheduleSurvey(now, called[:MOST_TEXTS]), "survey_time_agreed"
        yield RecordSurvey(text), SURVEYED
    if PUSHED not in case.milestones and speaks(policy, f"event:{PUSHED}", local(now).date()):
        yield Note(PUSHED, "", None, shortened(text, "text")), PUSHED


def shortened(text: str, name: str) -> str:
    r"""Return the minutes in short as a field of a command takes them; where they are cut, that is said.

    >>> shortened("管" * 3000, "text")[-10:], shortened("管", "text")
    ('管管\n……全文见纪要', '管')
    """
    most = LIMITS[name]
    return text if len(text) <= most else text[: most - len(MORE)] + MORE


def _step(case: Case, events: Sequence[Event], body: CommandBody, event: str, why: tuple[str, str]) -> Step:
    """Return a step with the time that it ends, if any, and the clause that its event rests on."""
    clock = next((one for one in case.clocks.values() if one.open and one.end_event == event), None)
    cited = next((one.cites for one in events if not one.body.of_clock), ())
    cites = clock.cites if clock is not None and clock.cites else cited
    document, clause = next(((one.document, one.clause) for one in cites), ("", ""))
    names = MILESTONES[event]
    step = CaseStep(
        case.id, case.project, *names,
        allowed=of_length(clock.half_days, same_day=clock.same_day)[0] if clock is not None else "",
        due=None if clock is None else clock.due, document=document, clause="" if clause == SILENT_CLAUSE else clause,
        done=not why[0],
    )  # fmt: skip
    return Step(case.id, case.project, body.kind, event, step, *why)
