"""Hold the kerbs of a block: each side is its own road's, and a route that leaves by a corner runs beside none."""

from tests.survey.conflicts.scene import conflicts, only, planned, road

BLOCK = [
    road("S", (-20, 0), (120, 0)),
    road("N", (-20, 100), (120, 100)),
    road("W", (0, -20), (0, 120)),
    road("E", (100, -20), (100, 120)),
]


def test_each_kerb_of_a_block_is_that_of_its_own_road():
    inside = {"S": ((20, 7.5), (80, 7.5)), "N": ((20, 92.5), (80, 92.5)), "W": ((7.5, 20), (7.5, 80))}
    routes = [planned(f"R{name}", "water", *points) for name, points in inside.items()]
    found = only(conflicts(routes, roads=BLOCK), "curb")
    assert sorted((f.a, f.b) for f in found) == [("RN", "N"), ("RS", "S"), ("RW", "W")]
    assert all(abs(f.measured - 0.4) < 1e-6 for f in found)


def test_a_route_beside_two_roads_of_a_block_is_told_of_both():
    found = only(conflicts([planned("R1", "water", (80, 7.5), (7.5, 7.5), (7.5, 80))], roads=BLOCK), "curb")
    assert sorted(f.b for f in found) == ["S", "W"]


def test_leaving_by_the_corner_of_a_junction_is_no_run_beside_the_kerbs_that_join_there():
    for shift in (0.0, 0.05, -0.05, 0.3, -0.3):
        found = only(conflicts([planned("R1", "water", (shift, 0), (40 + shift, 40))], roads=BLOCK), "curb")
        assert found == [], (shift, [(f.b, f.measured) for f in found])
