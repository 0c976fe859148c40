"""The shape of a trench is the least earth that holds every bed, with slopes, and leaves no ridge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.sections.earthworks import Bed, Bench, excavated


def depth_at(x, beds, slope):
    """Sample the depth by definition: each bed with its slopes, and between neighbours the shallower of the two."""
    flats = [(bed.from_m, bed.to_m, bed.level_m) for bed in beds]
    middles = [(bed.from_m + bed.to_m) / 2 for bed in beds]
    flats += [(middles[k], middles[k + 1], min(beds[k].level_m, beds[k + 1].level_m)) for k in range(len(beds) - 1)]
    depth = np.zeros_like(x)
    for left, right, level in flats:
        outside = np.maximum(np.maximum(left - x, x - right), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = np.where(outside > 0, level - outside / slope if slope else 0.0, level)
        depth = np.maximum(depth, cut)
    return depth


@st.composite
def trenches(draw):
    slope = draw(st.sampled_from([0.0, 0.33, 0.75, 1.5]))
    beds, edge, level = [], 0.0, None
    for _ in range(draw(st.integers(1, 6))):
        new = draw(st.sampled_from([0.8, 1.0, 1.7, 2.6, 4.0]))
        room = draw(st.floats(0, 2))
        # Beds at one level may overlap; others stay out of each other's slopes, as the caller promises.
        left = edge + room + (0.0 if level is None else max(slope * abs(new - level), 0.0))
        for other in beds:
            left = max(left, other.to_m + slope * abs(new - other.level_m))
        if level == new and draw(st.booleans()):
            left = beds[-1].to_m - min(room, beds[-1].to_m - beds[-1].from_m)
        width = draw(st.floats(0.3, 2))
        beds.append(Bed(left, max(left + width, beds[-1].to_m if level == new and beds else left + width), new))
        edge, level = beds[-1].to_m, new
    return beds, slope


@settings(max_examples=200, deadline=None)
@given(trenches())
def test_the_outline_is_the_shape_of_the_definition(trench):
    beds, slope = trench
    dug = excavated(beds, slope)
    xs, depths = np.array(dug.outline).T
    assert (np.diff(xs) >= -1e-9).all()
    x = np.linspace(xs[0] - 1, xs[-1] + 1, 4001)
    away = np.min(np.abs(x[:, None] - xs[None, :]), axis=1) > 1e-6  # a vertical wall has two depths at one place
    told = np.interp(x, xs, depths, left=0.0, right=0.0)
    assert np.abs(told - depth_at(x, beds, slope))[away].max() < 1e-9


@settings(max_examples=100, deadline=None)
@given(trenches())
def test_the_area_is_the_sum_of_thin_slices(trench):
    beds, slope = trench
    dug = excavated(beds, slope)
    x = np.linspace(dug.outline[0][0], dug.outline[-1][0], 20001)
    middle = (x[1:] + x[:-1]) / 2
    assert dug.area_m2 == pytest.approx(float((depth_at(middle, beds, slope) * np.diff(x)).sum()), abs=0.01)


def test_a_trench_by_hand():
    # Bottom 1.2 m, depth 2 m, slope 1:0.5: top 3.2 m, area (1.2 + 3.2) / 2 × 2 = 4.4 m².
    dug = excavated([Bed(0.0, 1.2, 2.0)], 0.5)
    assert dug.top_width_m == pytest.approx(3.2)
    assert dug.bottom_width_m == pytest.approx(1.2)
    assert dug.depth_m == 2.0
    assert dug.area_m2 == pytest.approx(4.4)


def test_two_benches_by_hand():
    # Deep bed 1 m at 2 m, shallow bed 0.5 m at 1 m from x = 2: below 1 m a trapezoid of bottom 1 and top 2 (slopes of
    # 0.5 on both sides), 1.5 m²; above 1 m from x = -0.5 to 2.5, top from -1 to 3: (3 + 4) / 2 = 3.5 m².
    dug = excavated([Bed(0.0, 1.0, 2.0), Bed(2.0, 2.5, 1.0)], 0.5)
    assert dug.area_m2 == pytest.approx(5.0)
    assert dug.benches == (Bench(0.0, 1.0, 2.0), Bench(1.5, 2.5, 1.0))


def test_a_shallow_bench_between_two_deep_ones():
    dug = excavated([Bed(0, 1, 3), Bed(2, 3, 1), Bed(4, 5, 2)], 0.0)
    assert dug.area_m2 == pytest.approx(1 * 3 + 3 * 1 + 1 * 2)
    assert [bench.depth_m for bench in dug.benches] == [3, 1, 2]
