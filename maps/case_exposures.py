"""List what a joint survey exposes: findings that the uncertainty leaves open, in the order one walks past them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.findings import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.findings import Finding

MOST_LISTED = 40
"""A notice of more is not read: the survey map shows the rest."""
UNITS = {"day": "天", "year": "年", "deg": "°"}


def to_expose(findings: Iterable[Finding], routes: Sequence[str]) -> tuple[str, ...]:
    """Return what has to be looked at on site for some routes, in Chinese, one line for each thing that is exposed.

    Parameters
    ----------
    findings
        Of the county or more; what is not open within its uncertainty, or about none of the routes, is left out.
    routes
        Ids of planned routes, in the order in which they are walked.

    Notes
    -----
    A pipe that settles several findings is exposed once: they stand behind it, along the route. Beyond `MOST_LISTED`
    lines the last says how many more there are.

    Examples
    --------
    >>> to_expose([], ["W1"])
    ()
    """
    order = {name: place for place, name in enumerate(routes)}
    placed = []
    for each in findings:
        own = [order[name] for name, layer in _subjects(each) if layer == "routes" and name in order]
        if each.outcome == "must_expose" and each.mend is not None and own:
            placed.append((min(own), each.from_m or 0.0, each))
    told: dict[str, list[str]] = {}
    for _, _, each in sorted(placed, key=lambda one: one[:2]):
        told.setdefault(each.mend.zh if each.mend else "", []).append(_why(each))
    lines = [f"{what}（{'；'.join(dict.fromkeys(whys))}）" for what, whys in told.items()]
    if len(lines) <= MOST_LISTED:
        return tuple(lines)
    return (*lines[:MOST_LISTED], f"另有 {len(lines) - MOST_LISTED} 处须现场核实，见踏勘图")


def _subjects(each: Finding) -> tuple[tuple[str | None, str | None], ...]:
    return ((each.a, each.a_layer), (each.b, each.b_layer))


def _why(each: Finding) -> str:
    """Return which limit is in doubt, by how much, and by which clause."""
    unit = UNITS.get(each.unit, each.unit)
    parts = [f"{each.a} {KINDS[each.kind][0]}"]
    if each.measured is not None and each.limit is not None:
        off = f" ± {each.uncertainty:.2f}" if each.uncertainty else ""
        parts.append(f"{each.measured:.2f}{off} {unit}，限值 {each.limit:.2f} {unit}")
    parts.append(f"{each.document} {each.clause}{' 待核' if each.unverified else ''}")
    return "，".join(parts)
