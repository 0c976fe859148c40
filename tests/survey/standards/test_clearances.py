"""Numbers of the tables by hand; the strictest row against all ways to complete a line."""

import csv
import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.standards import cover, horizontal, vertical
from survey.standards.citations import STATUS
from survey.standards.rows import OBJECTS
from survey.standards.tables import HORIZONTAL, KINDS, VERTICAL, table
from survey.subjects import Buried

REFERENCE = Path(__file__).parents[4] / "shared/reference/standards"
SEWAGE = Buried("drainage")
WATER = Buried("water", diameter_mm=100, laying="direct")
WIDE = Buried("water", diameter_mm=300, laying="direct")
HEAT = Buried("heat", laying="direct")
CABLE = Buried("power", voltage_kv=10, laying="direct")
POWER_DUCT = Buried("power", voltage_kv=10, laying="duct")
PHONE = Buried("telecom", laying="direct", material="钢")
PHONE_DUCT = Buried("broadcast", laying="duct", material="pvc")
RECLAIMED = Buried("water", "中水")
CHANNEL = Buried("heat", laying="trench")


def gas(pressure, diameter=200.0):
    return Buried("gas", diameter_mm=diameter, pressure_mpa=pressure)


LOW, MEDIUM_B, MEDIUM_A, SUB_B, SUB_A = (gas(p) for p in (0.005, 0.2, 0.4, 0.8, 1.6))

BY_HAND_4_1_9 = [
    # the sewage row, read from the 2016 table by the best source
    (SEWAGE, "building", 2.5), (SEWAGE, WATER, 1.0), (SEWAGE, WIDE, 1.5), (SEWAGE, LOW, 1.0), (SEWAGE, MEDIUM_B, 1.2),
    (SEWAGE, MEDIUM_A, 1.2), (SEWAGE, SUB_B, 1.5), (SEWAGE, SUB_A, 2.0), (SEWAGE, HEAT, 1.5), (SEWAGE, CABLE, 0.5),
    (SEWAGE, POWER_DUCT, 0.5), (SEWAGE, PHONE, 1.0), (SEWAGE, PHONE_DUCT, 1.0), (SEWAGE, "tree", 1.5),
    (SEWAGE, RECLAIMED, 0.5), (SEWAGE, "curb", 1.5), (SEWAGE, "pole", 0.5), (SEWAGE, "tower", 1.5),
    (SEWAGE, "tram", 2.0), (SEWAGE, "railway", 5.0), (Buried("drainage", "雨水"), "building", 2.5),
    # gas
    (LOW, "building", 0.7), (MEDIUM_B, "building", 1.0), (MEDIUM_A, "building", 1.5), (SUB_B, "building", 5.0),
    (SUB_A, "building", 13.5), (MEDIUM_A, WATER, 0.5), (LOW, CABLE, 0.5), (LOW, POWER_DUCT, 1.0), (LOW, PHONE, 0.5),
    (LOW, PHONE_DUCT, 1.0), (MEDIUM_B, HEAT, 1.0), (LOW, CHANNEL, 1.0), (MEDIUM_B, CHANNEL, 1.5),
    (MEDIUM_A, CHANNEL, 1.5), (MEDIUM_A, "tree", 0.75), (LOW, MEDIUM_A, 0.4), (LOW, gas(0.3, 301), 0.5),
    (gas(0.3, 300), gas(0.3, 300), 0.4), (MEDIUM_A, "tower_le_35kv", 1.0), (MEDIUM_A, "tower_gt_35kv", 2.0),
    (MEDIUM_A, "tower", 2.0),
    # others
    (HEAT, CABLE, 2.0), (CABLE, "building", 0.6), (CABLE, "tree", 0.7), (CABLE, PHONE, 0.5),
    (Buried("power", voltage_kv=35, laying="direct"), PHONE, 2.0), (CABLE, "railway", 10.0),
    (CABLE, "railway_plain", 3.0), (WIDE, "building", 3.0), (HEAT, "tree", 1.5),
    (Buried("heat", "steam", laying="direct"), "tree", 2.0), (HEAT, "tower", 3.0), (HEAT, "tower_gt_330kv", 5.0),
    (CHANNEL, "building", 0.5), (WATER, "utility_tunnel", 1.0), (Buried("water", laying="trench"), MEDIUM_A, 1.5),
]  # fmt: skip
BY_HAND_4_1_14 = [
    (SEWAGE, WATER, 0.40), (SEWAGE, SEWAGE, 0.15), (SEWAGE, HEAT, 0.15), (SEWAGE, LOW, 0.15), (SEWAGE, PHONE, 0.50),
    (SEWAGE, PHONE_DUCT, 0.15), (SEWAGE, CABLE, 0.50), (SEWAGE, POWER_DUCT, 0.25), (SEWAGE, RECLAIMED, 0.40),
    (SEWAGE, CHANNEL, 0.15), (SEWAGE, "culvert", 0.15), (SEWAGE, "tram", 1.0), (SEWAGE, "railway", 1.2),
    (SEWAGE, "railway_fast", 1.5), (WATER, "railway_fast", 1.5), (PHONE, HEAT, 0.25), (CABLE, WATER, 0.5),
]  # fmt: skip
BY_HAND_4_1_1 = [
    (WATER, 0.60, 0.70), (SEWAGE, 0.60, 0.70), (RECLAIMED, 0.60, 0.70), (CABLE, 0.70, 1.00), (POWER_DUCT, 0.50, 0.50),
    (PHONE, 0.60, 0.90), (PHONE_DUCT, 0.60, 0.90), (Buried("telecom", laying="duct", material="钢管"), 0.50, 0.60),
    (HEAT, 0.70, 1.00), (LOW, 0.60, 0.90), (CHANNEL, None, 0.50), (Buried("water", material="PE"), 0.60, 1.00),
]  # fmt: skip


