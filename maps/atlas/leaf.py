"""Lay out one map page: the map with its legend, north arrow, scale bar and title block, as the template takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.atlas.grid import furniture
from maps.atlas.legend import legend
from maps.atlas.words import WORDS

if TYPE_CHECKING:
    from geo.crs import Grid
    from maps.atlas.sheets import Map
    from maps.atlas.stops import AtlasHead


@dataclass(frozen=True, slots=True)
class Leaves:
    """What all map pages of one document share: its grid, its head, its language, the column beside the map (mm)."""

    grid: Grid
    head: AtlasHead
    language: str
    side: float

    def map_page(self, drawn: Map, scale: int, title: str, number: str) -> dict[str, Any]:
        """Return the page of a map; what else stands beside it is filled in by the caller."""
        svg, height = furniture(scale, WORDS[self.language]["north"], self.side)
        key, tall = legend(drawn.keys, self.language, self.side)
        return empty_page() | {
            "title": title,
            "number": number,
            "figure": {"svg": drawn.svg, "width": drawn.width, "height": drawn.height},
            "furniture": {"svg": svg, "width": self.side, "height": height},
            "legend": {"svg": key, "width": self.side, "height": tall} if drawn.keys else None,
            "left_out": drawn.left_out,
            "block": self.block(title, number, f"1:{scale}"),
        }

    def block(self, title: str, number: str, scale: str) -> list[list[str]]:
        """Return names and values of the title block; the last value, which sheet of how many, is left open."""
        values = (
            self.head.project, title, number, scale, self.system(), self.head.height_datum, self.head.organisation,
            self.head.issued.isoformat(), "", "", "", "",
        )  # fmt: skip
        return [list(pair) for pair in zip(WORDS[self.language]["block"], values, strict=True)]

    def system(self) -> str:
        """Return the grid's name as it stands in a title block: datum and central meridian."""
        datum = self.grid.name.partition(" / ")[0]
        if not self.grid.is_gauss_kruger:
            return self.grid.name
        return f"{datum} {WORDS[self.language]['central']} {self.grid.central_meridian:g}°E"


def number_sheets(pages: list[dict[str, Any]], language: str) -> None:
    """Write into each title block which sheet of how many it is."""
    for k, page in enumerate(pages, 1):
        page["block"][-1][1] = WORDS[language]["page_of"].format(k, len(pages))


def empty_page() -> dict[str, Any]:
    """Return a page with every part that the template asks for, none of them there."""
    return {
        "is": "map", "title": "", "number": "", "figure": None, "furniture": None, "legend": None, "index": None,
        "code": "", "place": "", "note": "", "limits": [], "unmeasured": "", "findings": [], "none_found": "",
        "left_out": [], "listed": [], "head": [], "schedule": [], "texts": [], "block": [],
    }  # fmt: skip
