"""`cotrench deadline` on the counties' own stages: what is due, what was counted, what the document leaves open."""

import re
from dataclasses import replace
from datetime import date

import pytest

from geo.faults import BadInputError
from survey.policies import load_policy
from survey.stage_times import stages_asked
from tests.api.test_cli import cotrench

HAN = re.compile("[\u4e00-\u9fff]")
WUZHI = ("deadline", "--policy", "wuzhi")


def ask(folder, *arguments, zh=False):
    return cotrench(*WUZHI, *arguments, folder=folder, zh=zh)


def rows(page):
    """Return the cells of the printed table, without its lines."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in page.splitlines() if line.startswith("│")]


def test_every_half_day_is_printed_with_what_was_left_out(tmp_path):
    done = ask(tmp_path, "--stage", "parallel_approval", "--from", "2026-09-30T10:00", "--departments", 2, zh=True)
    assert done.returncode == 0, done.stderr
    assert "应于2026-10-08（周四）17:30前完成" in done.stdout
    assert "涉及2个审批部门的事项，审批时限为1个工作日" in done.stdout
    assert [(row[0], row[1][:10], row[2], row[4]) for row in rows(done.stdout)] == [
        ("–", "2026-09-30", "全天", "事件当日不计（民法典第二百零一条）"),
        *[("–", f"2026-10-0{day}", "全天", "国庆节") for day in range(1, 8)],
        ("1", "2026-10-08", "上午", ""),
        ("2", "2026-10-08", "下午", ""),
    ]
    assert "另一读法：" in done.stdout
    assert "2026-10-08（周四）12:00" in done.stdout
    assert "判断" in done.stdout


@pytest.mark.parametrize(("departments", "due"), [(2, "2026-12-01 17:30"), (3, "2026-12-02 17:30")])
def test_the_number_of_departments_decides(tmp_path, departments, due):
    done = ask(tmp_path, "--stage", "parallel_approval", "--from", "2026-11-30T10:00", "--departments", departments)
    assert f"due by {'Tue' if departments == 2 else 'Wed'} {due}" in done.stdout


def test_a_date_beyond_the_horizon_is_called_provisional(tmp_path):
    done = ask(tmp_path, "--stage", "parallel_approval", "--from", "2026-12-31 15:00")
    assert done.returncode == 0
    assert "provisional: the State Council's holiday notices end on 2026-12-31" in done.stdout


def test_without_a_number_nothing_is_due_and_the_words_are_quoted(tmp_path):
    done = ask(tmp_path, "--stage", "supplement", "--from", "2026-11-30T10:00", zh=True)
    assert done.returncode == 0
    assert "文件未规定" in done.stdout
    assert "限时补齐" in done.stdout
    assert "应于" not in done.stdout
    assert rows(done.stdout) == []


def test_the_latest_moment_to_begin(tmp_path):
    done = ask(tmp_path, "--stage", "parallel_approval", "--by", "2026-10-09", "--departments", 2)
    assert done.returncode == 0
    assert "begin before Fri 2026-10-09 00:00; in office hours by Thu 2026-10-08 17:30" in done.stdout
    assert "due by" not in done.stdout


def test_a_stage_may_be_named_by_its_rule(tmp_path):
    done = ask(tmp_path, "--stage", "WZ-ST4a", "--from", "2026-11-30T10:00")
    assert "due by Tue 2026-12-01 17:30" in done.stdout


def test_now_is_taken_where_no_start_is_given(tmp_path):
    done = ask(tmp_path, "--stage", "survey_schedule")
    assert done.returncode == 0
    assert "the same day" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stage", "nothing", "--from", "2026-11-30T10:00"), "parallel_approval (parallel approval)"),
        (("--stage", "acceptance", "--from", "2026-11-30"), "the time of day is missing"),
        (("--stage", "acceptance", "--from", "soon"), "write it as 2026-12-01T10:30"),
        (("--stage", "acceptance", "--by", "2026-13-01"), "--by"),
        (("--stage", "acceptance", "--from", "2026-11-30T10:00", "--utility", "oil"), "unknown utility"),
        (("--stage", "acceptance", "--from", "2026-11-30T10:00", "--fact", "rain"), "prelaid"),
        (("--stage", "survey_schedule", "--from", "2199-12-31T23:00"), "slip of the pen"),
        (("--stage", "WZ-ST4", "--from", "2001-12-31T23:00"), "no stage of Wuzhi County"),
    ],
)
def test_bad_input_is_told_and_ends_with_two(tmp_path, arguments, said):
    done = ask(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_policy_that_is_not_there(tmp_path):
    done = cotrench("deadline", "--policy", "atlantis", "--stage", "acceptance", folder=tmp_path)
    assert done.returncode == 2
    assert "neixiang" in done.stderr


@pytest.mark.parametrize("zh", [False, True])
def test_what_we_say_is_in_the_language_of_the_locale(tmp_path, zh):
    done = ask(tmp_path, "--stage", "survey_plan_push", "--from", "2026-09-30T15:00", zh=zh)
    table = "\n".join(" ".join(row) for row in rows(done.stdout))
    assert bool(HAN.search(table)) is zh


def test_a_time_that_depends_on_what_was_not_said_is_not_guessed():
    wuzhi = load_policy("wuzhi")
    by_number = replace(wuzhi, stages=tuple(stage for stage in wuzhi.stages if stage.condition is not None))
    on = date(2026, 11, 30)
    with pytest.raises(BadInputError) as refused:
        stages_asked(by_number, "parallel_approval", on, None, None, ())
    [fault] = refused.value.faults
    assert fault.code == "stage.depends"
    assert "WZ-ST4a" in fault.en
    assert "WZ-ST4b" in fault.zh
    assert [stage.id for stage in stages_asked(by_number, "parallel_approval", on, 2, None, ())] == ["WZ-ST4a"]


def test_a_county_whose_stages_are_not_entered_says_so():
    bare = replace(load_policy("wuzhi"), stages=())
    with pytest.raises(BadInputError, match="no stage of Wuzhi County is entered"):
        stages_asked(bare, "acceptance", date(2026, 11, 30), None, None, ())
