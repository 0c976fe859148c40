"""Find where planned routes could share a trench, what that saves, and what the parties make of it: `package.md`."""

from survey.opportunities.building import opportunities_of
from survey.opportunities.county_data import known_costs, known_planning
from survey.opportunities.joining import runs_and_trenches
from survey.opportunities.records import Opportunity, opportunity_from_plain, opportunity_to_plain
from survey.opportunities.resident import Change, Opportunities
from survey.opportunities.spellings import Suggestion, suggested_spellings

__all__ = [
    "Change",
    "Opportunities",
    "Opportunity",
    "Suggestion",
    "known_costs",
    "known_planning",
    "opportunities_of",
    "opportunity_from_plain",
    "opportunity_to_plain",
    "runs_and_trenches",
    "suggested_spellings",
]
