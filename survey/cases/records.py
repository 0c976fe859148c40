"""Hold what events and commands carry: who acted, the clause, a verdict as data, a permission that is needed."""

# ruff: noqa: TC003 - survey.cases.plain reads these types at run time

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name, a role of `survey.cases.words.ROLES`, and the department or company (empty: none)."""

    name: str
    role: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class Cite:
    """The rule and clause that an event or a refusal rests on; ``rule`` is empty where the document is silent."""

    rule: str
    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured value and its uncertainty (half of the interval), in the unit of the quantity."""

    value: float
    uncertainty: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as a case keeps it: measured elsewhere, carried here as data.

    Parameters
    ----------
    route, revision
        Which line, and which of its revisions was measured.
    verdict
        Of `survey.policies.VERDICTS`.
    trace
        Lines of the trace as plain values; ``rule kind outcome limit op unit clause document`` are read.
    quantities
        What was measured, by the names of `survey.policies.QUANTITIES`, as the policy's readings count it.
    """

    route: str
    revision: int
    verdict: str
    margin_m: float | None = None
    decisive: tuple[str, ...] = ()
    trace: tuple[Mapping[str, Any], ...] = ()
    quantities: Mapping[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needed:
    """A permission that a route needs: its rule, item, the departments that decide (empty: 文件未规定), who applies."""

    id: str
    item: str
    departments: tuple[str, ...]
    applied_by: str


@dataclass(frozen=True, slots=True)
class Demand:
    """The demand for one utility: which, and the company that serves it (empty: not known yet)."""

    utility: str
    operator: str = ""
