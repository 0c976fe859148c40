"""What is found in the county over HTTP: known answers, filters, pages, acceptances, and that edits are followed."""

from __future__ import annotations

from collections import Counter

import pytest

from api.geojson import MEDIA_TYPE
from sample_data.county import make_county
from tests.api.conftest import X0, Y0, running, settings_of, small_county
from tests.api.test_http_items import GRID, ITEMS, faults, feature, problem

FINDINGS = "/api/findings"
ON = {"on": "2026-12-01", "crs": "EPSG:4546"}
RANK = {"grave": 0, "serious": 1, "notice": 2}
SECOND = [[X0, Y0 + 1.9], [X0 + 120, Y0 + 1.9]]  # 0.4 m from the gas route of the small county


def found(client, **asked):
    answer = client.get(FINDINGS, params={**ON, "limit": 10_000, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def properties(client, **asked):
    return [one["properties"] for one in found(client, **asked)["features"]]


def with_water_beside(client):
    """Store a water route so near to the gas route that no standard lets it pass; return the finding about both."""
    water = feature(None, SECOND, diameter_mm=200, cover_m=1.0, accuracy_m=0.01, start="2027-03-01", end="2027-05-31")
    made = client.put(f"{ITEMS}/W9", params=GRID, json=water)
    assert made.status_code == 201, made.text
    [finding] = properties(client, subject="W9", kind="horizontal_clearance", layer="routes", outcome="fails")
    return finding


def test_every_known_finding_of_the_sample_county_is_found(demo):
    county = make_county()
    assert len(county.findings) >= 6
    for known in county.findings:
        about = properties(demo, subject=known.route, kind=known.kind, outcome=known.outcome)
        fits = [one for one in about if known.other is None or known.other in {one["a"], one["b"]}]
        assert len(fits) == 1, (known, about)
        [finding] = fits
        if known.limit is not None:
            assert finding["measured"] == pytest.approx(known.measured, abs=0.002), known
            assert finding["limit"] == pytest.approx(known.limit), known
            assert finding["margin"] == pytest.approx(known.measured - known.limit, abs=0.002)
        assert all(finding[name] for name in ("sentence_zh", "sentence_en", "clause"))
        assert finding["severity"] == known.severity, known
        assert finding["accepted"] is False


def test_findings_come_the_gravest_first_and_page_by_page(demo):
    whole = found(demo)
    features = whole["features"]
    assert whole["numberMatched"] == whole["numberReturned"] == len(features) > 20
    ranks = [RANK[one["properties"]["severity"]] for one in features]
    assert ranks == sorted(ranks)
    assert whole["counts"]["severity"] == {"grave": 0, "serious": 0, "notice": 0} | Counter(
        one["properties"]["severity"] for one in features
    )
    paged, path = [], f"{FINDINGS}?limit=17&on=2026-12-01&crs=EPSG:4546"
    while path:
        page = demo.get(path).json()
        paged += page["features"]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert paged == features
    assert len({one["id"] for one in features}) == len(features)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"kind": "cover"}, lambda p: p["kind"] == "cover"),
        ({"kind": "cover,protected_road"}, lambda p: p["kind"] in {"cover", "protected_road"}),
        ({"kind": ["cover", "protected_road"]}, lambda p: p["kind"] in {"cover", "protected_road"}),
        ({"severity": ["grave,notice", "serious"]}, lambda _: True),
        ({"outcome": ["unknown", "must_expose"]}, lambda p: p["outcome"] in {"unknown", "must_expose"}),
        ({"severity": "grave"}, lambda p: p["severity"] == "grave"),
        ({"outcome": "must_expose"}, lambda p: p["outcome"] == "must_expose"),
        ({"layer": "pipes"}, lambda p: p["b_layer"] == "pipes"),
        ({"subject": "K1"}, lambda p: "K1" in {p["a"], p["b"]}),
        ({"accepted": "yes"}, lambda _: False),
        ({"accepted": "no"}, lambda _: True),
        ({"severity": "grave", "layer": "roads"}, lambda p: p["severity"] == "grave" and p["b_layer"] == "roads"),
    ],
)
def test_a_filter_leaves_what_fits(demo, asked, fits):
    everything = properties(demo)
    assert properties(demo, **asked) == [one for one in everything if fits(one)]


