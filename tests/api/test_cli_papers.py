"""`cotrench form` and `cotrench paper` write a PDF or list every fault and write nothing."""

import json

import pytest

from api.cli.main import main
from tests.maps.county_papers import PAPERS


def ran(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0


def written(path, data):
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("policy", ["wuzhi", "neixiang", "chibi", "huaibei", "jiyuan"])
def test_blank_forms(policy, tmp_path, capsys):
    out = tmp_path / "form.pdf"
    assert ran("form", policy, "-o", out) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert ("not attached" in capsys.readouterr().out) == (policy in ("neixiang", "jiyuan"))


def test_a_filled_form_a_draft_and_another_form_of_the_county(tmp_path):
    values = written(tmp_path / "values.json", {"basic.phone": "138 0013 8000"})
    out = tmp_path / "form.pdf"
    assert ran("form", "huaibei", "--values", values, "-o", out) == 2
    assert not out.exists()
    assert ran("form", "huaibei", "--values", values, "--draft", "-o", out, "--on", "2026-12-01") == 0
    first = out.read_bytes()
    assert ran("form", "huaibei", "--values", values, "--draft", "-o", out, "--on", "2026-12-01") == 0
    assert out.read_bytes() == first
    assert ran("form", "chibi", "--form", "CB-FM3", "-o", out) == 0


def test_every_fault_of_a_form_is_listed(tmp_path, capsys):
    values = written(tmp_path / "values.json", {"basic.phone": "1", "basic.credit_code": "9", "basic.nobody": 1})
    assert ran("form", "wuzhi", "--values", values, "-o", tmp_path / "form.pdf") == 2
    told = capsys.readouterr().err
    assert "3 faults" in told
    assert all(key in told for key in ("basic.phone", "basic.credit_code", "basic.nobody"))
    assert not (tmp_path / "form.pdf").exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("{", "not JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100000, "nested"),
        ("\ufeff{}", "is missing"),
        ("[]", "name: entry"),
    ],
)
def test_data_that_cannot_be_used(data, code, tmp_path, capsys):
    assert ran("paper", "receipt", "--data", written(tmp_path / "data.json", data), "-o", tmp_path / "x.pdf") == 2
    assert code in capsys.readouterr().err


@pytest.mark.parametrize("kind", PAPERS)
def test_papers(kind, tmp_path, capsys):
    out = tmp_path / "paper.pdf"
    assert ran("paper", kind, "--data", written(tmp_path / "data.json", PAPERS[kind]), "-o", out) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert "NX-2026-0017" in capsys.readouterr().out


def test_places_that_cannot_be_written_or_read(tmp_path, capsys):
    assert ran("form", "wuzhi", "-o", tmp_path / "form.docx") == 2
    assert ran("form", "wuzhi", "-o", tmp_path / "nowhere" / "form.pdf") == 2
    assert ran("form", "wuzhi", "--values", tmp_path / "none.json", "-o", tmp_path / "form.pdf") == 2
    assert ran("form", "wuzhi", "--form", "CB-FM3", "-o", tmp_path / "form.pdf") == 2
    assert "WZ-FM1" in capsys.readouterr().err


def test_help_speaks_both_languages(monkeypatch, capsys):
    for spoken, word in (("zh_CN.UTF-8", "打印一县的报装表单"), ("C", "Print a county's form")):
        monkeypatch.setenv("LC_ALL", spoken)
        assert ran("form", "--help") == 0
        assert word in capsys.readouterr().out
