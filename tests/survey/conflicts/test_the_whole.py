"""Hold what all kinds share: ids, order of rows, threads, one drawn line, edits, faults, the sample county."""

from collections import Counter

import numpy as np
import pytest
import shapely

from sample_data.county import make_county
from survey.findings import FAILS, GRAVE, KINDS, MUST_EXPOSE, NOTICE, SERIOUS, Cited, severity_of
from tests.survey.conflicts.scene import applied, conflicts, county, existing, gas, layer, only, planned, road, shuffled
from tests.survey.scene import GRID, ON, POLICY

COUNTY = make_county(1)
FRAMES = COUNTY.frames


def sample(**changed):
    from survey.conflicts import find_conflicts

    frames = {name: FRAMES[name] for name in ("pipes", "roads", "buildings", "trees")} | changed
    routes = frames.pop("routes", FRAMES["routes"])
    workers = frames.pop("workers", 2)
    return find_conflicts(routes, policy=POLICY, on=ON, grid=GRID, workers=workers, **frames)


RANKS = {"grave": 0, "serious": 1, "notice": 2}
FOUND = sample()
LISTED = list(FOUND)


def keys(found):
    return sorted((f.id, f.facts, f.kind, f.outcome, f.a, f.b) for f in found)


def test_ids_are_unique_and_a_rerun_gives_them_again():
    assert len({f.id for f in LISTED}) == len(FOUND)
    assert [f.id for f in sample(workers=1)] == [f.id for f in LISTED]


def test_the_order_of_rows_changes_nothing():
    turned = {
        name: FRAMES[name].sample(frac=1, random_state=3) for name in ("routes", "pipes", "roads", "buildings", "trees")
    }
    assert [(f.id, f.facts) for f in sample(**turned)] == [(f.id, f.facts) for f in LISTED]


def test_the_gravest_come_first_and_of_equals_what_fails():
    order = {"grave": 0, "serious": 1, "notice": 2}
    outcomes = {"fails": 0, "must_expose": 1, "unknown": 2, "passes": 3}
    ranks = [(order[f.severity], outcomes[f.outcome]) for f in LISTED]
    assert ranks == sorted(ranks)
    assert {f.outcome for f in LISTED if f.severity == "serious"} >= {"fails", "must_expose"}


def test_facts_stay_while_nothing_changes_and_differ_when_something_does():
    routes = [planned("W1", "water", (0, 0), (60, 0), cover_m=1.0)]
    sewer = existing("E1", "drainage", (0, 1), (60, 1), diameter_mm=300.0)
    (f,) = conflicts(routes, pipes=[sewer])
    (moved,) = conflicts([{**routes[0], "operator": "别家", "geometry": routes[0]["geometry"]}], pipes=[sewer])
    assert (f.id, f.facts) == (moved.id, moved.facts)
    nearer = shapely.transform(routes[0]["geometry"], lambda xy: np.add(xy, (0, 0.01)))
    (again,) = conflicts([{**routes[0], "geometry": nearer}], pipes=[sewer])
    assert f.id == again.id
    assert f.facts != again.facts


@pytest.mark.parametrize("known", COUNTY.findings, ids=lambda k: k.route)
def test_the_strip_for_trials(known):
    own = [f for f in LISTED if known.route in (f.a, f.b) and known.kind == f.kind]
    (f,) = [f for f in own if known.other is None or known.other in (f.a, f.b)]
    assert f.outcome == known.outcome
    assert f.severity == known.severity
    if known.measured is not None:
        assert (f.measured, f.limit) == (pytest.approx(known.measured, abs=2e-3), known.limit)


def test_nothing_else_is_found_in_the_strip():
    strip = {known.route for known in COUNTY.findings} | {known.other for known in COUNTY.findings}
    found = Counter((f.kind, f.a) for f in LISTED if f.a in strip or f.b in strip)
    assert found == Counter((known.kind, known.route) for known in COUNTY.findings)


