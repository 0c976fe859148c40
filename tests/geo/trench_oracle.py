"""Hold trenches against what they promise, by sampling places with shapely: nothing of the kernels is used."""

import numpy as np
import shapely
from shapely.ops import substring

STEP_M = 0.5
SAME = 1e-6


def stretch(line, begin, end):
    """The part of a (multi-part) line between two chainages, whose gaps add nothing."""
    pieces, at = [], 0.0
    for part in getattr(line, "geoms", [line]):
        low, high = max(begin - at, 0.0), min(end - at, part.length)
        if low <= high:
            pieces.append(substring(part, low, high))
        at += part.length
    return shapely.union_all(pieces) if len(pieces) > 1 else pieces[0]


def place(line, chainage):
    for part in getattr(line, "geoms", [line]):
        if chainage <= part.length:
            return part.interpolate(chainage)
        chainage -= part.length
    return shapely.Point(part.coords[-1])


def members_of(trenches, k):
    own = slice(trenches.member_starts[k], trenches.member_starts[k + 1])
    columns = (trenches.member_line, trenches.member_from_m, trenches.member_to_m)
    return list(zip(*(column[own].tolist() for column in columns), strict=True))


def listed(trenches, order=None):
    """Every trench as a comparable value: its members by (original) row, to the hundredth of a millimetre."""
    rows = np.arange(trenches.member_line.max(initial=-1) + 1) if order is None else order
    return sorted(
        tuple(sorted((int(rows[line]), round(a, 5) + 0.0, round(b, 5) + 0.0) for line, a, b in members_of(trenches, k)))
        for k in range(len(trenches))
    )


def check_trenches(shapes, trenches, distance, max_width):
    """Assert everything that holds at every place of every trench."""
    check_claims(shapes, trenches)
    axis_from, axis_to = trenches.axis_span()
    for k in range(len(trenches)):
        members = members_of(trenches, k)
        lines = [line for line, _, _ in members]
        assert len(set(lines)) == len(lines) >= 2
        assert lines == sorted(lines)
        axis = int(trenches.axis_line[k])
        length = axis_to[k] - axis_from[k]
        assert np.isclose(trenches.length_m[k], length, atol=1e-9)
        assert np.isclose(trenches.saved_m[k], sum(b - a for _, a, b in members) - length, atol=1e-6)
        assert trenches.width_m[k] <= max_width + 2 * SAME
        others = [stretch(shapes[line], a, b) for line, a, b in members if line != axis]
        for at in np.linspace(axis_from[k], axis_to[k], max(3, int(length / STEP_M))):
            check_place(place(shapes[axis], at), others, distance, max_width, trenches.width_m[k])


def check_place(here, others, distance, max_width, width):
    """From a place of the axis line steps no longer than allowed lead to every member's foot; no two are too far apart.

    The steps between lines beside each other are those from neighbour to neighbour.
    """
    feet = [here, *(shapely.ops.nearest_points(here, other)[1] for other in others)]
    reached, left = [here], feet[1:]
    while left:
        near = [foot for foot in left if min(foot.distance(other) for other in reached) <= distance + 2 * SAME]
        assert near, [foot.wkt for foot in left]
        reached += near
        left = [foot for foot in left if foot not in near]
    spread = max(a.distance(b) for a in feet for b in feet)
    assert spread <= max_width + 2 * SAME
    assert spread <= width + 2 * SAME


def check_claims(shapes, trenches):
    """No place of a line is in two trenches, and no stretch leaves its line."""
    for line in np.unique(trenches.member_line):
        mine = trenches.member_line == line
        begin, end = trenches.member_from_m[mine], trenches.member_to_m[mine]
        order = np.argsort(begin)
        assert (end[order][:-1] <= begin[order][1:] + 2 * SAME).all()
        assert begin.min() >= -SAME
        assert end.max() <= shapes[line].length + SAME


def unused(shapes, runs, trenches, distance, max_width):
    """The longest stretch (metres) of a one-sided run on which neither line is in any trench though they fit one."""
    worst = 0.0
    limit = min(distance, max_width) - 1e-3
    for k in range(len(runs)):
        a, b = int(runs.a[k]), int(runs.b[k])
        partner = stretch(shapes[b], runs.from_b[k], runs.to_b[k])
        free, sides = 0.0, set()
        longest = 0.0
        for at in np.arange(runs.from_a[k], runs.to_a[k], STEP_M):
            here = place(shapes[a], at)
            foot = shapely.ops.nearest_points(here, partner)[1]
            ahead = place(shapes[a], at + 1e-3)
            turn = (ahead.x - here.x) * (foot.y - here.y) - (ahead.y - here.y) * (foot.x - here.x)
            sides.add(turn > 0)
            there = runs.from_b[k] + partner.project(foot) if partner.geom_type == "LineString" else np.nan
            open_here = here.distance(foot) <= limit and not taken(trenches, a, at) and not taken(trenches, b, there)
            free = free + STEP_M if open_here else 0.0
            longest = max(longest, free)
        if len(sides) == 1 and partner.geom_type == "LineString":
            worst = max(worst, longest)
    return worst


def taken(trenches, line, at):
    mine = trenches.member_line == line
    return bool(((trenches.member_from_m[mine] - 0.01 <= at) & (at <= trenches.member_to_m[mine] + 0.01)).any())
