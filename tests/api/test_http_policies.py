"""What `/api/policies` gives of a county: rules, stages, permissions, forms and provisions, each with its source."""

from __future__ import annotations

import pytest

from survey.policies import load_policy
from tests.api.test_http_items import problem

PARTS = ("rules", "departments", "stages", "approvals", "forms", "provisions")
ON = {"on": "2026-12-01"}


@pytest.mark.parametrize("county", ["wuzhi", "neixiang", "chibi", "huaibei", "jiyuan"])
def test_every_entry_is_given_with_clause_and_evidence(shared, county):
    answer = shared.get(f"/api/policies/{county}", params=ON).json()
    policy = load_policy(county)
    for part in PARTS:
        assert len(answer[part]) == len(getattr(policy, part))
        for entry in answer[part]:
            assert entry["clause"]
            assert entry["evidence"] == entry["evidence_zh"] != entry["evidence_en"]
            assert entry["quote"] or entry["kind"] == "blank"
    for stage in answer["stages"]:
        assert stage["key"] in answer["words"]["stages"]
        assert stage["start_event"] in (*answer["words"]["events"], "")
    for one in answer["provisions"]:
        assert set(one["measures"]) <= set(answer["words"]["measures"])


def test_a_blank_is_null_and_a_condition_is_told(shared):
    stages = {one["id"]: one for one in shared.get("/api/policies/wuzhi", params=ON).json()["stages"]}
    assert (stages["WZ-ST3"]["half_days"], stages["WZ-ST3"]["same_day"]) == (None, False)
    assert stages["WZ-ST2a"]["same_day"] is True
    assert stages["WZ-ST4a"]["half_days"] == 2
    assert stages["WZ-ST4a"]["condition"]["departments_most"] == 2
    assert stages["WZ-ST4"]["condition"] is None


def test_a_form_has_its_fields_options_and_units(shared):
    (form,) = shared.get("/api/policies/wuzhi", params=ON).json()["forms"]
    fields = {one["key"]: one for one in form["fields"]}
    assert len(fields) == 46
    assert fields["power.capacity_main"]["unit"] == "千伏安(千瓦)"
    assert [option["zh"] for option in fields["power.business"]["options"]] == ["新装", "增容", "临时用电"]
    assert [one["attached"] for one in shared.get("/api/policies/neixiang", params=ON).json()["forms"]] == [False] * 3


def test_before_its_document_a_county_has_nothing(shared):
    answer = shared.get("/api/policies/wuzhi", params={"on": "2023-06-27"}).json()
    assert [answer[part] for part in PARTS] == [[]] * len(PARTS)


def test_an_unknown_county_is_told_the_known_ones(shared):
    detail = problem(shared.get("/api/policies/atlantis"), 404, "resource.not_found")["detail_en"]
    assert "wuzhi" in detail
    assert "jiyuan" in detail
