"""Papers written from cases: every scenario of every county, and the numbers of some by hand."""

import datetime as dt
import io
import re
from dataclasses import replace

import geopandas as gpd
import pytest
from pypdf import PdfReader
from shapely import LineString

from geo.crs import grid
from maps.case_exposures import MOST_LISTED, to_expose
from maps.case_papers import CasePaper, paper_of, papers_of
from maps.documents import paper_pdf
from maps.paper_blocks import blocks_of
from maps.paper_reading import PAPERS
from survey.conflicts import find_conflicts
from survey.policies import load_policy
from tests.scenarios.cases.runner import COUNTIES, Play, load, steps_of

DAY = dt.date(2026, 12, 20)
SCENARIOS = [(county, name) for county in COUNTIES for name in load(county)]


def played(county, name, steps=None):
    one = Play(load_policy(county))
    for step in steps_of(load(county)[name], county)[:steps]:
        one.step(step)
    return one.case, one.policy


def text_of(paper):
    pages = PdfReader(io.BytesIO(paper_pdf(paper))).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))


def words(value):
    """Every text of the blocks of a paper."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [word for part in parts for word in words(part)]


@pytest.mark.parametrize(("county", "name"), SCENARIOS)
def test_every_paper_of_every_scenario_can_be_written_and_quotes_only_its_document(county, name):
    case, policy = played(county, name)
    quotes = {one.quote for part in (policy.rules, policy.stages, policy.provisions) for one in part}
    for which in papers_of(case):
        paper = paper_of(which, case, policy, DAY)
        assert paper.head.case == "C1"
        assert paper.head.document == policy.document
        said = words(blocks_of(paper)[2])
        assert not {"None", "nan"} & set(said)
        assert {clause.quote for clause in getattr(paper, "clauses", ())} <= quotes


@pytest.mark.parametrize(("county", "name"), SCENARIOS)
def test_a_paper_is_headed_by_an_organ_and_no_remark_of_a_table(county, name):
    case, policy = played(county, name)
    for which in papers_of(case):
        authority = paper_of(which, case, policy, DAY).head.authority
        assert not re.search("[（）；]|牵头|未指定|未列", authority), (which.kind, authority)


@pytest.mark.parametrize(
    ("county", "name", "kind", "authority"),
    [
        ("huaibei", "01_straight", "survey_notice", "市住房城乡建设局"),
        ("jiyuan", "01_commitment", "acceptance_certificate", "水电气暖通信联合报装综合受理窗口"),
        ("chibi", "01_commitment", "acceptance_certificate", "水务集团"),
        ("wuzhi", "01_straight", "acceptance_certificate", "政务服务和大数据管理局"),
    ],
)
def test_who_leads_a_stage_heads_its_paper(county, name, kind, authority):
    case, policy = played(county, name)
    assert paper_of(CasePaper(kind), case, policy, DAY).head.authority == authority


def test_a_letter_tells_when_it_was_signed_and_leaves_room_for_what_is_written_by_hand():
    case, policy = played("jiyuan", "01_commitment")
    said = words(blocks_of(paper_of(CasePaper("commitment_letter", "water"), case, policy, DAY))[2])
    assert "承诺时间：2026年12月1日" in said
    hand = said[said.index("法定代表人（负责人）") + 1]
    assert hand.strip() == ""


def test_the_scenarios_bring_every_kind_of_paper():
    kinds = {which.kind for county, name in SCENARIOS for which in papers_of(played(county, name)[0])}
    assert kinds == set(PAPERS)


def test_no_paper_before_acceptance_and_none_that_the_case_does_not_give():
    case, policy = played("neixiang", "01_commitment", steps=1)
    assert papers_of(case) == ()
    with pytest.raises(KeyError):
        paper_of(CasePaper("receipt"), case, policy, DAY)


def test_a_letter_has_the_limits_measured_values_and_departments_of_its_verdict():
    case, policy = played("neixiang", "01_commitment", steps=5)
    paper = paper_of(CasePaper("commitment_letter", "water"), case, policy, DAY)
    assert [(one.rule, one.limit, one.measured) for one in paper.limits] == [
        ("NX-TH1", 15.0, 12.0), ("NX-TH2", 200.0, 180.0), ("NX-TH3", 20.0, 0.0),
    ]  # fmt: skip
    assert (paper.unit, paper.utility, paper.route, paper.revision) == ("水司", "给水", "W1", "1")
    told = text_of(paper)
    assert "穿越" in told
    assert "12m≤15m3m" in told
    assert "暂停执行告知承诺制" in told or "承诺制" in told


def test_a_receipt_names_who_answers_and_the_times_that_run():
    case, policy = played("neixiang", "01_commitment", steps=5)
    paper = paper_of(CasePaper("receipt"), case, policy, DAY)
    assert paper.received == dt.datetime.fromisoformat("2026-12-01T09:00+08:00")
    assert paper.accepted == dt.datetime.fromisoformat("2026-12-01T10:00+08:00")
    assert paper.channel == "线上"
    (promise,) = [one for one in paper.stages if one.stage.startswith("告知承诺")]
    assert promise.due == dt.datetime.fromisoformat("2026-12-01T17:30+08:00")


def test_the_one_reply_waits_for_every_utility():
    before, _ = played("neixiang", "01_commitment", steps=5)
    after, policy = played("neixiang", "01_commitment", steps=6)
    assert CasePaper("one_reply") not in papers_of(before)
    paper = paper_of(CasePaper("one_reply"), after, policy, DAY)
    assert paper.conclusion == "共 1 项：可以接入 1 项，未获批准 0 项"
    assert "已按承诺作出决定" in paper.utilities[0].result


def test_a_breach_is_told_with_what_was_committed_measured_and_allowed():
    kind = "rectification_notice"
    ordered = [one for one in SCENARIOS if kind in {which.kind for which in papers_of(played(*one)[0])}]
    assert ordered
    for county, name in ordered:
        case, policy = played(county, name)
        (which,) = [one for one in papers_of(case) if one.kind == kind]
        paper = paper_of(which, case, policy, DAY)
        task = case.tasks[which.utility]
        ordered_at = case.milestone("rectification_ordered", which.utility).moment
        assert paper.found == task.measured_at != ordered_at  # the order comes after the measuring
        assert [one.measured for one in paper.breaches] == [task.as_built[b.quantity].value for b in task.breaches]
        assert all(one.outcome == "fails" and one.measured - one.uncertainty > one.limit for one in paper.breaches)


def test_the_notice_lists_what_lies_within_the_doubt_of_a_limit():
    case, policy = played("wuzhi", "01_straight")
    (name, task), *_ = case.tasks.items()
    rule = next(one for one in load_policy("neixiang").rules if one.kind == "threshold")
    line = {"rule": rule.id, "kind": "threshold", "outcome": "within_uncertainty", "limit": 15.0}
    doubtful = replace(task, judgement=replace(task.judgement, trace=(line,)))
    notice = paper_of(CasePaper("survey_notice"), replace(case, tasks={name: doubtful}), load_policy("neixiang"), DAY)
    assert notice.checklist == (f"实测给水管线W1的{rule.subject_zh}",)
    assert paper_of(CasePaper("survey_notice"), case, policy, DAY).checklist == ()


def line(y, **more):
    return {"geometry": LineString([(579_400, 3_658_600 + y), (579_460, 3_658_600 + y)])} | more


def conflicts_of(*routes, pipes):
    frames = [gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4546") for rows in (list(routes), list(pipes))]
    rules = load_policy("neixiang")
    return list(find_conflicts(frames[0], pipes=frames[1], policy=rules, on=DAY, grid=grid("EPSG:4546")))


def test_the_notice_lists_what_the_uncertainty_of_pipes_leaves_open():
    """Gas 0.9 m from water that is known to half a metre: the table asks 0.5 m, so the pipe is exposed on site."""
    case, policy = played("wuzhi", "01_straight")
    (task, *_) = case.tasks.values()
    route = {"id": task.route, "utility": "gas", "diameter_mm": 200.0, "pressure_mpa": 0.2, "cover_m": 1.2}
    doubtful = {"utility": "water", "diameter_mm": 200.0, "cover_m": 1.2, "accuracy_m": 0.3}
    found = conflicts_of(line(0, **route), line(9, **route | {"id": "别家"}),
                         pipes=[line(0.9, id="E1", **doubtful), line(9.9, id="E2", **doubtful)])  # fmt: skip
    assert {one.a for one in found if one.outcome == "must_expose"} == {task.route, "别家"}
    notice = paper_of(CasePaper("survey_notice"), case, policy, DAY, findings=lambda: found)
    [item] = notice.checklist
    assert "现场探挖现状给水 E1" in item
    assert "0.70 ± " in item
    assert "限值 0.50 m" in item
    assert "GB 50289-2016 4.1.9" in item
    assert "E2" not in item
    assert "现场探挖现状给水E1" in text_of(notice)


def test_a_pipe_is_exposed_once_and_a_long_list_says_how_much_is_left():
    route = {"id": "R", "utility": "gas", "diameter_mm": 200.0, "pressure_mpa": 0.2, "cover_m": 1.2}
    doubtful = {"utility": "water", "diameter_mm": 200.0, "cover_m": 1.2, "accuracy_m": 0.3}
    [found] = [f for f in conflicts_of(line(0, **route), pipes=[line(0.9, id="E1", **doubtful)]) if f.b == "E1"]
    again = replace(found, id="2", kind="vertical_clearance", from_m=5.0)
    [item] = to_expose([again, found, found], ["R"])
    assert item.index("水平净距") < item.index("垂直净距")
    assert item.count("水平净距") == 1
    assert to_expose([replace(found, outcome="fails")], ["R"]) == ()
    assert to_expose([found], ["另一条"]) == ()
    many = [replace(found, mend=replace(found.mend, zh=f"探挖 {k}"), from_m=float(k)) for k in range(MOST_LISTED + 3)]
    listed = to_expose(many[::-1], ["R"])
    assert listed[0].startswith("探挖 0（")
    assert listed[-1] == "另有 3 处须现场核实，见踏勘图"
    assert len(listed) == MOST_LISTED + 1
