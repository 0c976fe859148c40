"""A small town of centre lines, findings and items for the tests of visits."""

import geopandas as gpd
import shapely

from survey.findings import Finding, Mend
from survey.programme.streets import streets_of
from survey.visits.items import Item, Subject

CRS = "EPSG:4546"


def streets(*lines, ids=None, **columns):
    names = ids or [f"R{number}" for number in range(len(lines))]
    shapes = [shapely.LineString(line) for line in lines]
    return streets_of(gpd.GeoDataFrame({"id": names, **columns}, geometry=shapes, crs=CRS))


def finding(name, xy, **changes):
    values = {
        "id": name, "facts": "f", "kind": "horizontal_clearance", "outcome": "must_expose", "severity": "serious",
        "a": "W1", "b": "P1", "a_layer": "routes", "b_layer": "pipes", "measured": 1.02, "limit": 1.0, "unit": "m",
        "margin": 0.02, "uncertainty": 0.3, "rule": "x", "document": "GB 50289-2016", "clause": "4.1.9",
        "status": "confirmed", "unverified": False, "assumed": (), "evidence_zh": "", "evidence_en": "",
        "sentence_zh": f"净距存疑 {name}", "sentence_en": f"gap in doubt {name}", "from_m": xy[0], "to_m": xy[0],
        "mend": Mend("expose", "W1", None, "", "现场探挖 P1", "expose P1"), "geometry": shapely.Point(xy),
    }  # fmt: skip
    return Finding(**(values | changes))


def item(name, x, y, tool="look", route="W1"):
    return Item(name, "verify", tool, (Subject("routes", route),), "", x, y, f"看 {name}", f"see {name}")