def test_a_box_leaves_what_lies_in_it(demo):
    points = [one for one in found(demo)["features"] if one["geometry"] and one["geometry"]["type"] == "Point"]
    x, y = points[len(points) // 2]["geometry"]["coordinates"]
    box = f"{x - 300},{y - 300},{x + 300},{y + 300}"
    inside = {one["id"] for one in found(demo, bbox=box, **{"bbox-crs": "EPSG:4546"})["features"]}
    assert 0 < len(inside) < len(points)
    for one in points:
        px, py = one["geometry"]["coordinates"]
        assert (one["id"] in inside) == (abs(px - x) <= 300 and abs(py - y) <= 300)


def test_degrees_and_metres_give_the_same_findings(demo):
    in_grid, in_degrees = found(demo), found(demo, crs="OGC:CRS84")
    assert [one["id"] for one in in_grid["features"]] == [one["id"] for one in in_degrees["features"]]
    for one in in_degrees["features"][:50]:
        if one["geometry"] and one["geometry"]["type"] == "Point":
            assert 111 < one["geometry"]["coordinates"][0] < 113


def test_what_is_unknown_is_refused(shared):
    assert faults(shared.get(FINDINGS, params={"kind": "magic", "severity": "bad"})) == [
        ("parameter.invalid", None),
        ("parameter.invalid", None),
    ]
    problem(shared.get(FINDINGS, params={"policy": "atlantis"}), 404, "resource.not_found")
    problem(shared.get(f"{FINDINGS}/0000"), 404, "resource.not_found")
    problem(shared.post(f"{FINDINGS}/0000/acceptance", json={"reason": "x"}), 404, "resource.not_found")
    problem(shared.delete(f"{FINDINGS}/0000/acceptance"), 404, "resource.not_found")


def test_an_unchanged_list_is_not_sent_again(client):
    first = client.get(FINDINGS, params=ON)
    assert first.headers["content-type"] == MEDIA_TYPE
    again = client.get(FINDINGS, params=ON, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with_water_beside(client)
    assert client.get(FINDINGS, params=ON, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_an_accepted_finding_comes_back_when_its_facts_change(client):
    finding = with_water_beside(client)
    path = f"{FINDINGS}/{finding['id']}"
    body = {"reason": "已与燃气公司会签", "who": "王工", "facts": finding["facts"]}
    made = client.post(f"{path}/acceptance", params=ON, json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["who"], made.json()["reason"], made.json()["stale"]) == ("王工", "已与燃气公司会签", False)
    assert made.json()["told"]["measured"] == finding["measured"]
    one = client.get(path, params=ON).json()["properties"]
    assert one["accepted"] is True
    assert [line["kind"] for line in one["acceptances"]] == ["accept"]
    assert [p["id"] for p in properties(client, accepted="yes")] == [finding["id"]]

    nearer = {"geometry": {"type": "LineString", "coordinates": [[X0, Y0 + 1.8], [X0 + 120, Y0 + 1.8]]}}
    client.patch(f"{ITEMS}/W9", params=GRID, json=nearer, headers={"If-Match": '"1"'})
    one = client.get(path, params=ON).json()["properties"]
    assert one["facts"] != finding["facts"]
    assert (one["accepted"], one["acceptance"]["stale"], one["acceptance"]["who"]) == (False, True, "王工")
    assert properties(client, accepted="yes") == []
    problem(client.post(f"{path}/acceptance", params=ON, json=body), 409, "finding.changed")

    away = {"geometry": {"type": "LineString", "coordinates": SECOND}}
    client.patch(f"{ITEMS}/W9", params=GRID, json=away, headers={"If-Match": '"2"'})
    assert client.get(path, params=ON).json()["properties"]["accepted"] is True


def test_an_acceptance_is_taken_back_and_stays_on_record(client):
    finding = with_water_beside(client)
    path = f"{FINDINGS}/{finding['id']}"
    key = {"Idempotency-Key": "once"}
    made = client.post(f"{path}/acceptance", params=ON, json={"reason": "同意"}, headers=key)
    again = client.post(f"{path}/acceptance", params=ON, json={"reason": "同意"}, headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (made.json(), "true")
    assert client.delete(f"{path}/acceptance", params={"who": "李工", "reason": "方案有变"}).status_code == 204
    problem(client.delete(f"{path}/acceptance"), 404, "resource.not_found")
    one = client.get(path, params=ON).json()["properties"]
    assert (one["accepted"], one["acceptance"]) == (False, None)
    assert [(line["kind"], line["who"], line["reason"]) for line in one["acceptances"]] == [
        ("accept", "local", "同意"),
        ("withdraw", "李工", "方案有变"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "acceptance.no_reason"),
        ({"reason": "  "}, "acceptance.no_reason"),
        ({"reason": 5}, "option.invalid"),
        ({"reason": "x" * 2001}, "text.too_long"),
        ({"reason": "x", "who": "y" * 201}, "text.too_long"),
    ],
)
def test_an_acceptance_without_a_reason_is_refused(shared, body, code):
    assert faults(shared.post(f"{FINDINGS}/0000/acceptance", json=body)) == [(code, None)]


def test_edits_of_routes_find_what_the_whole_county_anew_would(database_url, tmp_path):
    """The short way after an edit and the long way of a fresh start give the same findings, to the last byte."""
    small_county(database_url, tmp_path)
    steps = []
    with running(settings_of(database_url, tmp_path)) as client:
        found(client)
        with_water_beside(client)
        steps.append(found(client)["features"])
        client.put(f"{ITEMS}/P1", params=GRID, json=feature(None, [[X0, Y0 - 3], [X0 + 90, Y0 + 4]], utility="power"))
        client.delete(f"{ITEMS}/G1", headers={"If-Match": "*"})
        steps.append(found(client)["features"])
    assert steps[0] != steps[1]
    with running(settings_of(database_url, tmp_path)) as client:
        assert found(client)["features"] == steps[1]


def test_pipes_and_roads_that_change_change_the_findings(client):
    assert properties(client, layer="pipes") == []
    pipe = feature("E1", [[X0, Y0 + 1.8], [X0 + 120, Y0 + 1.8]], utility="water", quality="A", cover_m=1.0)
    assert client.post("/api/collections/pipes/items", params=GRID, json=pipe).status_code == 201
    assert {one["b"] for one in properties(client, layer="pipes")} == {"E1"}
    client.delete("/api/collections/pipes/items/E1", headers={"If-Match": "*"})
    assert properties(client, layer="pipes") == []


def test_an_assessment_has_the_findings_of_the_county(client):
    finding = with_water_beside(client)
    client.post(f"{FINDINGS}/{finding['id']}/acceptance", params=ON, json={"reason": "会签"})
    listed = {one["properties"]["id"]: one for one in found(client, subject="W9")["features"]}
    stored = client.get(f"{ITEMS}/W9", params=GRID).json()
    answer = client.post("/api/assessments", json={"route": stored, **ON}).json()
    assert {one["id"] for one in answer["findings"]} == set(listed)
    for one in answer["findings"]:
        assert one["geometry"] == listed[one["id"]]["geometry"]
        assert {name: one[name] for name in one if name != "geometry"} == listed[one["id"]]["properties"]
    assert [one["id"] for one in answer["findings"] if one["accepted"]] == [finding["id"]]


def test_while_a_line_moves_only_mends_that_move_lines_are_missing(demo):
    kept = demo.get("/api/collections/routes/items/K1", params={"crs": "EPSG:4546"}).json()
    asked = {"route": kept, **ON}
    still, moving = (
        demo.post("/api/assessments", json=asked | more).json()["findings"] for more in ({}, {"moving": True})
    )
    assert any(one["mend"] and one["mend"]["kind"] == "offset" for one in still)
    assert [one | {"mend": None} for one in still] == [one | {"mend": None} for one in moving]
    for settled, live in zip(still, moving, strict=True):
        assert live["mend"] == (None if settled["mend"] and settled["mend"]["kind"] == "offset" else settled["mend"])


def test_the_mend_of_a_finding_clears_it(client):
    """What one click applies to the drawn line, sent again, is answered without the finding."""
    drawn = feature("N1", SECOND, diameter_mm=200, cover_m=1.0, accuracy_m=0.01, start="2027-03-01", end="2027-05-31")
    answer = client.post("/api/assessments", json={"route": drawn, **ON}).json()
    [near] = [one for one in answer["findings"] if one["kind"] == "horizontal_clearance"]
    mend = near["mend"]
    assert (mend["kind"], mend["moves"]) == ("offset", True)
    mended = drawn | {"geometry": mend["geometry"], "properties": drawn["properties"] | mend["properties"]}
    again = client.post("/api/assessments", json={"route": mended, **ON}).json()
    assert "horizontal_clearance" not in {one["kind"] for one in again["findings"]}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"replaces": ["E1"]}, "value.not_text"),
        ({"method": {}}, "value.unknown"),
        ({"diameter_mm": "thick"}, "value.not_number"),
        ({"diameter_mm": 0}, "value.zero"),
        ({"accuracy_m": 1e308}, "value.too_large"),
        ({"covers_m": "0.9 -1"}, "covers.malformed"),
        ({"cover_m": -0.1}, "value.negative"),
    ],
)
def test_columns_that_cannot_be_are_refused(shared, columns, code):
    assert faults(shared.post("/api/assessments", json={"route": feature(**columns), **ON})) == [(code, None)]


