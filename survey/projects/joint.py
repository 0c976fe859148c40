"""Say what an agreed chance is as one project: who leads, one section, one excavation, one commitment or approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault, refuse
from survey.cases.citing import cites
from survey.cases.records import Cite
from survey.opportunities.answers import parties_of
from survey.opportunities.meeting import NEVER, UNKNOWN
from survey.opportunities.records import Said
from survey.policies import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from survey.opportunities.answers.events import Party
    from survey.opportunities.records import Opportunity, Shape, Street
    from survey.opportunities.savings import Surface
    from survey.policies import Policy

COMMITMENT = "commitment"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the county's rules say of one party's line where it is laid on the axis of the joint trench.

    ``verdict`` is of `survey.policies.VERDICTS`; the sentence names what decides it.
    """

    route: str
    verdict: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Excavation:
    """The one application for digging that covers all parties; lengths and widths in metres.

    Parameters
    ----------
    length_m
        Of the trench: each metre once, however many lines lie in it.
    separate_m
        What the parties would apply for together if each applied for its own.
    width_m, depth_m
        Of the section; None where no place can be given.
    surfaces
        What is dug up, by kind of surface (``shared_m2``).
    first, last
        The days on which all can dig.
    closure_days
        For which a lane is closed, once for all.
    """

    applicant: str
    covers: tuple[str, ...]
    routes: tuple[str, ...]
    streets: tuple[Street, ...]
    length_m: float
    separate_m: float
    width_m: float | None
    depth_m: float | None
    surfaces: tuple[Surface, ...]
    first: date
    last: date
    closure_days: float
    protections: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class JointCommitment:
    """Whether all may commit jointly in place of the approval: only where every line may, on the one trench.

    ``verdict`` is the strictest of all; ``decisive`` are the routes that it comes from.
    """

    offered: bool
    verdict: str
    decisive: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class JointProject:
    """An agreed chance as one project.

    ``steps`` are what is done once for all, in their order; ``cites`` the clauses of digging together, or the one that
    says that the document is silent.
    """

    opportunity: str
    zh: str
    en: str
    lead: Party
    parties: tuple[Party, ...]
    section: Shape
    excavation: Excavation
    commitment: JointCommitment
    steps: tuple[Said, ...]
    cites: tuple[Cite, ...]


def joint_project(
    opportunity: Opportunity, judged: Sequence[Judged], policy: Policy, on: date, *, lead: str = ""
) -> JointProject:
    """Return the project that an agreed chance is.

    Parameters
    ----------
    opportunity
        As it is in the plans.
    judged
        One for each of its routes: the verdict on the axis of the trench, so that its metres are counted once.
    policy, on
        The county's rules, and the day whose clauses are cited.
    lead
        Key of the party that leads; empty: the one with most metres in the trench, of equal ones the first by key.

    Raises
    ------
    BadInputError
        With everything that is in the way: windows that do not meet, no section, a lead that is no party, two parties
        of one utility (a case has one part for each), a route without a verdict.
    """
    parties = parties_of(opportunity)
    refuse(_in_the_way(opportunity, judged, parties, lead))
    leader = _lead(opportunity, parties, lead)
    where = "、".join(street.name for street in opportunity.streets)
    who_zh, who_en = "、".join(map(_name, parties)), ", ".join(map(_name, parties))
    commitment = _commitment(judged)
    return JointProject(
        opportunity.id,
        f"{where or '无名路段'}同沟敷设（{who_zh}）",
        f"Joint trench in {where or 'an unnamed place'} ({who_en})",
        leader,
        parties,
        opportunity.section,
        _excavation(opportunity, leader, parties),
        commitment,
        tuple(_steps(leader, commitment)),
        _clauses(policy, on),
    )


def _clauses(policy: Policy, on: date) -> tuple[Cite, ...]:
    """Return every clause of digging together; the one that says that the document is silent where there is none."""
    spoken = [one for one in policy.provisions if one.kind == "joint_works" and one.in_force(on)]
    return tuple(Cite(one.id, one.document, one.clause) for one in spoken) or cites(policy, ["kind:joint_works"], on)


