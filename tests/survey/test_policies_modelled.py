"""Every rule of the five documents is acted on, or listed in `package.md` with the reason why nothing acts on it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from survey.cases.citing import cites
from survey.cases.commands import COMMAND_BODIES
from survey.cases.events import EVENT_BODIES
from survey.cases.standing import STANDING_COMMANDS, STANDING_EVENTS
from survey.policies import load_policy
from tests.survey.test_policies_documents import COUNTIES, RULES

ON = date(2026, 12, 1)
NOTES = (Path(__file__).parents[2] / "survey/policies/package.md").read_text("utf-8")
TABLE = NOTES[NOTES.index("| rules | reason |") : NOTES.index("Form fields:")]
ID = re.compile(r"(?:(?P<county>[A-Z]{2})-)?(?P<kind>[A-Z]+)?(?P<number>\d+[a-z]?)(?: to [A-Z]*(?P<last>\d+))?")
WEIGHED = ("scope", "threshold", "exclusion", "basis")
BODIES = (*COMMAND_BODIES.values(), *EVENT_BODIES.values(), *STANDING_COMMANDS.values(), *STANDING_EVENTS.values())
TOPICS = {topic for body in BODIES for topic in (*body.topics, getattr(body, "needs", "")) if topic}


def listed() -> dict[str, str]:
    """Return the reason of every id in the table; what an id leaves out is as in the one before."""
    found: dict[str, str] = {}
    for line in TABLE.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        county = kind = ""
        for part in re.split(r"[;,]\s*", cells[0]) if len(cells) == 2 else []:
            match = ID.fullmatch(part)
            assert match is not None, part
            county, kind = match["county"] or county, match["kind"] or kind
            numbers = [match["number"]]
            if match["last"]:
                numbers = [str(one) for one in range(int(match["number"]), int(match["last"]) + 1)]
            for number in numbers:
                assert f"{county}-{kind}{number}" not in found, f"{part} is listed twice"
                found[f"{county}-{kind}{number}"] = cells[1]
    return found


def acted_on(county: str) -> set[str]:
    """Return what a route is weighed by, what starts a clock, permissions that are opened, forms that are filled."""
    policy = load_policy(county)
    return {
        *(one.id for one in policy.rules if one.kind in WEIGHED and (one.kind == "basis" or one.value is not None)),
        *(one.id for one in policy.stages if one.half_days is not None or one.same_day),
        *(one.id for one in policy.approvals),
        *(one.id for one in policy.forms if one.attached),
    }


def told_by_cases(county: str) -> set[str]:
    """Return the provisions that some command or event of a case rests on."""
    policy = load_policy(county)
    return {cite.rule for topic in TOPICS for cite in cites(policy, [topic], ON)}


@pytest.mark.parametrize("county", COUNTIES)
def test_every_rule_is_acted_on_or_listed_with_a_reason(county):
    ours = {row["id"] for row in RULES if row["county"] == county}
    assert sorted(ours - acted_on(county) - told_by_cases(county) - set(listed())) == []


def test_what_is_listed_is_a_rule_that_nothing_acts_on():
    known = {row["id"] for row in RULES}
    assert sorted(set(listed()) - known) == []
    acted = set().union(*(acted_on(county) for county in COUNTIES))
    assert sorted(acted & set(listed())) == []
    assert all(len(reason) > 10 for reason in listed().values())


def test_the_numbers_in_the_text_are_those_of_the_documents():
    assert f"All {len(RULES)} rules and all 92 form fields" in NOTES
