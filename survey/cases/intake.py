"""Carry out the commands of intake: project, application, acceptance, papers, design, survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.calendar import local
from survey.cases import commands as co
from survey.cases import events as ev
from survey.cases.citing import speaks
from survey.cases.refusals import NoError
from survey.cases.words import CHANNELS, NOTABLE, OF_A_TASK
from survey.policies import FACTS
from survey.utilities import UTILITIES, utility_names

if TYPE_CHECKING:
    from datetime import datetime

    from survey.cases.draft import Draft
    from survey.cases.records import Demand

OPENINGS = ("project_initiated", "land_contract_signed", "project_pushed")
"""The milestones at which a project may be known before an application."""


def working_date(draft: Draft, by: datetime | None) -> datetime | None:
    """Return a date that a request sets, on Beijing's clock; it must be to come and in office hours."""
    if by is None:
        return None
    moment = local(by)
    if moment <= draft.now or draft.calendar.running(moment) is None:
        raise NoError(
            "date_off", "所设期限须在将来的工作时间内（休息日、下班后不能作为期限）",
            "the date must be to come and in office hours; a day off is no deadline",
        )  # fmt: skip
    return moment


def _usable(draft: Draft, event: str, known: tuple[str, ...] | frozenset[str]) -> None:
    used = {stage.start_event for stage in draft.policy.stages} | {stage.end_event for stage in draft.policy.stages}
    if event not in known or event not in used:
        raise NoError(
            "no_milestone", f"本县文件没有“{event}”这一节点", f"the county's document knows no {event!r}",
            topic=f"event:{event}",
        )  # fmt: skip


def _check_demands(draft: Draft, demands: tuple[Demand, ...]) -> None:
    names = [one.utility for one in demands]
    unknown = [name for name in names if name not in UTILITIES]
    if not names or unknown or len(set(names)) != len(names):
        raise NoError(
            "utilities",
            "所选业务为空、重复或不认识",
            "the utilities chosen are none, doubled or unknown",
            topic="kind:scope",
        )
    outside = [name for name in names if name not in draft.policy.served]
    if outside:
        zh, en = utility_names(outside)
        scope = next(one.id for one in draft.policy.rules if one.quantity == "utility")
        raise NoError("outside", f"{zh} 不在本文件范围内", f"{en} not in the document's scope", topic=f"rule:{scope}")


def open_project(body: co.OpenProject, draft: Draft) -> None:
    """Register a project."""
    _usable(draft, body.event, OPENINGS)
    draft.say(ev.ProjectOpened(body.project, body.event, body.applicant.strip()))


def push_demand(body: co.PushDemand, draft: Draft) -> None:
    """Open the tasks before an application."""
    _check_demands(draft, body.demands)
    draft.say(ev.DemandPushed(body.demands))


def note(body: co.Note, draft: Draft) -> None:
    """Note a milestone that has no command of its own."""
    _usable(draft, body.event, NOTABLE)
    of_task = body.event in OF_A_TASK
    if of_task != bool(body.utility) or (of_task and body.utility not in draft.case.tasks):
        raise NoError(
            "no_task", "须指明（仅分单位的节点）办理单位", "name the utility where, and only where, it is its own"
        )
    noted = f"{body.event}:{body.utility}" if of_task else body.event
    if noted in draft.case.milestones and body.event != "moved_in":
        raise NoError("noted_already", "该节点已有记录", "that is on record already", topic=f"event:{body.event}")
    moment = draft.now if body.moment is None else local(body.moment)
    if body.event != "moved_in" and moment != draft.now:
        raise NoError("moment", "该节点以记录时间为准", "this milestone is when it is recorded")
    draft.say(ev.Noted(body.event, body.utility, moment, body.text))


def file_application(body: co.FileApplication, draft: Draft) -> None:
    """Take the one form in through a channel that the document has."""
    if body.channel not in CHANNELS or not speaks(draft.policy, f"measure:{body.channel}", draft.now.date()):
        zh, en = CHANNELS.get(body.channel, (body.channel, body.channel))
        raise NoError(
            "channel", f"本县文件没有“{zh}”这一办理渠道", f"the document has no channel {en!r}",
            topic="kind:channel",
        )  # fmt: skip
    if (body.channel == "agent") != bool(body.agent):
        raise NoError("agent", "代办须注明代办人；其他渠道不填", "an agent is named where, and only where, one acts")
    _check_demands(draft, body.utilities)
    draft.say(
        ev.ApplicationFiled(
            draft.case.turn + 1, body.channel, body.applicant, body.utilities, body.form, body.agent,
            body.owner,
        )
    )  # fmt: skip


