"""A county's own office hours, from its folder to the clocks of its cases over HTTP."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import httpx

from tests.api.conftest import small_county
from tests.api.test_http_cases import CASES, GAS, act, judged
from tests.service import served

ROOT = Path(__file__).parents[2]
HOURS = """
[working_time]
source_zh = "县政府公布的作息"
source_en = "hours published by the county"
whole_days = "next_day"
reading_zh = "县里按民法典第二百零一条计"
reading_en = "the county counts by 民法典 201"

[[working_time.season]]
from_month = 1
from_day = 1
morning_opens = 07:50:00
morning_closes = 11:20:00
afternoon_opens = 13:10:00
afternoon_closes = 16:40:00
"""


def test_the_hours_of_a_county_reach_the_clocks_of_its_cases(tmp_path):
    """A real service, with a copy of the package in front of ours whose county has hours that nobody else has."""
    data, packages = tmp_path / "data", tmp_path / "packages"
    data.mkdir()
    small_county(None, data)
    shutil.copytree(ROOT / "survey", packages / "survey", ignore=shutil.ignore_patterns("__pycache__"))
    county = packages / "survey" / "policies" / "neixiang" / "county.toml"
    county.write_text(county.read_text("utf-8") + HOURS, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    with (
        served(data, environment=environment, folder=tmp_path, demo=False) as address,
        httpx.Client(base_url=address, timeout=120) as client,
    ):
        told = client.get("/api/policies/neixiang/deadline?stage=promise_approval&from=2026-12-01T08:00").json()
        assert told["applies"]["due"]["due"].startswith("2026-12-01T16:40")
        case, shown = judged(client)
        revision = shown["tasks"][0]["revision"]
        signed = act(client, case, "sign_commitment", GAS, utility="gas", revision=revision, signatory="孙总")
        [clock] = signed["clocks"]
        assert clock["due"][11:16] == "16:40"
        assert [one["clocks"][0]["due"] for one in client.get(CASES).json()["cases"]] == [clock["due"]]