def test_one_drawn_line_finds_what_the_batch_finds():
    from survey.conflicts import Conflicts

    resident = Conflicts(**{name: FRAMES[name] for name in ("routes", "pipes", "roads", "buildings", "trees")},
                         policy=POLICY, grid=GRID)  # fmt: skip
    for row in FRAMES["routes"].iloc[::6].to_dict("records"):
        wanted = [f for f in LISTED if f.a == row["id"] or (f.b == row["id"] and f.b_layer == "routes")]
        assert keys(resident.of(row, on=ON)) == keys(wanted)


def test_edits_are_seen_at_once_and_the_same_as_built_anew():
    routes = [gas("G1", (0, 0), (60, 0)), planned("W1", "water", (0, 20), (60, 20))]
    pipes = [existing("E1", "drainage", (0, 1), (60, 1))]
    resident = county(routes[:1], pipes=pipes)
    resident.put("routes", routes[1])
    resident.put("pipes", existing("E2", "drainage", (0, 19.2), (60, 19.2)))
    resident.put("pipes", existing("E1", "drainage", (0, 1), (60, 1), cover_m=3.0))
    drawn = gas("G2", (0, 19.9), (60, 19.9))
    anew = conflicts([*routes, drawn], pipes=[pipes[0], existing("E2", "drainage", (0, 19.2), (60, 19.2))])
    assert keys(resident.of(drawn, on=ON)) == keys(f for f in anew if "G2" in (f.a, f.b))
    assert {f.b for f in only(resident.of(drawn, on=ON), "horizontal_clearance")} == {"E2", "W1"}
    resident.discard("pipes", "E2")
    resident.discard("routes", "W1")
    resident.discard("routes", "nobody")
    assert only(resident.of(drawn, on=ON), "horizontal_clearance") == []


def test_many_edits_are_gathered(monkeypatch):
    monkeypatch.setattr("survey.conflicts.resident.EDITS_KEPT_APART", 3)
    resident = county()
    for k in range(8):
        resident.put("pipes", existing(f"E{k}", "drainage", (0, 1 + 10 * k), (60, 1 + 10 * k)))
    assert [f.b for f in resident.of(gas("G1", (0, 70), (60, 70)), on=ON)] == ["E7"]


def test_roads_are_set_anew():
    resident = county()
    shallow = gas("G1", (0, -30), (0, 30), cover_m=0.7)
    assert resident.of(shallow, on=ON) == []
    resident.set_around(roads=layer([road("D1", (-50, 0), (50, 0))]), buildings=None, trees=None)
    assert [f.kind for f in resident.of(shallow, on=ON)] == ["cover"]


def test_a_route_that_is_not_stored_yet_needs_no_id():
    sewer = existing("E1", "drainage", (0, 1), (60, 1))
    drawn = {k: v for k, v in gas("", (0, 0), (60, 0)).items() if k != "id"}
    (f,) = county(pipes=[sewer]).of(drawn, on=ON)
    assert (f.a, f.b, f.mend.subject) == ("", "E1", "")


def test_what_is_no_value_is_told_and_taken_as_unknown():
    routes = [
        gas("G1", (0, 0), (60, 0), cover_m=-1.0),
        gas("G2", (0, 500), (60, 500), covers_m="1.0 2.0 3.0"),
        gas("G3", (0, 600), (60, 600), cover_m=900.0, start="soon"),
        planned("X1", "oil", (0, 700), (60, 700)),
    ]
    pipes = [existing("E1", "drainage", (0, 1), (60, 1), diameter_mm=0.0)]
    found = conflicts(routes, pipes=pipes)
    said = {(fault.feature, fault.field, fault.code) for fault in found.faults}
    assert said >= {("G1", "cover_m", "line.value"), ("G2", "covers_m", "line.covers"), ("G3", "cover_m", "line.cover"),
                    ("G3", "start", "line.date"), ("E1", "diameter_mm", "line.value")}  # fmt: skip
    assert any(fault.feature == "X1" for fault in found.faults)
    assert {f.a for f in only(found, "cover") if f.outcome == "unknown"} == {"G1", "G2", "G3"}
    assert "X1" not in {f.a for f in found}
    f = next(f for f in found if f.kind == "horizontal_clearance")
    assert f.measured == pytest.approx(1.0 - 0.055 - 0.2)  # the usual sewer, DN 400


