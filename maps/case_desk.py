"""Hold what every paper of one case is written from: names, times, clauses, the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.papers import Clause, Head, StageTime
from survey.calendar import local
from survey.cases.citing import cites
from survey.cases.words import MILESTONES
from survey.deadline_words import of_length
from survey.policies import STAGES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from survey.cases.state import Case, Clock
    from survey.findings import Finding
    from survey.policies import Policy

BLANK = "＿＿＿＿＿＿"
"""What is filled in by hand, because neither the case nor the document says it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What all papers of one case are written from."""

    case: Case
    policy: Policy
    issued: dt.date
    number: str
    findings: Callable[[], Iterable[Finding]]

    def head(self, authority: str) -> Head:
        """Return the head of a paper; project and address come from the form where the case has no project."""
        case, policy = self.case, self.policy
        return Head(
            county=policy.county_zh, document=policy.document, title=policy.title, authority=authority or BLANK,
            number=self.number, case=case.id, applicant=case.applicant,
            project=case.project or f"{case.applicant}接入项目", address=str(case.form.get("basic.address") or ""),
            issued=self.issued, contact=case.manager, phone=case.manager_phone,
        )  # fmt: skip

    def name(self, department: str) -> str:
        """Return how the document names a department; one that it does not know keeps its own name."""
        return next((one.name_zh for one in self.policy.departments if one.key == department), department)

    @property
    def acceptor(self) -> str:
        """Who accepted the case, and answers for it: the department, else the person."""
        first = self.case.first_acceptor
        return "" if first is None else self.name(first.department) or first.name

    def lead(self, stage: str) -> str:
        """Return who leads a stage by the document, by name: a remark of its table is no organ.

        Where only companies lead it, those of the case; whoever accepted the case where the document names nobody.
        """
        found = self.policy.stages_for(stage, self.issued, facts=self.case.facts)
        keys = next((one.lead for one in found if one.lead), ())
        named = [one.name_zh for one in self.policy.departments if one.key in keys and one.kind != "utility"]
        companies = [task.operator for task in self.case.active if task.operator] if keys else []
        return "、".join(named or dict.fromkeys(companies)) or self.acceptor

    def clauses(self, *topics: str) -> tuple[Clause, ...]:
        """Return the clauses of topics, verbatim; a document that is silent gives none."""
        said = {
            one.id: one.quote
            for part in (self.policy.rules, self.policy.stages, self.policy.provisions)
            for one in part
        }
        found = cites(self.policy, topics, self.issued)
        quoted = {
            said[one.rule]: Clause(quote=said[one.rule], document=one.document, clause=one.clause)
            for one in found
            if said.get(one.rule)
        }
        return tuple(quoted.values())

    def moment(self, event: str, utility: str = "") -> dt.datetime | None:
        """Return when something came about; None if it has not."""
        found = self.case.milestone(event, utility)
        return None if found is None else found.moment

    def stages(self) -> tuple[StageTime, ...]:
        """Return the times of the case as they stand, in the order they began; those no longer needed are left out."""
        wanted = [one for one in self.case.clocks.values() if not one.void]
        return tuple(self._time(clock) for clock in sorted(wanted, key=lambda clock: (local(clock.start), clock.id)))

    def _time(self, clock: Clock) -> StageTime:
        zh = STAGES.get(clock.key, MILESTONES["rectification_ordered"])[0]
        stage = f"{zh}（{utility_zh(clock.subject)}）" if clock.subject else zh
        clause = "、".join(dict.fromkeys(one.clause for one in clock.cites))
        return StageTime(stage=stage, allowed=_allowed(clock), due=clock.due, done=clock.ended_at, clause=clause,
                         provisional=clock.provisional)  # fmt: skip


def utility_zh(utility: str) -> str:
    """Return the Chinese name of a utility.

    >>> utility_zh("water")
    '给水'
    """
    return UTILITIES[utility].zh if utility in UTILITIES else utility


def _allowed(clock: Clock) -> str:
    return "按要求的日期" if clock.set_by_request else of_length(clock.half_days, same_day=clock.same_day)[0]
