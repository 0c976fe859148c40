"""Recognise layers and fields that were renamed on the way, by the ids and values they hold; refuse what is unclear."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import geopandas as gpd

ID = "id"
LEAST_COMMON = 0.5
"""Share of the ids of what is missing that a renamed layer or column of ids must hold."""


class Recognised(NamedTuple):
    """An edited layer under our names: what was renamed (ours to theirs), and the columns that are nobody's."""

    frame: gpd.GeoDataFrame
    renamed: Mapping[str, str]
    extra: tuple[str, ...]


def plain_value(value: Any) -> Hashable:  # noqa: ANN401 - a cell of any column
    """Return a cell so that what means the same is equal, whatever a file made of it.

    None, NaN, NaT and the empty text are None; a day and midnight of it are one; numbers of numpy are plain.

    Examples
    --------
    >>> from datetime import UTC
    >>> plain_value(datetime(2026, 12, 1, tzinfo=UTC)), plain_value(datetime(2026, 12, 1, 8))
    ('2026-12-01', '2026-12-01T08:00:00')
    >>> plain_value(float("nan")) is None, plain_value(pd.Timestamp("2026-12-01")), plain_value(np.int64(3))
    (True, '2026-12-01', 3)
    """
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(plain_value(one) for one in value)
    if value is None or pd.isna(value) or value == "":
        return None
    if isinstance(value, datetime):
        # A day that a program kept as a moment may have got a zone, too.
        return value.date().isoformat() if value.time() == time.min else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    plain: Hashable = value.item() if isinstance(value, np.generic) else value
    return plain


def id_text(value: object) -> str:
    """Return an id as a text; empty where there is none.

    >>> id_text("W1"), id_text(7.0), id_text(None)
    ('W1', '7.0', '')
    """
    plain = plain_value(value)
    return "" if plain is None else str(plain)


def match_layers(before: Mapping[str, gpd.GeoDataFrame], edited: Mapping[str, gpd.GeoDataFrame]) -> dict[str, str]:
    """Return by the name of each layer that was given out what it is called in the edited file.

    A name that is there is taken as it is. Of the others a layer is recognised where at least half of the ids that were
    given out are in exactly one of the layers that nobody knows.

    Raises
    ------
    BadInputError
        With every layer that is not there and not recognised.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[shapely.Point(0, 0)] * 2)
    >>> match_layers({"routes": frame}, {"管线 — 副本": frame})
    {'routes': '管线 — 副本'}
    """
    unknown = [name for name in edited if name not in before]
    found, faults = {}, []
    for name, frame in before.items():
        ids = _ids(frame)
        like = [other for other in unknown if _common(ids, edited[other])]
        if name in edited:
            found[name] = name
        elif len(like) == 1:
            found[name] = like[0]
        else:
            zh = f"找不到图层，也没有唯一一个图层含有它的编号（文件中有：{'、'.join(edited)}）"
            en = f"the layer is missing, and no single other one holds its ids (the file has: {', '.join(edited)})"
            faults.append(
                Fault("layers.layer", zh, en, f"把图层改回“{name}”", f"rename the layer to {name!r}", layer=name)
            )
    refuse(faults)
    return found


def recognise(before: gpd.GeoDataFrame, edited: gpd.GeoDataFrame, layer: str = "") -> Recognised:
    """Return an edited layer under the names of the fields that were given out.

    The column of ids is recognised by the ids; another field where exactly one column that nobody knows holds the same
    values for all features that both have (at least one of them not empty).

    Raises
    ------
    BadInputError
        With every field that is not there and not recognised, and a system of coordinates that is another one.
    """
    known = [name for name in before.columns if name != before.geometry.name]
    unknown = [name for name in edited.columns if name not in before.columns and name != edited.geometry.name]
    renamed: dict[str, str] = {}
    faults = [] if edited.crs == before.crs else [_other_crs(before, edited)]
    if ID not in edited.columns:
        like = [name for name in unknown if _common(_ids(before), edited, name)]
        renamed |= {ID: like[0]} if len(like) == 1 else {}
        if len(like) != 1:
            faults.append(_no_field(ID))
    if not faults:
        theirs = edited.rename(columns={there: ours for ours, there in renamed.items()})
        for name in known:
            if name not in theirs.columns:
                same = [
                    other for other in unknown if other not in renamed.values() and _same(before, theirs, name, other)
                ]
                renamed |= {name: same[0]} if len(same) == 1 else {}
                faults += [] if len(same) == 1 else [_no_field(name)]
    refuse(fault.at(layer=layer or None) for fault in faults)
    frame = edited.rename(columns={there: ours for ours, there in renamed.items()})
    extra = tuple(name for name in unknown if name not in renamed.values())
    return Recognised(frame, renamed, extra)


def _ids(frame: gpd.GeoDataFrame, column: str = ID) -> set[str]:
    return {str(value) for value in frame[column] if plain_value(value) is not None} if column in frame else set()


def _common(ids: set[str], frame: gpd.GeoDataFrame, column: str = "") -> bool:
    """Return whether a column of a frame (empty: any) holds at least half of some ids, and one of them."""
    names = [column] if column else [name for name in frame.columns if name != frame.geometry.name]
    most = max((len(ids & _ids(frame, name)) for name in names), default=0)
    return most > 0 and most >= LEAST_COMMON * len(ids)


def _same(before: gpd.GeoDataFrame, edited: gpd.GeoDataFrame, name: str, other: str) -> bool:
    ours = dict(zip(before[ID].astype(str), map(plain_value, before[name]), strict=True))
    theirs = dict(zip(edited[ID].astype(str), map(plain_value, edited[other]), strict=True))
    common = ours.keys() & theirs.keys()
    return any(ours[key] is not None for key in common) and all(ours[key] == theirs[key] for key in common)


def _no_field(name: str) -> Fault:
    return Fault(
        "layers.field", "缺少字段，也认不出改成了哪个字段", "the field is missing, and no other one is it",
        f"把字段改回“{name}”", f"rename the field to {name!r}", field=name,
    )  # fmt: skip


def _other_crs(before: gpd.GeoDataFrame, edited: gpd.GeoDataFrame) -> Fault:
    given, found = (frame.crs.name if frame.crs else "—" for frame in (before, edited))
    return Fault(
        "layers.crs", f"坐标系改成了 {found}，发出时是 {given}",
        f"the system of coordinates is {found}; given out was {given}",
        "按发出的坐标系另存", "save it in the system it was given out in", field="crs",
    )  # fmt: skip
