from decimal import Decimal

import pytest

from geo.faults import BadInputError
from survey.opportunities import known_costs, known_planning
from survey.opportunities.cost_split import split_cost
from survey.opportunities.ditches import Ground, ditch_of
from survey.opportunities.trench_costs import Laying, trench_cost
from survey.sections import SectionLine
from survey.subjects import Buried

ROAD = Ground(None, None, False, "carriageway")


def by_size(*costs):
    return lambda some: costs[len(some) - 1]


def test_a_game_by_hand():
    # Three with 100, 200 and 400 alone that share one trench of the largest: the airport game.
    alone = {"a": 90, "b": 180, "c": 360}
    split = split_cost(list(alone), lambda some: max(alone[one] for one in some))
    assert [(one.party, one.shapley) for one in split.shares] == [
        ("a", Decimal("30.00")), ("b", Decimal("75.00")), ("c", Decimal("255.00")),
    ]  # fmt: skip
    assert [one.proportional for one in split.shares] == [Decimal("51.43"), Decimal("102.86"), Decimal("205.71")]
    assert (split.total, split.saved) == (Decimal("360.00"), Decimal("270.00"))
    assert split.shares[0].by_place == (Decimal("90.00"), Decimal("0.00"), Decimal("0.00"))
    assert not any(one.above_alone or one.proportional_above_alone for one in split.shares)
    rows = [(turn.before, turn.added, turn.orders) for turn in split.turns if turn.party == "b"]
    assert rows == [((), 180, 2), (("a",), 90, 1), (("c",), 0, 1), (("a", "c"), 0, 2)]
    assert split.as_dict()["shares"][1]["shapley"] == "75.00"


def test_who_pays_more_than_alone_is_told():
    split = split_cost(["W", "G"], by_size(10, 50))
    assert [one.above_alone for one in split.shares] == [True, True]
    assert "W、G 比单独施工付得更多" in split.zh
    assert "多花 30.00" in split.zh
    assert "more than alone" in split.en


def test_cents_are_shared_by_largest_remainder_and_by_name():
    split = split_cost(["c", "a", "b"], by_size(50, 80, 100))
    assert {one.party: str(one.shapley) for one in split.shares} == {"a": "33.34", "b": "33.33", "c": "33.33"}


def test_eight_parties_of_a_trench_of_nothing():
    split = split_cost(list("abcdefgh"), by_size(*[0] * 8))
    assert sum(one.shapley for one in split.shares) == 0
    assert len(split.turns) == 8 * 128


@pytest.mark.parametrize("parties", [[], list("abcdefghi"), ["a", "a"]])
def test_too_few_too_many_or_twice(parties):
    with pytest.raises(BadInputError):
        split_cost(parties, by_size(*range(1, 10)))


def test_a_cost_that_is_none_names_the_coalition():
    with pytest.raises(BadInputError) as refused:
        split_cost(["a", "b"], lambda some: float("nan") if len(some) == 2 else -1.0)
    assert [fault.field for fault in refused.value.faults] == ["a", "b", "a+b"]


def test_the_cost_of_sections():
    layings = [
        Laying(name, SectionLine(name, Buried(name)), {"local": 80.0, "other": 20.0})
        for name in ("water", "gas", "telecom")
    ]
    cost = trench_cost(layings, ROAD, known_costs(), known_planning(), at="low")
    ditch = ditch_of([one.line for one in layings], ROAD)
    prices = {name: one.low for name, one in known_costs().items()}
    days = 3 + 80 / 20 * 1.6
    expected = (
        100 * ditch.area_m2 * prices["earth"]
        + ditch.top_width_m * (80 * prices["surface_local"] + 20 * prices["surface_other"])
        + days * prices["closure_day"]
    )
    assert cost(frozenset(("water", "gas", "telecom"))) == pytest.approx(expected, abs=0.1)
    split = split_cost(["water", "gas", "telecom"], cost)
    assert sum(one.shapley for one in split.shares) == split.total == sum(one.proportional for one in split.shares)
    middle, high = (trench_cost(layings, ROAD, known_costs(), known_planning(), at=at) for at in ("mean", "high"))
    assert cost(frozenset(("gas",))) < middle(frozenset(("gas",))) < high(frozenset(("gas",)))


def test_without_unit_costs_or_section_nothing_is_split():
    gas = Laying("gas", SectionLine("gas", Buried("gas", pressure_mpa=4.0)), {"local": 50.0})
    water = Laying("water", SectionLine("water", Buried("water")), {"local": 50.0})
    with pytest.raises(BadInputError) as refused:
        trench_cost([gas, water], ROAD, {}, known_planning())
    assert "未提供单价" in refused.value.faults[0].zh
    with pytest.raises(BadInputError) as refused:
        split_cost(["gas", "water"], trench_cost([gas, water], ROAD, known_costs(), known_planning()))
    assert refused.value.faults[0].field == "gas+water"
