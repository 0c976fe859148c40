"""赤壁's own letter of commitment (附件3) from a case: what is known is filled in, what nobody said stays blank."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from pypdf import PdfReader

from maps.case_letter import letter_of, letters_of
from maps.documents import form_pdf
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, load, steps_of

ON = dt.date(2026, 12, 1)


def signed(county="chibi"):
    """Return the first state of the county's scenarios in which a commitment is signed; None where there is none."""
    for scenario in load(county).values():
        one = Play(load_policy(county))
        for step in steps_of(scenario, county):
            one.step(step)
            if any(task.commitment == "signed" for task in one.case.tasks.values()):
                return one
    return None


def test_the_letter_of_chibi_is_its_own_form_with_what_the_case_knows():
    one = signed()
    [utility] = letters_of(one.case, one.policy)
    task = one.case.tasks[utility]
    filled = letter_of(one.case, one.policy, utility, ON, works=(dt.date(2027, 3, 1), None))
    text = PdfReader(io.BytesIO(form_pdf(filled, one.policy, ON))).pages[0].extract_text().replace("\n", "")
    for said in ("水、电、气、网联合服务事项承诺书", task.operator, "严格按设计方案施工", "竣工验收后恢复原貌", "2027"):
        assert said in text
    assert "commitment.works_to" not in filled.entries
    assert filled.entries["commitment.unit"] == task.operator


def test_a_case_without_a_commitment_and_a_document_without_a_letter_give_none():
    one = Play(load_policy("chibi"))
    one.step(steps_of(next(iter(load("chibi").values())), "chibi")[0])
    assert letters_of(one.case, one.policy) == ()
    with pytest.raises(KeyError):
        letter_of(one.case, one.policy, "water", ON)
    for county in set(COUNTIES) - {"chibi"}:
        other = signed(county)
        assert other is None or letters_of(other.case, other.policy) == ()