def test_words_of_surveys_are_understood(shared):
    drawn = feature(utility="燃气", laying="直埋", subtype="中水", unknown=[1])
    assert shared.post("/api/assessments", json={"route": drawn, **ON}).status_code == 200


def test_an_assessment_follows_pipes_and_trees(client):
    def others():
        answer = client.post("/api/assessments", json={"route": feature("N1", diameter_mm=200, cover_m=1.0), **ON})
        return {one["b"] for one in answer.json()["findings"] if one["b_layer"] in {"pipes", "trees"}}

    pipes, trees = ("/api/collections/pipes/items", "/api/collections/trees/items")
    assert others() == set()
    pipe = feature("E1", [[X0, Y0 - 0.6], [X0 + 100, Y0 - 0.6]], utility="drainage", quality="A", cover_m=2.0)
    client.post(pipes, params=GRID, json=pipe)
    tree = {"type": "Feature", "id": "T1", "geometry": {"type": "Point", "coordinates": [X0 + 10, Y0 - 0.4]}}
    made = client.post(trees, params=GRID, json=tree)
    assert made.status_code == 201, made.text
    assert others() == {"E1", "T1"}
    away = pipe | {"geometry": {"type": "LineString", "coordinates": [[X0, Y0 - 9], [X0 + 100, Y0 - 9]]}}
    client.put(f"{pipes}/E1", params=GRID, json=away, headers={"If-Match": '"1"'})
    assert others() == {"T1"}
    client.delete(f"{trees}/T1", headers={"If-Match": "*"})
    assert others() == set()


