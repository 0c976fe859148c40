"""The narrowest section keeps every rule, is the narrowest of all orders, and says what it rests on."""

from __future__ import annotations

import json
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from survey.sections import SectionLine, best_section
from survey.standards.clearances import cover, horizontal
from survey.standards.orders import red_line_rank
from survey.standards.trenches import SOILS, slope, trench_width, working_width
from survey.subjects import Buried

WATER = SectionLine("W", Buried("water", diameter_mm=200, material="plastic"))
GAS = SectionLine("G", Buried("gas", diameter_mm=110, pressure_mpa=0.2, laying="direct"))
SEWER = SectionLine("S", Buried("drainage", "sewage", diameter_mm=400, material="plastic"), cover_m=1.8)
HEAT = SectionLine("H", Buried("heat", diameter_mm=300, laying="direct", material="steel"))
POWER = SectionLine("P", Buried("power", diameter_mm=100, voltage_kv=10, laying="direct"))
TELECOM = SectionLine("T", Buried("telecom", diameter_mm=110, laying="direct", material="plastic"))
CLAY = {"soil": "clay", "load": "none", "under": "footway"}


def ids(section):
    return [laid.need.line.id for laid in section.lines]


def working(line):
    """Room beside a line, straight from the tables: GB 50268 for pipes, else half of what the trench has over."""
    b = line.buried
    if b.utility in ("water", "drainage", "heat"):
        return working_width(b.diameter_mm, b.material).value / 1000
    return max(trench_width(b).value / 2 - b.diameter_mm / 2000, 0)


def rooms(lines, asked, *, stepped):
    """Build the rules in plain metres, apart from the code under test."""
    shored = asked.get("shored", False)
    m = 0.0 if shored else slope(asked["soil"], asked["load"]).value
    r = [line.buried.diameter_mm / 2000 for line in lines]
    b = [working(line) for line in lines]
    bed = [x + y + (0.2 if shored else 0) for x, y in zip(r, b, strict=True)]
    deep = [
        max(cover(line.buried, asked["under"]).value, line.cover_m or 0) + 2 * x + 0.1
        for line, x in zip(lines, r, strict=True)
    ]
    floor = [max(deep)] * len(lines)
    if stepped:
        top = None
        for k in sorted(range(len(lines)), key=lambda k: -deep[k]):
            top = deep[k] if top is None or top - deep[k] >= 0.2 else top
            floor[k] = top
    ends = [x + m * y for x, y in zip(bed, floor, strict=True)]
    gaps = {}
    for i, k in combinations(range(len(lines)), 2):
        cell = horizontal(lines[i].buried, lines[k].buried)
        clear = r[i] + r[k] + (max(b[i], b[k]) if cell is None else cell.value)
        height = abs(floor[i] - floor[k])
        step = r[i] + b[i] + r[k] + b[k] + (0.2 if shored else 0) + m * height  # one support holds one step
        gaps[i, k] = gaps[k, i] = max(clear, step) if height > 1e-9 else clear
    return ends, gaps


def narrowest(lines, asked, *, stepped):
    """Try every order; return width (metres) and the inversions of those that are as narrow as can be."""
    ends, gaps = rooms(lines, asked, stepped=stepped)
    found = []
    for order in permutations(range(len(lines))):
        at = {}
        for k in order:
            at[k] = max([ends[k], *(at[i] + gaps[i, k] for i in at)])
        rank = [red_line_rank(lines[k].buried) for k in order]
        against = sum(b < a for a, b in combinations(rank, 2))
        found.append((round(max(at[k] + ends[k] for k in order), 5), against))
    return min(found)


@st.composite
def trenches(draw, most=5):
    lines = []
    for number in range(draw(st.integers(1, most))):
        utility = draw(st.sampled_from(["water", "drainage", "gas", "power", "telecom", "heat"]))
        subtypes = {"drainage": ["storm", "sewage"], "water": [None, "reclaimed"]}
        buried = Buried(
            utility,
            draw(st.sampled_from(subtypes.get(utility, [None]))),
            draw(st.sampled_from([100.0, 110.0, 200.0, 300.0, 600.0, 1000.0])),
            draw(st.sampled_from([0.005, 0.2, 0.4, 1.6])) if utility == "gas" else None,
            draw(st.sampled_from([0.4, 10.0, 35.0])) if utility == "power" else None,
            draw(st.sampled_from(["direct", "duct"])) if utility in ("power", "telecom") else "direct",
            draw(st.sampled_from(["plastic", "steel", "concrete_rigid"])),
        )  # fmt: skip
        designed = draw(st.one_of(st.none(), st.sampled_from([0.4, 0.9, 1.0, 1.5, 2.2])))
        lines.append(SectionLine(f"L{number}", buried, designed))
    asked = {
        "soil": draw(st.sampled_from([soil for soil in SOILS if soil != "soft"])),
        "load": draw(st.sampled_from(["none", "static", "dynamic"])),
        "under": draw(st.sampled_from(["carriageway", "footway"])), "shored": draw(st.booleans()),
    }  # fmt: skip
    return lines, asked, draw(st.booleans())


