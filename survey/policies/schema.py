"""Say what a county's rules are made of: rules as dated, cited values, and readings where the text leaves one open."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from survey.office_hours import DEFAULT_WORKING_TIME, WorkingTime
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from survey.policies.approvals import Approval, Department
    from survey.policies.conduct import Provision
    from survey.policies.forms import Form
    from survey.policies.stages import Stage

ROAD_CLASSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "expressway": ("快速路", "expressway"),
        "arterial": ("主干路", "arterial"),
        "collector": ("次干路", "collector"),
        "local": ("支路", "local road"),
    }
)
"""The four classes of CJJ 37-2012 3.1.1 and their names."""

VERDICTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "commitment": ("告知承诺", "Commitment"),
        "survey_first": ("先行实测", "Survey first"),
        "joint_approval": ("并联审批", "Joint approval"),
        "special_approval": ("政府特批", "Special approval"),
        "outside": ("不适用本办法", "Outside the policy"),
    }
)
"""Every verdict, from the mildest to the strictest, with the label people see."""

DRAWN_BY = ("surveyed", "typed", "imported", "drawn")
"""The ways a line came to be; a county states an accuracy for each."""


class Measure(NamedTuple):
    """What a rule may be about: the unit its value must have, the comparisons that make sense, the kind of value."""

    unit: str
    ops: tuple[str, ...]
    value: str


QUANTITIES: Mapping[str, Measure] = MappingProxyType(
    {
        "length_m": Measure("m", ("<=", "<"), "number"),
        "crossing_m": Measure("m", ("<=", "<"), "number"),
        "green_m2": Measure("m2", ("<=", "<"), "number"),
        "along_m": Measure("m", ("<=", "<"), "number"),
        "years_since_delivered": Measure("year", ("<=", "<"), "number"),
        "years_since_overhauled": Measure("year", ("<=", "<"), "number"),
        "road_class": Measure("road_class", ("in",), "road_class"),
        "utility": Measure("utility", ("in",), "utility"),
        "voltage_kv": Measure("kV", ("<=", "<"), "number"),
        "customer": Measure("", (), "none"),
        "every_route": Measure("", (), "none"),
        "road_dug": Measure("", (), "none"),
        "green_taken": Measure("", (), "none"),
        "on_site": Measure("", (), "none"),
        "major_impact": Measure("", (), "none"),
        "commitment": Measure("", (), "none"),
        "joint_approval": Measure("", (), "none"),
    }
)
"""What rules speak of. ``years_*``, ``road_class`` are facts of each road that a route touches; ``on_site`` and
``major_impact`` are what only a person on the ground can tell; ``commitment`` and ``joint_approval`` are what a basis
gives."""

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scope": ("utility", "voltage_kv", "customer"),
        "basis": ("commitment", "joint_approval"),
        "threshold": ("length_m", "crossing_m", "green_m2", "along_m"),
        "exclusion": ("road_class", "years_since_delivered", "years_since_overhauled", "major_impact"),
        "approval": ("every_route", "road_dug", "green_taken", "on_site"),
        "blank": tuple(QUANTITIES),
    }
)
"""The kinds of rule and what each may speak of.

