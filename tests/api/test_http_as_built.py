"""What was laid is held to its plan: a harmless line elsewhere hides no breach, and a work is judged as a whole."""

from __future__ import annotations

import pytest

from tests.api.conftest import X0, Y0
from tests.api.test_http_cases import ASKEW, CITY, GAS, SUPERVISOR, act, begin, judged, line
from tests.api.test_http_items import GRID, ITEMS

BESIDE = [[X0, Y0 + 3], [X0 + 120, Y0 + 3]]
ELSEWHERE = [[X0, Y0 + 60], [X0 + 45, Y0 + 60]]


def built(client):
    case, _ = judged(client)
    act(client, case, "sign_commitment", GAS, utility="gas", revision=1, signatory="孙总")
    act(client, case, "decide_commitment", CITY, utility="gas")
    act(client, case, "start_construction", GAS, utility="gas")
    act(client, case, "finish_construction", GAS, utility="gas")
    return case


def record(client, case, coordinates, *, status=200):
    more = {"geometry": line(coordinates), "crs": "EPSG:4546", "accuracy_m": 0.02}
    return act(client, case, "record_as_built", SUPERVISOR, utility="gas", more=more, status=status)


def test_a_harmless_line_elsewhere_neither_hides_nor_mends_a_breach(client):
    case = built(client)
    told = record(client, case, ELSEWHERE, status=422)
    [fault] = told["errors"]
    assert (fault["code"], fault["field"], fault["value"]) == ("case.laid_elsewhere", "geometry", "0.00 0.00")
    assert "G1 两侧 10 米以内" in told["detail"]
    [task] = record(client, case, ASKEW)["tasks"]  # beyond the limit: that it strays from the plan is no excuse
    assert [one["quantity"] for one in task["breaches"]] == ["crossing_m"]
    record(client, case, ELSEWHERE, status=422)
    [task] = record(client, case, BESIDE)["tasks"]
    assert task["breaches"] == []


def test_a_short_piece_of_the_plan_is_no_measurement_of_it(client):
    case = built(client)
    told = record(client, case, [[X0, Y0 + 1.5], [X0 + 20, Y0 + 1.5]], status=422)
    assert told["errors"][0]["value"] == "1.00 0.25"  # 20 m and the 10 m beyond its end, of 120 m


def test_a_line_of_a_joint_work_is_judged_with_the_others(client):
    """内乡: 200 m for a work. 120 m and 70 m were judged together, and so is what was laid."""
    told = {"utility": "gas", "operator": "燃气公司", "start": "2027-03-01", "end": "2027-05-31"}
    north = line([[X0 + 120, Y0 + 1.5], [X0 + 120, Y0 + 71.5]])
    other = {"type": "Feature", "geometry": north, "properties": told}
    assert client.put(f"{ITEMS}/G2", params=GRID, json=other).status_code == 201
    case = built(client)
    signed = client.get(f"/api/cases/{case}").json()["tasks"][0]["committed"]
    [length] = [one for one in signed["trace"] if one["rule"] == "NX-TH2"]
    assert length["measured"] == pytest.approx(190.0, abs=0.1)
    [task] = record(client, case, [[X0 - 9, Y0 + 1.5], [X0 + 120, Y0 + 1.5]])["tasks"]
    assert task["breaches"] == []  # 129 + 70
    assert task["as_built"]["length_m"]["value"] == pytest.approx(199.0, abs=0.1)
    bent = [[X0, Y0 + 1.5], [X0 + 60, Y0 + 9.5], [X0 + 70, Y0 - 6.5], [X0 + 80, Y0 + 9.5], [X0 + 120, Y0 + 1.5]]
    [task] = record(client, case, bent)["tasks"]
    [breach] = task["breaches"]
    assert (breach["quantity"], breach["rule"]) == ("length_m", "NX-TH2")
    assert breach["measured"] > 200


def test_texts_have_limits_and_the_fault_says_which(shared):
    case = begin(shared).json()["id"]
    told = act(
        shared, case, "return_application", {"name": "王", "role": "coordinator"}, status=422, reason="长" * 2001
    )
    [fault] = told["errors"]
    assert (fault["code"], fault["field"], fault["value"]) == ("case.too_long", "reason", 2001)
    assert "2,001" in fault["zh"]
    assert "2,000" in fault["zh"]
    data = {"channel": "online", "applicant": "甲" * 201, "utilities": [{"utility": "gas"}], "form": {"a": "b" * 2001}}
    body = {"kind": "file_application", "actor": {"name": "甲" * 201, "role": "applicant"}, "data": data}
    faults = shared.post("/api/cases", json=body).json()["errors"]
    assert {fault["field"] for fault in faults} == {"applicant", "form", "name"}
