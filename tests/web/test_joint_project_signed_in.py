"""Two companies, who coordinates and who decides, each signed in for itself, dig one trench until it is accepted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from api.cli.service import load_sample
from api.db.store import open_store
from api.identity.demo import demo_people
from api.identity.people import People
from tests.service import served
from tests.web.case_pages import do
from tests.web.chance_pages import FIRST_MS, WATER, choose, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.web.conftest import Window

HEAT = "县热力公司"
ROUTES = {"R003", "R004"}
HEATER = ("qian.ren", "Tonggou-heat-2026")
COMMITTED, BUILT = "已承诺", "已完工，待验收"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample county by its accounts, with one of a second company."""
    data, now = tmp_path_factory.mktemp("office"), datetime.now(UTC)
    with open_store(None, data) as store:
        store.upgrade()
        load_sample(store)
        demo_people(store, now)
        people = People(store)
        with store.transaction():
            people.add_organisation("utility", HEAT, utility="heat", now=now)
            people.add(HEATER[0], ["utility"], HEATER[1], shown="钱仁", organisation=HEAT, now=now)
    with served(data, demo=False) as address:
        yield address


def signed_in(w: Window, name: str, password: str) -> Window:
    """Sign in as people do, and open the chances."""
    w.page.goto(w.url)
    dialog = w.page.get_by_role("dialog", name="登录同沟")
    dialog.get_by_label("登录名").fill(name)
    dialog.get_by_label("密码").fill(password)
    w.page.keyboard.press("Enter")
    w.page.get_by_role("button", name="共沟机会").click()
    w.page.locator("[data-row='0']").wait_for(timeout=FIRST_MS)
    return w


def sample(w: Window, role: str) -> Window:
    return signed_in(w, f"demo-{role}", f"tonggou-{role}")


def project_of(w: Window) -> Locator:
    return w.page.locator("aside section").filter(has=w.page.get_by_role("heading", name="联合项目", exact=True))


def part_of(w: Window, company: str) -> Locator:
    return project_of(w).get_by_role("list", name="各分项").get_by_role("listitem").filter(has_text=company)


def act(w: Window, what: str, **entered: str) -> None:
    """Do once, in the project, what is offered there to who is signed in."""
    project = project_of(w)
    project.get_by_role("button", name=what, exact=True).click()
    form = project.get_by_role("form", name=what)
    for label, value in entered.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=what).click()
    expect(form).to_have_count(0)


def offered(w: Window, *names: str) -> None:
    """Hold that of the acts of this walk those alone are offered to who is signed in."""
    sheet = w.page.locator("aside")
    for name in ("提出同沟建议", "同意同沟", "撤回同沟建议", "建立联合项目", "签署承诺书", "按承诺作出决定"):
        expect(sheet.get_by_role("button", name=name, exact=True)).to_have_count(names.count(name))


def asked(w: Window, path: str, kind: str, **data: object) -> int:
    """Return what the service answers to a command that the page offers to nobody who is signed in there."""
    return w.page.request.post(f"{w.url}/api/{path}", data={"kind": kind, "data": data}).status


def events_of(w: Window, case: str) -> list[str]:
    return [event["kind"] for event in w.page.request.get(f"{w.url}/api/cases/{case}/events").json()["events"]]


def plan_and_judge(w: Window, utility: str, route: str) -> None:
    """Open the case from the project: the company's own part lies there, with its line; judge it, and go back."""
    expect(project_of(w).get_by_text("可在办件中办理：确定方案")).to_be_visible()
    project_of(w).get_by_role("button", name="打开办件").click()
    expect(w.page.get_by_role("tab", name=utility)).to_have_attribute("aria-selected", "true")
    back = w.page.get_by_role("button", name="联合项目：R003、R004 同沟")
    expect(back).to_be_visible()
    w.page.get_by_role("button", name=re.compile("^确定方案")).click()
    plan = w.page.get_by_role("form", name="确定方案", exact=True)
    expect(plan.get_by_label("规划管线编号")).to_have_value(route)
    plan.get_by_role("button", name="确定方案").click()
    expect(plan).to_have_count(0)
    do(w, "判定路由")
    back.click()
    expect(project_of(w)).to_be_visible()
    # The wider panel of the chances once lay under what is told.
    told_right, panel_left = w.page.evaluate(
        """() => [document.querySelector('.notices').getBoundingClientRect().right,
                  document.querySelector('aside').getBoundingClientRect().left]"""
    )
    assert told_right <= panel_left


