"""A policy that is gone, changed or unclear: told plainly, before anything is decided by it, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api.casework import Casework
from api.db import drafts
from api.db.store import open_store
from geo.faults import BadInputError
from survey.calendar import Calendar
from survey.policies import load_policy
from tests.api.conftest import NOW, running, settings_of, small_county
from tests.api.test_casework import at, run, until
from tests.api.test_http_cases import CASES, WINDOW, begin
from tests.api.test_http_items import problem

ROOT = Path(__file__).parents[2]


def test_a_draft_of_a_policy_that_is_gone_is_kept_and_hides_no_other(client, database_url, tmp_path):
    made = client.post("/api/drafts", json={"policy": "neixiang"}).json()["id"]
    gone = "0" * 32
    with open_store(database_url, tmp_path) as store:
        kept = drafts.Draft(gone, "desk", "a_county_gone", "F1", 1, {}, {"basic.address": "旧址"}, NOW, NOW)
        drafts.create(store, kept)
    rows = {one["id"]: one for one in client.get("/api/drafts").json()["drafts"]}
    assert set(rows) == {made, gone}
    assert rows[gone]["name_zh"] == "表格所属的规则已不在，草稿仍保留"
    told = problem(client.get(f"/api/drafts/{gone}"), 422, "input.refused")
    assert (told["errors"][0]["code"], told["errors"][0]["value"]) == ("policy.unknown", "a_county_gone")
    with open_store(database_url, tmp_path) as store:
        assert drafts.get(store, "desk", gone).entries == kept.entries


def test_a_case_is_not_decided_by_another_document_than_it_was_begun_by(store):
    steps = until("neixiang", "01_commitment", "start_construction")
    before, other = (Casework(store, load_policy(one), Calendar()) for one in ("neixiang", "wuzhi"))
    run(before, steps[:-1], "C1")
    events = before.cases.events("C1")
    with pytest.raises(BadInputError) as told:
        run(other, steps[-1:], "C1")
    assert told.value.faults[0].code == "case.of_another_policy"
    assert "neixiang" in told.value.faults[0].mend_zh
    assert other.tick(at("2027-01-20T09:00")) == 0
    assert set(other.digests(at("2027-01-20T09:00"))) == {"C1"}
    assert before.cases.events("C1") == events
    assert before.tick(at("2027-01-20T09:00")) == 1


def test_over_http_the_case_is_shown_and_says_by_what_it_was_begun(client, database_url, tmp_path):
    case = begin(client).json()["id"]
    with open_store(database_url, tmp_path) as store:
        county = store.county
        store.county = replace(county, policy="wuzhi")
        with running(settings_of(database_url, tmp_path)) as other:
            assert [one["id"] for one in other.get(CASES).json()["cases"]] == [case]
            body = {"kind": "accept", "actor": WINDOW, "data": {}}
            told = problem(other.post(f"{CASES}/{case}/commands", json=body), 422, "input.refused")
            assert told["errors"][0]["code"] == "case.of_another_policy"
        store.county = county
    assert client.post(f"{CASES}/{case}/commands", json=body).status_code == 200


@pytest.mark.parametrize(
    ("mend", "said"),
    [
        (shutil.rmtree, ("no rules of that name", "neixiang")),
        (
            lambda folder: change(folder / "policy.toml", "document = ", 'document = "x"\ndocument = '),
            ("neixiang/policy.toml:", "document"),
        ),
        (lambda folder: change(folder / "policy.toml", "clause = ", "klause = "), ("neixiang/policy.toml:", "clause")),
        (
            lambda folder: change(folder / "stages.toml", 'unit = "working_day"', 'unit = "m"'),
            ("neixiang/stages.toml:", "unit"),
        ),
    ],
    ids=["gone", "duplicate_key", "missing_clause", "unit_that_does_not_fit"],
)
def test_the_service_does_not_start_upon_a_policy_that_is_gone_or_unclear(tmp_path, mend, said):
    """A real start of the command, with a copy of the package in front of ours."""
    data, packages = tmp_path / "data", tmp_path / "packages"
    data.mkdir()
    small_county(None, data)
    shutil.copytree(ROOT / "survey", packages / "survey", ignore=shutil.ignore_patterns("__pycache__"))
    mend(packages / "survey" / "policies" / "neixiang")
    told = subprocess.run(
        [str(Path(sys.executable).with_name("cotrench")), "serve", "--port", "0"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(packages), "COTRENCH_DATA": str(data)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert told.returncode != 0
    assert "Traceback" not in told.stderr
    for one in said:
        assert one in told.stdout + told.stderr
    with open_store(None, data) as store:
        assert store.get("routes", "G1").revision == 1


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
