"""Narrow the chances of a county to a list: by who, where, when, how much; in an order; with counts of all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal

from api.case_lists import unknown
from api.errors import refused
from api.opportunity_answers import answers_for, money_shape
from survey.joined import operator_key
from survey.opportunities.answers.state import STATES
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import shapely

    from api.coordinates import Window
    from api.county_opportunities import Chances
    from api.doors import Visitor
    from survey.opportunities import Opportunity
    from survey.opportunities.answers import Talk

Order = Literal["worth", "length", "money", "due"]
KINDS = ("run", "crossing")
MEETINGS = ("meets", "shift", "never", "unknown")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a chance must be to be on a list; None: anything.

    Parameters
    ----------
    utilities, states, kinds, meetings
        Any of these words.
    operator
        One of its routes is this operator's, however it is spelt in width, case and blanks.
    route, street
        One of its routes has this id; a road on it has this id, or this text in its name: in quotes, as its whole name.
    days
        The days on which all could dig together, as planned or after the smallest shift, meet these.
    least_saved_m, least_yuan
        So much is saved at least; of money by the lower end.
    window
        Its trench touches this box.
    waiting
        Whether it waits for an answer of who asks.
    case
        This case is its project's.
    """

    utilities: Collection[str] | None = None
    operator: str | None = None
    route: str | None = None
    street: str | None = None
    states: Collection[str] | None = None
    kinds: Collection[str] | None = None
    meetings: Collection[str] | None = None
    days: tuple[date, date] | None = None
    least_saved_m: float | None = None
    least_yuan: float | None = None
    window: Window | None = None
    waiting: bool | None = None
    case: str | None = None

    def check(self) -> None:
        """Refuse words that are none, every one at once."""
        known: Mapping[str, tuple[Collection[str] | None, Iterable[str]]] = {
            "utility": (self.utilities, UTILITIES), "state": (self.states, STATES), "kind": (self.kinds, KINDS),
            "meeting": (self.meetings, MEETINGS),
        }  # fmt: skip
        wrong = [
            unknown(name, word, names)
            for name, (words, names) in known.items()
            for word in words or ()
            if word not in names
        ]
        if wrong:
            raise refused(*wrong)

    def fits(self, one: Opportunity, state: str) -> bool:
        """Return whether a chance is what is wanted, but for its place, its case and whom it waits for."""
        return self._fits_words(one, state) and self._fits_numbers(one) and self._fits_place(one)

    def _fits_words(self, one: Opportunity, state: str) -> bool:
        return (
            (self.states is None or state in self.states)
            and (self.kinds is None or one.kind in self.kinds)
            and (self.meetings is None or one.meeting.state in self.meetings)
            and (self.utilities is None or not set(one.utilities).isdisjoint(self.utilities))
            and (self.route is None or self.route in one.routes)
            and (
                self.operator is None or operator_key(self.operator) in {operator_key(m.operator) for m in one.members}
            )
        )

    def _fits_numbers(self, one: Opportunity) -> bool:
        low = one.savings.money.low
        return (self.least_saved_m is None or one.saved_m >= self.least_saved_m) and (
            self.least_yuan is None or (low is not None and low >= self.least_yuan)
        )

    def _fits_place(self, one: Opportunity) -> bool:
        if self.days is not None:
            first, last = one.meeting.first, one.meeting.last
            if first is None or last is None or last < self.days[0] or first > self.days[1]:
                return False
        return self.street is None or any(self.street == at.road or self._named(at.name) for at in one.streets)

    def _named(self, name: str) -> bool:
        """Return whether a street is called as is wanted."""
        wanted = self.street or ""
        return name == wanted[1:-1] if wanted[:1] == wanted[-1:] == '"' else wanted in name


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the chances, and what all pages come to."""

    records: list[Opportunity]
    shapes: list[shapely.Geometry]
    counts: dict[str, Any]
    more: bool


def page_of(
    chances: Chances, talks: Mapping[str, Talk], wanted: Wanted, visitor: Visitor, *, order: Order, offset: int,
    limit: int,
) -> Page:  # fmt: skip
    """Return a page of the chances that are wanted; of equal rank the most worthwhile comes first."""
    states = {name: talk.state for name, talk in talks.items()}
    chosen = [
        (one, shape)
        for one, shape in zip(chances.records.values(), chances.shapes, strict=True)
        if wanted.fits(one, states.get(one.id, "new"))
    ]
    if wanted.case is not None:
        chosen = [(one, shape) for one, shape in chosen if one.id in talks and talks[one.id].case == wanted.case]
    if wanted.window is not None:
        chosen = [(one, shape) for one, shape in chosen if wanted.window.holds(shape)]
    waits = {one.id for one, _ in chosen if _waits(talks.get(one.id), visitor)}
    if wanted.waiting is not None:
        chosen = [(one, shape) for one, shape in chosen if (one.id in waits) is wanted.waiting]
    if order != "worth":
        chosen.sort(key=lambda both: _rank(both[0], talks.get(both[0].id), order))
    page = chosen[offset : offset + limit]
    matched = [one for one, _ in chosen]
    return Page(
        [one for one, _ in page], [shape for _, shape in page], _counts(matched, states, waits),
        len(chosen) > offset + limit,
    )  # fmt: skip


def _waits(talk: Talk | None, visitor: Visitor) -> bool:
    if talk is None or talk.state != "proposed":
        return False
    owed = set(talk.waiting)
    return any(party.key in owed and answers_for(visitor, party) for party in talk.parties)


def _rank(one: Opportunity, talk: Talk | None, order: Order) -> float:
    if order == "length":
        return -one.shared_m
    if order == "money":
        # Without a price nothing is known of it: after everything that is.
        return inf if one.savings.money.high is None else -one.savings.money.high
    return talk.due.timestamp() if talk is not None and talk.state == "proposed" and talk.due is not None else inf


def _counts(matched: Sequence[Opportunity], states: Mapping[str, str], waits: Collection[str]) -> dict[str, Any]:
    by_state = Counter(states.get(one.id, "new") for one in matched)
    return {
        "matched": len(matched), "states": {state: by_state[state] for state in STATES},
        "waiting": sum(one.id in waits for one in matched),
        "saved_m": round(sum(one.saved_m for one in matched), 3), "money": money_shape(matched),
    }  # fmt: skip
