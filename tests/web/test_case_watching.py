"""What others do is seen without a click: in the list, and in the open case, where nothing that is typed is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.desk import desk
from tests.web.case_pages import GAS, be, cases_of, command, faults_of_access, open_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.web.conftest import Window

APPLICANT = {"name": "守望公司", "role": "applicant"}
WINDOW = {"name": "王窗口", "role": "coordinator", "department": "approval_centre"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with desk(tmp_path_factory.mktemp("watching"), "neixiang") as address:
        yield address


def filed(w: Window, applicant: str) -> str:
    """File an application as another window would; return the id of the case."""
    entered = {"channel": "window", "applicant": applicant, "utilities": [{"utility": "water", "operator": GAS}]}
    return str(command(w, "", "file_application", {**APPLICANT, "name": applicant}, entered)["id"])


def test_the_list_tells_what_others_did_and_moves_what_waits(window: Callable[..., Window]) -> None:
    w = cases_of(window(1440, 900))
    be(w, "公用事业单位", "孙工", GAS)
    mine, others = (w.page.get_by_role("list", name=name, exact=True) for name in ("等我办理", "其他"))
    case = filed(w, "守望公司")
    row = mine.get_by_role("button", name="守望公司")
    expect(row).to_be_visible()
    expect(row).to_contain_text(f"给水 · {GAS}")
    command(w, case, "accept", WINDOW, {})
    expect(row).to_contain_text("刚刚更新 · 王窗口 · 受理")
    be(w, "联办窗口", "李窗口")
    expect(mine.get_by_role("button", name="守望公司")).to_have_count(0 if waits_for_survey(w, case) else 1)
    assert faults_of_access(w) == []
    be(w, "监管部门", "赵科长")
    expect(others.get_by_role("button", name="守望公司")).to_be_visible()
    w.page.get_by_label("时限状态").select_option(label="已超时")
    expect(w.page.get_by_role("button", name="守望公司")).to_have_count(0)
    w.page.get_by_label("时限状态").select_option(label="全部时限")
    expect(others.get_by_role("button", name="守望公司")).to_be_visible()


def waits_for_survey(w: Window, case: str) -> bool:
    """Say whether the window has nothing to do in a case, as the service tells it."""
    rows = w.page.request.get(f"{w.url}/api/cases?role=coordinator&waiting=true").json()["cases"]
    return case not in {one["id"] for one in rows}


def test_the_open_case_moves_on_and_what_is_being_typed_stays(window: Callable[..., Window]) -> None:
    w = cases_of(window(1440, 900))
    case = filed(w, "打字公司")
    be(w, "联办窗口", "李窗口")
    w.page.get_by_role("button", name="刷新办件").click()
    open_case(w, "打字公司")
    w.page.get_by_role("button", name="退回补正").click()
    reason = w.page.get_by_role("form", name="退回补正").get_by_label("退回原因").or_(
        w.page.get_by_role("form", name="退回补正").get_by_label("理由")
    )  # fmt: skip
    reason.fill("缺少产权证")
    command(w, case, "accept", WINDOW, {})
    expect(w.page.get_by_text("刚刚更新 · 王窗口 · 受理")).to_be_visible()
    expect(reason).to_have_value("缺少产权证")
    expect(w.page.get_by_role("heading", name="打字公司")).to_be_visible()
    w.expected.append("409")
    # What came while it was typed was not looked at: the command is refused, and says who was first.
    w.page.get_by_role("form", name="退回补正").get_by_role("button", name="退回补正").click()
    expect(w.page.get_by_role("alert")).to_contain_text("王窗口")
    expect(reason).to_have_value("缺少产权证")
    events = w.page.request.get(f"{w.url}/api/cases/{case}/events").json()["events"]
    assert "application_returned" not in {one["kind"] for one in events}
