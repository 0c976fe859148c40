"""Say of a case in short what lists, figures and the watch of routes ask, so that it need not be played again for them.

All of it follows from the events, the policy and the calendar: a digest stands for them as long as `basis` of these and
the hash of the last event are what they were.
"""

# ruff: noqa: TC001, TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.calendar import local
from survey.cases.counted import CountedTime, History, OpenTime, history_of, is_late, steps_of
from survey.cases.decide import possible
from survey.cases.events import EVENT_BODIES
from survey.cases.plain import as_plain, from_plain
from survey.cases.projections import colour, department_work
from survey.cases.state import Clock
from survey.cases.words import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable

    from survey.calendar import Calendar
    from survey.cases.events import Event
    from survey.cases.state import Case, Task
    from survey.policies import Policy, Rule
    from survey.policies.cited import Cited

COLOURS = ("red", "amber", "green", "grey")
"""Of times, the most pressing first."""

_ANY: frozenset[str] = frozenset()

AWAITED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "push_demand": _ANY,
        "file_application": _ANY,
        "accept": _ANY,
        "supply_papers": _ANY,
        "answer_design": _ANY,
        "schedule_survey": _ANY,
        "record_survey": _ANY,
        "fix_plan": frozenset({"pushed", "judged"}),
        "judge": frozenset({"planned"}),
        "sign_commitment": _ANY,
        "decide_commitment": _ANY,
        "apply_approvals": _ANY,
        "decide_approval": _ANY,
        "start_construction": _ANY,
        "finish_construction": _ANY,
        "record_as_built": frozenset({"built"}),
        "order_rectify": _ANY,
        "file_acceptance": _ANY,
        "accept_works": _ANY,
        "agree_connection": _ANY,
        "connect": _ANY,
        "rate": _ANY,
    }
)
"""Commands that a case waits for where they are possible, with the statuses of a task (empty: any) in which it does.

The others may be given and are not waited for: withdrawing, notes, refusing, asking for more.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A task as it stands; of an application without tasks yet what it asks for, with an empty ``status``."""

    utility: str
    operator: str
    status: str = ""
    route: str = ""
    revision: int = 0
    breaches: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision that lies before a department (empty: the document names none); ``do`` is the command."""

    department: str
    utility: str
    do: str


@dataclass(frozen=True, slots=True)
class Last:
    """What was done last, by whom, and the number of the last event of it; what only the clock did is left out."""

    seq: int
    at: datetime
    who: str
    role: str
    kind: str

    @property
    def words(self) -> tuple[str, str]:
        """Its name in Chinese and English."""
        return EVENT_BODIES[self.kind].words


@dataclass(frozen=True, slots=True)
class Looker:
    """For whom work is looked for.

    Parameters
    ----------
    role
        Of `survey.cases.words.ROLES`.
    department
        Key of an approver's department; empty: of any.
    company, utility
        Of a utility: its name, and what it serves; both empty: any.
    """

    role: str
    department: str = ""
    company: str = ""
    utility: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A case in short.

    Parameters
    ----------
    parts
        One for each task, in the order of the case.
    asked
        Decisions that departments still owe.
    waits
        By role what the case waits for: ``kind`` or ``kind:utility``.
    last
        None where only the clock has acted.
    """

    history: History
    at: datetime
    applicant: str
    owner: str
    project: str
    parts: tuple[Part, ...]
    asked: tuple[Asked, ...]
    waits: Mapping[str, tuple[str, ...]]
    last: Last | None

    @property
    def id(self) -> str:
        """The case's id."""
        return self.history.id

    @property
    def phase(self) -> str:
        """Where the case stands."""
        return self.history.phase

    @property
    def due(self) -> datetime | None:
        """When the running time that is due first is due; None where none is: cases are pressing in this order."""
        return min((one.clock.due for one in self.history.open if _counts(one.clock)), default=None)  # type: ignore[type-var]  # those that count are due

    def overdue(self, now: datetime) -> int:
        """Return how many times run and were due before now."""
        return sum(is_late(one.clock, now) for one in self.history.open)

    def colour(self, now: datetime) -> str:
        """Return the most pressing colour of its times; grey where none runs."""
        return min((colour(one.clock, now) for one in self.history.open), key=COLOURS.index, default="grey")

    @property
    def breaches(self) -> int:
        """How much of what was laid is beyond what was committed to, and not mended."""
        return sum(one.breaches for one in self.parts)


