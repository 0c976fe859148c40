"""Number what is done at each stop, as the atlas and the phones number it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from survey.cases.plain import as_plain
from survey.visits.items import ITEM_KINDS, TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.visits.items import Item
    from survey.visits.keeping.events import Plan
    from survey.visits.stops import Stop


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a checklist: its number as people read it (``3-2``), the stop, and what is done."""

    number: str
    stop: str
    item: Item

    def as_dict(self) -> dict[str, Any]:
        """Return the line as plain values for JSON, with its labels."""
        words = {"kind": ITEM_KINDS[self.item.kind], "tool": TOOLS[self.item.tool]}
        labels = {
            f"{name}_{k}": word for name, pair in words.items() for k, word in zip(("zh", "en"), pair, strict=True)
        }
        return {"number": self.number, "stop": self.stop, **as_plain(self.item), **labels}


def checklist_of(stops: Sequence[Stop], order: Sequence[int]) -> tuple[Line, ...]:
    """Return the checklist of a visit.

    Parameters
    ----------
    stops
        The stops.
    order
        Their numbers (from 0) in the order in which they are visited; a stop that is not in it has no line.

    Examples
    --------
    >>> from survey.visits.items import Item
    >>> from survey.visits.stops import Stop
    >>> item = Item("site:C1", "site", "look", (), "C1", 0.0, 0.0, "察看现场", "see the place")
    >>> stops = [Stop(name, 0.0, 0.0, "", None, (item,), (), 9.0) for name in ("S1", "S2")]
    >>> [(line.number, line.stop) for line in checklist_of(stops, [1, 0])]
    [('1-1', 'S2'), ('2-1', 'S1')]
    """
    return tuple(
        Line(f"{place}-{number}", stops[at].id, item)
        for place, at in enumerate(order, start=1)
        for number, item in enumerate(stops[at].items, start=1)
    )


def lines_of(plan: Plan) -> tuple[Line, ...]:
    """Return the checklist of a visit in the order in which it is planned."""
    return checklist_of(plan.stops, plan.order)
