"""What `cotrench policies` and `cotrench policy` print of a county's procedure."""

from __future__ import annotations

import pytest

from tests.api.test_cli import cotrench


def test_the_table_counts_what_each_county_has(tmp_path):
    done = cotrench("policies", "--on", "2026-12-01", folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    for county in ("武陟县", "内乡县", "赤壁市", "淮北市", "济源市"):
        assert county in done.stdout


@pytest.mark.parametrize(
    ("county", "words"),
    [
        ("wuzhi", ["【办理阶段】", "WZ-ST4a", "1 个工作日 · 涉及部门数 2", "公安局", "主供电容量 (千伏安(千瓦))",
                   "容缺受理", "联合验收：联合验收 · 文件未规定"]),
        ("neixiang", ["当日（另写 1 个工作日，取早者）", "暂停执行告知承诺制", "文件未附", "部门：文件未规定"]),
        ("chibi", ["2 个工作日（流程图，中置信）", "记入信用档案", "不收费", "（推定）"]),
        ("huaibei", ["系统自动发起", "当日 · 给水、燃气、通信", "(必填)", "文件未规定"]),
        ("jiyuan", ["视为无意见", "除外：对道路交通安全"]),
    ],
)  # fmt: skip
def test_a_policy_shows_stages_permissions_forms_and_the_rest(tmp_path, county, words):
    done = cotrench("policy", county, "--on", "2026-12-01", folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout, word


def test_in_english_no_line_of_ours_is_chinese_alone(tmp_path):
    done = cotrench("policy", "huaibei", "--on", "2026-12-01", folder=tmp_path)
    assert "[Stages]" in done.stdout
    assert "the same day · Water, Gas, Telecom" in done.stdout
    assert "started by the system" in done.stdout


def test_one_day_is_one_day_in_english(tmp_path):
    done = cotrench("policy", "wuzhi", "--on", "2026-12-01", folder=tmp_path)
    assert "by two departments · 1 working day ·" in done.stdout
    assert "· 0.5 working day ·" in done.stdout
