"""EPANET models: held against wntr, units and systems never guessed, every fault named with its line."""

import random
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.faults import BadInputError
from geo.formats import LINE, read

with np.printoptions():  # it changes how every array of the process prints; doctests in the same process would fail
    import wntr

KENTUCKY = "EPSG:3089"  # in US survey feet
GRID = "EPSG:4546"
X, Y = 579_000.0, 3_658_000.0


def model(units="LPS", pipes=(), nodes=None, vertices=(), more="", *, scale=1.0):
    """Return the text of a model; nodes are metres from a corner, drawn in units of ``scale`` metres."""
    nodes = {"A": (0, 0), "B": (100, 0), "C": (100, 50)} if nodes is None else nodes
    lines = ["[TITLE]", "a town", "[JUNCTIONS]", ";ID  Elev", *(f" {name} 10 0 ;" for name in nodes), "[PIPES]", *pipes]
    lines += ["[OPTIONS]", f" Units {units}"] if units else []
    lines += ["[COORDINATES]", *(f"{name} {(X + x) / scale} {(Y + y) / scale}" for name, (x, y) in nodes.items())]
    lines += ["[VERTICES]", *(f"{name} {(X + x) / scale} {(Y + y) / scale}" for name, x, y in vertices), more, "[END]"]
    return "\n".join(lines)


PIPES = ("P1 A B 100 200 130 0 Open ; the main", 'P2  B "C" 50 150 130')