@settings(max_examples=120, deadline=None)
@given(trenches())
def test_no_order_is_narrower_and_none_as_narrow_is_nearer_to_the_standards(trench):
    lines, asked, stepped = trench
    section = best_section(lines, stepped=stepped, **asked)
    width, against = narrowest(lines, asked, stepped=stepped)
    assert section.excavation.top_width_m == pytest.approx(width, abs=2e-5)
    assert section.inversions == against
    assert sorted(ids(section)) == sorted(line.id for line in lines)


@settings(max_examples=80, deadline=None)
@given(trenches(most=6))
def test_every_pair_keeps_its_clearance_and_every_line_its_cover_and_its_bed(trench):
    lines, asked, stepped = trench
    section = best_section(lines, stepped=stepped, **asked)
    xs, depths = zip(*section.excavation.outline, strict=True)
    assert all(b >= a - 1e-9 for a, b in pairwise(xs))
    for a, b in combinations(section.lines, 2):
        cell = horizontal(a.need.line.buried, b.need.line.buried)
        free = b.x_m - a.x_m - a.need.radius_m - b.need.radius_m
        assert free >= (cell.value if cell else 0.0) - 1e-5
    for laid in section.lines:
        line = laid.need.line
        assert laid.need.cover_m >= max(cover(line.buried, asked["under"]).value, line.cover_m or 0) - 1e-9
        room = laid.need.radius_m + working(line)
        assert xs[0] <= laid.x_m - room + 1e-5
        assert laid.x_m + room <= xs[-1] + 1e-5
        # Nothing of the ground stands in the bed: every vertex of the outline over it is at least as deep.
        over = [d for x, d in zip(xs, depths, strict=True) if laid.x_m - room + 1e-5 < x < laid.x_m + room - 1e-5]
        assert all(depth >= laid.need.level_m - 1e-5 for depth in over)
        assert laid.floor_m >= laid.need.level_m - 1e-9


