"""Chances to share a trench: shifts against trying every day, ground against cutting shapes."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, permutations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.polylines import Polylines
from survey.calendar import BEIJING, Calendar
from survey.cases.commands import Command
from survey.cases.records import Actor
from survey.cases.refusals import RefusedError
from survey.opportunities import Opportunities, known_costs, known_planning, opportunities_of
from survey.opportunities.answers import commands as co
from survey.opportunities.answers import decide, evolve, possible, replay
from survey.opportunities.answers.events import Basis, Party
from survey.opportunities.answers.state import STATES
from survey.opportunities.cost_split import split_cost
from survey.opportunities.ground import PAVINGS, above_of
from survey.opportunities.meeting import Window, meeting_of
from tests.survey.opportunities.scene import X, Y, around, frame, road, route

ON = date(2027, 1, 1)


def day(number):
    return ON + timedelta(days=number)


@st.composite
def windows(draw):
    found = []
    for k in range(draw(st.integers(2, 4))):
        start = draw(st.integers(-20, 60))
        end = start + draw(st.integers(0, 30))
        earliest = draw(st.none() | st.integers(start - 20, start))
        latest = draw(st.none() | st.integers(end, end + 20))
        limits = [None if limit is None else day(limit) for limit in (earliest, latest)]
        found.append(Window(f"R{k}", day(start), day(end), *limits))
    return found


bans = st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 25)), max_size=2)


def tried(asked, closed, digging, longest):
    """Return cost, first day and moves of the best of all days, by trying each with each move of each party."""
    needed = min(digging, *(window.days for window in asked))
    best = None
    for begin in range(130):
        dug = {day(begin + k) for k in range(needed)}
        if any(first <= one <= last for one in dug for first, last in closed):
            continue
        moves = [_least_move(window, dug, longest) for window in asked]
        if None in moves:
            continue
        cost = (sum(map(abs, moves)), sum(by != 0 for by in moves), -sum(by for by in moves if by < 0), begin)
        if best is None or cost < best[0]:
            best = cost, day(begin), moves
    return needed, best


def _least_move(window, dug, longest):
    for by in sorted(range(-longest, longest + 1), key=abs):
        start, end = window.start + timedelta(days=by), window.end + timedelta(days=by)
        too_early = by < 0 and window.earliest is not None and start < window.earliest
        too_late = by > 0 and window.latest is not None and end > window.latest
        if start <= min(dug) and max(dug) <= end and not too_early and not too_late:
            return by
    return None


@settings(max_examples=50, deadline=None)
@given(windows(), bans, st.integers(1, 20), st.integers(0, 40))
def test_the_smallest_shift_is_the_best_of_all_days(asked, spans, digging, longest):
    closed = [(day(first), day(first + days)) for first, days in spans]
    found = meeting_of(asked, closed, digging_days=digging, on=ON, longest_shift=longest, widest=2000)
    needed, best = tried(asked, closed, digging, longest)
    assert found.needed_days == needed
    if best is None:
        assert (found.state, found.shifts, found.first) == ("never", (), None)
        return
    _, first, moves = best
    assert found.first == first
    assert [(one.route, one.days) for one in found.shifts] == [(f"R{k}", by) for k, by in enumerate(moves) if by]
    assert found.state == ("shift" if found.shifts else "meets")
    assert found.last >= first + timedelta(days=needed - 1)
    common = set.intersection(*({w.start + timedelta(days=k) for k in range(w.days)} for w in asked))
    usable = {d for d in common if d >= ON and not any(a <= d <= b for a, b in closed)}
    assert found.overlap_days == len(usable)


@settings(max_examples=80, deadline=None)
@given(windows(), bans, st.integers(1, 20), st.randoms(use_true_random=False))
def test_the_order_of_parties_changes_nothing(asked, spans, digging, random):
    closed = [(day(first), day(first + days)) for first, days in spans]
    options = {"digging_days": digging, "on": ON, "longest_shift": 30, "widest": 2000}
    found = meeting_of(asked, closed, **options)
    mixed = random.sample(asked, len(asked))
    other = meeting_of(mixed, list(reversed(closed)), **options)
    assert {(one.route, one.days) for one in other.shifts} == {(one.route, one.days) for one in found.shifts}
    assert (other.state, other.first, other.last, other.overlap_days) == (
        found.state, found.first, found.last, found.overlap_days,
    )  # fmt: skip


boxes = st.tuples(st.integers(0, 80), st.integers(1, 40), st.sampled_from(["local", "arterial", None, "green"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=4), st.integers(0, 90), st.integers(1, 60))
def test_what_lies_above_is_what_shapes_cut(found, begin, length):
    shapes = [(kind, shapely.box(X + at, Y - 5, X + at + wide, Y + 5)) for at, wide, kind in found]
    roads = [
        {"id": f"r{k}", "name": None, "class": kind, "geometry": shape}
        for k, (kind, shape) in enumerate(shapes)
        if kind != "green"
    ]
    greens = [{"id": f"g{k}", "geometry": shape} for k, (kind, shape) in enumerate(shapes) if kind == "green"]
    line = shapely.LineString([(X, Y), (X + 200, Y)])
    (above,) = above_of(Polylines.from_shapely([line]), around(roads, greens))
    metres = above.metres(float(begin), float(begin + length))
    assert sum(metres.values()) == pytest.approx(length)
    rest = shapely.LineString([(X + begin, Y), (X + begin + length, Y)])
    names = {"local": "local", "arterial": "arterial", None: "carriageway", "green": "green"}
    for paving in PAVINGS[:-1]:
        mine = shapely.union_all([shape for kind, shape in shapes if names[kind] == paving])
        assert metres.get(paving, 0.0) == pytest.approx(shapely.intersection(rest, mine).length, abs=1e-4)
        rest = shapely.difference(rest, mine)


@st.composite
def games(draw):
    """Any cost at all for each coalition: adding a party may even make it cheaper."""
    parties = list("abcd")[: draw(st.integers(1, 4))]
    some = [frozenset(one) for size in range(1, len(parties) + 1) for one in combinations(parties, size)]
    return parties, {one: draw(st.integers(0, 10**6)) for one in some}


def over_all_orders(parties, costs):
    """Return the Shapley values by their definition."""
    sums, orders = dict.fromkeys(parties, Fraction(0)), list(permutations(parties))
    for order in orders:
        for place, party in enumerate(order):
            before = frozenset(order[:place])
            sums[party] += costs[before | {party}] - costs.get(before, 0)
    return {party: total / len(orders) for party, total in sums.items()}


@settings(max_examples=80, deadline=None)
@given(games())
def test_shapley_values_are_the_mean_over_all_orders(game):
    parties, costs = game
    split = split_cost(parties, costs.__getitem__)
    assert split.exact == over_all_orders(parties, costs)
    assert sum(split.exact.values()) == costs[frozenset(parties)]
    for way in ("shapley", "proportional"):
        shares = {one.party: getattr(one, way) for one in split.shares}
        assert sum(shares.values()) == split.total
        if way == "shapley":
            assert all(abs(Fraction(shares[one]) - split.exact[one]) < Fraction(1, 100) for one in parties)
    for one in split.shares:
        assert one.above_alone == (split.exact[one.party] > costs[frozenset(one.party)])


@settings(max_examples=60, deadline=None)
@given(games(), st.randoms(use_true_random=False))
def test_axioms_of_the_split(game, random):
    parties, costs = game
    exact = split_cost(parties, costs.__getitem__).exact
    assert split_cost(random.sample(parties, len(parties)), costs.__getitem__).exact == exact
    # A dummy adds its own cost to every coalition, and pays just that.
    with_dummy = split_cost([*parties, "z"], lambda some: costs.get(some - {"z"}, 0) + (7 if "z" in some else 0)).exact
    assert with_dummy == {**exact, "z": 7}
    # Split over two bills, the shares are the sums.
    other = {some: random.randrange(1000) for some in costs}
    both = split_cost(parties, lambda some: costs[some] + other[some]).exact
    own = split_cost(parties, other.__getitem__).exact
    assert both == {one: exact[one] + own[one] for one in parties}


@settings(max_examples=40, deadline=None)
@given(games())
def test_symmetric_parties_pay_the_same(game):
    parties, costs = game
    by_size = {len(some): cost for some, cost in sorted(costs.items(), key=lambda one: sorted(one[0]))}
    exact = split_cost(parties, lambda some: by_size[len(some)]).exact
    assert len(set(exact.values())) == 1


UTILITIES = ("water", "gas", "heat", "telecom", "power", "drainage")
ROADS = around([road("1"), road("2", 40.0, delivered=date(2027, 3, 1))])


def any_route(random, name):
    """A route along one of two streets, with a bend; places to the millimetre, so that ties are rare."""
    street, begin, length = random.choice((0.0, 40.0)), random.uniform(0, 120), random.uniform(15, 90)
    side, bend = street + random.uniform(-4, 4), random.choice((0.0, random.uniform(-2, 2)))
    points = [(begin, side), (begin + length / 2, side + bend / 2), (begin + length, side + bend)]
    points = [(round(x, 3), round(y, 3)) for x, y in points]
    if random.random() < 0.5:
        points.reverse()
    start = day(random.randrange(0, 90))
    window = (start, start + timedelta(days=random.randrange(5, 60))) if random.random() < 0.9 else (None, None)
    facts = {"operator": random.choice(("水司", "燃气", None)), "diameter_mm": random.choice((100.0, 300.0, None))}
    return route(name, random.choice(UTILITIES), *points, window=window, **facts)


def assert_same(resident, rows, on):
    """Hold the kept chances to those of all routes at once: every digit, and the order."""
    assert resident.records() == (opportunities_of(frame(rows), ROADS, on=on, costs=known_costs()) if rows else [])


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 14))
def test_edits_come_to_what_all_routes_come_to(random, n):
    rows = {f"R{k}": any_route(random, f"R{k}") for k in range(n)}
    resident = Opportunities(frame(rows.values()), ROADS, on=ON, costs=known_costs())
    assert_same(resident, list(rows.values()), ON)
    for _ in range(6):
        before = {record.id: record for record in resident.records()}
        name = f"R{random.randrange(n + 3)}"
        if random.random() < 0.35:
            rows.pop(name, None)
            change = resident.remove(name)
        else:
            rows[name] = any_route(random, name)
            change = resident.replace(rows[name])
        assert_same(resident, list(rows.values()), ON)
        after = {record.id: record for record in resident.records()}
        assert set(change.new) == after.keys() - before.keys()
        assert set(change.gone) == before.keys() - after.keys()
        assert set(change.changed) == {one for one in after.keys() & before.keys() if after[one] != before[one]}
    later = day(45)
    resident.look(on=later)
    assert_same(resident, list(rows.values()), later)


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(4, 10))
def test_a_far_route_that_comes_and_goes_moves_no_digit(random, n):
    """It moves the corner from which coordinates are taken."""
    rows = {f"R{k}": any_route(random, f"R{k}") for k in range(n)}
    resident = Opportunities(frame(rows.values()), ROADS, on=ON, costs=known_costs())
    far = route("FAR", "heat", (-90_000.0, -150_000.0), (-89_900.0, -150_000.0))
    resident.replace(far)
    assert_same(resident, [*rows.values(), far], ON)
    rows["R0"] = any_route(random, "R0")
    resident.replace(rows["R0"])
    assert_same(resident, [*rows.values(), far], ON)
    resident.remove("FAR")
    assert_same(resident, list(rows.values()), ON)


PARTIES = tuple(Party(name, name, ("water",), (name,)) for name in "AB")


def basis(shift):
    return tuple(Basis(name, (0.0, shift, 9.0, shift), None, None) for name in "AB")


bodies = st.one_of(
    st.just(co.Propose(PARTIES, basis(0.0))),
    st.builds(co.Answer, st.sampled_from("AB"), st.booleans(), st.just("reason")),
    st.builds(co.AskAgain, st.just("again")),
    st.builds(lambda shift: co.Refresh(PARTIES, basis(shift)), st.sampled_from([0.0, 3.0, 6.0])),
    st.builds(co.WithdrawChance, st.just("no money")),
    st.just(co.Finish()),
    st.just(co.TalkTick()),
)
ROLES = {"answer": "utility", "refresh": "system", "talk_tick": "system"}
steps = st.lists(st.tuples(bodies, st.integers(0, 60)), max_size=14)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_whatever_is_asked_the_answers_stay_sound(asked):
    talk, events, now, calendar = replay("O", []), [], datetime(2026, 12, 1, 9, tzinfo=BEIJING), Calendar()
    for number, (body, hours) in enumerate([(co.Propose(PARTIES, basis(0.0)), 0), *asked]):
        now += timedelta(hours=hours)
        role = ROLES.get(body.kind, "coordinator")
        department = getattr(body, "party", "")
        command = Command(f"c{number}", Actor(department or role, role, department), body)
        able = {one.partition(":")[0] for one in possible(talk, role, department, now)}
        try:
            brought = decide(talk, command, known_planning(), calendar, now)
        except RefusedError:
            continue
        if not any(event.body.of_clock for event in brought):
            assert body.kind in {*able, "talk_tick", "refresh"}
        for event in brought:
            talk = evolve(talk, event)
        events += brought
        yes = [talk.yes(party.key) for party in talk.parties]
        assert talk.state in STATES
        if talk.state in ("agreed", "done"):
            assert all(yes)
        if talk.state == "proposed":
            assert talk.waiting
            assert now <= talk.due
        if talk.state == "declined":
            assert talk.against
            assert not talk.waiting
        if talk.state == "expired":
            assert talk.waiting
    assert replay("O", events) == talk
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