def test_nothing_gives_nothing():
    found = conflicts([])
    assert (len(found), list(found), len(found.frame())) == (0, [], 0)
    assert county().of(gas("G1", (0, 0), (60, 0)), on=ON) == []


def test_the_frame_has_the_columns_of_findings_in_order():
    frame = FOUND.frame()
    wanted = [
        "id",
        "kind",
        "severity",
        "a",
        "b",
        "measured",
        "limit",
        "unit",
        "margin",
        "uncertainty",
        "rule",
        "clause",
        "evidence",
    ]
    assert set(wanted) <= set(frame.columns)
    assert frame["id"].tolist() == [f.id for f in LISTED]
    assert frame["a"].tolist() == [f.a for f in LISTED]
    assert np.array_equal(
        frame["measured"], [np.nan if f.measured is None else f.measured for f in LISTED], equal_nan=True
    )
    assert FOUND.frame(sentences=True)["sentence_zh"].str.len().gt(8).all()
    assert FOUND.count(kind="cover", outcome="fails") == sum(f.kind == "cover" and f.outcome == "fails" for f in LISTED)


def test_each_finding_explains_itself_in_two_languages():
    import json

    for f in LISTED:
        assert f.kind in KINDS
        assert f.document
        assert f.clause
        assert f.evidence_zh
        assert f.evidence_en
        assert f.sentence_zh.endswith(("。", "）"))
        assert f.sentence_en.endswith(".")
        assert ("待核" in f.sentence_zh) == f.unverified
        json.dumps(f.as_dict())


def test_weights():
    hard = Cited("x", "GB 1", "2", "confirmed", "hard", "甲", "a")
    assert [severity_of(FAILS, hard._replace(weight=w)) for w in ("hard", "recommendation", "advice")] == [
        GRAVE, SERIOUS, NOTICE,
    ]  # fmt: skip
    assert severity_of(MUST_EXPOSE, hard) == SERIOUS


def test_one_click_on_each_mend_of_the_sample_county_clears_its_finding():
    rows = FRAMES["routes"].to_dict("records")
    by_id = {row["id"]: row for row in rows}
    by_pair = {}
    for f in LISTED:
        by_pair.setdefault((f.a, f.b), []).append(f)
    from survey.conflicts import Conflicts

    resident = Conflicts(**{name: FRAMES[name] for name in ("routes", "pipes", "roads", "buildings", "trees")},
                         policy=POLICY, grid=GRID)  # fmt: skip
    for f in [f for f in LISTED if f.mend and f.mend.kind in ("offset", "depth", "date")][::7]:
        (after,) = applied([by_id[f.mend.subject]], f.mend)
        judged = [g for g in resident.of(after, on=ON) if {g.a, g.b} == {f.a, f.b}]
        worst = [min((RANKS[g.severity] for g in all_of), default=9) for all_of in (judged, by_pair[f.a, f.b])]
        assert worst[0] >= worst[1], (f.sentence_zh, f.mend.zh)
        again = [g for g in judged if g.kind == f.kind]
        same_rule = [g for g in again if g.rule == f.rule and g.outcome == "fails"]
        before = [
            g for g in LISTED if (g.kind, g.rule, g.a, g.b) == (f.kind, f.rule, f.a, f.b) and g.outcome == "fails"
        ]
        assert len(same_rule) < len(before), (f.sentence_zh, f.mend.zh)


def test_shuffled_rows_and_reversed_pairs_keep_ids():
    rows = [
        gas("G1", (0, 0), (60, 0)),
        planned("W1", "water", (0, 0.4), (60, 0.4)),
        planned("H1", "heat", (0, -1), (60, -1)),
    ]
    wanted = keys(conflicts(rows))
    for seed in range(4):
        assert keys(conflicts(shuffled(rows, seed))) == wanted
