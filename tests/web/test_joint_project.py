"""An agreed chance becomes one project in the browser, and is signed and decided once for all of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.web.case_pages import be, command, faults_of_access
from tests.web.chance_pages import FIRST_MS, choose, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.web.conftest import Window

WINDOW = {"name": "王窗口", "role": "coordinator"}
ROUTES = {"K6", "K7"}  # short, and far from every road: what may commit


@pytest.fixture(scope="module")
def server(neixiang: str) -> str:
    return neixiang


def ask(w: Window, path: str, kind: str, actor: dict[str, str], **data: object) -> dict[str, Any]:
    """Carry out a command on a chance as another window would; return the chance after it."""
    answer = w.page.request.post(f"{w.url}/api/opportunities/{path}", data={"kind": kind, "actor": actor, "data": data})
    assert answer.ok, answer.text()
    return dict(answer.json())


def agreed(w: Window) -> dict[str, Any]:
    """Return the chance of the two short routes, to which every party has said yes."""
    one = next(row for row in told(w.page) if {member["route"] for member in row["members"]} == ROUTES)
    ask(w, f"{one['id']}/commands", "propose", WINDOW)
    for party in one["parties"]:
        actor = {"name": "李", "role": "utility", "department": party["operator"]}
        one = ask(w, f"{one['id']}/commands", "answer", actor, party=party["key"], yes=True)
    assert one["state"] == "agreed"
    return one


def judge(w: Window, case: str, task: dict[str, Any], route: str) -> dict[str, Any]:
    actor = {"name": "李", "role": "utility", "department": task["operator"]}
    plan = {"utility": task["utility"], "operator": task["operator"], "route": route}
    command(w, case, "fix_plan", actor, dict(plan))
    return command(w, case, "judge", actor, {"utility": task["utility"]})


def project_of(w: Window) -> Locator:
    return w.page.locator("aside section").filter(has=w.page.get_by_role("heading", name="联合项目", exact=True))


def test_what_is_agreed_is_begun_signed_and_decided_once_for_all(window: Callable[..., Window]) -> None:
    w = window(1280, 800).open()
    one = agreed(w)
    w.page.get_by_role("button", name="共沟机会").click()
    w.page.locator("[data-row='0']").wait_for(timeout=FIRST_MS)
    choose(w, one)
    be(w, "公用事业单位", "周经办")
    part = project_of(w)
    expect(part.get_by_text("可共同承诺")).to_be_visible()
    expect(part.get_by_role("button", name="建立联合项目")).to_have_count(0)  # who coordinates begins it
    be(w, "联办窗口", "王窗口")
    other = next(party for party in one["parties"] if party["key"] != leader(w, one))
    part.get_by_label("牵头单位").select_option(value=other["key"])
    expect(part.locator("dd").first).to_have_text(other["operator"])
    assert faults_of_access(w) == []
    part.get_by_role("button", name="建立联合项目").click()
    expect(part.get_by_text("已建立联合项目")).to_be_visible()
    after = w.page.request.get(f"{w.url}/api/opportunities/{one['id']}?crs=grid").json()
    assert after["lead"] == other["key"]
    case = after["case"]
    assert w.page.request.get(f"{w.url}/api/cases/{case}").json()["applicant"] == other["operator"]
    routes = {utility: route for party in one["parties"] for utility in party["utilities"] for route in party["routes"]}
    signed_and_decided(w, part, case, routes)
    part.get_by_role("button", name=f"打开办件 {case}").click()
    expect(w.page.get_by_role("heading", name=case)).to_be_visible()


def leader(w: Window, one: dict[str, Any]) -> str:
    told_of = w.page.request.get(f"{w.url}/api/opportunities/{one['id']}/project").json()
    return str(told_of["lead"]["key"])


def signed_and_decided(w: Window, part: Locator, case: str, routes: dict[str, str]) -> None:
    """Sign too early, which is refused in a sentence, then for all, and decide for all; each as the service has it."""
    command(w, case, "accept", WINDOW, {})
    first, second = tasks_of(w, case)
    judge(w, case, first, routes[first["utility"]])
    be(w, "公用事业单位", "周经办")
    w.expected.append("422")
    sign(part, "签署承诺书")
    expect(part.get_by_role("alert")).to_contain_text("不能联合承诺")
    judge(w, case, second, routes[second["utility"]])
    part.get_by_role("form").get_by_role("button", name="签署承诺书").click()
    expect(part.get_by_role("form")).to_have_count(0)
    assert commitments(w, case) == {"signed"}
    be(w, "审批部门", "郑审批", "city_management")
    part.get_by_role("button", name="按承诺作出决定").click()
    part.get_by_role("form").get_by_role("button", name="按承诺作出决定").click()
    expect(part.get_by_role("form")).to_have_count(0)
    assert commitments(w, case) == {"decided"}


def sign(part: Locator, what: str) -> None:
    part.get_by_role("button", name=what).click()
    form = part.get_by_role("form")
    form.get_by_label("签署人").fill("周")
    form.get_by_role("button", name=what).click()


def tasks_of(w: Window, case: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = w.page.request.get(f"{w.url}/api/cases/{case}").json()["tasks"]
    assert len(tasks) == len(ROUTES)
    return tasks


def commitments(w: Window, case: str) -> set[str]:
    return {task["commitment"] for task in tasks_of(w, case)}
