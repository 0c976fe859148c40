"""List what is looked at on site: findings to settle, crossings to measure, limits in doubt, chances to agree on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import shapely

from survey.opportunities.records import RUN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd

    from survey.findings import Finding
    from survey.opportunities.records import Opportunity

ITEM_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "verify": ("现场核实", "verify"),
        "supply": ("补充资料", "find out"),
        "settle": ("商定处理", "settle"),
        "crossing": ("量测穿路长度", "measure a crossing"),
        "limit": ("复核临界限值", "check a limit in doubt"),
        "chance": ("商定同沟", "agree on a shared trench"),
        "site": ("察看现场", "see the place"),
    }
)
"""Every kind of item and its name, in the order in which they are numbered at a stop."""

TOOLS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "expose": ("探挖", "dig a trial hole"),
        "detector": ("管线探测仪", "pipe detector"),
        "tape": ("钢尺或 GNSS", "tape or GNSS"),
        "look": ("察看", "look"),
        "talk": ("商定", "talk"),
    }
)
"""What an item is done with."""

OFF_SITE = frozenset({"protected_road", "space_time", "reopened", "scope"})
"""Kinds of findings that dates and papers settle; nobody sees them in the street."""
OPEN_OUTCOMES = frozenset({"within_uncertainty", "unknown"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about: a feature of a layer (``routes pipes roads ...``)."""

    layer: str
    id: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do on site.

    Parameters
    ----------
    id
        Deterministic: of what it is about, the same when it is listed again.
    kind, tool
        Of `ITEM_KINDS` and `TOOLS`.
    subjects
        What it is about; a planned route first. Empty for the place of a case.
    case
        Id of the case whose place is seen; empty for other items.
    x, y
        Where, in the grid (metres).
    do_zh, do_en
        What is done, and why.
    measured, limit, uncertainty
        In ``unit``, as known before the visit; None where there is none.
    document, clause
        What the limit rests on; empty where nothing limits. ``unverified``: only recalled (待核).
    findings
        Ids of the findings that it settles.
    """

    id: str
    kind: str
    tool: str
    subjects: tuple[Subject, ...]
    case: str
    x: float
    y: float
    do_zh: str
    do_en: str
    measured: float | None = None
    limit: float | None = None
    uncertainty: float | None = None
    unit: str = ""
    document: str = ""
    clause: str = ""
    unverified: bool = False
    findings: tuple[str, ...] = ()

    @property
    def routes(self) -> tuple[str, ...]:
        """Ids of the planned routes it is about."""
        return tuple(subject.id for subject in self.subjects if subject.layer == "routes")


def middle(shape: shapely.Geometry) -> tuple[float, float]:
    """Return the place of a shape: the middle of its longest line, else a point inside it.

    Examples
    --------
    >>> middle(shapely.LineString([(0, 0), (10, 0)])), middle(shapely.Point(1, 2))
    ((5.0, 0.0), (1.0, 2.0))
    """
    parts = shapely.get_parts(shape)
    longest = max(parts, key=lambda part: part.length)
    point = longest.interpolate(0.5, normalized=True) if longest.geom_type == "LineString" else None
    point = point or longest.representative_point()
    return float(point.x), float(point.y)


def from_findings(findings: Iterable[Finding], routes: Sequence[str], join_m: float) -> list[Item]:
    """Return an item for each thing that settles findings of some routes.

    Parameters
    ----------
    findings
        Of the county or more. What passes, has no place, is about none of the routes or is of `OFF_SITE` is left out.
    routes
        Ids of planned routes in the order in which they are walked.
    join_m
        Findings with one mend, no farther apart than this (metres), are one item: a pipe is exposed once.

    Examples
    --------
    >>> from_findings([], ["W1"], 40.0)
    []
    """
    order = {name: place for place, name in enumerate(routes)}
    placed = []
    for each in findings:
        own = [order[subject.id] for subject in _subjects(each) if subject.layer == "routes" and subject.id in order]
        if own and each.outcome != "passes" and each.kind not in OFF_SITE and each.geometry is not None:
            placed.append((min(own), each.from_m or 0.0, each.id, each))
    groups: dict[tuple[str, str], list[list[Finding]]] = defaultdict(list)
    for *_, each in sorted(placed, key=lambda one: one[:3]):
        known = groups[_kind(each), each.mend.zh if each.mend else each.id]
        near = next((group for group in known if shapely.dwithin(each.geometry, group[0].geometry, join_m)), None)
        if near is None:
            known.append([each])
        else:
            near.append(each)
    return [_of_findings(group, kind) for (kind, _), several in groups.items() for group in several]


def _subjects(each: Finding) -> tuple[Subject, ...]:
    named = ((each.a_layer, each.a), (each.b_layer, each.b))
    return tuple(Subject(layer, name) for layer, name in named if layer is not None and name is not None)


def _kind(each: Finding) -> str:
    if each.mend is not None and each.mend.kind == "expose":
        return "verify"
    return {"must_expose": "verify", "unknown": "supply"}.get(each.outcome, "settle")


def _of_findings(group: Sequence[Finding], kind: str) -> Item:
    first = group[0]
    tightest = min(group, key=lambda each: (each.margin is None, each.margin or 0.0))
    subjects = tuple(dict.fromkeys(subject for each in group for subject in _subjects(each)))
    buried = any(subject.layer == "pipes" for subject in subjects)
    tool = {"verify": "expose" if buried else "tape", "supply": "detector" if buried else "look"}.get(kind, "talk")
    x, y = middle(first.geometry)
    mend = (first.mend.zh, first.mend.en) if first.mend else ITEM_KINDS[kind]
    why_zh = "；".join(dict.fromkeys(each.sentence_zh for each in group))
    why_en = "; ".join(dict.fromkeys(each.sentence_en for each in group))
    return Item(
        f"finding:{first.id}", kind, tool, subjects, "", x, y, f"{mend[0]}（{why_zh}）", f"{mend[1]} ({why_en})",
        _plain(tightest.measured), _plain(tightest.limit), _plain(tightest.uncertainty),
        tightest.unit, tightest.document, tightest.clause,
        tightest.unverified, tuple(each.id for each in group),
    )  # fmt: skip


def _plain(number: float | None) -> float | None:
    """Return a number that may come out of an array as Python's own: plans are kept as JSON."""
    return None if number is None else float(number)