def test_a_route_without_dates_follows_the_routes_that_come_near_and_go(database_url, tmp_path):
    """What is told of one route because of another changes with the other: as the whole county anew would tell it."""
    small_county(database_url, tmp_path)
    undated = feature(None, [[X0 + 300, Y0], [X0 + 400, Y0]], diameter_mm=200, cover_m=1.0)
    dated = feature(None, [[X0 + 350, Y0 - 50], [X0 + 350, Y0 + 50]], cover_m=3.0, start="2027-03-01", end="2027-05-31")

    def told(client):
        return [(one["a"], one["sentence_en"]) for one in properties(client, kind="space_time", outcome="unknown")]

    steps = []
    with running(settings_of(database_url, tmp_path)) as client:
        client.put(f"{ITEMS}/U1", params=GRID, json=undated)
        assert told(client) == []
        for name in ("N1", "N2"):
            client.put(f"{ITEMS}/{name}", params=GRID, json=dated)
            steps.append(told(client))
        for name in ("N1", "N2"):
            client.delete(f"{ITEMS}/{name}", headers={"If-Match": "*"})
            steps.append(told(client))
    words = [[text.split("no window and ")[1].split(" lie")[0] for _, text in step] for step in steps]
    assert words == [["1 other route"], ["2 other routes"], ["1 other route"], []]
