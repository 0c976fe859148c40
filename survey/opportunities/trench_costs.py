"""Cost one trench for any of its parties, from sections and unit costs: what `survey.opportunities.cost_split` asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault
from survey.opportunities.ditches import ditch_of
from survey.opportunities.savings import money_of, trench_quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from survey.opportunities.county_data import Planning, UnitCost
    from survey.opportunities.ditches import Ground
    from survey.sections import SectionLine

LOW, HIGH, MEAN = "low", "high", "mean"


@dataclass(frozen=True, slots=True)
class Laying:
    """One line in the trench: whose it is, the line, and the metres of its stretch below each kind of surface."""

    party: str
    line: SectionLine
    metres: Mapping[str, float]


def trench_cost(
    layings: Sequence[Laying], ground: Ground, costs: Mapping[str, UnitCost], planning: Planning, *, at: str = MEAN
) -> Callable[[frozenset[str]], float]:
    """Return the cost (yuan) of one trench for some of the parties, as a function of who they are.

    Parameters
    ----------
    layings
        The lines of all parties.
    at
        Which end of the unit costs: ``low``, ``high`` or ``mean``.

    Returns
    -------
    callable
        It raises `BadInputError` where no section is known for these lines, with why.

    Raises
    ------
    BadInputError
        If no unit cost is given: 未提供单价.

    Notes
    -----
    A trench for some is as long as their stretches are on average; earth, surfaces and days of closure as in records.
    What has no unit cost is in none of the amounts.

    Examples
    --------
    >>> from survey.opportunities.county_data import known_costs, known_planning
    >>> from survey.opportunities.ditches import Ground
    >>> from survey.sections import SectionLine
    >>> from survey.subjects import Buried
    >>> lines = [Laying(one, SectionLine(one, Buried(one)), {"local": 100.0}) for one in ("water", "gas")]
    >>> cost = trench_cost(lines, Ground(None, None, False, "carriageway"), known_costs(), known_planning())
    >>> both, water, gas = (cost(frozenset(some)) for some in (("water", "gas"), ("water",), ("gas",)))
    >>> max(water, gas) < both < water + gas
    True
    """
    if not costs:
        raise BadInputError([
            Fault("split.no_costs", "未提供单价，无法分摊", "no unit costs are given: nothing can be split",
                  "填写本县单价", "give the county's unit costs", field="costs")
        ])  # fmt: skip

    def cost(some: frozenset[str]) -> float:
        own = [laying for laying in layings if laying.party in some]
        metres = [laying.metres for laying in own]
        ditch = ditch_of([laying.line for laying in own], ground)
        if ditch.area_m2 is None:
            raise BadInputError([
                Fault("split.no_section", f"断面无法确定：{zh}", f"no section can be given: {en}", "核对管线属性",
                      "check the lines' attributes", field="+".join(sorted(some)))
                for zh, en in ditch.obstacles
            ])  # fmt: skip
        shared = sum(sum(one.values()) for one in metres) / len(own)
        found = money_of(trench_quantities(shared, metres, ditch, planning), costs)
        ends = {LOW: found.low or 0.0, HIGH: found.high or 0.0}
        return ends[at] if at in ends else (ends[LOW] + ends[HIGH]) / 2

    return cost