def _counts(clock: Clock) -> bool:
    return clock.status == "running" and clock.due is not None


def digest_of(case_id: str, events: Iterable[Event], policy: Policy, calendar: Calendar, now: datetime) -> Digest:
    """Return a case in short, from its events up to ``now``.

    Raises
    ------
    BadInputError
        If the holiday table does not cover the days of its times.

    Examples
    --------
    >>> from datetime import UTC
    >>> from survey.calendar import Calendar
    >>> from survey.policies import load_policy
    >>> new = digest_of("C1", [], load_policy("neixiang"), Calendar(), datetime(2026, 12, 1, tzinfo=UTC))
    >>> new.phase, new.parts, new.due
    ('new', (), None)
    """
    steps, case = steps_of(case_id, policy.id, events, now)
    return Digest(
        history_of(steps, case, policy, calendar), case.at or local(now), case.applicant, case.owner, case.project,
        tuple(_parts(case)), tuple(_asked(case, policy)), _waits(case, policy, now),
        _last([event for _, event in steps if not event.body.of_clock]),
    )  # fmt: skip


def _last(acts: Sequence[Event]) -> Last | None:
    """Return the last act: of the events that one command brought about, the first says what was done."""
    if not acts:
        return None
    first = next(event for event in acts if event.command == acts[-1].command)
    return Last(acts[-1].seq, first.at, first.actor.name, first.actor.role, first.body.kind)


def _parts(case: Case) -> Iterator[Part]:
    if not case.tasks:
        yield from (Part(one.utility, one.operator) for one in case.demands)
    for task in case.tasks.values():
        yield Part(
            task.utility, task.operator, task.status, task.route, task.revision, len(task.breaches)
        )  # fmt: skip


def _asked(case: Case, policy: Policy) -> Iterator[Asked]:
    for department, work in department_work(case, policy).items():
        yield from (Asked(department, one["utility"], one["do"]) for one in work)


def _waits(case: Case, policy: Policy, now: datetime) -> dict[str, tuple[str, ...]]:
    found = {
        role: tuple(one for one in possible(case, policy, role, now) if _awaited(one, case, role))
        for role in ROLES
        if role != "system"
    }
    return {role: able for role, able in found.items() if able}


def _awaited(able: str, case: Case, role: str) -> bool:
    kind, _, utility = able.partition(":")
    if kind not in AWAITED:
        return False
    if kind == "file_application":  # what was refused or withdrawn may be filed again, and nobody waits for it
        return case.phase in ("new", "project") or (case.phase == "returned" and role == "applicant")
    if kind == "schedule_survey":
        return case.survey_at is None and any(map(_is_to_survey, case.active))
    task = case.tasks.get(utility)
    return task is None or _is_due(kind, task)


def _is_to_survey(task: Task) -> bool:
    return task.status in ("pushed", "judged") or (task.status == "approving" and bool(task.approvals))


def _is_due(kind: str, task: Task) -> bool:
    """Return whether a task waits for a command that is possible: lines are measured, a mending is ordered once."""
    if kind == "record_as_built" and (task.as_built or not task.route):
        return False
    if kind == "order_rectify" and task.ordered:
        return False
    return not AWAITED[kind] or task.status in AWAITED[kind]


def waiting_for(digest: Digest, looker: Looker, now: datetime) -> tuple[str, ...]:
    """Return what a case waits for from somebody: ``kind`` or ``kind:utility``; empty: nothing.

    An approver's are the decisions that lie before its department, a company's what its tasks wait for. A supervisor is
    waited for by what is overdue (``overdue``) and by what was laid beyond a commitment (``breach:utility``).

    Examples
    --------
    >>> from datetime import UTC
    >>> from survey.calendar import Calendar
    >>> from survey.policies import load_policy
    >>> now = datetime(2026, 12, 1, tzinfo=UTC)
    >>> waiting_for(digest_of("C1", [], load_policy("neixiang"), Calendar(), now), Looker("applicant"), now)
    ('file_application',)
    """
    waits = digest.waits.get(looker.role, ())
    if looker.role == "approver":
        before = {f"{one.do}:{one.utility}" for one in digest.asked if _is_before(one, looker)}
        return tuple(one for one in waits if not one.startswith("decide_") or one in before)
    if looker.role == "utility":
        own = {one.utility for one in digest.parts if _is_own(one, looker)}
        return tuple(one for one in waits if own and (":" not in one or one.partition(":")[2] in own))
    if looker.role == "supervisor":
        late = ("overdue",) if digest.overdue(now) else ()
        broken = tuple(f"breach:{one.utility}" for one in digest.parts if one.breaches)
        return (*late, *broken, *(one for one in waits if not one.startswith("order_rectify")))
    return waits