def value(cell):
    return None if cell is None else cell.value


@pytest.mark.parametrize(("a", "b", "metres"), BY_HAND_4_1_9)
def test_horizontal_by_hand(a, b, metres):
    cell = horizontal(a, b)
    assert cell.value == metres
    assert horizontal(b, a) == cell


@pytest.mark.parametrize(("a", "b", "metres"), BY_HAND_4_1_14)
def test_vertical_by_hand(a, b, metres):
    assert vertical(a, b).value == metres
    assert vertical(b, a) == vertical(a, b)


@pytest.mark.parametrize(("line", "footway", "carriageway"), BY_HAND_4_1_1)
def test_cover_by_hand(line, footway, carriageway):
    assert (value(cover(line, "footway")), value(cover(line, "carriageway"))) == (footway, carriageway)


def test_a_barrier_halves_what_direct_buried_power_needs_and_nothing_else():
    assert vertical(CABLE, WATER, barrier=True).value == 0.25
    assert vertical(CABLE, WATER, barrier=True).condition == "barrier"
    assert vertical(SEWAGE, WATER, barrier=True) == vertical(SEWAGE, WATER)


def test_exactly_10_kilopascals_is_for_the_edition_to_say():
    assert horizontal(gas(0.01), SEWAGE).value == 1.2
    assert horizontal(gas(0.01), SEWAGE, edition="GB 55009").value == 1.0
    with pytest.raises(ValueError, match="GB 50028"):
        horizontal(gas(0.01), SEWAGE, edition="GB 1")


@pytest.mark.parametrize("other", [WATER, SEWAGE, LOW, "building", "tree", CHANNEL, gas(2.5)])
def test_gas_above_the_table_never_gives_a_number(other):
    cell = horizontal(gas(1.61), other)
    assert cell.outside
    assert math.isnan(cell.value)
    assert not cell.value <= 1000.0
    assert "GB 50028" in cell.evidence_zh
    assert "GB 50251" in cell.evidence_en
    assert horizontal(other, gas(1.61)).outside
    assert not horizontal(gas(1.6), SEWAGE).outside


def test_an_unknown_object_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match="use one of: building"):
        horizontal(WATER, "hut")
    with pytest.raises(ValueError, match="footway"):
        cover(WATER, "meadow")
    with pytest.raises(ValueError, match="unknown utility"):
        Buried("oil")
    with pytest.raises(ValueError, match="unknown laying"):
        Buried("gas", laying="直埋")