def test_each_does_what_is_its_own_from_proposal_to_acceptance(window: Callable[..., Window]) -> None:
    office, water, heat = sample(window(), "coordinator"), sample(window(), "utility"), signed_in(window(), *HEATER)
    one = next(row for row in told(office.page) if {member["route"] for member in row["members"]} == ROUTES)
    at = f"opportunities/{one['id']}"
    for w in (office, water, heat):
        choose(w, one)
        offered(w, "提出同沟建议")
    agreed(office, water, heat, at)
    offered(office, "撤回同沟建议", "建立联合项目")
    for company in (water, heat):
        offered(company, "撤回同沟建议")
        assert asked(company, f"{at}/commands", "begin_project") == 403
    project_of(office).get_by_role("button", name="建立联合项目").click()
    case = str(begun(office, at)["case"])
    project_of(office).get_by_role("button", name="打开办件").click()
    do(office, "受理")
    office.page.get_by_role("button", name="共沟机会").click()
    for company, utility, route in ((water, "给水", "R004"), (heat, "热力", "R003")):
        plan_and_judge(company, utility, route)
    approver = sample(window(), "approver")
    choose(approver, one)
    committed(office, water, heat, approver, at)
    dug(office, water, heat)
    assert events_of(office, case).count("acceptance_filed") == 1
    assert events_of(office, case).count("works_accepted") == len(ROUTES)


def agreed(office: Window, water: Window, heat: Window, at: str) -> None:
    office.page.get_by_role("button", name="提出同沟建议").click()
    offered(office, "撤回同沟建议")
    for company, other in ((water, HEAT), (heat, WATER)):
        offered(company, "同意同沟", "撤回同沟建议")
        assert asked(company, f"{at}/commands", "answer", party=other, yes=True) == 403
    assert asked(office, f"{at}/commands", "answer", party=WATER, yes=True) == 403
    water.page.get_by_role("button", name="同意同沟").click()
    # Who comes second is refused until it has seen what the first said.
    expect(heat.page.locator("ul li").filter(has_text=WATER).get_by_text("同意", exact=True)).to_be_visible()
    heat.page.get_by_role("button", name="同意同沟").click()
    expect(office.page.locator(".head").get_by_text("已同意")).to_be_visible()


def begun(office: Window, at: str) -> dict[str, Any]:
    expect(project_of(office).get_by_text("已建立联合项目")).to_be_visible()
    whole: dict[str, Any] = office.page.request.get(f"{office.url}/api/{at}?crs=grid").json()
    return whole


def committed(office: Window, water: Window, heat: Window, approver: Window, at: str) -> None:
    """Each signs its own letter alone; the department decides both at once."""
    together = f"{at}/project/commands"
    act(water, "签署承诺书", 签署人="李水")
    expect(part_of(water, WATER)).to_contain_text(COMMITTED)
    expect(part_of(water, HEAT)).not_to_contain_text(COMMITTED)
    assert asked(water, together, "sign_commitment", signatory="李水") == 409  # the other's letter is not its own
    act(heat, "签署承诺书", 签署人="钱仁")
    for w in (office, water, heat):
        expect(part_of(w, HEAT)).to_contain_text(COMMITTED)
    for w in (office, water, heat):
        assert asked(w, together, "decide_commitment") == 403
    act(approver, "按承诺作出决定")
    for company in (WATER, HEAT):
        expect(part_of(approver, company)).to_contain_text("可以开工")


def dug(office: Window, water: Window, heat: Window) -> None:
    """Each begins and ends its own part; who coordinates hands all in and accepts all at once."""
    for kind, status in (("开工", "施工中"), ("完工", BUILT)):
        act(water, kind)
        expect(part_of(water, WATER)).to_contain_text(status)
        expect(part_of(water, HEAT)).not_to_contain_text(status)
        act(heat, kind)
        expect(part_of(heat, HEAT)).to_contain_text(status)
    act(office, "申报验收")
    act(office, "验收合格")
    for company in (WATER, HEAT):
        expect(part_of(office, company)).to_contain_text("待接入")
    finish = office.page.get_by_role("button", name="确认已同沟施工")
    finish.click()
    expect(office.page.get_by_text("不能再撤回")).to_be_visible()  # nothing has happened yet
    office.page.get_by_role("group", name="确认已同沟施工").get_by_role("button", name="确认已同沟施工").click()
    expect(office.page.locator(".head").get_by_text("已完成")).to_be_visible()
