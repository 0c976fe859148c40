"""Draw how time and memory grow with the number of routes, as an SVG for the README; both axes logarithmic."""

import math

from maps.svg_sheet import INK, PALE, Sheet

LEFT, RIGHT, TOP, LOW = 20.0, 128.0, 8.0, 82.0
WIDTH, HEIGHT = 180.0, 96.0
COLOURS = ("#0b6b82", "#b26a00", "#7a2b7c", "#8f1c13", "#4a5a68")


def growth_svg(curves, title):
    """Return a plot; ``curves`` are lists of (routes, seconds) by name, at least one with two points."""
    points = [point for curve in curves.values() for point in curve]
    sizes, seconds = (sorted({point[k] for point in points}) for k in (0, 1))
    west, east = math.log10(sizes[0]), math.log10(sizes[-1])
    south, north = math.floor(math.log10(seconds[0])), math.ceil(math.log10(seconds[-1]))

    def at(routes, took):
        return (
            LEFT + (math.log10(routes) - west) / (east - west) * (RIGHT - LEFT),
            LOW - (math.log10(took) - south) / (north - south) * (LOW - TOP),
        )

    sheet = Sheet()
    for power in range(south, north + 1):
        y = at(sizes[0], 10.0**power)[1]
        sheet.line((LEFT, y), (RIGHT, y), PALE, 0.08)
        sheet.text((LEFT - 1.5, y + 0.9), f"{10.0**power:g} s", 2.6, anchor="end")
    for size in sizes:
        x = at(size, 10.0**south)[0]
        sheet.line((x, TOP), (x, LOW), PALE, 0.08)
        sheet.text((x, LOW + 4.0), f"{size:,}", 2.6, anchor="middle")
    sheet.text(((LEFT + RIGHT) / 2, LOW + 9.0), "routes", 2.8, anchor="middle")
    last = -math.inf
    for y, name in sorted((at(*curve[-1])[1], name) for name, curve in curves.items()):
        colour, curve = COLOURS[list(curves).index(name) % len(COLOURS)], curves[name]
        sheet.path([at(*point) for point in curve], colour=colour, width=0.6)
        for point in curve:
            sheet.circle(at(*point), 0.8, colour, colour, 0.1)
        last = max(y, last + 3.6)
        sheet.text((RIGHT + 3.0, last + 0.9), name, 2.6, colour=colour, bold=True)
    sheet.line((LEFT, LOW), (RIGHT, LOW), INK, 0.2)
    sheet.line((LEFT, TOP), (LEFT, LOW), INK, 0.2)
    return sheet.svg(WIDTH, HEIGHT, title, title)
