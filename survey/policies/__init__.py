"""Each county's rules as dated, cited values, and the strict loader that reads them."""

from survey.policies.loader import load_policy, parse_policy, policy_ids, read_policy
from survey.policies.schema import (
    DRAWN_BY,
    KINDS,
    QUANTITIES,
    READINGS,
    ROAD_CLASSES,
    VERDICTS,
    Consequence,
    Defaults,
    Policy,
    Reading,
    Rule,
    Together,
)

__all__ = [
    "DRAWN_BY",
    "KINDS",
    "QUANTITIES",
    "READINGS",
    "ROAD_CLASSES",
    "VERDICTS",
    "Consequence",
    "Defaults",
    "Policy",
    "Reading",
    "Rule",
    "Together",
    "load_policy",
    "parse_policy",
    "policy_ids",
    "read_policy",
]
