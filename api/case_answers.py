"""Shape a case for an answer: where it stands, its clocks with colours, what each may do now, its papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from maps.case_letter import letter_form, letters_of
from maps.case_papers import papers_of
from maps.paper_reading import PAPERS
from survey.cases.commands import COMMAND_BODIES, acceptance_filed
from survey.cases.digests import COLOURS
from survey.cases.figures import SILENT
from survey.cases.plain import as_plain
from survey.cases.projections import clocks, department_work, facts_to_state, notable, one_reply, possible_by_role
from survey.cases.words import CHANNELS, MILESTONES, PHASES, ROLES
from survey.forms import mask_id_numbers
from survey.policies import FACTS
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.casework import Casework
    from api.doors import Visitor
    from survey.cases.digests import Asked, Digest, Last
    from survey.cases.state import Case
    from survey.policies import Policy
    from survey.policies.approvals import Department


def case_shape(case: Case, work: Casework, now: datetime, visitor: Visitor) -> dict[str, Any]:
    """Return a case whole, as ``visitor`` may see it; identity numbers in any of its texts are masked."""
    reply = one_reply(case, work.policy)
    running = clocks(case, work.calendar, now)
    shape = {
        "id": case.id, "policy": case.policy, "document": work.policy.document, "seq": case.seq,
        "phase": case.phase, "phase_zh": PHASES[case.phase][0], "phase_en": PHASES[case.phase][1],
        "applicant": case.applicant, "agent": case.agent, "project": case.project,
        "channel": case.channel, "channel_zh": CHANNELS[case.channel][0] if case.channel else "",
        "form": as_plain(case.form), "papers_owed": list(case.papers), "facts": sorted(case.facts),
        "survey_at": as_plain(case.survey_at), "first_acceptor": reply["first_acceptor"], "manager": case.manager,
        "manager_phone": case.manager_phone, "reason": case.reason, "score": case.score,
        "colour": colour_of(running), "clocks": running,
        "tasks": [_task(case, told, work, visitor) for told in reply["tasks"]],
        "complete": reply["complete"], "work": department_work(case, work.policy),
        "possible": {role: [_possible(one) for one in able] for role, able in _able(case, work, now).items()},
        "papers": _papers(case, work.policy), "notable": [_notable(*one) for one in notable(case, work.policy)],
        "facts_to_state": [
            {"fact": key, "zh": FACTS[key][0], "en": FACTS[key][1]} for key in facts_to_state(case, work.policy)
        ],
    }  # fmt: skip
    return dict(masked(shape))


def row_shape(one: Digest, waits: Sequence[str], work: Casework, now: datetime) -> dict[str, Any]:
    """Return a case as a work list shows it: what runs, who is asked, what it waits for, what was done last."""
    case = work.played(one)
    running = clocks(case, work.calendar, now)
    names = {department.key: department for department in work.policy.departments}
    shape = {
        "id": one.id, "seq": case.seq, "phase": case.phase, "phase_zh": PHASES[case.phase][0],
        "phase_en": PHASES[case.phase][1], "applicant": case.applicant, "project": case.project,
        "utilities": [_utility(part.utility) for part in one.parts], "operators": _operators(one),
        "asked": [_asked(asked, names.get(asked.department)) for asked in one.asked],
        "waits": [_waited(wait) for wait in waits], "breaches": one.breaches,
        "manager": case.manager, "overdue": one.overdue(now), "colour": colour_of(running),
        "clocks": running, "next_at": case.next_at, "changed_at": case.at, "last": _last(one.last),
        "possible": {role: [_possible(able) for able in all_of] for role, all_of in _able(case, work, now).items()},
    }  # fmt: skip
    return dict(masked(shape))


def _utility(key: str) -> dict[str, str]:
    return {"utility": key, "zh": UTILITIES[key].zh, "en": UTILITIES[key].en}


def _operators(one: Digest) -> list[str]:
    return list(dict.fromkeys(part.operator for part in one.parts if part.operator))


def _asked(asked: Asked, department: Department | None) -> dict[str, str]:
    zh, en = COMMAND_BODIES[asked.do].words
    who = SILENT if department is None else (department.name_zh, department.name_en)
    return {"department": asked.department, "department_zh": who[0], "department_en": who[1],
            "utility": asked.utility, "kind": asked.do, "zh": zh, "en": en}  # fmt: skip


_OBSERVED = {"overdue": ("已超时", "overdue"), "breach": ("超出承诺", "beyond what was committed to")}
"""What a supervisor is waited for by, besides commands."""


def _waited(wait: str) -> dict[str, str]:
    kind, _, utility = wait.partition(":")
    zh, en = _OBSERVED[kind] if kind in _OBSERVED else COMMAND_BODIES[kind].words
    return {"kind": kind, "utility": utility, "zh": zh, "en": en}


def _last(last: Last | None) -> dict[str, Any] | None:
    if last is None:
        return None
    zh, en = last.words
    return {"seq": last.seq, "at": last.at, "who": last.who, "role": last.role, "kind": last.kind, "zh": zh, "en": en}


def colour_of(running: list[dict[str, Any]]) -> str:
    """Return the most pressing colour of times; grey where none runs.

    >>> colour_of([{"colour": "green"}, {"colour": "amber"}]), colour_of([])
    ('amber', 'grey')
    """
    return min((one["colour"] for one in running), key=COLOURS.index, default="grey")


def masked(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with every identity number in its texts masked.

    >>> masked({"a": ["11010519491231002X"]})
    {'a': ['110***********002X']}
    """
    if isinstance(value, str):
        return mask_id_numbers(value)
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value


