"""Read and play scenario files: given commands, when a command, then events or a refusal, with the clause.

A step is ``at`` (Beijing time), ``do`` (a command's kind), ``by`` (role, or ``role/department``), the command's
fields, and what follows: ``then`` lists events in order, each ``kind``, with ``@clause``, ``#rule``, ``~moment`` or
``field=value`` where that matters; ``not_then`` are kinds that do not come; ``no`` is the code of a refusal, ``clause``
what it rests on, ``possible`` commands that it names. ``verdict`` stands for a judgement: verdict, decisive rules,
permissions that its trace needs, limits of its trace. ``date`` is a command's field ``by``. ``of_standing`` makes it a
command on an operator's standing. ``given`` plays another file first, ``until`` as far as a command of that kind.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.calendar import Calendar
from survey.cases.decide import decide
from survey.cases.evolve import evolve, replay
from survey.cases.journal import command_from_plain
from survey.cases.refusals import RefusedError
from survey.cases.standing import Standing, decide_standing, evolve_standing, replay_standing, told_by_case
from survey.policies import Policy, load_policy

if TYPE_CHECKING:
    from survey.cases.commands import Command
    from survey.cases.state import Case

HERE = Path(__file__).parent
COUNTIES = ("chibi", "huaibei", "jiyuan", "neixiang", "wuzhi")
KEYS = ("at", "do", "by", "then", "no", "clause", "possible", "verdict", "id", "expected", "not_then", "of_standing")


def load(county: str) -> dict[str, dict[str, Any]]:
    """Return the scenarios of a county by name."""
    found = {}
    for file in sorted((HERE / county).glob("*.toml")):
        found[file.stem] = tomllib.loads(file.read_text("utf-8"))
    return found


def steps_of(scenario: dict[str, Any], county: str) -> list[dict[str, Any]]:
    """Return the steps of a scenario, those of the one that it goes on from first (without their expectations)."""
    before: list[dict[str, Any]] = []
    if "given" in scenario:
        earlier = load(county)[scenario["given"]]
        before = [step for step in steps_of(earlier, county) if "no" not in step]
        until = scenario.get("until")
        if until is not None:
            before = before[: next(n for n, step in enumerate(before) if step["do"] == until)]
        before = [{k: v for k, v in step.items() if k not in ("then", "not_then")} for step in before]
    return [*before, *scenario["step"]]


def judgement(told: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """Return a judgement as a command carries it, from the few words of a scenario."""
    needed = told.get("needs", [])
    trace = [
        {"rule": one.id, "kind": "approval", "outcome": "silent" if one.id in needed else "not_applicable"}
        for one in policy.approvals
    ]
    for rule, limit in told.get("limits", {}).items():
        trace.append({"rule": rule, "kind": "threshold", "outcome": "passes", "limit": limit, "op": "<="})
    return {
        "route": told["route"], "revision": told["revision"], "verdict": told["verdict"],
        "decisive": told.get("decisive", []), "trace": trace,
        "quantities": {k: {"value": v} for k, v in told.get("quantities", {}).items()},
    }  # fmt: skip


def command_of(step: dict[str, Any], command_id: str, policy: Policy) -> Command:
    """Return the command of a step."""
    role, _, department = step.get("by", "system").partition("/")
    data = {key: value for key, value in step.items() if key not in KEYS}
    if "date" in data:
        data["by"] = data.pop("date")  # `by` is who acts
    if "verdict" in step:
        data["judgement"] = judgement(step["verdict"], policy)
    return command_from_plain({
        "id": step.get("id", command_id), "kind": step["do"],
        "actor": {"name": department or role, "role": role, "department": department},
        "expected": step.get("expected"), "data": data,
    })  # fmt: skip


@dataclass
class Play:
    """A case, its events, the standings of its operators, and what the last step brought."""

    policy: Policy
    calendar: Calendar = field(default_factory=Calendar)
    case: Case = field(init=False)
    events: list[Any] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    standing_events: dict[str, list[Any]] = field(default_factory=dict)
    brought: list[Any] = field(default_factory=list)
    refusal: RefusedError | None = None
    count: int = 0

    def __post_init__(self):
        self.case = replay("C1", self.policy.id, [])

    def step(self, step: dict[str, Any]) -> None:
        """Carry out one step."""
        self.count += 1
        now = datetime.fromisoformat(step["at"])
        command = command_of(step, f"c{self.count}", self.policy)
        self.brought, self.refusal = [], None
        try:
            if "of_standing" in step:
                self._standing(step["of_standing"], command, now)
            else:
                self._case(command, now)
        except RefusedError as refusal:
            self.refusal = refusal

    def _case(self, command, now):
        utility = getattr(command.body, "utility", "")
        operator = self.case.tasks[utility].operator if utility in self.case.tasks else ""
        standing = self.standings.get(operator)
        self.brought = list(decide(self.case, command, self.policy, self.calendar, now, standing=standing))
        for event in self.brought:
            self.case = evolve(self.case, event)
        self.events += self.brought
        by_operator: dict[str, list[tuple[str, ...]]] = {}
        for what, utility, rule in told_by_case(self.brought):
            by_operator.setdefault(self.case.tasks[utility].operator, []).append((what, utility, rule))
        for name, found in by_operator.items():
            take = {"id": f"{command.id}!", "kind": "take_over", "actor": {"name": "system", "role": "system"},
                    "data": {"case": self.case.id, "found": found}}  # fmt: skip
            self.brought += self._standing(name, command_from_plain(take), now)

    def _standing(self, operator, command, now):
        known = self.standings.get(operator) or replay_standing(operator, self.policy.id, [])
        events = decide_standing(known, command, self.policy, now)
        for event in events:
            known = evolve_standing(known, event)
        self.standings[operator] = known
        self.standing_events.setdefault(operator, []).extend(events)
        if command.body.kind != "take_over":
            self.brought = list(events)
        return list(events)


def described(event: Any) -> str:
    """Return an event with its clauses and data, for comparing and for messages."""
    return f"{event.body.kind} @{'|'.join(c.clause for c in event.cites)} {event.at:%m-%dT%H:%M} {event.body}"


def meets(event: Any, wanted: str) -> bool:
    """Return whether an event is what a line of a scenario wants."""
    kind, *parts = wanted.split()
    if event.body.kind != kind:
        return False
    for part in parts:
        if part.startswith("@"):
            if part[1:] not in [c.clause for c in event.cites]:
                return False
        elif part.startswith("#"):
            if part[1:] not in [c.rule for c in event.cites]:
                return False
        elif part.startswith("~"):
            if f"{event.at:%Y-%m-%dT%H:%M}" != part[1:]:
                return False
        else:
            key, _, value = part.partition("=")
            got = getattr(event.body, key)
            text = f"{got:%Y-%m-%dT%H:%M}" if isinstance(got, datetime) else str(got)
            if text != value:
                return False
    return True


def play(scenario: dict[str, Any], county: str) -> Play:
    """Play a scenario and check every step of it."""
    one = Play(load_policy(county))
    for number, step in enumerate(steps_of(scenario, county), 1):
        one.step(step)
        where = f"step {number}, {step['do']} at {step['at']}"
        if "no" in step:
            assert one.refusal is not None, f"{where}: not refused, but {[described(e) for e in one.brought]}"
            assert one.refusal.code == f"case.{step['no']}", f"{where}: {one.refusal.code} {one.refusal}"
            clauses = [c.clause for c in one.refusal.cites]
            assert step["clause"] in clauses, f"{where}: {clauses}"
            assert set(step.get("possible", [])) <= set(one.refusal.possible), f"{where}: {one.refusal.possible}"
            continue
        assert one.refusal is None, f"{where}: {one.refusal.code} {one.refusal}"
        left = iter(one.brought)
        for wanted in step.get("then", []):
            told = "\n".join(described(event) for event in one.brought)
            assert any(meets(event, wanted) for event in left), f"{where}: no {wanted!r} in order in\n{told}"
        kinds = {event.body.kind for event in one.brought}
        assert not kinds & set(step.get("not_then", [])), f"{where}: {kinds}"
    return one
