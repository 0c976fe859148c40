"""Say which geometries each stored layer takes, in the words of `geo.formats`."""

from __future__ import annotations

from api.db.tables import AREAS, LAYERS, LINES, POINTS
from geo.faults import BadInputError, Fault
from geo.formats import ANY_KIND, AREA, LINE, POINT


def kinds_of(name: str) -> frozenset[str]:
    """Return the kinds of a layer; any kind for a layer that is not stored.

    >>> kinds_of("routes")
    frozenset({'line'})
    """
    if name not in LAYERS:
        return ANY_KIND
    taken = LAYERS[name].geometry_types
    return frozenset(kind for kind, types in ((POINT, POINTS), (LINE, LINES), (AREA, AREAS)) if types & taken)


def check_layer(name: str) -> None:
    """Refuse a name that is no stored layer, with the names that are.

    >>> check_layer("routes")
    """
    if name in LAYERS:
        return
    listed_zh = "、".join(f"{layer.name}（{layer.zh}）" for layer in LAYERS.values())
    fault = Fault(
        "layer.unknown",
        "没有这个图层",
        "there is no such layer",
        f"可用：{listed_zh}",
        f"use one of: {', '.join(LAYERS)}",
        layer=name,
    )
    raise BadInputError([fault])