def accept(body: co.Accept, draft: Draft) -> None:
    """Accept: first responsibility, manager, missing papers, and the demand to every utility at once."""
    day = draft.now.date()
    if body.missing and not speaks(draft.policy, "kind:deficiency", day):
        raise NoError(
            "no_deficiency", "本县文件没有容缺受理，材料不齐应退回补正",
            "the document accepts nothing with papers missing; return the application", topic="kind:deficiency",
        )  # fmt: skip
    if speaks(draft.policy, "kind:manager", day) and not (body.manager or draft.case.manager):
        raise NoError("no_manager", "文件要求专人负责：请指定项目经理", "the document wants a named manager",
                      topic="kind:manager")  # fmt: skip
    draft.say(ev.Accepted(draft.actor))
    if body.manager:
        draft.say(ev.ManagerNamed(body.manager, body.manager_phone))
    if body.missing:
        draft.say(ev.DeficiencyPromised(body.missing, working_date(draft, body.missing_by)))
    _state(body.facts, draft)
    new = tuple(one for one in draft.case.demands if one.utility not in draft.case.tasks)
    if new:
        draft.say(ev.DemandPushed(new))


def _state(facts: tuple[str, ...], draft: Draft) -> None:
    unknown = [fact for fact in facts if fact not in FACTS]
    if unknown:
        raise NoError("fact", f"不认识的情况：{'、'.join(unknown)}", f"unknown facts: {', '.join(unknown)}")
    if facts:
        draft.say(ev.FactsStated(facts))


def return_application(body: co.ReturnApplication, draft: Draft) -> None:
    """Return the application."""
    _reason(body.reason)
    draft.say(ev.ApplicationReturned(body.reason, body.missing))


def refuse_application(body: co.RefuseApplication, draft: Draft) -> None:
    """Refuse the application."""
    _reason(body.reason)
    draft.say(ev.ApplicationRefused(body.reason))


def _reason(reason: str) -> None:
    if not reason.strip():
        raise NoError("no_reason", "须写明理由", "a reason is needed")


def name_manager(body: co.NameManager, draft: Draft) -> None:
    """Name the manager."""
    draft.say(ev.ManagerNamed(body.name, body.phone))


def _owed(papers: tuple[str, ...], draft: Draft) -> None:
    if not papers or not set(papers) <= set(draft.case.papers):
        raise NoError(
            "papers", "所列材料不在容缺清单中", "these papers are not among those owed", topic="kind:deficiency"
        )


def ask_papers(body: co.AskPapers, draft: Draft) -> None:
    """Ask for owed papers: the task's times pause."""
    _owed(body.papers, draft)
    draft.say(ev.PapersAsked(body.utility, body.papers))


def supply_papers(body: co.SupplyPapers, draft: Draft) -> None:
    """Take owed papers in."""
    _owed(body.papers, draft)
    left = tuple(paper for paper in draft.case.papers if paper not in body.papers)
    draft.say(ev.PapersSupplied(body.papers, left))


def state_facts(body: co.StateFacts, draft: Draft) -> None:
    """State facts."""
    _state(body.facts, draft)


def send_design(body: co.SendDesign, draft: Draft) -> None:
    """Ask for opinions."""
    draft.say(ev.DesignSent(working_date(draft, body.by)))


def answer_design(body: co.AnswerDesign, draft: Draft) -> None:
    """Take an opinion; the last one closes the round."""
    _reason(body.opinion)
    draft.say(ev.DesignAnswered(body.utility, body.opinion, tacit=False))
    close_design(draft)


def close_design(draft: Draft) -> None:
    """Close the round of opinions once nobody who still counts is waited for."""
    case = draft.case
    open_now = "design_sent" in case.milestones and "design_answered" not in case.milestones
    if open_now and case.active and all(one.opinion is not None for one in case.active):
        draft.say(ev.DesignClosed())


def schedule_survey(body: co.ScheduleSurvey, draft: Draft) -> None:
    """Agree the time of the survey."""
    moment = local(body.moment)
    if moment < draft.now:
        raise NoError("past", "踏勘时间已过", "that time is past", topic="stage:joint_survey")
    draft.say(ev.SurveyScheduled(moment, body.attendees))


def record_survey(body: co.RecordSurvey, draft: Draft) -> None:
    """Record the survey; what only the ground tells must be a permission of that kind."""
    known = {one.id for one in draft.policy.approvals if one.quantity == "on_site"}
    unknown = [one for one in body.on_site if one not in known]
    if unknown:
        raise NoError("on_site", f"不是须现场核对的事项：{'、'.join(unknown)}",
                      f"nothing that only the ground tells: {', '.join(unknown)}")  # fmt: skip
    _state(body.facts, draft)
    draft.say(ev.SurveyDone(body.minutes, body.on_site))


def withdraw(body: co.Withdraw, draft: Draft) -> None:
    """Withdraw everything or one utility."""
    _reason(body.reason)
    if body.utility and body.utility not in {one.utility for one in draft.case.active}:
        raise NoError("no_task", "没有这一业务", "there is no such task")
    draft.say(ev.Withdrawn(body.utility, body.reason))
    close_design(draft)
    if body.utility and not draft.case.active:
        draft.say(ev.Withdrawn("", body.reason))