def _able(case: Case, work: Casework, now: datetime) -> dict[str, tuple[str, ...]]:
    """Return what each role may do now, without what only the system does, and what there is nothing for."""
    empty = {"note"} if not notable(case, work.policy) else set()
    empty |= {"state_facts"} if not facts_to_state(case, work.policy) else set()
    told = {
        role: tuple(one for one in able if one not in empty)
        for role, able in possible_by_role(case, work.policy, now).items()
        if role != "system"
    }
    return {role: able for role, able in told.items() if able}


def _notable(event: str, utility: str) -> dict[str, str]:
    zh, en = MILESTONES[event]
    return {"event": event, "utility": utility, "zh": zh, "en": en}


def _possible(one: str) -> dict[str, str]:
    kind, _, utility = one.partition(":")
    zh, en = COMMAND_BODIES[kind].words
    return {"kind": kind, "utility": utility, "zh": zh, "en": en}


def _task(case: Case, told: dict[str, Any], work: Casework, visitor: Visitor) -> dict[str, Any]:
    """Return a task with its verdict, what was measured, what was laid beyond it, and how its operator stands.

    How it stands is None for those who may not look at its standing.
    """
    task = case.tasks[told["utility"]]
    known, is_told = UTILITIES[task.utility], visitor.reaches("figures.read", task.operator)
    standing = work.standing(task.operator) if is_told and task.operator else None
    return told | {
        "zh": known.zh, "en": known.en, "judgement": as_plain(task.judgement), "committed": as_plain(task.committed),
        "as_built": as_plain(task.as_built), "breaches": as_plain(task.breaches), "ordered": task.ordered,
        "acceptance_filed": acceptance_filed(case, task),
        "together": list(task.together), "papers_asked": list(task.papers), "opinion": task.opinion,
        "tacit": task.tacit,
        "operator_breaches": (len(standing.open) if standing is not None else 0) if is_told else None,
        "operator_suspended": (standing is not None and standing.suspended) if is_told else None,
    }  # fmt: skip


def _papers(case: Case, policy: Policy) -> list[dict[str, str]]:
    found = []
    for one in papers_of(case):
        _, zh, en = PAPERS[one.kind]
        query = {name: value for name, value in (("utility", one.utility), ("approval", one.approval)) if value}
        href = f"/api/cases/{case.id}/papers/{one.kind}" + (f"?{urlencode(query)}" if query else "")
        found.append({"kind": one.kind, "utility": one.utility, "approval": one.approval, "zh": zh, "en": en,
                      "href": href})  # fmt: skip
    form = letter_form(policy)
    for utility in letters_of(case, policy):
        zh, en = (form.name_zh, form.name_en) if form is not None else ("", "")
        found.append({"kind": "county_letter", "utility": utility, "approval": "", "zh": zh, "en": en,
                      "href": f"/api/cases/{case.id}/letter.pdf?{urlencode({'utility': utility})}"})  # fmt: skip
    return found


def roles() -> list[str]:
    """Return the roles that may act in a case."""
    return [role for role in ROLES if role not in ("system", "admin")]