def written(folder, text, name="model.inp"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(path, **options):
    return read(path, **{"crs": GRID, "kinds": frozenset({LINE})} | options)


def faults(path, **options):
    with pytest.raises(BadInputError) as error:
        table(path, **options)
    return error.value.faults


def codes(path, **options):
    return [fault.code for fault in faults(path, **options)]


def test_pipes_are_lines_through_their_vertices(tmp_path):
    read_in = table(written(tmp_path, model(pipes=PIPES, vertices=[("P2", 110, 0), ("P2", 110, 50)])))
    assert read_in.frame["id"].tolist() == ["P1", "P2"]
    assert read_in.frame["diameter_mm"].tolist() == [200.0, 150.0]
    assert [len(line.coords) for line in read_in.frame.geometry] == [2, 4]
    assert read_in.frame["utility"].tolist() == ["给水", "给水"]
    assert {"epanet.units_told", "epanet.no_cover"} <= {note.code for note in read_in.notes}


SI_TO_US = st.sampled_from(["LPS", "LPM", "MLD", "CMH", "CMD", "CFS", "GPM", "MGD", "IMGD", "AFD"])
PLACE = st.tuples(st.integers(-900, 900), st.integers(-900, 900))


@settings(max_examples=25, deadline=None)
@given(SI_TO_US, st.lists(PLACE, min_size=2, max_size=8, unique=True), st.data())
def test_any_model_says_what_wntr_reads_in_it(tmp_path_factory, units, places, data):
    nodes = {f"N{k}": place for k, place in enumerate(places)}
    size = st.floats(1, 900).map(lambda value: round(value, 3))
    pipes = [f"P{k} N{k} N{k + 1} {data.draw(size)} {data.draw(size)} 130 0 Open ;" for k in range(len(places) - 1)]
    vertices = [
        (f"P{data.draw(st.integers(0, len(pipes) - 1))}", *place) for place in data.draw(st.lists(PLACE, max_size=4))
    ]
    path = written(tmp_path_factory.getbasetemp(), model(units, pipes, nodes, vertices))
    oracle = wntr.network.WaterNetworkModel(str(path))
    mine = table(path, crs="EPSG:4546", skip_bad=True)
    codes_of_faults = {fault.code for fault in mine.skipped}
    assert not codes_of_faults - {"line.no_length", "geometry.zero_length"}
    for row in mine.frame.itertuples():
        pipe = oracle.get_link(row.id)
        assert row.diameter_mm == pytest.approx(pipe.diameter * 1000, rel=1e-5)
        assert row.model_length_m == pytest.approx(pipe.length, rel=1e-9)
        drawn = [pipe.start_node.coordinates, *pipe.vertices, pipe.end_node.coordinates]
        kept = [place for k, place in enumerate(drawn) if k == 0 or tuple(place) != tuple(drawn[k - 1])]
        assert np.array_equal(np.array(row.geometry.coords), np.array(kept, dtype=float))


def test_without_a_system_it_is_asked_for_with_what_the_lengths_show(tmp_path):
    metres = written(tmp_path, model(pipes=PIPES))
    assert ["metres" in fault.en for fault in faults(metres, crs=None)] == [True]
    feet = written(tmp_path, model("GPM", ("P1 A B 328.084 8 130 0",), scale=0.3048))
    assert ["feet" in fault.en for fault in faults(feet, crs=None)] == [True]
    sketch = written(tmp_path, model(pipes=("P1 A B 9 200 130", "P2 B C 400 200 130")))
    assert [(fault.code, "scale" in fault.en) for fault in faults(sketch, crs=None)] == [("crs.missing", True)]
    assert "epanet.no_scale" in [note.code for note in table(sketch).notes]


def test_feet_are_not_taken_for_metres(tmp_path):
    feet = written(tmp_path, model("GPM", ("P1 A B 328.084 8 130 0",), scale=0.3048))
    assert "epanet.unit_conflict" in codes(feet)
    in_feet = "+proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=ft +no_defs"
    placed = table(feet, crs=in_feet).frame.to_crs(GRID)
    assert placed.geometry.iloc[0].coords[0] == pytest.approx((X, Y), abs=1e-3)
    assert table(feet, crs=in_feet).frame["diameter_mm"].tolist() == [203.2]


def test_units_that_are_not_stated_are_the_formats_default_and_told(tmp_path):
    read_in = table(written(tmp_path, model(None, ("P1 A B 328.084 8 130 0",))))
    (told,) = [note for note in read_in.notes if note.code == "epanet.units_told"]
    assert "GPM" in told.en
    assert "default" in told.en
    assert codes(written(tmp_path, model("BARRELS", PIPES))) == ["epanet.units"]


@pytest.mark.parametrize("length", ["100", "57"])
def test_units_that_are_not_stated_are_asked_for_where_the_drawing_does_not_bear_the_default_out(tmp_path, length):
    """A metric model read by the default: DN 300 would be 300 inches, 7.6 m."""
    path = written(tmp_path, model(None, (f"P1 A B {length} 300 130 0",)))
    assert codes(path) == ["epanet.units_missing"]
    assert table(written(tmp_path, model("LPS", ("P1 A B 100 300 130 0",)))).frame["diameter_mm"].tolist() == [300.0]


def test_every_fault_is_named_at_once(tmp_path):
    pipes = (
        "P1 A B 100 0 130",
        "P2 A Z 50 100 130",
        "P3 A A 50 100 130",
        "P4 A B",
        "P5 B D long 100 130",
        "P5 B C 50 100 1",
    )
    nodes = {"A": (0, 0), "B": (100, 0), "C": (100, 50)}
    text = model(pipes=pipes, nodes=nodes).replace("[PIPES]", " D 10 0\n[PIPES]").replace("[END]", "P5 1 x\n[END]")
    found = faults(written(tmp_path, text))
    assert sorted(
        (fault.code, str(fault.feature)) for fault in found if fault.code != "coordinate.not_finite"
    ) == sorted(
        [
            ("number.not_positive", "P1"),
            ("epanet.node_unknown", "P2"),
            ("pipes.same_ends", "P3"),
            ("epanet.short_row", "P4"),
            ("number.not_positive", "P5"),
            ("epanet.node_not_drawn", "P5"),
            ("id.duplicate", "P5"),
        ]
    )
    assert [fault.feature for fault in found if fault.code == "coordinate.not_finite"] == ["P5", "P5"]
    assert all(fault.mend_zh and fault.file == "model.inp" for fault in found)


def test_a_model_without_a_map_or_without_an_end(tmp_path):
    text = model(pipes=PIPES)
    assert codes(written(tmp_path, text.replace("[COORDINATES]", "[TAGS]"))) == ["epanet.no_coordinates"]
    cut = written(tmp_path, text.replace("[END]", ""))
    assert "epanet.no_end" in [note.code for note in table(cut).notes]


def test_a_node_at_two_places_is_a_fault(tmp_path):
    assert codes(written(tmp_path, model(pipes=PIPES).replace("[VERTICES]", "A 1 2\n[VERTICES]"))) == [
        "epanet.node_doubled"
    ]


def test_pumps_and_valves_are_told(tmp_path):
    read_in = table(written(tmp_path, model(pipes=PIPES, more="[PUMPS]\nU1 A B HEAD 1\n[VALVES]\nV1 A B 100 PRV 0")))
    assert "1 pumps and 1 valves" in next(note.en for note in read_in.notes if note.code == "epanet.left_out")


@pytest.mark.parametrize("name", ["model.txt", "model.csv"])
def test_it_is_known_by_its_content(tmp_path, name):
    path = written(tmp_path, "; made by hand\n" + model(pipes=PIPES), name)
    if name.endswith("txt"):
        assert table(path).kind == "EPANET INP"
    else:
        assert codes(path) == ["file.not_what_it_says"]


def test_any_damage_is_a_fault(tmp_path):
    whole = model(pipes=PIPES, vertices=[("P2", 110, 0)]).encode()
    rng = random.Random(11)  # noqa: S311 - damage needs no secrecy
    for trial in range(300):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 20)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        (tmp_path / "a.inp").write_bytes(broken if trial % 3 else broken[: rng.randrange(1, len(broken))])
        with suppress(BadInputError):
            table(tmp_path / "a.inp")
