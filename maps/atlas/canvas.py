"""Draw shapes of the grid on a sheet: from metres of the ground to millimetres of the paper, north up."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from maps.svg_sheet import INK, Sheet, number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from maps.atlas.scale import Window

    Points = NDArray[np.float64]

EDGE_MM = 8.0
"""Between the inner line of the frame and the edge of the figure: coordinates and the outer line stand there."""
PIXEL_MM = 0.25
"""What a pixel of the screen's symbols is on paper."""
_BEYOND_MM = 2.0


class Canvas(Sheet):
    """A sheet that knows which ground it shows; the map fills the room of its window, with a frame around."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.window = window
        self.left, self.top = EDGE_MM, EDGE_MM
        self.width, self.height = window.room.width + 2 * EDGE_MM, window.room.height + 2 * EDGE_MM

    def at(self, points: ArrayLike) -> Points:
        """Return points of the grid, shape ``(n, 2)``, on the sheet."""
        west, _, _, north = self.window.bounds
        given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.column_stack([given[:, 0] - west, north - given[:, 1]]) * 1000 / self.window.scale + EDGE_MM

    def mm(self, metres: float) -> float:
        """Return a length of the ground on the sheet."""
        return metres * 1000 / self.window.scale

    def metres(self, mm: float) -> float:
        """Return a length of the sheet on the ground."""
        return mm * self.window.scale / 1000

    def inside(self, shapes: ArrayLike) -> NDArray[np.object_]:
        """Return shapes of the grid cut to the sheet and a little beyond, so that no edge is drawn along the frame."""
        west, south, east, north = self.window.bounds
        more = self.metres(_BEYOND_MM)
        given = np.asarray(shapes, dtype=object)
        cut = shapely.clip_by_rect(given, west - more, south - more, east + more, north + more)
        return np.asarray(cut, dtype=object)

    def shapes(
        self, shapes: ArrayLike, *, colour: str = "none", width: float = 0.18, fill: str = "none", dash: str = "",
        opacity: float = 1.0, cap: str = "butt",
    ) -> None:  # fmt: skip
        """Draw lines and areas of the grid as one path; areas with their holes, also where they overlap. No points."""
        parts = shapely.get_parts(np.asarray(shapes, dtype=object).ravel())
        # A step without a point ends the path for whoever reads it.
        parts = parts[~shapely.is_empty(parts)]
        areas = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004 - the dimension of an area
        lines = parts[shapely.get_dimensions(parts) == 1]
        # Outlines run one way and holes the other, so that two areas over each other are not taken for a hole.
        turned = shapely.orient_polygons(shapely.get_parts(areas))
        steps = [self._path(ring) + "Z" for ring in shapely.get_rings(turned)]
        steps += [self._path(line) for line in shapely.get_parts(lines)]
        if not steps:
            return
        stroke = "" if colour == "none" else f' stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"'
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        clear = f' opacity="{opacity}"' if opacity < 1 else ""
        ends = f' stroke-linecap="{cap}"' if cap != "butt" else ""
        self.parts.append(
            f'<path d="{"".join(steps)}" fill="{fill}" fill-rule="nonzero"{stroke}{dashed}{ends}{clear}/>'
        )

    def _path(self, shape: shapely.Geometry) -> str:
        points = self.at(shapely.get_coordinates(shape)).round(2).tolist()
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)

    def turned(
        self, at: tuple[float, float], text: str, size: float, angle: float, *, colour: str = INK, bold: bool = False,
        halo: str = "#ffffff",
    ) -> None:  # fmt: skip
        """Write a text around its middle, turned by an angle (degrees, clockwise), with a rim that parts it."""
        x, y = number(at[0]), number(at[1])
        turned = f' transform="rotate({number(angle)} {x} {y})"' if angle else ""
        heavy = ' font-weight="700"' if bold else ""
        clean = escape("".join(letter for letter in text if letter.isprintable()))
        base = number(at[1] + 0.36 * size)
        rim = f' stroke="{halo}" stroke-width="0.7" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        self.parts.append(
            f'<text x="{x}" y="{base}" font-size="{size}" text-anchor="middle" fill="{colour}"{heavy}{rim}{turned}>'
            f"{clean}</text>"
        )

    def begin_map(self) -> None:
        """Cut off everything drawn from here to `end_map` at the frame."""
        wide, tall = self.window.room
        self.parts.append(
            f'<clipPath id="frame"><rect x="{number(self.left)}" y="{number(self.top)}" width="{number(wide)}" '
            f'height="{number(tall)}"/></clipPath><g clip-path="url(#frame)">'
        )

    def end_map(self) -> None:
        """End what `begin_map` began."""
        self.parts.append("</g>")

    def document(self, title: str) -> str:
        """Return the whole figure as one SVG document."""
        return self.svg(self.width, self.height, title, title)
