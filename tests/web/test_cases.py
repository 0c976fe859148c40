"""Cases in the browser: filed, measured, judged, decided beside the facts, built, rated; who comes second is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.desk import desk, tomorrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.web.conftest import Window

WATER, GAS = "县自来水公司", "县燃气公司"
DEPARTMENTS = {
    "建设工程规划许可": "natural_resources",
    "挖掘城市道路": "city_management",
    "占用道路": "police",
}


@pytest.fixture(scope="module")
def neixiang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with desk(tmp_path_factory.mktemp("neixiang"), "neixiang") as address:
        yield address


@pytest.fixture(scope="module")
def wuzhi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with desk(tmp_path_factory.mktemp("wuzhi"), "wuzhi") as address:
        yield address


def cases_of(w: Window, address: str) -> Window:
    """Open the cases of the county that is served at ``address``."""
    w.url = address
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    return w


def be(w: Window, role: str, name: str, department: str = "") -> None:
    w.page.get_by_label("角色").select_option(label=role)
    w.page.get_by_label("姓名").fill(name)
    w.page.get_by_label("部门或单位").fill(department)


def do(w: Window, what: str, **entered: str) -> None:
    w.page.get_by_role("button", name=re.compile(f"^{what}")).click()
    form = w.page.get_by_role("form", name=what, exact=True)
    for label, value in entered.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=what).click()
    expect(form).to_have_count(0)


def command(w: Window, case: str, kind: str, actor: dict[str, str], data: dict[str, object]) -> dict[str, object]:
    """Carry out a command as another window would; return the case after it."""
    path = f"{w.url}/api/cases/{case}/commands" if case else f"{w.url}/api/cases"
    answer = w.page.request.post(path, data={"kind": kind, "actor": actor, "data": data})
    assert answer.ok, answer.text()
    return dict(answer.json())


def judged(w: Window, applicant: str, *lines: tuple[str, str, str]) -> str:
    """Bring an application of 武陟 before the departments; ``lines``: utility, operator, route. Return its id."""
    window = {"name": "王窗口", "role": "coordinator", "department": "government_services"}
    utilities = [{"utility": utility} for utility, _, _ in lines]
    filed = {
        "channel": "window",
        "applicant": applicant,
        "utilities": utilities,
        "form": {"basic.address": "滨河路 12 号"},
    }
    case = str(command(w, "", "file_application", {"name": applicant, "role": "applicant"}, filed)["id"])
    command(w, case, "accept", window, {})
    command(w, case, "schedule_survey", window, {"moment": f"{tomorrow()}:00+08:00"})
    command(w, case, "record_survey", {"name": "测绘队", "role": "surveyor"}, {"minutes": "现场可行"})
    command(w, case, "note", window, {"event": "survey_plan_pushed"})
    for utility, operator, route in lines:
        actor = {"name": operator, "role": "utility", "department": operator}
        plan = {"utility": utility, "operator": operator, "route": route}
        command(w, case, "fix_plan", actor, dict(plan))
        command(w, case, "judge", actor, {"utility": utility})
    return case


def open_case(w: Window, applicant: str) -> None:
    w.page.get_by_role("button", name=applicant).click()


def faults_of_access(w: Window) -> list[str]:
    found = Axe().run(w.page).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def decision(w: Window) -> Locator:
    return w.page.get_by_role("form", name="决定", exact=True)


def section(w: Window, title: str) -> Locator:
    return w.page.locator("aside section").filter(has=w.page.get_by_role("heading", name=re.compile(f"^{title}")))


def file_on_page(w: Window, entered: dict[str, str], *ticked: str) -> None:
    """File an application in the county's own form; what it refuses is tested with the form."""
    w.page.get_by_role("button", name="新申请").click()
    dialog = w.page.get_by_role("dialog")
    for label, value in entered.items():
        dialog.get_by_label(label, exact=True).fill(value)
    for box in ticked:
        dialog.get_by_role("checkbox", name=box).check()
    dialog.get_by_role("button", name="提交申请").click()
    expect(w.page.get_by_text("已提交，待受理")).to_be_visible()


