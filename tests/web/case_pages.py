"""Work on cases in the browser: who acts, what is pressed, and the parts of a case's page by their headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.desk import tomorrow

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.web.conftest import Window

WATER, GAS = "县自来水公司", "县燃气公司"
DECIDING = ("联办窗口", "审批部门", "监管部门")
"""Roles in which one acts for a department: it is chosen by its name, while a company goes by what it types."""


def cases_of(w: Window) -> Window:
    """Open the cases of the county that is served."""
    w.open()
    w.page.get_by_role("button", name="办件", exact=True).click()
    return w


def be(w: Window, role: str, name: str, department: str = "") -> None:
    w.page.get_by_label("角色").select_option(label=role)
    w.page.get_by_label("姓名").fill(name)
    if role in DECIDING:
        # It is a field to type in until the page knows the departments.
        w.page.get_by_role("combobox", name="部门或单位").select_option(value=department)
    else:
        w.page.get_by_role("textbox", name="部门或单位").fill(department)


def do(w: Window, what: str, **entered: str) -> None:
    w.page.get_by_role("button", name=re.compile(f"^{what}")).click()
    form = w.page.get_by_role("form", name=what, exact=True)
    for label, value in entered.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=what).click()
    expect(form).to_have_count(0)


def look_away(w: Window) -> None:
    """Lay a page behind others: it does not look by itself, every few seconds, at what they do."""
    w.page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    w.settled()


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
    # In its own sheet: the list has it, too.
    expect(w.page.locator("aside .phase")).to_have_text("已提交，待受理")
