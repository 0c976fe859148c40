"""The sample county's routes with known answers, judged as a file and as drawn lines, agree with those answers."""

import pytest

from geo.crs import grid
from sample_data.county import make_county
from survey.assessments import County, assess, measure_frame
from survey.planned import PlannedRoutes
from survey.policies import load_policy
from survey.surroundings import Surroundings

SAMPLE = make_county()
GRID = grid(SAMPLE.grid)
POLICY = load_policy(SAMPLE.policy)
ANSWERS = {answer.route: answer for answer in SAMPLE.answers}


@pytest.fixture(scope="module")
def measured():
    layers = SAMPLE.frames
    on = SAMPLE.answers[0].on
    routes, crossings = measure_frame(layers["routes"], layers["roads"], layers["greens"], POLICY, on, GRID)
    return routes.set_index("id"), crossings


@pytest.fixture(scope="module")
def county():
    layers = SAMPLE.frames
    around = Surroundings.from_frames(layers["roads"], layers["greens"], GRID, POLICY.defaults)
    return County(GRID, POLICY, around, PlannedRoutes(layers["routes"], POLICY.defaults))


@pytest.mark.parametrize("name", list(ANSWERS))
def test_the_file_gives_the_known_answer(measured, name):
    row = measured[0].loc[name]
    assert row.verdict == ANSWERS[name].verdict
    for column, value in ANSWERS[name].measured.items():
        # Coordinates of the sample are written to the millimetre.
        assert row[column] == pytest.approx(value, abs=5e-3)


@pytest.mark.parametrize("name", list(ANSWERS))
def test_the_drawn_line_gives_the_same_answer(county, name):
    rows = SAMPLE.frames["routes"]
    row = rows[rows["id"] == name].iloc[0]
    properties = {key: row[key] for key in ("id", "utility", "operator", "start", "end", "accuracy_m")}
    feature = {"type": "Feature", "properties": properties, "geometry": row.geometry}
    said = assess(feature, county, on=ANSWERS[name].on)
    assert said["verdict"]["verdict"] == ANSWERS[name].verdict


def test_file_and_drawn_lines_agree_for_every_route(measured, county):
    rows = SAMPLE.frames["routes"]
    for row in rows.to_dict("records"):
        feature = {"type": "Feature", "properties": row, "geometry": row["geometry"]}
        said = assess(feature, county, on=SAMPLE.answers[0].on)
        listed = measured[0].loc[row["id"]]
        assert said["verdict"]["verdict"] == listed.verdict, row["id"]
        assert said["quantities"]["length_m"]["value"] == pytest.approx(listed.length_m, abs=1e-9)
        assert said["quantities"]["crossing_m"]["value"] == pytest.approx(listed.crossing_m, abs=1e-9)
        assert said["quantities"]["green_m2"]["value"] == pytest.approx(listed.green_m2, abs=1e-9)


def test_passages_come_in_order_with_their_geometry(measured):
    _, crossings = measured
    assert set(crossings.kind) == {"crossing", "along"}
    assert (crossings.to_m > crossings.from_m).all()
    assert crossings.geometry.length.to_numpy() == pytest.approx(
        (crossings.to_m - crossings.from_m).to_numpy(), abs=1e-6
    )
