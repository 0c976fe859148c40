"""Draw on a sheet of paper measured in millimetres, as SVG that loads nothing and runs nothing."""

from __future__ import annotations

import math
import unicodedata
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',"
    "'WenQuanYi Micro Hei',sans-serif"
)
WIDE, NARROW = 1.0, 0.6
"""Widths of letters in heights of the font: Chinese ones, and the widest usual among the others."""
INK, PALE, RED = "#1f2933", "#7b8794", "#b42318"


def text_width(text: str, size: float) -> float:
    """Return the width of a text at most (millimetres), whatever font shows it.

    >>> text_width("给水 DN200", 2.0)
    11.2
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WFA" for letter in text)
    return round(size * (WIDE * wide + NARROW * (len(text) - wide)), 3)


def shortened(text: str, size: float, width: float) -> str:
    """Return a text cut to a width (millimetres), with an ellipsis where something was cut.

    >>> shortened("城关镇滨河路北段", 2.0, 9.0)
    '城关镇…'
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Return a text in lines of at most a width (millimetres); words of Latin letters stay whole where they fit.

    >>> wrapped("净距 0.50 m 起控制作用", 2.0, 12.0)
    ['净距 0.50', 'm 起控制作', '用']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while text_width(line.rstrip(), size) > width:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or text_width(line[:n], size) <= width)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: after blanks and around every wide letter."""
    pieces: list[str] = []
    for letter in text:
        latin = unicodedata.east_asian_width(letter) not in "WF"
        in_word = latin and bool(pieces) and pieces[-1][-1] != " " and pieces[-1][-1].isascii()
        if pieces and (in_word or letter in "，。；：、）"):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def spread(wanted: Sequence[float], widths: Sequence[float], left: float, right: float) -> list[float]:
    """Return centres near the wanted ones, in their order, so that boxes of these widths do not overlap.

    The boxes stay between ``left`` and ``right`` if they fit there at all; else they begin at ``left``.

    Examples
    --------
    >>> spread([5.0, 6.0], [4.0, 4.0], 0.0, 20.0)
    [3.5, 7.5]
    """
    # Boxes that touch move as one block, whose centre is the mean of what its boxes want (pool adjacent violators).
    blocks: list[tuple[float, int]] = []
    before = [0.0]
    for width in widths:
        before.append(before[-1] + width)
    for k, (want, width) in enumerate(zip(wanted, widths, strict=True)):
        block = (want - width / 2 - before[k], 1)
        while blocks and blocks[-1][0] > block[0]:
            start, count = blocks.pop()
            block = ((start * count + block[0] * block[1]) / (count + block[1]), count + block[1])
        blocks.append(block)
    starts = [start for start, count in blocks for _ in range(count)]
    starts = [max(left, min(start, right - before[-1])) for start in starts]
    return [start + before[k] + widths[k] / 2 for k, start in enumerate(starts)]


def _clean(text: str) -> str:
    """Return a text that can stand in the document: escaped, without control characters, which XML forbids."""
    return escape("".join(letter for letter in text if letter.isprintable()))


def number(value: float) -> str:
    """Return a coordinate to a hundredth of a millimetre, without a tail of zeros.

    >>> number(12.5), number(-0.001), number(3.0)
    ('12.5', '0', '3')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Sheet:
    """A growing list of marks; coordinates in millimetres from the upper left corner."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def line(
        self, a: tuple[float, float], b: tuple[float, float], colour: str = INK, width: float = 0.18, dash: str = ""
    ) -> None:
        """Draw a line from point to point."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{number(a[0])}" y1="{number(a[1])}" x2="{number(b[0])}" y2="{number(b[1])}" stroke="{colour}" '
            f'stroke-width="{width}"{dashed}/>'
        )

    def path(
        self, points: Sequence[tuple[float, float]], *, closed: bool = False, colour: str = "none", width: float = 0.18,
        fill: str = "none", dash: str = "",
    ) -> None:  # fmt: skip
        """Draw a line through points, or an area."""
        joined = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        stroke = "" if colour == "none" else f' stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"'
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path d="M{joined}{"Z" if closed else ""}" fill="{fill}"{stroke}{dashed}/>')

    def circle(self, centre: tuple[float, float], radius: float, fill: str, colour: str, width: float = 0.3) -> None:
        """Draw a circle."""
        self.parts.append(
            f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}" fill="{fill}" '
            f'stroke="{colour}" stroke-width="{width}"/>'
        )

    def text(
        self, at: tuple[float, float], text: str, size: float, *, anchor: str = "start", colour: str = INK,
        bold: bool = False, upright: bool = False, halo: str = "",
    ) -> None:  # fmt: skip
        """Write a text, which is escaped; ``upright`` turns it to read from below, ``halo`` colours its rim."""
        x, y = number(at[0]), number(at[1])
        turned = f' transform="rotate(-90 {x} {y})"' if upright else ""
        heavy = ' font-weight="700"' if bold else ""
        side = "" if anchor == "start" else f' text-anchor="{anchor}"'
        around = f' stroke="{halo}" stroke-width="0.8" paint-order="stroke"' if halo else ""
        clean = escape("".join(letter for letter in text if letter.isprintable()))
        self.parts.append(
            f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{side}{heavy}{around}{turned}>{clean}</text>'
        )

    def arrow(self, tip: tuple[float, float], towards: tuple[float, float], colour: str = INK) -> None:
        """Draw the slim filled arrowhead of a dimension line; ``towards`` is where it points from."""
        angle = math.atan2(towards[1] - tip[1], towards[0] - tip[0])
        wings = [(tip[0] + 1.5 * math.cos(angle + s), tip[1] + 1.5 * math.sin(angle + s)) for s in (0.17, -0.17)]
        self.path([tip, *wings], closed=True, fill=colour)

    def svg(self, width: float, height: float, title: str, description: str, *, top: float = 0.0) -> str:
        """Return the sheet from ``top`` on as one SVG document that tells readers of screens what it shows."""
        name, told = _clean(title), _clean(description)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}mm" height="{number(height)}mm" '
            f'viewBox="0 {number(top)} {number(width)} {number(height)}" role="img" aria-label="{name}" '
            f'font-family="{FONT}">\n'
            f"<title>{name}</title>\n<desc>{told}</desc>\n" + "\n".join(self.parts) + "\n</svg>\n"
        )