@settings(max_examples=60, deadline=None)
@given(trenches(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_given_changes_no_width_and_no_earth_of_their_own(trench, random):
    lines, asked, stepped = trench
    section = best_section(lines, stepped=stepped, **asked)
    random.shuffle(lines)
    again = best_section(lines, stepped=stepped, **asked)
    assert again.excavation.top_width_m == pytest.approx(section.excavation.top_width_m, abs=1e-9)
    assert again.separate_m3 == pytest.approx(section.separate_m3)


@settings(max_examples=60, deadline=None)
@given(trenches())
def test_the_standards_order_is_never_narrower_and_answers_are_json(trench):
    lines, asked, stepped = trench
    section = best_section(lines, stepped=stepped, **asked)
    ranks = {line.id: red_line_rank(line.buried) for line in lines}
    order = [ranks[one] for one in section.standard_order.order]
    assert order == sorted(order)
    assert section.standard_order.more_width_m >= -1e-9
    assert (section.standard_order.more_width_m < 1e-9) == (section.inversions == 0)
    assert json.loads(json.dumps(section.as_dict(), allow_nan=False))["lines"][0]["id"] in ranks


def test_two_lines_by_hand():
    # Clay, no load: 1:0.33. Water: cover 0.60 + 0.20 + 0.10 = 0.90 deep, working width 0.30. Gas DN110: a trench of
    # 0.70 leaves 0.295 on each side. Bottom 0.30 + 0.20 + 0.50 + 0.11 + 0.295 = 1.405, top + 2 × 0.33 × 0.90 = 1.999.
    section = best_section([GAS, WATER], **CLAY)
    assert ids(section) == ["W", "G"]
    assert section.excavation.bottom_width_m == pytest.approx(1.405)
    assert section.excavation.top_width_m == pytest.approx(1.999)
    assert section.excavation.area_m2 == pytest.approx((1.405 + 1.999) / 2 * 0.9)
    # Alone: water 0.80 and 1.394 wide, 0.90 deep; gas 0.70 and 1.2346 wide, 0.81 deep.
    assert section.separate_m3 == pytest.approx((0.8 + 1.394) / 2 * 0.9 + (0.7 + 1.2346) / 2 * 0.81)
    assert section.saved_m3 == pytest.approx(0.239013)
    assert [(b.kind, b.a, b.b) for b in section.bounds] == [
        ("edge", "W", None), ("clearance", "W", "G"), ("edge", "G", None), ("cover", "W", None),
    ]  # fmt: skip


def test_a_stepped_section_by_hand():
    # Gas (0.81) and water (0.90) share a bench; the sewer lies 2.30 deep. Water to sewer: 0.10 + 1.00 + 0.20 = 1.30 by
    # clearance, 0.40 + 0.33 × 1.40 + 0.50 = 1.362 by the step. 0.647 + 0.655 + 1.362 + 1.259 = 3.923.
    section = best_section([SEWER, GAS, WATER], stepped=True, red_line_m=1.0, **CLAY)
    assert ids(section) == ["G", "W", "S"]
    assert section.excavation.top_width_m == pytest.approx(3.923)
    assert [bench.depth_m for bench in section.excavation.benches] == pytest.approx([0.9, 2.3])
    assert ("step", "W", "S") in [(b.kind, b.a, b.b) for b in section.bounds]
    assert [laid.red_line_m for laid in section.lines] == pytest.approx([1.647, 2.302, 3.664])
    # The standard puts water before gas: gas to sewer is 1.20 by clearance (1.455), 0.35 + 0.462 + 0.50 by the step.
    assert section.inversions == 1
    assert section.standard_order.order == ("W", "G", "S")
    assert section.standard_order.top_width_m == pytest.approx(0.697 + 0.655 + 1.455 + 1.259)


def test_a_line_between_two_others_does_not_bring_them_nearer():
    # Heat and power keep 2.00; with telecom between them the neighbours alone would ask 1.00 + 0.11 + 0.50 = 1.61.
    section = best_section([HEAT, POWER, TELECOM], shored=True, **CLAY)
    assert ids(section) == ["P", "T", "H"]
    assert ("clearance", "P", "H", 2.0) in [(b.kind, b.a, b.b, b.metres) for b in section.bounds]
    assert section.excavation.top_width_m == pytest.approx((0.2 + 0.15 + 0.1) + 2.0 + (0.3 + 0.3 + 0.2))


def test_lines_of_equal_width_lie_as_the_standard_orders_them():
    section = best_section([WATER, POWER], shored=True, **CLAY)
    assert ids(section) == ["P", "W"]  # as narrow either way round
    assert (section.inversions, section.standard_order.more_width_m) == (0, 0.0)


def test_a_stepped_trench_digs_less_than_a_single_one():
    single, stepped = (best_section([SEWER, GAS, WATER], stepped=kind, **CLAY) for kind in (False, True))
    assert stepped.excavation.area_m2 < single.excavation.area_m2
    assert single.excavation.benches[0].depth_m == pytest.approx(2.3)
    assert len(single.excavation.benches) == 1


def test_two_lines_of_one_kind_keep_room_to_be_laid():
    storm = SectionLine("R", Buried("drainage", "storm", diameter_mm=800, material="concrete_rigid"), cover_m=1.5)
    section = best_section([SEWER, storm], **CLAY)
    assert section.pairs[0].cell is None
    assert section.pairs[0].given_m == pytest.approx(0.5)  # GB 50268 4.3.2: 500 mm beside a rigid pipe up to 1000 mm
    assert "4.1.6" in next(b for b in section.bounds if b.kind == "clearance").zh


def test_what_is_only_recalled_says_so():
    section = best_section([HEAT, WATER], **CLAY)
    assert section.unverified
    recalled = [b for b in section.bounds if b.unverified]
    assert recalled
    assert all("待核" in b.zh and "unverified" in b.en for b in recalled)


def test_every_number_rests_on_a_clause():
    section = best_section([HEAT, WATER, SEWER, POWER, TELECOM, GAS], stepped=True, **CLAY)
    for bound in section.bounds:
        assert bound.cells or "设计覆土" in bound.zh
        assert all(cell.standard and cell.clause and cell.evidence_zh and cell.evidence_en for cell in bound.cells)


def test_cover_below_the_standards_is_raised_and_told():
    shallow = SectionLine("W", WATER.buried, cover_m=0.3)
    section = best_section([shallow], **CLAY)
    assert section.lines[0].need.cover_m == pytest.approx(0.6)
    assert any("0.30" in note.zh and "0.60" in note.zh for note in section.notes)


def test_a_missing_diameter_is_assumed_and_told():
    section = best_section([SectionLine("W", Buried("water"))], **CLAY)
    assert section.lines[0].need.assumed
    assert any("未填管径" in note.zh for note in section.notes)
    assert any("未给出管材" in note.zh for note in section.notes)


def test_a_pair_too_wide_is_named():
    section = best_section([HEAT, POWER, WATER], shored=True, max_width_m=3.1, **CLAY)
    assert not section.feasible
    assert [(o.kind, set(o.ids)) for o in section.obstacles] == [("pair_too_wide", {"H", "P"})]
    assert section.lines  # still drawn, so that one sees by how much


def test_all_together_too_wide_is_told_where_no_pair_is():
    section = best_section([GAS, WATER, TELECOM], shored=True, max_width_m=2.2, **CLAY)
    assert [o.kind for o in section.obstacles] == ["too_wide"]


def test_gas_above_the_table_is_refused_a_place():
    high = SectionLine("X", Buried("gas", diameter_mm=300, pressure_mpa=2.5))
    section = best_section([WATER, high], **CLAY)
    assert (section.lines, section.excavation, section.saved_m3) == ((), None, None)
    assert section.obstacles[0].kind == "outside_table"
    assert set(section.obstacles[0].ids) == {"W", "X"}
    assert not section.as_dict()["feasible"]


def test_cover_deeper_than_the_trench_allows_is_named():
    section = best_section([WATER, SEWER], max_depth_m=2.0, **CLAY)
    assert [(o.kind, o.ids) for o in section.obstacles] == [("too_deep", ("S",))]


def test_slopes_end_at_five_metres_and_shoring_does_not():
    deep = SectionLine("S", SEWER.buried, cover_m=4.6)
    assert [o.kind for o in best_section([deep], **CLAY).obstacles] == ["slope_too_deep"]
    assert best_section([deep], shored=True, **CLAY).feasible


def test_soft_soil_under_load_has_no_slope():
    section = best_section([WATER], soil="soft", load="dynamic", under="footway")
    assert [o.kind for o in section.obstacles] == ["outside_table"]


def test_unknown_soil_and_load_take_the_flattest_slope_and_say_so():
    section = best_section([WATER], soil=None, under="footway")
    assert section.slope_cell.value == 1.5
    assert any("未给出土类" in note.zh for note in section.notes)


def test_a_channel_has_no_trench_width_and_takes_a_working_width():
    channel = SectionLine("C", Buried("power", diameter_mm=1000, laying="trench", material="concrete_rigid"))
    section = best_section([channel, WATER], soil="clay", load="none", under="carriageway")
    assert section.feasible
    assert next(laid for laid in section.lines if laid.need.line.id == "C").need.working_m == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("lines", "asked", "code"),
    [
        ([], {}, "section.empty"),
        ([SectionLine(str(k), WATER.buried) for k in range(9)], {}, "section.too_many"),
        ([WATER, SectionLine("W", GAS.buried)], {}, "section.id_twice"),
        ([SectionLine("W", Buried("water", diameter_mm=0))], {}, "section.diameter_mm"),
        ([SectionLine("W", Buried("water", diameter_mm=-100))], {}, "section.diameter_mm"),
        ([SectionLine("W", WATER.buried, cover_m=-0.5)], {}, "section.cover_m"),
        ([SectionLine("W", WATER.buried, cover_m=float("nan"))], {}, "section.cover_m"),
        ([WATER], {"soil": "cheese"}, "section.soil"),
        ([WATER], {"under": "river"}, "section.under"),
        ([WATER], {"load": "elephant"}, "section.load"),
        ([WATER], {"max_width_m": 0.0}, "section.max_width_m"),
        ([WATER], {"red_line_m": -1.0}, "section.red_line_m"),
        ([WATER], {"bedding_m": float("inf")}, "section.bedding_m"),
    ],
)
def test_what_cannot_be_read_is_refused(lines, asked, code):
    with pytest.raises(BadInputError) as refused:
        best_section(lines, **(CLAY | asked))
    assert code in [fault.code for fault in refused.value.faults]
    assert all(fault.zh and fault.en for fault in refused.value.faults)


def test_all_faults_are_told_at_once():
    with pytest.raises(BadInputError) as refused:
        best_section([SectionLine("W", WATER.buried, cover_m=-1)], soil="cheese", under="river")
    assert {fault.code for fault in refused.value.faults} == {"section.cover_m", "section.soil", "section.under"}


def test_a_held_step_needs_one_support():
    # Beside the water pipe 0.30, one support of 0.20, beside the sewer 0.30: 0.80, less than their clearance of 1.00.
    # With a cable (0.15 beside it) the step asks 0.15 + 0.20 + 0.30 = 0.65 and the clearance 0.50.
    section = best_section([POWER, SEWER], stepped=True, shored=True, **CLAY)
    step = next(b for b in section.bounds if b.kind == "step")
    assert step.metres == pytest.approx(0.65)
    assert section.excavation.top_width_m == pytest.approx((0.2 + 0.15 + 0.1) + 0.65 + (0.4 + 0.3 + 0.2))
    assert section.excavation.outline[3][0] == pytest.approx(0.2 + 0.15 + 0.1 + 0.15)  # the step stands at the support
