from datetime import date
from decimal import Decimal

import pytest
import shapely

from geo.faults import BadInputError
from survey.opportunities import Opportunities, known_costs
from tests.survey.opportunities.scene import ON, around, found, frame, road, route, straight

WATER, GAS = straight("W", "water", 0.0, operator="水司"), straight("G", "gas", 2.0)
FAR = straight("F", "water", 300.0), straight("E", "power", 301.0)


def county(*rows, **more):
    return Opportunities(frame(rows), around([road("1")]), **{"on": ON, "costs": known_costs()} | more)


def test_an_edit_tells_what_changed_and_leaves_the_rest():
    kept = county(WATER, GAS, *FAR)
    before = {record.routes: record for record in kept.records()}
    change = kept.replace(straight("G", "gas", 2.0, 50.0))
    assert (change.new, change.changed, change.gone) == ((), (before["G", "W"].id,), ())
    assert kept.get(before["G", "W"].id).shared_m == 50.0
    assert kept.of("F")[0] is before["E", "F"]  # not made again
    change = kept.replace(straight("T", "telecom", 4.0, 60.0))
    assert len(change.new) == 1
    assert [record.routes for record in kept.of("T")] == [("G", "T", "W")]
    assert kept.remove("T").gone == change.new
    assert kept.remove("T") == kept.remove("nobody")
    assert kept.get("nobody") is None
    assert kept.of("nobody") == []


def test_a_change_of_attributes_alone_is_seen():
    kept = county(WATER, GAS)
    (one,) = kept.records()
    change = kept.replace({**GAS, "start": "2027-07-01", "end": "2027-08-01"})
    assert change.changed == (one.id,)
    assert kept.get(one.id).meeting.state == "shift"
    assert kept.replace({**GAS, "start": "2027-07-01", "end": "2027-08-01"}).changed == ()


def test_other_dates_are_tried_without_being_kept():
    kept = county(WATER, GAS, straight("T", "telecom", 4.0, 60.0), *FAR)
    before = kept.records()
    summer = {"G": (date(2027, 7, 1), date(2027, 8, 1)), "nobody": (ON, ON)}
    tried = kept.if_dated(summer)
    assert kept.records() == before
    kept.replace({**GAS, "start": "2027-07-01", "end": "2027-08-01"})
    assert tried == kept.of("G")
    assert {record.meeting.state for record in tried} == {"shift"}
    assert kept.if_dated({"nobody": (ON, ON)}) == []


def test_a_bad_row_changes_nothing():
    kept = county(WATER, GAS)
    before = kept.records()
    for bad in ({**GAS, "utility": "oil"}, {**GAS, "end": "2026-01-01"}, {**GAS, "geometry": shapely.Point(0, 0)}):
        with pytest.raises(BadInputError) as refused:
            kept.replace(bad)
        assert str(refused.value.faults[0].feature) == "G"
    assert kept.records() == before


def test_a_route_that_loses_its_line_loses_its_chances():
    kept = county(WATER, GAS)
    assert len(kept.replace({**GAS, "geometry": shapely.LineString()}).gone) == 1
    assert len(kept.replace(GAS).new) == 1
    assert kept.records() == found(WATER, GAS, roads=[road("1")])


def test_another_day_and_other_roads():
    kept = county(WATER, GAS)
    (one,) = kept.records()
    assert kept.look(on=date(2027, 5, 30)).changed == (one.id,)
    assert kept.get(one.id).meeting.state == "shift"
    kept.look(on=ON, surroundings=around([road("1", delivered=date(2026, 1, 1))]))
    assert kept.get(one.id).protections[0].state == "blocked"


def test_section_and_split_of_one_chance():
    kept = county(WATER, GAS)
    (one,) = kept.records()
    section = kept.section(one.id)
    assert section.excavation.top_width_m == pytest.approx(one.section.top_width_m, abs=1e-3)
    split = kept.split(one.id)
    assert {share.party for share in split.shares} == {"水司", "G"}
    assert sum(share.shapley for share in split.shares) == split.total
    money = one.savings.money
    assert float(split.saved) == pytest.approx((money.low + money.high) / 2, abs=0.1)
    with pytest.raises(KeyError):
        kept.split("nobody")
    with pytest.raises(BadInputError):
        county(WATER, GAS, costs={}).split(one.id)


def test_one_operator_pays_alone():
    kept = county(WATER, {**GAS, "operator": "水 司"})
    (one,) = kept.records()
    split = kept.split(one.id)
    assert [share.shapley for share in split.shares] == [split.total]
    assert split.saved == Decimal("0.00")


def test_a_county_that_begins_without_routes():
    kept = Opportunities(frame([WATER]).iloc[:0], None, on=ON)
    assert kept.records() == []
    assert kept.look(surroundings=around([road("1")])).new == ()
    assert len(kept.replace(WATER).new) == 0
    assert len(kept.replace(GAS).new) == 1
    assert len(kept) == 1
    loop = route("L", "heat", (0.0, 4.0), (90.0, 4.0), (90.0, 5.0), (0.0, 5.0))
    kept.replace(loop)
    assert {record.routes for record in kept.records()} >= {("G", "L", "W")}