def _is_before(asked: Asked, looker: Looker) -> bool:
    return not looker.department or asked.department in ("", looker.department)


def _is_own(part: Part, looker: Looker) -> bool:
    """Return whether a part is a company's; one that nobody has yet is that of whoever serves the utility."""
    if not looker.company and not looker.utility:
        return True
    return part.operator == looker.company if part.operator else looker.utility in ("", part.utility)


def digest_to_plain(digest: Digest) -> dict[str, Any]:
    """Return a digest as plain JSON values."""
    history = digest.history
    tasks = [[turn, utility, sorted(marks)] for (turn, utility), marks in history.tasks.items()]
    told = {one.name: getattr(history, one.name) for one in fields(History) if one.name != "tasks"}
    plain = {one.name: getattr(digest, one.name) for one in fields(Digest) if one.name != "history"}
    return {"history": {**as_plain(told), "tasks": tasks}, **as_plain(plain)}


def digest_from_plain(plain: Mapping[str, Any]) -> Digest:
    """Read what `digest_to_plain` wrote, of the same program: that is what `basis` stands for."""
    told = dict(plain["history"])
    for name in ("ended", "desks_ended"):
        told[name] = tuple(_counted(line) for line in told[name])
    for name in ("open", "desks_open"):
        told[name] = tuple(from_plain(OpenTime, one) for one in told[name])
    told["utilities"] = tuple(told["utilities"])
    told["tasks"] = {(turn, utility): frozenset(marks) for turn, utility, marks in told["tasks"]}
    return from_plain(Digest, {**plain, "history": History(**told)})


def _counted(line: list[Any]) -> CountedTime:
    time = CountedTime(*line)
    return time._replace(departments=tuple(time.departments))


def basis(policy: Policy, calendar: Calendar, now: datetime) -> str:
    """Return a hash of everything but the events that a digest follows from.

    The policy, the holidays and office hours, which provisions are in force on the day, and the program itself:
    whichever of them is another, what was made before is not used.

    Examples
    --------
    >>> from datetime import UTC
    >>> from survey.calendar import Calendar
    >>> from survey.policies import load_policy
    >>> day = datetime(2026, 12, 1, tzinfo=UTC)
    >>> basis(load_policy("neixiang"), Calendar(), day) == basis(load_policy("wuzhi"), Calendar(), day)
    False
    """
    on = local(now).date()
    dated: tuple[Cited | Rule, ...] = (*policy.rules, *policy.stages, *policy.approvals, *policy.provisions)
    said = (_program(), _canonical(policy), _canonical(calendar), tuple(one.in_force(on) for one in dated))
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _canonical(value: object) -> object:
    """Return a value of the policy or the calendar so that equal ones are written alike, in any process."""
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_canonical(getattr(value, one.name)) for one in fields(value) if one.compare))
    if isinstance(value, Mapping):
        return tuple(sorted((repr(_canonical(key)), repr(_canonical(one))) for key, one in value.items()))
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(repr(_canonical(one)) for one in value))
    if isinstance(value, (tuple, list)):
        return tuple(_canonical(one) for one in value)
    return value


@lru_cache(maxsize=1)
def _program() -> str:
    """Return a hash of the modules that make digests: nobody has to think of a number when one of them is changed."""
    told = hashlib.sha256()
    for folder in (files("survey"), files("survey.cases"), files("survey.policies")):
        for file in sorted(folder.iterdir(), key=_name):
            if file.name.endswith(".py"):
                told.update(f"{file.name}\n".encode() + file.read_bytes())
    return told.hexdigest()


def _name(file: Traversable) -> str:
    return file.name