def test_a_commitment_is_decided_where_its_limits_are_seen(window: Callable[..., Window], neixiang: str) -> None:
    w = cases_of(window(1440, 900), neixiang)
    be(w, "申请人", "甲公司")
    file_on_page(w, {"申请单位": "湍水食品有限公司"}, "给水")
    be(w, "联办窗口", "王窗口")
    do(w, "受理")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "确定方案", 规划管线编号="L1", 办理单位=WATER)
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("还没有判定")
    do(w, "判定路由")
    expect(verdict).to_contain_text("在限值以内")
    expect(verdict).to_contain_text("告知承诺")
    limits = section(w, "限值与实测")
    expect(limits.get_by_text("≤ 200 m")).to_be_visible()
    bar = limits.get_by_role("meter", name="敷设管线长度").locator(".value")
    expect(bar).to_have_css("background-color", "rgb(29, 122, 60)")  # --ok: a bar of no colour shows nothing
    expect(section(w, "计入的每一段")).to_contain_text("不穿路，不占绿地")
    do(w, "签署承诺书", 签署人="孙总")
    expect(w.page.locator(".clocks li")).to_have_count(1)

    be(w, "审批部门", "李科长", "city_management")
    offered = w.page.locator("#case-departments option[value='city_management']")
    expect(offered).to_have_text("县城管局")  # nobody knows the document's keys by heart
    expect(decision(w)).to_contain_text("承诺按第 1 版路由签署")
    decision(w).get_by_role("button", name="按承诺作出决定").click()
    expect(verdict).to_contain_text("可以开工")
    expect(decision(w)).to_have_count(0)
    answer = w.page.request.get(f"{w.url}{w.page.get_by_role('link', name='告知承诺书').get_attribute('href')}")
    assert answer.body()[:5] == b"%PDF-"

    be(w, "公用事业单位", WATER, WATER)
    do(w, "开工")
    do(w, "完工")
    be(w, "勘测人员", "测绘队")
    do(w, "竣工测量")  # the line of the plan is offered
    laid = section(w, "竣工实测")
    expect(laid).to_contain_text("没有超出承诺")
    expect(laid.get_by_text("承诺 199.90 m")).to_be_visible()
    be(w, "公用事业单位", WATER, WATER)
    do(w, "申报验收")
    be(w, "联办窗口", "王窗口")
    do(w, "验收合格")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "接通")
    be(w, "申请人", "甲公司")
    do(w, "服务评价", 评语="很快")
    expect(w.page.get_by_text("已评价办结")).to_be_visible()

    w.page.get_by_role("button", name="在图上看 L1").click()
    expect(w.page.get_by_role("heading", name="管长 199.9 米")).to_be_visible()
    w.page.keyboard.press("Escape")
    w.page.get_by_role("button", name="返回办件列表").click()
    expect(w.page.get_by_role("button", name="湍水食品有限公司")).to_be_visible()
    w.page.get_by_role("button", name="统计").click()
    figures = w.page.get_by_role("dialog", name="统计")
    expect(figures.get_by_role("row", name="告知承诺审批 · 给水")).to_contain_text("四(二)")
    with w.page.expect_download() as download:
        figures.get_by_role("link", name="下载 CSV").click()
    assert "全县合计" in download.value.path().read_text("utf-8-sig")


def test_a_breach_that_was_measured_is_seen_first_and_leads_to_a_suspension(
    window: Callable[..., Window], neixiang: str
) -> None:
    w = cases_of(window(1440, 900), neixiang)
    company, water = {"name": GAS, "role": "utility", "department": GAS}, {"utility": "water"}
    filed = {"channel": "window", "applicant": "违诺公司", "utilities": [water]}
    case = str(command(w, "", "file_application", {"name": "违诺公司", "role": "applicant"}, filed)["id"])
    command(w, case, "accept", {"name": "王窗口", "role": "coordinator"}, {})
    command(w, case, "fix_plan", company, water | {"operator": GAS, "route": "X1"})
    command(w, case, "judge", company, water)
    command(w, case, "sign_commitment", company, water | {"revision": 1, "signatory": "孙总"})
    command(w, case, "decide_commitment", {"name": "李科长", "role": "approver"}, water)
    command(w, case, "start_construction", company, water)
    command(w, case, "finish_construction", company, water)
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "监管部门", "赵科长", "housing")
    open_case(w, "违诺公司")
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("在限值以内")
    do(w, "竣工测量", 竣工线="X2")  # 15.1 m across a road, where 15 m were committed to
    expect(verdict.locator(".answer")).to_have_text(re.compile("竣工实测超出承诺"))
    expect(verdict).to_contain_text("限值 15.00 m · 超出 0.10 m")
    expect(section(w, "竣工实测").get_by_role("meter", name="竣工实测 穿路")).to_be_visible()
    do(w, "责令限期整改", 理由="穿路超长")

    w.page.get_by_role("button", name=f"{GAS}有 1 件未整改的违诺").click()
    standing = w.page.get_by_role("dialog", name="守信情况")
    one = standing.get_by_role("region", name=GAS)
    expect(one.get_by_role("button", name="约谈")).to_have_count(0)  # only where the date for mending has passed
    one.get_by_role("button", name="暂停执行告知承诺制").click()
    one.get_by_role("textbox", name="理由").fill("情节严重")
    one.get_by_role("form").get_by_role("button", name="暂停执行告知承诺制").click()
    expect(one.get_by_role("listitem").filter(has_text="暂停执行告知承诺制")).to_contain_text("情节严重")
    expect(one).to_contain_text("且整改完成为止")
    assert faults_of_access(w) == []
    standing.get_by_role("button", name="关闭").click()
    w.page.get_by_role("button", name="返回办件列表").click()
    open_case(w, "违诺公司")
    expect(w.page.get_by_role("button", name=f"{GAS}暂停执行告知承诺制")).to_be_visible()
    w.page.get_by_role("button", name="返回办件列表").click()
    w.page.get_by_role("button", name="统计").click()
    figures = w.page.get_by_role("dialog", name="统计")
    mending = figures.get_by_role("row", name="责令整改 · 给水")
    expect(mending.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"在办最久 [\d.]+，时限 —"))
    assert faults_of_access(w) == []