def from_crossings(crossings: gpd.GeoDataFrame, routes: Iterable[str]) -> list[Item]:
    """Return an item for each true crossing of a road by some routes.

    Parameters
    ----------
    crossings
        ``route road from_m to_m length_m kind uncertainty_m`` and the stretch, as of `survey.frames.measure_frame`.
        Rows along a road are left out.
    """
    wanted = set(routes)
    met: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    for row, shape in zip(crossings.to_dict("records"), crossings.geometry, strict=True):
        route, road = str(row["route"]), str(row["road"])
        if route not in wanted or row["kind"] != "crossing":
            continue
        met[route, road] += 1
        found.append(_of_crossing(row, shape, met[route, road]))
    return found


def _of_crossing(row: Mapping[Any, Any], shape: shapely.Geometry, number: int) -> Item:
    route, road, length, off = str(row["route"]), str(row["road"]), float(row["length_m"]), float(row["uncertainty_m"])
    said = f"{length:.2f} ± {off:.2f} m"
    return Item(
        f"crossing:{route}:{road}:{number}", "crossing", "tape", (Subject("routes", route), Subject("roads", road)), "",
        *middle(shape), f"实测 {route} 穿越道路 {road} 的长度（图上 {said}）",
        f"measure how long {route} crosses road {road} (drawn: {said})", length, None, off, "m",
    )  # fmt: skip


def from_traces(
    traces: Mapping[str, Sequence[Mapping[str, Any]]], shapes: Mapping[str, shapely.Geometry]
) -> list[Item]:
    """Return an item for each rule that is open within the uncertainty, or for want of a fact.

    Parameters
    ----------
    traces
        Lines of the trace as plain values (`survey.trace.TraceLine.as_dict`), by route.
    shapes
        The routes; a route without one has no place and gets no item.
    """
    return [
        _of_line(route, line, shapes[route])
        for route, lines in traces.items()
        if route in shapes
        for line in lines
        if line["outcome"] in OPEN_OUTCOMES
    ]


def _of_line(route: str, line: Mapping[str, Any], shape: shapely.Geometry) -> Item:
    tool = "tape" if line["outcome"] == "within_uncertainty" else "look"
    return Item(
        f"limit:{route}:{line['rule']}", "limit", tool, (Subject("routes", route),), "", *middle(shape),
        f"复核 {route}：{line['sentence_zh']}", f"check {route}: {line['sentence_en']}",
        _plain(line.get("measured")), _plain(line.get("limit")), _plain(line.get("uncertainty")),
        str(line.get("unit") or ""), str(line["document"]), str(line["clause"]),
    )  # fmt: skip


def from_opportunities(opportunities: Iterable[Opportunity], routes: Iterable[str]) -> list[Item]:
    """Return an item for each chance to share a trench that one of some routes has; mere crossings are left out."""
    wanted = set(routes)
    return [
        Item(
            f"chance:{one.id}", "chance", "talk", tuple(Subject("routes", route) for route in one.routes), "",
            *middle(one.geometry),
            f"商定 {'、'.join(one.routes)} 同沟 {one.shared_m:.0f} 米，可少挖 {one.saved_m:.0f} 米",
            f"agree whether {', '.join(one.routes)} share {one.shared_m:.0f} m: {one.saved_m:.0f} m less to dig",
            float(one.shared_m), None, None, "m",
        )
        for one in opportunities
        if one.kind == RUN and wanted.intersection(one.routes)
    ]  # fmt: skip


def numbered(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items of a stop in the order of their numbers: by kind, then by id."""
    order = list(ITEM_KINDS)
    yield from sorted(items, key=lambda item: (order.index(item.kind), item.id))
