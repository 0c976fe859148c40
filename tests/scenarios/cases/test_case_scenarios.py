"""Every scenario of every county: each step brings its events or its refusal, with the clause."""

import pytest

from tests.scenarios.cases.runner import COUNTIES, load, play

SCENARIOS = [(county, name) for county in COUNTIES for name in load(county)]


@pytest.mark.parametrize(("county", "name"), SCENARIOS)
def test_scenario(county, name):
    play(load(county)[name], county)