``scope``: outside it the policy says nothing. ``basis``: what the document gives a route in scope while nothing is
broken; needed where it sets no threshold, because then nothing else says it. ``threshold``: commitment only while the
value is kept. ``exclusion``: no commitment on such a road. ``approval``: a permission that is needed. ``blank``: the
document was searched and is silent.
"""

_OF_ROADS = ("road_class", "years_since_delivered", "years_since_overhauled")

READINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "crossing_total": (("sum", "each"), ("crossing_m",)),
        "along_road": (("counts", "does_not_count"), ("crossing_m",)),
        "touch": (("any_stretch", "crossing_only"), _OF_ROADS),
        "missing_fact": (("survey_first", "noted"), (*KINDS["exclusion"], "voltage_kv")),
        "facts_not_kept": (("survey_first", "noted"), _OF_ROADS),
        "basis": (KINDS["basis"], KINDS["basis"]),
        "last_day": (("protected", "free"), ("years_since_delivered", "years_since_overhauled")),
    }
)
"""The open readings that judging understands: the two options of each, and the quantities it may stand with."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One place where the document can be read in two ways: which is taken, which is the other, and why."""

    id: str
    taken: str
    other: str
    taken_zh: str
    taken_en: str
    other_zh: str
    other_en: str
    evidence_zh: str
    evidence_en: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows where a rule is not kept, if another document says more than the county's own."""

    verdict: str
    zh: str
    en: str
    document: str
    clause: str
    quote: str
    evidence_zh: str
    evidence_en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a document: a value with its unit, the clause it stands in, and the days on which it is in force.

    ``value`` is a number, a tuple of names (``op`` is ``in``) or None for rules that compare nothing. ``valid_to`` is
    the last day; None while it is in force. `evidence_zh` and `evidence_en` tell how the value was read.
    """

    id: str
    kind: str
    quantity: str
    subject_zh: str
    subject_en: str
    op: str | None
    value: float | tuple[str, ...] | None
    unit: str
    document: str
    clause: str
    quote: str
    evidence_zh: str
    evidence_en: str
    valid_from: date
    valid_to: date | None = None
    readings: tuple[Reading, ...] = ()
    consequence: Consequence | None = None

    @property
    def reading(self) -> Reading | None:
        """The first open reading of the rule; None where the text is plain."""
        return self.readings[0] if self.readings else None

    @property
    def limit(self) -> float:
        """The value as a number.

        Raises
        ------
        TypeError
            If the rule holds no number.
        """
        if not isinstance(self.value, (int, float)):
            message = f"{self.id} has no number"
            raise TypeError(message)
        return float(self.value)

    @property
    def of_roads(self) -> bool:
        """Whether it excludes by a fact of the roads that a route touches."""
        return self.kind == "exclusion" and self.quantity in _OF_ROADS

    def option(self, reading: str, default: str) -> str:
        """Return the option taken for a reading, or ``default`` where the rule names no such reading."""
        return next((r.taken for r in self.readings if r.id == reading), default)

    def in_force(self, on: date) -> bool:
        """Return whether the rule is in force on a day; both ends of its time belong to it."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Together:
    """When several routes are judged as one work; a reading of what the limits are about, so with its evidence.

    ``unknown_operator``, ``unknown_start``, ``branch`` and ``gap`` are ``together`` or ``apart``: what happens where
    the fact is missing, where an end meets the middle of the other, where the ends are near and do not touch.
    """

    id: str
    within_months: int
    unknown_operator: str
    unknown_start: str
    branch: str
    gap: str
    taken_zh: str
    taken_en: str
    other_zh: str
    other_en: str
    evidence_zh: str
    evidence_en: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a county assumes where its data say nothing. Not law.

    Parameters
    ----------
    accuracy_m
        Mean error (中误差) of a vertex by the way the line was drawn, and of the edges of ``roads`` and ``greens``;
        metres.
    accuracy_source
        Where each of those comes from.
    working_width_m
        Strip a line of each utility takes of a green while it is laid (metres).
    working_width_source
        Where those come from.
    working_time
        Office hours, and the reading of whole days.
    """

    accuracy_m: Mapping[str, float]
    accuracy_source: Mapping[str, str]
    working_width_m: Mapping[str, float]
    working_width_source: str
    working_time: WorkingTime = DEFAULT_WORKING_TIME


@dataclass(frozen=True, slots=True)
class Policy:
    """One county's document as data, with the county's grid and defaults.

    ``departments``, ``stages``, ``approvals``, ``forms`` and ``provisions`` are empty where the county's folder lacks
    the file: not entered yet, which is something else than 文件未规定.
    """

    id: str
    county_zh: str
    county_en: str
    document: str
    title: str
    issued: str
    issued_evidence_zh: str
    issued_evidence_en: str
    grid: str
    rules: tuple[Rule, ...]
    defaults: Defaults
    together: Together | None = None
    departments: tuple[Department, ...] = ()
    stages: tuple[Stage, ...] = ()
    approvals: tuple[Approval, ...] = ()
    forms: tuple[Form, ...] = ()
    provisions: tuple[Provision, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def served(self) -> tuple[str, ...]:
        """The utilities that the document speaks of, by key; all where it names none.

        Examples
        --------
        >>> from survey.policies import load_policy
        >>> load_policy("neixiang").served
        ('water', 'power', 'gas', 'heat', 'telecom')
        """
        rule = next((rule for rule in self.rules if rule.quantity == "utility"), None)
        return rule.value if rule is not None and isinstance(rule.value, tuple) else tuple(UTILITIES)

    def rules_on(self, on: date) -> tuple[Rule, ...]:
        """Return the rules in force on a day, in the order of the document.

        Examples
        --------
        >>> from datetime import date
        >>> from survey.policies import load_policy
        >>> [rule.id for rule in load_policy("neixiang").rules_on(date(2026, 12, 1))][:4]
        ['NX-UT1', 'NX-SC1', 'NX-TH1', 'NX-TH2']
        >>> load_policy("neixiang").rules_on(date(2021, 1, 1))
        ()
        """
        return tuple(rule for rule in self.rules if rule.in_force(on))

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with an id.

        Raises
        ------
        KeyError
            If the policy has no such rule.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def stages_for(
        self,
        key: str,
        on: date,
        *,
        departments: int | None = None,
        utility: str | None = None,
        facts: Collection[str] = (),
    ) -> tuple[Stage, ...]:
        """Return what the document says of a stage in a case like this, the strictest time first.

        Parameters
        ----------
        key
            Of `survey.policies.stages.STAGES`.
        on
            The day.
        departments, utility, facts
            How many departments approve, for which utility, and the `FACTS` that a person stated.

        Examples
        --------
        >>> from datetime import date
        >>> from survey.policies import load_policy
        >>> wuzhi, on = load_policy("wuzhi"), date(2026, 12, 1)
        >>> [wuzhi.stages_for("parallel_approval", on, departments=n)[0].half_days for n in (1, 2, 3)]
        [4, 2, 4]
        """
        found = [
            stage
            for stage in self.stages
            if stage.key == key
            and stage.in_force(on)
            and (stage.condition is None or stage.condition.holds(departments, utility, facts))
        ]
        return tuple(sorted(found, key=lambda stage: stage.strictness))
