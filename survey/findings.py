"""Give what is found wrong one shape: an id that a re-run gives again, what was measured, the clause, the mend."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from survey.standards.citations import Assumed

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "horizontal_clearance": ("水平净距", "horizontal clearance"),
        "vertical_clearance": ("垂直净距", "vertical clearance"),
        "crossing_order": ("交叉次序", "order at a crossing"),
        "stacking": ("垂直重叠", "one line over another"),
        "cover": ("覆土深度", "cover"),
        "skew": ("斜交穿路", "skew crossing of a road"),
        "along": ("车行道内沿路敷设", "laid along the carriageway"),
        "protected_road": ("道路禁挖期", "protected road"),
        "space_time": ("同时同地施工", "two crews in one place"),
        "reopened": ("重复开挖", "opened again"),
        "bridge": ("桥上敷设", "on a bridge"),
        "scope": ("适用范围", "scope of the policy"),
        "building": ("距建筑物", "distance to a building"),
        "tree": ("距树木", "distance to a tree"),
        "curb": ("距路缘石", "distance to the kerb"),
    }
)
"""Every kind of finding and its name."""

OUTCOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "fails": ("不满足", "fails"),
        "must_expose": ("须现场核实", "verify on site"),
        "unknown": ("资料不足", "facts are missing"),
        "passes": ("满足", "passes"),
    }
)
"""What a check comes to, the gravest first; ``must_expose``: the uncertainty leaves it open."""
FAILS, MUST_EXPOSE, UNKNOWN, PASSES = range(4)

SEVERITIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"grave": ("严重", "grave"), "serious": ("较重", "serious"), "notice": ("提示", "notice")}
)
"""How much it weighs, the gravest first."""
GRAVE, SERIOUS, NOTICE = range(3)

MENDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "offset": ("平移", "move aside"),
        "depth": ("调整埋深", "change the depth"),
        "date": ("调整工期", "move the dates"),
        "expose": ("现场核实", "verify on site"),
        "ask": ("补充或商定", "supply or settle"),
    }
)
"""What a mend changes."""


class Cited(NamedTuple):
    """One rule that findings rest on; many findings share one.

    Parameters
    ----------
    rule
        Short stable name of the rule, part of the id of its findings.
    document, clause
        Where it stands; the document is the county's own judgement where no document says it.
    status
        ``confirmed``, ``one source``, ``memory only``, or ``judgement``: a parameter of the county, no standard.
    weight
        ``hard``: law, or a value the standard demands; ``recommendation``: 宜; ``advice``: worth telling.
    evidence_zh, evidence_en
        How the value was read, with what was missing and 待核 where nobody has read it in the document.
    limit
        The value, NaN where the rule has none.
    assumed
        What was missing, and what was taken for it: the strictest of what is possible, the usual diameter.
    """

    rule: str
    document: str
    clause: str
    status: str
    weight: str
    evidence_zh: str
    evidence_en: str
    limit: float = float("nan")
    assumed: tuple[Assumed, ...] = ()

    @property
    def unverified(self) -> bool:
        """Whether the value was recalled and not read (待核)."""
        return self.status == "memory only"


def severity_of(outcome: int, cited: Cited) -> int:
    """Return how much an outcome weighs under a rule.

    ``GRAVE``: a hard limit that somebody has read is broken. ``SERIOUS``: one that is 待核 is broken, or one that holds
    only because something was missing, or a recommendation; or the uncertainty leaves it open. ``NOTICE``: facts are
    missing, advice, or nothing is wrong. Where two things would be in one place beyond doubt it is ``GRAVE`` whatever
    the limit, see `survey.finding_columns.Found.collides`.

    Examples
    --------
    >>> read = Cited("x", "GB 1", "2.3", "confirmed", "hard", "甲", "a")
    >>> from survey.standards.citations import Assumed
    >>> recalled = read._replace(status="memory only")
    >>> guessed = read._replace(assumed=(Assumed("diameter_mm", "200", "乙", "b"),))
    >>> severity_of(FAILS, read), severity_of(FAILS, recalled), severity_of(FAILS, guessed)
    (0, 1, 1)
    >>> severity_of(MUST_EXPOSE, read), severity_of(UNKNOWN, read)
    (1, 2)
    """
    if outcome >= UNKNOWN or cited.weight == "advice":
        return NOTICE
    if outcome == FAILS and cited.weight == "hard" and not (cited.unverified or cited.assumed):
        return GRAVE
    return SERIOUS


@dataclass(frozen=True, slots=True)
class Mend:
    """The nearest change after which a finding is gone.

    Parameters
    ----------
    kind
        ``offset depth date expose ask``; the last two change nothing by themselves: a person goes and sees, supplies
        what is missing, or settles what no change of this one route clears, and the sentence says why.
    subject
        Id of the route that changes.
    value, unit
        How much: metres to the left of the line's direction (right: negative), the new cover in metres, days later
        (earlier: negative); None for ``expose`` and ``ask``.
    zh, en
        What to do, as one sentence.
    geometry
        The route's new line in the grid; None where it stays.
    properties
        The route's new attributes, plain values: ``cover_m``, ``covers_m``, ``start``, ``end``.
    """

    kind: str
    subject: str
    value: float | None
    unit: str
    zh: str
    en: str
    geometry: shapely.Geometry | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the mend as plain values for JSON; the geometry apart, because only the caller knows its system."""
        return {
            "kind": self.kind, "subject": self.subject, "value": self.value, "unit": self.unit, "zh": self.zh,
            "en": self.en, "properties": dict(self.properties), "moves": self.geometry is not None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at one place.

    Parameters
    ----------
    id
        Deterministic: of kind, rule, subjects and which of their places it is, counted along ``a``.
    facts
        Of what decides it: measured, limit, uncertainty, outcome, severity, place. An acceptance holds while it stays.
    kind, outcome, severity
        Keys of `KINDS`, `OUTCOMES`, `SEVERITIES`.
    a, b, a_layer, b_layer
        The subjects by id and layer; ``a`` is always a planned route. Of two routes ``a`` is the one whose id comes
        first. None where a finding has one subject.
    measured, limit, margin, uncertainty
        In ``unit``; margin is how much there is to spare, negative where the limit is broken; the uncertainty is half
        of the interval, twice the mean error. None where there is none.
    rule, document, clause, status, unverified, assumed, evidence_zh, evidence_en
        As in `Cited`.
    sentence_zh, sentence_en
        What a person reads; says 待核 where the value is unverified.
    from_m, to_m
        Chainage on ``a``, metres of the grid.
    mend
        The nearest mend; ``ask`` with the reason where no change of one route clears it.
    geometry
        The place in the grid: a stretch of ``a``, or a point.
    """

    id: str
    facts: str
    kind: str
    outcome: str
    severity: str
    a: str
    b: str | None
    a_layer: str
    b_layer: str | None
    measured: float | None
    limit: float | None
    unit: str
    margin: float | None
    uncertainty: float | None
    rule: str
    document: str
    clause: str
    status: str
    unverified: bool
    assumed: tuple[Assumed, ...]
    evidence_zh: str
    evidence_en: str
    sentence_zh: str
    sentence_en: str
    from_m: float | None
    to_m: float | None
    mend: Mend | None
    geometry: shapely.Geometry | None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain values for JSON, with its labels; geometries apart."""
        plain = {
            name: getattr(self, name)
            for name in (
                "id", "facts", "kind", "outcome", "severity", "a", "b", "a_layer", "b_layer", "measured", "limit",
                "unit", "margin", "uncertainty", "rule", "document", "clause", "status", "unverified", "evidence_zh",
                "evidence_en", "sentence_zh", "sentence_en", "from_m", "to_m",
            )
        }  # fmt: skip
        labels = {
            f"{name}_{language}": words[getattr(self, name)][k]
            for name, words in (("kind", KINDS), ("outcome", OUTCOMES), ("severity", SEVERITIES))
            for k, language in enumerate(("zh", "en"))
        }
        assumed = [each._asdict() for each in self.assumed]
        return plain | labels | {"assumed": assumed, "mend": self.mend.as_dict() if self.mend else None}
