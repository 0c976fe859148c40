"""Each county's rules as dated, cited values, and the strict loader that reads them."""

from survey.policies.approvals import APPLIED_BY, BY_COMMITMENT, DEPARTMENT_KINDS, ITEMS, Approval, Department
from survey.policies.cited import Cited
from survey.policies.conduct import MEASURES, PROVISIONS, Provision
from survey.policies.forms import FIELD_TYPES, Form, FormField, Group, Option
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
from survey.policies.stages import CONFIDENCE, EVENTS, FACTS, STAGES, Condition, Stage

__all__ = [
    "APPLIED_BY",
    "BY_COMMITMENT",
    "CONFIDENCE",
    "DEPARTMENT_KINDS",
    "DRAWN_BY",
    "EVENTS",
    "FACTS",
    "FIELD_TYPES",
    "ITEMS",
    "KINDS",
    "MEASURES",
    "PROVISIONS",
    "QUANTITIES",
    "READINGS",
    "ROAD_CLASSES",
    "STAGES",
    "VERDICTS",
    "Approval",
    "Cited",
    "Condition",
    "Consequence",
    "Defaults",
    "Department",
    "Form",
    "FormField",
    "Group",
    "Option",
    "Policy",
    "Provision",
    "Reading",
    "Rule",
    "Stage",
    "Together",
    "load_policy",
    "parse_policy",
    "policy_ids",
    "read_policy",
]