EMPTY = {
    "horizontal": {
        ("water_d_le_200", "water_d_le_200"), ("water_d_gt_200", "water_d_le_200"),
        ("water_d_gt_200", "water_d_gt_200"), ("sewage", "sewage"), ("reclaimed", "reclaimed"),
        ("heat_direct", "heat_direct"), ("trench", "trench"),
    },
    "vertical": {("trench", "trench"), ("culvert", "trench"), ("tram", "trench"), ("railway", "trench")},
    "cover": {("footway", "trench")},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_pair_has_a_value_or_stands_in_the_written_list_of_empty_ones(kind):
    held = table(kind)
    assert set(held.empty) == EMPTY[kind.name]
    assert set(held.cells) | set(held.empty) == kind.pairs
    assert not set(held.cells) & set(held.empty)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_cell_has_clause_and_evidence(kind):
    for cells in table(kind).cells.values():
        for cell in cells:
            assert cell.clause
            assert cell.unit == "m"
            assert 0 < cell.value <= 13.5
            assert cell.unverified == (not cell.sources)
            assert cell.standard in cell.evidence_zh
            assert cell.clause in cell.evidence_en
            assert ("待核" in cell.evidence_zh) == ("unverified" in cell.evidence_en) == cell.unverified
            assert f"{cell.value:.2f} m" in cell.evidence_zh


THEIR_ROWS = {
    "pole_comm_lighting_lt10kV": "pole", "tower_hv": "tower", "tram_rail": "tram", "any_pipeline": "pipeline",
    "tram_track_bottom": "tram", "railway_track_bottom": "railway", "culvert_base": "culvert",
}  # fmt: skip
THEIR_CONDITIONS = {
    "DN<=300": "dn<=300", "DN>300": "dn>300", "<=35kV": "tower<=35kV", ">35kV": "tower>35kV", "<35kV": "kv<35",
    ">=35kV": "kv>=35", "non-electrified": "not electrified",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "column", "statuses"),
    [
        ("gb50289_horizontal.csv", HORIZONTAL, "min_horizontal_m", [62, 59, 115]),
        ("gb50289_vertical.csv", VERTICAL, "min_vertical_m", [37, 7, 37]),
    ],
)
def test_the_reference_tables_agree_where_they_are_at_hand(name, kind, column, statuses):
    if not REFERENCE.is_dir():
        pytest.skip("the reference tables are not part of the repository")
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    told = {}
    for row in rows:
        pair = tuple(sorted(THEIR_ROWS.get(row[side], row[side]) for side in "ab"))
        condition = row.get("condition", "")
        told[(*pair, THEIR_CONDITIONS.get(condition, condition))] = (
            float(row[column]), row["status"], row["sources"].replace(";", " ")
        )  # fmt: skip
        if row.get("with_barrier_m"):
            assert vertical_cells(pair)["barrier"].value == float(row["with_barrier_m"])
    footnotes = {"barrier", "fast", "steam", "tower>330kV"}
    ours = {
        (*pair, cell.condition): (cell.value, cell.status, " ".join(cell.sources))
        for pair, cells in table(kind).cells.items() for cell in cells if cell.condition not in footnotes
    }  # fmt: skip
    assert ours == told
    assert [sum(s == status for _, s, _ in ours.values()) for status in STATUS] == statuses


def vertical_cells(pair):
    return {cell.condition: cell for cell in table(VERTICAL).cells[pair]}


def test_where_the_standard_of_trees_is_stricter_the_note_says_so():
    for line in (MEDIUM_A, LOW, CABLE, POWER_DUCT):
        assert "CJJ 75-97" in horizontal(line, "tree").note_zh
        assert "stricter" in horizontal(line, "tree").note_en


# The strictest row, against every way to complete what is missing.

DIAMETERS, PRESSURES, VOLTAGES = (
    (100.0, 200.0, 250.0, 300.0, 400.0),
    (0.005, 0.1, 0.3, 0.6, 1.2),
    (10.0, 34.9, 35.0, 110.0),
)
LAYINGS = {"power": ("direct", "duct", "trench"), "telecom": ("direct", "duct", "trench"), "heat": ("direct", "trench")}
MATERIALS = {"telecom": ("钢", "pvc")}
TOWERS = {"tower": ("tower_le_35kv", "tower_gt_35kv"), "railway": ("railway_electrified", "railway_plain")}


