"""A joint survey of the small town, kept as the service keeps it: planned, held, answered by two phones, signed."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import shapely
from PIL import Image, ImageDraw

from geo.line_differences import line_difference
from maps.visit_minutes_content import CaseStep, MeasuredRoute, MinutesHead, Photo, VisitMinutes
from survey.calendar import BEIJING
from survey.cases.commands import Command
from survey.cases.records import Actor
from survey.visits.items import Item, Subject
from survey.visits.keeping import Visit, decide
from survey.visits.keeping import commands as co
from survey.visits.keeping.events import Answer, Plan, Present
from survey.visits.keeping.state import evolve
from survey.visits.schedules import Call, Day
from survey.visits.stops import Attendee, Stop
from tests.maps.small_town import DAY, X, Y, layers

OFFICE, CREW, GAS = Actor("王主任", "coordinator"), Actor("李测", "surveyor"), Actor("赵工", "utility", "燃气公司")
WATER_CO = Attendee("utility:县自来水公司", "utility", "县自来水公司", ("拟建给水管线 W1",), ("planned water line W1",))
GAS_CO = Attendee("utility:县燃气公司", "utility", "县燃气公司", ("拟建燃气管线 Q1",), ("planned gas line Q1",))
OWNER = Attendee("applicant:甲置业", "applicant", "甲置业", ("2026-00001 申请人",), ("applicant",))


def at(hour, minute=0, day=1):
    return datetime(2026, 12, day, hour, minute, tzinfo=BEIJING)


def item(name, kind, tool, dx, dy, zh, en, **more):
    return Item(name, kind, tool, (Subject("routes", more.pop("route", "W1")),), "", X + dx, Y + dy, zh, en, **more)


def stops():
    first = (
        item("finding:a", "verify", "expose", 20, -6, "探明排水管 E1 位置和埋深", "expose drain E1"),
        item("crossing:W1:1", "crossing", "tape", 20, 0, "量测给水 W1 穿滨河路的长度", "measure the crossing of W1",
             measured=16.02, limit=15.0, uncertainty=0.3, unit="m", document="内城管〔2022〕125号", clause="第三条"),
        item("finding:b", "settle", "talk", 20.2, 30, "商定给水 W1 与燃气 Q1 的净距（现 0.50 m）", "settle the gap",
             measured=0.5, limit=0.7, unit="m", document="GB 50289-2016", clause="表 4.1.9", unverified=True),
    )  # fmt: skip
    second = (
        item("chance:x", "chance", "talk", 60, 40, "商定燃气 Q1 与给水同沟", "agree on one trench", route="Q1"),
        item("site:2026-00001", "site", "look", 68, 44, "察看项目接入点", "see where it connects", route="Q1"),
    )
    return (
        Stop("S1", X + 20, Y, "D1", 4.0, first, (OWNER, GAS_CO, WATER_CO), 70.0, "滨河路穿路处", "滨河路"),
        Stop("S2", X + 66, Y + 40, "D2", 2.0, second, (OWNER, GAS_CO), 20.0, "小区东门", "水井巷"),
    )


def plan(title):
    calls = (
        Call(0, 600.0, 0.0, at(9, 10), at(9, 10), at(10, 20)),
        Call(1, 120.0, 0.0, at(10, 22), at(10, 22), at(10, 42)),
    )
    return Plan(title, ("2026-00001",), stops(), (Day(at(9).date(), at(9), calls, at(10, 50), provisional=False),))


class Office:
    """Commands given one after another, half a minute apart."""

    def __init__(self, visit_id="V-2026-0001"):
        self.visit, self.events, self.now = Visit(visit_id), [], at(8, 31)

    def give(self, body, actor=OFFICE, moment=None):
        self.now = max(self.now + timedelta(seconds=30), moment or self.now)
        made = decide(self.visit, Command(f"c{len(self.events)}", actor, body), self.now)
        for event in made:
            self.visit = evolve(self.visit, event)
        self.events += made

    def answer(self, name, item_id, outcome, actor=CREW, hour=9, minute=30, **more):
        spot = {"x": X + 20.0, "y": Y + 1.0, "accuracy_m": 0.03}
        self.give(co.AnswerItem(Answer(name, item_id, outcome, at(hour, minute), **(spot | more))), actor)


def held(title="滨河路给水、燃气接入联合踏勘"):
    """Return the office after a survey on which not everybody came and not everything agreed."""
    office = Office()
    office.give(co.PlanVisit(plan(title)))
    office.give(co.InviteVisit())
    office.give(co.HoldVisit((
        Present("赵工", "县燃气公司", GAS_CO.key), Present("李测", "县测绘队"), Present("孙经理", "甲置业", OWNER.key),
    )), moment=at(11))  # fmt: skip
    office.answer("a1", "finding:a", "value", value=1.12, uncertainty=0.05, unit="m", photos=("p1",), note="管顶埋深")
    office.answer("a2", "crossing:W1:1", "value", value=16.31, unit="m", minute=40)
    office.answer("b2", "crossing:W1:1", "value", GAS, value=15.9, unit="m", minute=44, note="自路缘石内侧量")
    office.answer("a3", "finding:b", "ok", minute=55, note="燃气管东移 0.30 m，净距 0.80 m", photos=("p2", "p9"))
    office.answer("a4", "chance:x", "not_ok", GAS, hour=10, minute=30, note="燃气先行施工，不同沟")
    office.give(co.SignVisit(Present("赵工", "县燃气公司", GAS_CO.key), "s1"), GAS)
    office.give(co.SignVisit(Present("李测", "县测绘队"), "s2"), CREW)
    return office


def picture(colour, size=(800, 600), kind="JPEG"):
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    for k in range(0, size[0], 40):
        draw.line([(k, 0), (size[0] - k, size[1])], fill="#ffffff", width=3)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def signature():
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(40, 150), (140, 40), (180, 160), (300, 60), (420, 140), (560, 90)], "#101840", 9)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def measured():
    [plan_line] = [
        line for name, line in zip(layers()["routes"]["id"], layers()["routes"].geometry, strict=True) if name == "W1"
    ]
    seen = shapely.LineString(
        [(X + 20.05, Y - 20), (X + 20.1, Y + 5), (X + 21.4, Y + 12), (X + 20.1, Y + 20), (X + 20, Y + 39.5)]
    )
    return MeasuredRoute(
        "W1", "3f2c-77aa-line1", seen, 0.03, plan_line, line_difference(plan_line, seen, 0.2), by="李测", at=at(9, 50)
    )


def minutes(office=None, **more):
    office = office or held()
    pictures = {
        "p1": Photo(picture("#7a6a4f"), at(9, 31), X + 20, Y - 6, 0.03), "p2": Photo(picture("#3f5f7a", (600, 900))),
        "s1": Photo(signature()), "s2": Photo(signature()),
    }  # fmt: skip
    head = {"county": "内乡县", "authority": "内乡县城市管理局", "issued": DAY, "document": "内城管〔2022〕125号",
            "clause": "四(二)2", "number": "V-2026-0001-纪要-1", "issue": 1} | more.pop("head", {})  # fmt: skip
    steps = (
        CaseStep(
            "2026-00001",
            "滨河花园",
            "登记踏勘完成",
            "record the survey",
            "",
            None,
            "内城管〔2022〕125号",
            "",
            done=True,
        ),
    )
    return VisitMinutes(
        head=MinutesHead(**head), visit=office.visit, pictures=pictures, layers=layers(),
        grid="CGCS2000 114°E", **({"steps": steps, "lines": (measured(),)} | more),
    )  # fmt: skip