def test_from_the_application_to_the_rating(window: Callable[..., Window], wuzhi: str) -> None:
    """武陟 knows no commitment: three departments decide side by side, each on its own permission."""
    w = cases_of(window(1440, 900), wuzhi)
    be(w, "申请人", "木栾药业")
    file_on_page(w, {"申请单位/个人": "木栾药业"}, "用水报装")
    be(w, "联办窗口", "王窗口", "government_services")
    do(w, "受理")
    do(w, "商定踏勘时间", **{"时间（北京时间）": tomorrow()})
    be(w, "勘测人员", "测绘队")
    do(w, "记录踏勘", 踏勘记录="现场可行")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "确定方案", 规划管线编号="R004", 办理单位=WATER)
    do(w, "判定路由")
    verdict = w.page.get_by_role("status", name="给水")
    expect(verdict).to_contain_text("文件未规定限值")  # 武陟's document gives none
    expect(verdict).to_contain_text("并联审批")

    for item, department in DEPARTMENTS.items():
        be(w, "审批部门", f"{department} 科长", department)
        expect(decision(w).get_by_label("许可事项").locator("option:checked")).to_have_text(item)
        decision(w).get_by_label("意见").fill(f"{item}：同意，注意恢复路面")
        decision(w).get_by_role("button", name="同意", exact=True).click()
        expect(section(w, "许可事项与决定").locator("li.granted").filter(has_text=item)).to_contain_text("注意恢复路面")
    expect(verdict).to_contain_text("可以开工")

    be(w, "公用事业单位", WATER, WATER)
    do(w, "开工")
    do(w, "完工")
    do(w, "申报验收")
    be(w, "联办窗口", "王窗口", "government_services")
    do(w, "验收合格")
    be(w, "公用事业单位", WATER, WATER)
    do(w, "接通")
    be(w, "申请人", "木栾药业")
    do(w, "服务评价", 评语="很快")
    expect(w.page.get_by_text("已评价办结")).to_be_visible()
    newest = section(w, "办理经过").locator("li").first
    expect(newest).to_contain_text("很快")
    expect(newest).to_contain_text("木栾药业 · 申请人")