def completions(subject):
    if isinstance(subject, str):
        return [(key, {}) for key in TOWERS.get(subject, (subject,))]
    family = "telecom" if subject.utility == "broadcast" else subject.utility
    axes = {
        "diameter_mm": DIAMETERS if family in {"water", "gas"} else (None,),
        "pressure_mpa": PRESSURES if family == "gas" else (None,),
        "voltage_kv": VOLTAGES if family == "power" else (None,),
        "laying": LAYINGS.get(family, ("direct",)),
        "material": MATERIALS.get(family, (None,)),
    }
    given_ = {name: getattr(subject, name) for name in axes}
    options = [(given_[name],) if given_[name] is not None else axes[name] for name in axes]
    return [
        (Buried(subject.utility, subject.subtype, *picked), picked) for picked in itertools.product(*options)
    ]  # fmt: skip


def some(*values):
    return st.sampled_from([None, *values])


lines = st.builds(
    Buried,
    st.sampled_from(["water", "drainage", "power", "gas", "heat", "telecom", "broadcast"]),
    some("storm", "sewage", "reclaimed", "steam", "transmission"),
    some(*DIAMETERS), some(*PRESSURES), some(*VOLTAGES), some("direct", "duct", "trench"), some("钢", "pvc", "pe"),
)  # fmt: skip
subjects = st.one_of(lines, st.sampled_from(OBJECTS))


def highest(cells):
    return max((cell.value for cell in cells if cell is not None), default=None)


@settings(max_examples=150, deadline=None)
@given(lines, subjects)
def test_what_is_missing_takes_the_strictest_of_all_completions(a, b):
    firsts, seconds = completions(a), completions(b)
    whole = [horizontal(x, y) for x, _ in firsts for y, _ in seconds]
    cell = horizontal(a, b)
    assert value(cell) == highest(whole)
    assert all(each is None or not each.assumed_zh for each in whole)
    differ = len({value(each) for each in whole}) > 1
    assert bool(cell and cell.assumed_zh) == differ
    if cell is not None:
        assert len(cell.assumed_zh) == len(cell.assumed_en)
        assert all(said in cell.evidence_zh for said in cell.assumed_zh)
    assert value(vertical(a, b)) == highest(vertical(x, y) for x, _ in firsts for y, _ in seconds)


@settings(max_examples=100, deadline=None)
@given(lines, st.sampled_from(["footway", "carriageway"]))
def test_missing_facts_of_cover_take_the_strictest(a, under):
    assert value(cover(a, under)) == highest(cover(x, under) for x, _ in completions(a))


@settings(max_examples=100, deadline=None)
@given(lines, subjects)
def test_the_tables_are_symmetric(a, b):
    assert horizontal(a, b) == horizontal(b, a)
    assert vertical(a, b) == vertical(b, a)
    assert vertical(a, b, barrier=True) == vertical(b, a, barrier=True)
    if vertical(a, b) is not None:
        assert vertical(a, b, barrier=True).value <= vertical(a, b).value


def test_it_says_which_attribute_decides_and_only_those():
    assert horizontal(Buried("water"), SEWAGE).assumed_zh == ("给水未给出管径，按“d > 200 mm”取最严",)
    assert horizontal(Buried("water"), LOW).assumed_zh == ()
    assert horizontal(Buried("water"), Buried("gas", diameter_mm=100)).assumed_en == (
        "Gas without pressure: taken as gas, sub-high pressure A, the strictest",
    )
    cell = horizontal(Buried("power"), Buried("telecom"))
    assert cell.value == 2.0
    assert [said.split(":")[0] for said in cell.assumed_en] == [
        "Power without voltage", "Power without laying", "Telecom without laying",
    ]  # fmt: skip
    known = horizontal(Buried("power", voltage_kv=10, laying="direct"), Buried("telecom", laying="direct"))
    assert (known.value, known.assumed_en) == (0.5, ())


def test_numbers_that_state_nothing_are_missing():
    for nothing in (0.0, -3.0, math.nan, math.inf):
        assert horizontal(Buried("water", diameter_mm=nothing), SEWAGE) == horizontal(Buried("water"), SEWAGE)
