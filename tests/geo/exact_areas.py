"""An oracle for passages that shares nothing with the kernel: rational arithmetic and the bare definition.

A place is inside an owner's polygons when the two places beside it, an infinitesimal step to the left and to the right
of the line, are both inside some polygon by the even-odd rule.
"""

from fractions import Fraction
from itertools import pairwise

import shapely

STEP = Fraction(1, 10**30)


def rings_of(polygon):
    """Return the polygon's edges as pairs of rational points."""
    edges = []
    for part in shapely.get_parts(polygon):
        for ring in shapely.get_rings(part):
            points = [(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(ring).tolist()]
            edges += [edge for edge in pairwise(points) if edge[0] != edge[1]]
    return edges


def is_inside(edges, x, y):
    odd = False
    for (x0, y0), (x1, y1) in edges:
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            odd = not odd
    return odd


def inside_spans(start, end, polygons):
    """Return the shares of a segment, [(from, to)] within 0 and 1, that are inside the union of ``polygons``."""
    (px, py), (qx, qy) = ((Fraction(x), Fraction(y)) for x, y in (start, end))
    dx, dy = qx - px, qy - py
    shapes = [rings_of(polygon) for polygon in polygons]
    cuts = {Fraction(0), Fraction(1)}
    for edges in shapes:
        for (x0, y0), (x1, y1) in edges:
            s0, s1 = dx * (y0 - py) - dy * (x0 - px), dx * (y1 - py) - dy * (x1 - px)
            places = [(x0, y0), (x1, y1)] if s0 == s1 == 0 else []
            if s0 != s1 and min(s0, s1) <= 0 <= max(s0, s1):
                share = s0 / (s0 - s1)
                places = [(x0 + share * (x1 - x0), y0 + share * (y1 - y0))]
            for x, y in places:
                cuts.add(((x - px) * dx + (y - py) * dy) / (dx * dx + dy * dy))
    spans = []
    for a, b in pairwise(sorted(cut for cut in cuts if 0 <= cut <= 1)):
        mx, my = px + dx * (a + b) / 2, py + dy * (a + b) / 2
        sides = ((mx - dy * STEP, my + dx * STEP), (mx + dy * STEP, my - dx * STEP))
        if all(any(is_inside(edges, x, y) for edges in shapes) for x, y in sides):
            spans.append((a, b))
    return spans


def passages(line, polygons, join=1e-6):
    """Return the chainages [(from, to)] of a LineString's passages through the union of ``polygons``."""
    found, at = [], 0.0
    for start, end in pairwise(shapely.get_coordinates(line).tolist()):
        metres = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        if metres == 0:
            continue
        for a, b in inside_spans(start, end, polygons):
            begin, finish = at + float(a) * metres, at + float(b) * metres
            if found and begin - found[-1][1] <= join:
                found[-1][1] = finish
            else:
                found.append([begin, finish])
        at += metres
    return [(a, b) for a, b in found if b - a > join]
