"""Say how findings stand on the survey map: numbered by weight, with what was measured, what is asked, and by what."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.layers import LINESTRING, MULTILINESTRING, DrawnLayer, middle_points
from maps.symbols import symbols
from survey.findings import KINDS, OUTCOMES, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.findings import Finding

MOST_FINDINGS = 2000
"""More make a phone in the field slow: the gravest are drawn, and the sheet says of how many."""
LINE_WEIGHT, DOT_RADIUS = 5, 4
AT_ONE_PLACE_M = 0.05
"""Shorter stretches are told by one chainage."""
UNITS = {"day": ("天", "days"), "year": ("年", "years"), "deg": ("°", "°"), "m2": ("㎡", "㎡")}
WORDS = {
    "zh": {
        "layer": "发现·{}（{}）", "number": "编号", "kind": "类型", "outcome": "结论", "lines": "管线",
        "place": "里程 m", "measured": "实测", "limit": "限值", "margin": "余量", "clause": "依据",
        "unverified": "（待核）", "said": "说明", "assumed": "按缺省取值", "mend": "改法",
        "all": "发现 {shown} 条，按严重程度编号", "most": "发现 {all} 条，图上为最严重的 {shown} 条，按严重程度编号",
    },
    "en": {
        "layer": "Findings: {} ({})", "number": "No.", "kind": "Kind", "outcome": "Outcome", "lines": "Lines",
        "place": "Chainage m", "measured": "Measured", "limit": "Limit", "margin": "To spare", "clause": "By",
        "unverified": " (unverified)", "said": "What", "assumed": "Assumed", "mend": "Mend",
        "all": "{shown} findings, numbered by weight",
        "most": "{all} findings; the {shown} gravest are drawn, numbered by weight",
    },
}  # fmt: skip


def drawn_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are drawn, in the order of their numbers from 1: the gravest, and failures, first.

    Parameters
    ----------
    findings
        The gravest first, as `survey.conflicts.find_conflicts` gives them; made one after another, so that of very many
        only those are made that are drawn. What passes and what has no place is left out.
    """
    outcomes, severities = list(OUTCOMES), list(SEVERITIES)
    placed = (each for each in findings if each.outcome != "passes" and each.geometry is not None)
    gravest = islice(placed, MOST_FINDINGS)
    return sorted(gravest, key=lambda each: (severities.index(each.severity), outcomes.index(each.outcome)))


def finding_layers(drawn: Sequence[Finding], language: str) -> Iterator[DrawnLayer]:
    """Yield a layer for each severity of `drawn_findings`, with the number and the place of each finding's mark."""
    looks = symbols()["severities"]
    for severity, names in SEVERITIES.items():
        numbered = [(number, each) for number, each in enumerate(drawn, 1) if each.severity == severity]
        if not numbered:
            continue
        look, shapes = looks[severity], np.array([each.geometry for _, each in numbered], dtype=object)
        style = {
            "color": look["line"], "weight": LINE_WEIGHT, "opacity": 0.75, "fill": True, "fillColor": look["fill"],
            "fillOpacity": 1, "radius": DOT_RADIUS, "ink": look["ink"],
        }  # fmt: skip
        zh, en = (WORDS[key]["layer"].format(names[k], len(numbered)) for k, key in enumerate(("zh", "en")))
        yield DrawnLayer(
            "findings", zh, en, shapes, style, [_rows(number, each, language) for number, each in numbered],
            numbers=[number for number, _ in numbered], marks=_marks(shapes),
        )  # fmt: skip


def listed_findings(drawn: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    """Return what the list of findings shows: number, what it is, and between what, in the order of the numbers."""
    looks = symbols()["severities"]
    return [
        {
            "number": number,
            "name": f"{_said(each, 'kind', language)} · {_said(each, 'outcome', language)}",
            "figures": " · ".join(part for part in (_lines(each), _against(each, language)) if part),
            "fill": looks[each.severity]["fill"],
            "ink": looks[each.severity]["ink"],
        }
        for number, each in enumerate(drawn, 1)
    ]


def told_count(drawn: int, every: int, language: str) -> str:
    """Return how many findings are drawn, and of how many where that is not all.

    >>> told_count(3, 3, "en"), told_count(2, 3, "en")
    ('3 findings, numbered by weight', '3 findings; the 2 gravest are drawn, numbered by weight')
    """
    return WORDS[language]["all" if drawn == every else "most"].format(shown=drawn, all=every)


def _marks(shapes: Any) -> Any:  # noqa: ANN401 - shapely takes arrays of objects
    """Return where each finding's number stands: half-way along a stretch, else a point of its shape."""
    lines = np.isin(shapely.get_type_id(shapes), (LINESTRING, MULTILINESTRING))
    made = shapely.point_on_surface(shapes)
    if lines.any():
        made[lines] = shapely.points(middle_points(shapes[lines]))
    return made


def _rows(number: int, each: Finding, language: str) -> list[tuple[str, str]]:
    """Return the facts of a popup; what a finding does not have is left out."""
    zh, words = language == "zh", WORDS[language]
    rows = [
        (words["number"], f"{number} · {_said(each, 'severity', language)}"),
        (words["kind"], _said(each, "kind", language)),
        (words["outcome"], _said(each, "outcome", language)),
        (words["lines"], _lines(each)),
        (words["place"], _place(each)),
        (words["measured"], sized(each.measured, each.unit, language) + _uncertain(each, language)),
        (words["limit"], sized(each.limit, each.unit, language)),
        (words["margin"], sized(each.margin, each.unit, language)),
        (words["clause"], f"{each.document} {each.clause}{words['unverified'] if each.unverified else ''}"),
        (words["said"], each.sentence_zh if zh else each.sentence_en),
        (words["assumed"], ("；" if zh else "; ").join(one.why_zh if zh else one.why_en for one in each.assumed)),
        (words["mend"], (each.mend.zh if zh else each.mend.en) if each.mend else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _said(each: Finding, name: str, language: str) -> str:
    table = {"kind": KINDS, "outcome": OUTCOMES, "severity": SEVERITIES}[name]
    return table[getattr(each, name)][0 if language == "zh" else 1]


def _lines(each: Finding) -> str:
    return each.a if each.b is None else f"{each.a} – {each.b}"


def _place(each: Finding) -> str:
    if each.from_m is None or each.to_m is None:
        return ""
    if each.to_m - each.from_m < AT_ONE_PLACE_M:
        return f"{each.from_m:.2f}"
    return f"{each.from_m:.2f} – {each.to_m:.2f}"


def _against(each: Finding, language: str) -> str:
    """Return what was measured beside its limit; empty where either is missing."""
    if each.measured is None or each.limit is None:
        return ""
    measured, limit = (sized(value, each.unit, language) for value in (each.measured, each.limit))
    return f"{measured} / {limit}"


def _uncertain(each: Finding, language: str) -> str:
    return (
        f" ± {sized(each.uncertainty, each.unit, language)}" if each.uncertainty and each.measured is not None else ""
    )


def sized(value: float | None, unit: str, language: str) -> str:
    """Return a number with its unit as people write it; empty for none."""
    if value is None:
        return ""
    words = UNITS.get(unit)
    said = (f"{value:.2f}" if unit == "m" else f"{round(value, 2):g}").replace("-", "−")
    sign = unit if words is None else words[0 if language == "zh" else 1]
    return f"{said}{sign}" if sign == "°" else f"{said} {sign}"