def test_each_stretch_and_each_finding_is_found_on_the_map(window: Callable[..., Window], wuzhi: str) -> None:
    w = cases_of(window(1280, 720), wuzhi)
    judged(w, "覃怀酒店", ("water", WATER, "R004"), ("gas", GAS, "R010"))
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "审批部门", "李科长", "city_management")
    open_case(w, "覃怀酒店")
    stretches = section(w, "计入的每一段").locator("button")
    expect(stretches).to_have_count(1)
    expect(stretches.first).to_contain_text("滨河路")
    # The same function as a drawn line is asked about: nothing is computed a second time.
    route = w.page.request.get(f"{w.url}/api/collections/routes/items/R004?crs=EPSG:4546").json()
    asked = {"route": route, "crs": "EPSG:4546", "moving": True}
    told = w.page.request.post(f"{w.url}/api/assessments", data=asked).json()
    [passage] = told["passages"]
    expect(stretches.first).to_contain_text(f"{passage['length_m']:.2f} m")
    assert section(w, "碰到什么").get_by_role("heading").inner_text().split()[-1] == str(len(told["findings"]))
    expect(section(w, "可同沟管线").locator("li")).to_have_count(len(told["partners"]))

    stretches.first.click()
    expect(stretches.first).to_have_attribute("aria-pressed", "true")
    w.page.get_by_role("tab", name="燃气").click()
    expect(w.page.get_by_role("status", name="燃气")).to_contain_text(GAS)
    w.page.keyboard.press("ArrowRight")
    expect(w.page.get_by_role("tab", name="给水")).to_have_attribute("aria-selected", "true")
    expect(stretches).to_have_count(1)
    expect(stretches.first).to_have_attribute("aria-pressed", "false")

    w.page.wait_for_timeout(900)  # the map moves to the line
    xs, ys = zip(*(at for at in _coordinates(passage["geometry"])), strict=True)
    x, y = w.pixel_of((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    w.page.mouse.click(x, y - 20)  # the tag stands above its stretch
    expect(stretches.first).to_have_attribute("aria-pressed", "true")

    finding = section(w, "碰到什么").locator("li button").first
    finding.click()
    expect(finding).to_have_attribute("aria-pressed", "true")
    expect(w.page.get_by_text("附件")).to_have_count(0)
    w.page.get_by_text("另有 11 条未规定或不适用").click()
    expect(w.page.locator("details.rest details")).to_have_count(11)
    expect(w.page.locator("details[open] blockquote").first).to_be_visible()  # the decisive clause, word for word
    expect(section(w, "报装表")).to_contain_text("申请地址")
    assert faults_of_access(w) == []


def _coordinates(geometry: dict) -> list[list[float]]:
    """Return the vertices of a line of one or several parts."""
    parts = geometry["coordinates"]
    return parts if geometry["type"] == "LineString" else [at for part in parts for at in part]


def test_a_refusal_needs_an_opinion_and_the_keyboard_is_enough(window: Callable[..., Window], wuzhi: str) -> None:
    w = cases_of(window(1280, 720), wuzhi)
    judged(w, "嘉应纺织", ("water", WATER, "R004"))
    w.page.get_by_role("button", name="刷新办件").click()
    be(w, "审批部门", "李科长", "city_management")
    open_case(w, "嘉应纺织")
    opinion = decision(w).get_by_label("意见")
    opinion.focus()
    w.page.keyboard.press("Control+Shift+Enter")
    expect(decision(w).get_by_role("alert")).to_have_text("不同意须写明意见")
    expect(opinion).to_be_focused()
    w.page.keyboard.type("路面去年刚修好")
    w.page.keyboard.press("Control+Shift+Enter")
    refused = section(w, "许可事项与决定").locator("li.refused")
    expect(refused).to_contain_text("李科长：路面去年刚修好")
    expect(opinion).to_have_value("")


def test_who_decides_second_is_told_by_whom_and_keeps_the_opinion(window: Callable[..., Window], wuzhi: str) -> None:
    one, two = (cases_of(window(1280, 720), wuzhi) for _ in range(2))
    judged(one, "古樊冷链", ("water", WATER, "R004"))
    for w, name in ((one, "先到科长"), (two, "后到科长")):
        w.page.get_by_role("button", name="刷新办件").click()
        be(w, "审批部门", name, "city_management")
        open_case(w, "古樊冷链")
        decision(w).get_by_label("意见").fill(f"{name}的意见")
    decision(one).get_by_role("button", name="同意", exact=True).click()
    expect(section(one, "许可事项与决定").locator("li.granted")).to_contain_text("先到科长的意见")

    two.expected.append("409")
    decision(two).get_by_role("button", name="不同意").click()
    expect(decision(two).get_by_role("alert")).to_contain_text("先到科长")
    expect(decision(two).get_by_role("status")).to_contain_text("挖掘城市道路：批准（先到科长）")
    expect(decision(two).get_by_label("意见")).to_have_value("后到科长的意见")  # kept, and for no other permission
    expect(decision(two).get_by_role("button", name="同意", exact=True)).to_be_disabled()
    granted = section(two, "许可事项与决定").locator("li.granted")
    expect(granted).to_contain_text("先到科长的意见")  # read again by itself


def test_another_act_meanwhile_is_told_and_may_be_repeated(window: Callable[..., Window], wuzhi: str) -> None:
    w = cases_of(window(1440, 900), wuzhi)
    be(w, "申请人", "乙公司")
    file_on_page(w, {"申请单位/个人": "乙公司"}, "用气报装")
    case = w.page.locator("h2 .figures").inner_text()
    command(w, case, "accept", {"name": "先到窗口", "role": "coordinator"}, {})
    be(w, "联办窗口", "后到窗口")
    w.page.get_by_role("button", name="受理", exact=True).click()
    form = w.page.get_by_role("form", name="受理")
    form.get_by_label("项目经理").fill("张经理")
    w.expected.append("409")
    form.get_by_role("button", name="受理").click()
    expect(form.get_by_role("alert").first).to_contain_text("先到窗口")
    expect(form.get_by_label("项目经理")).to_have_value("张经理")
    expect(w.page.locator("aside .top").get_by_text("办理中")).to_be_visible()
