"""Put chances into a table: one row each, for files that people open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from survey.opportunities.ground import PAVINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyproj import CRS

    from survey.opportunities.records import Opportunity, Said

COLUMNS = (
    "id", "kind", "rank", "score", "routes", "utilities", "operators", "streets", "length_m", "shared_m", "saved_m",
    "width_m", "earth_saved_m3", *(f"{kind}_saved_m2" for kind in PAVINGS), "closure_saved_days", "yuan_low",
    "yuan_high", "meeting", "first", "last", "overlap_days", "needed_days", "shifts", "feasible", "top_width_m",
    "depth_m", "obstacles_zh", "obstacles_en", "protection_zh", "protection_en", "notes_zh", "notes_en",
)  # fmt: skip
"""Days are ISO texts; several of a kind stand with ``; `` between; None where nothing is known."""


def opportunities_frame(records: Sequence[Opportunity], crs: CRS | str | None) -> gpd.GeoDataFrame:
    """Return chances as a table, in their order, with the trench of each as geometry.

    Parameters
    ----------
    records
        May be empty.
    crs
        The grid they are in; None: it is not told.

    Examples
    --------
    >>> opportunities_frame([], "EPSG:4546").columns.tolist()[:3]
    ['id', 'kind', 'rank']
    """
    rows = [_row(record, rank) for rank, record in enumerate(records, 1)]
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=[record.geometry for record in records], crs=crs)


def _row(one: Opportunity, rank: int) -> dict[str, Any]:
    savings, meeting = one.savings, one.meeting
    surfaces = {surface.kind: surface.saved_m2 for surface in savings.surfaces}
    return {
        "id": one.id, "kind": one.kind, "rank": rank, "score": one.score, "routes": _joined(one.routes),
        "utilities": _joined(one.utilities), "operators": _joined(m.operator for m in one.members if m.operator),
        "streets": _joined(street.name for street in one.streets), "length_m": one.length_m,
        "shared_m": one.shared_m, "saved_m": one.saved_m, "width_m": one.width_m,
        "earth_saved_m3": None if savings.volume is None else savings.volume.saved_m3,
        **{f"{kind}_saved_m2": surfaces.get(kind) for kind in PAVINGS},
        "closure_saved_days": savings.closure.saved_days, "yuan_low": savings.money.low,
        "yuan_high": savings.money.high, "meeting": meeting.state, "first": _day(meeting.first),
        "last": _day(meeting.last), "overlap_days": meeting.overlap_days, "needed_days": meeting.needed_days,
        "shifts": _joined(f"{shift.route} {shift.days:+d}" for shift in meeting.shifts),
        "feasible": one.section.feasible, "top_width_m": one.section.top_width_m, "depth_m": one.section.depth_m,
        **_said("obstacles", one.section.obstacles), **_said("notes", one.notes),
        "protection_zh": _joined(protection.zh for protection in one.protections),
        "protection_en": _joined(protection.en for protection in one.protections),
    }  # fmt: skip


def _said(name: str, sentences: Iterable[Said]) -> dict[str, str]:
    told = list(sentences)
    return {f"{name}_zh": _joined(one.zh for one in told), f"{name}_en": _joined(one.en for one in told)}


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _day(day: object) -> str | None:
    return None if day is None else str(day)