def _in_the_way(
    opportunity: Opportunity, judged: Sequence[Judged], parties: Sequence[Party], lead: str
) -> Iterator[Fault]:
    if opportunity.meeting.state in (NEVER, UNKNOWN):
        yield Fault("project.no_days", "没有各方都能施工的时段", "there are no days on which all can dig",
                    "先填写或调整各管线的工期", "state or move the windows of the routes first")  # fmt: skip
    if not opportunity.section.feasible:
        told = opportunity.section.obstacles
        yield Fault("project.no_section", f"没有可行的同沟断面：{'；'.join(one.zh for one in told)}",
                    f"there is no section that can be built: {'; '.join(one.en for one in told)}",
                    "先解决这些障碍", "settle these obstacles first")  # fmt: skip
    if lead and lead not in {party.key for party in parties}:
        yield Fault("project.lead", "牵头单位不在各方之中", "the lead is none of the parties", field="lead", value=lead)
    utilities = [utility for party in parties for utility in party.utilities]
    for utility in sorted({one for one in utilities if utilities.count(one) > 1}):
        yield Fault("project.utility_twice", "同一专业有两家单位，一个办件只能有一家",
                    "two parties are of one utility, and a case has one part for each", "为其中一家另行立项",
                    "make a case of its own for one of them", value=utility)  # fmt: skip
    missing = set(opportunity.routes) - {one.route for one in judged}
    for route in sorted(missing):
        yield Fault("project.not_judged", "尚未判定", "it is not judged", feature=route)


def _lead(opportunity: Opportunity, parties: Sequence[Party], lead: str) -> Party:
    metres = {
        party.key: sum(member.length_m for member in opportunity.members if member.route in party.routes)
        for party in parties
    }
    return next((one for one in parties if one.key == lead), max(parties, key=lambda one: metres[one.key]))


def _excavation(one: Opportunity, leader: Party, parties: Sequence[Party]) -> Excavation:
    if one.meeting.first is None or one.meeting.last is None:
        raise BadInputError([Fault("project.no_days", "没有施工时段", "there are no days to dig")])
    return Excavation(
        _name(leader), tuple(map(_name, parties)), one.routes, one.streets, one.shared_m, one.length_m,
        one.section.top_width_m, one.section.depth_m, one.savings.surfaces, one.meeting.first, one.meeting.last,
        one.savings.closure.shared_days, tuple(Said(kept.zh, kept.en) for kept in one.protections),
    )  # fmt: skip


def _commitment(judged: Sequence[Judged]) -> JointCommitment:
    order = list(VERDICTS)
    verdict = max((one.verdict for one in judged), key=order.index)
    decisive = tuple(sorted(one.route for one in judged if one.verdict == verdict))
    if verdict == COMMITMENT:
        return JointCommitment(
            True, verdict, decisive, "各管线按同沟沟槽均在限值内，可由各方共同承诺，沟长只计一次",
            "on the joint trench every line keeps within the limits: all may commit jointly; its metres count once",
        )  # fmt: skip
    zh, en = VERDICTS[verdict]
    said = [one for one in judged if one.verdict == verdict]
    return JointCommitment(
        False, verdict, decisive, f"不能共同承诺，结论为“{zh}”：{'；'.join(one.zh for one in said)}",
        f"no joint commitment, the verdict is {en}: {'; '.join(one.en for one in said)}",
    )  # fmt: skip


def _steps(leader: Party, commitment: JointCommitment) -> Iterator[Said]:
    name = _name(leader)
    yield Said(f"由{name}牵头提出一份挖掘申请，覆盖各方", f"{name} applies once for digging, for all parties")
    if commitment.offered:
        yield Said("各方签署同一份承诺，部门一次作出决定", "all sign one commitment, decided once")
    else:
        yield Said("审批部门对各方一次作出决定", "the departments decide once, for all parties")
    yield Said("同步开挖、同沟敷设", "one trench is dug, and all lay their lines in it")
    yield Said(f"由{name}一次回填并恢复路面", f"{name} fills the trench and restores the surface once")
    yield Said("各方一并申报、一次验收", "all apply together, and the works are accepted once")


def _name(party: Party) -> str:
    return party.operator or party.routes[0]
