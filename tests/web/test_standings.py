"""Standings in the browser: a breach as measured, the ladder with its clauses, a suspension with the day it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from api.casework import Casework
from api.cli.service import load_sample
from api.db.store import open_store
from survey.calendar import Calendar
from survey.policies import load_policy
from tests.api.test_casework import run
from tests.scenarios.cases.runner import load, steps_of
from tests.service import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.web.conftest import Window


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample county, in which an operator broke a commitment a month ago and was suspended."""
    data = tmp_path_factory.mktemp("standings")
    with open_store(None, data) as store:
        store.upgrade()
        load_sample(store)
        work = Casework(store, load_policy("neixiang"), Calendar())
        steps = [step for step in steps_of(load("neixiang")["08_suspension"], "neixiang") if "no" not in step]
        run(work, [_earlier(step) for step in steps], "2026-00001")
    with served(data, demo=False) as address:
        yield address


def _earlier(step: dict[str, str]) -> dict[str, str]:
    """Return a step of a scenario of December 2026 one month sooner: the machine's clock may not be there yet."""
    return {key: one.replace("2026-12-", "2026-11-") if isinstance(one, str) else one for key, one in step.items()}


def test_a_suspended_operator_is_seen_and_reached_from_its_case(window: Callable[..., Window]) -> None:
    w = window(1440, 900).open()
    w.expected.append("404")  # the line of the scenario is not on the sample county's map
    w.page.get_by_role("button", name="办件", exact=True).click()
    w.page.get_by_role("button", name="守信情况").click()
    dialog = w.page.get_by_role("dialog", name="守信情况")
    one = dialog.get_by_role("region", name="水司")
    expect(one).to_contain_text("至 2027-02-03 终了，且整改完成为止")
    expect(one).to_contain_text("超出 30.00 m")
    expect(one.get_by_role("listitem").filter(has_text="约谈")).to_contain_text("未采取")
    expect(one.get_by_role("listitem").filter(has_text="记入信用档案")).to_contain_text("文件未规定")
    expect(one.get_by_role("listitem").filter(has_text="暂停执行告知承诺制")).to_contain_text("情节严重")
    one.get_by_role("button", name="查看办件 2026-00001").click()
    expect(dialog).to_have_count(0)
    w.page.get_by_role("button", name="水司暂停执行告知承诺制").click()
    expect(w.page.get_by_role("dialog", name="守信情况")).to_be_visible()
