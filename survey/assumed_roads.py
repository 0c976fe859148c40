"""Take a class and a width from the `highway` of OpenStreetMap, where a layer of roads says no better."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH_ERROR_SHARE = 0.25
"""Mean error of an assumed width, as a share of it. A judgement: real carriageways of one class differ that much."""


class AssumedRoad(NamedTuple):
    """What a value of ``highway`` is taken to be; ``road_class`` None: no carriageway of a city road."""

    road_class: str | None
    width_m: float


_LINK_WIDTH_M = 7.0
ASSUMED: Mapping[str, AssumedRoad] = MappingProxyType(
    {
        "motorway": AssumedRoad("expressway", 25.0),
        "motorway_link": AssumedRoad("expressway", _LINK_WIDTH_M),
        "trunk": AssumedRoad("expressway", 24.0),
        "trunk_link": AssumedRoad("expressway", _LINK_WIDTH_M),
        "primary": AssumedRoad("arterial", 22.0),
        "primary_link": AssumedRoad("arterial", _LINK_WIDTH_M),
        "secondary": AssumedRoad("collector", 15.0),
        "secondary_link": AssumedRoad("collector", _LINK_WIDTH_M),
        "tertiary": AssumedRoad("local", 12.0),
        "tertiary_link": AssumedRoad("local", _LINK_WIDTH_M),
        "unclassified": AssumedRoad("local", 7.0),
        "residential": AssumedRoad("local", 7.0),
        "living_street": AssumedRoad("local", 5.0),
        "road": AssumedRoad("local", 7.0),
        "service": AssumedRoad("local", 4.0),
        "busway": AssumedRoad("local", 7.0),
    }
)
"""Class and width (metres) by ``highway``. The project's judgement: OpenStreetMap in China pairs trunk, primary,
secondary and tertiary with 快速路, 主干路, 次干路 and 支路; widths are two to six lanes of 3.5 m. Every road taken from
here is marked assumed. Footways, paths, cycleways, steps, tracks and pedestrian areas are no carriageway and are left
out."""


def assumed_road(highway: object) -> AssumedRoad:
    """Return what a value of ``highway`` is taken to be; where it holds several words, the widest of them.

    Examples
    --------
    >>> assumed_road("primary")
    AssumedRoad(road_class='arterial', width_m=22.0)
    >>> assumed_road("['residential', 'tertiary']").width_m
    12.0
    >>> assumed_road("footway").road_class is None and assumed_road(None).road_class is None
    True
    """
    words = re.findall(r"[a-z_]+", str(highway).lower())
    known = [ASSUMED[word] for word in words if word in ASSUMED]
    return max(known, key=lambda road: road.width_m, default=AssumedRoad(None, 0.0))
