"""`cotrench section`: what it draws, what it prints, what it refuses."""

from __future__ import annotations

import pytest
from pypdf import PdfReader

from tests.api.test_cli import cotrench

LIST = "water:200,gas:110:0.2,雨水:600,power:150:10"


def drawn(folder, *more, utilities=LIST, zh=False):
    out = folder / "section.svg"
    done = cotrench("section", "--utilities", utilities, "-o", out, *more, folder=folder, zh=zh)
    return done, out


@pytest.mark.parametrize(("zh", "word"), [(True, "雨水 DN600"), (False, "Storm drain DN600")])
def test_a_section_is_drawn_in_the_language_of_the_locale(tmp_path, zh, word):
    done, out = drawn(tmp_path, "--soil", "clay", "--load", "none", zh=zh)
    assert done.returncode == 0, done.stderr
    assert out.read_text(encoding="utf-8").startswith("<svg ")
    assert word in done.stdout
    assert word in out.read_text(encoding="utf-8")


def test_lines_are_placed_from_the_red_line(tmp_path):
    done, out = drawn(tmp_path, "--shored", "--red-line", "6", "--bedding", "0.2", zh=True)
    assert done.returncode == 0, done.stderr
    assert "距红线" in done.stdout
    assert "道路红线" in out.read_text(encoding="utf-8")
    assert "垫层按 0.20 m 计" in done.stdout


def test_check_ends_with_one_where_there_is_no_room(tmp_path):
    done, out = drawn(tmp_path, "--shored", "--max-width", "1", "--check")
    assert done.returncode == 1, done.stdout
    assert out.exists()
    assert drawn(tmp_path, "--shored", "--max-width", "20", "--check")[0].returncode == 0


@pytest.mark.parametrize(
    "utilities", ["oil:200", "water:-1", "water:abc", "gas:200:0.4:7", "water:200:0.4", "water:nan", "water:200,,gas"]
)
def test_what_cannot_be_read_is_refused(tmp_path, utilities):
    done, out = drawn(tmp_path, utilities=utilities)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert not out.exists()


def test_an_unknown_soil_and_another_ending_are_refused(tmp_path):
    done, out = drawn(tmp_path, "--soil", "cheese")
    assert done.returncode == 2
    assert "clay" in done.stderr
    assert not out.exists()
    strange = cotrench("section", "--utilities", LIST, "-o", tmp_path / "s.dwg", "--paper", "a9", folder=tmp_path)
    assert strange.returncode == 2
    assert "s.dwg" in strange.stderr
    assert "a4 a3" in strange.stderr


def test_a_section_is_printed_on_the_paper_asked_for(tmp_path):
    out = tmp_path / "section.pdf"
    asked = ("--utilities", LIST, "-o", out, "--paper", "a3", "--project", "滨河路同沟")
    done = cotrench("section", *asked, folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    page = PdfReader(out).pages[0]
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [420, 297]
    assert "滨河路同沟" in page.extract_text()


def test_a_folder_that_is_not_there_is_told_with_what_to_look_at(tmp_path):
    out = tmp_path / "nowhere" / "section.svg"
    done = cotrench("section", "--utilities", LIST, "-o", out, folder=tmp_path)
    assert done.returncode == 2
    assert "section.svg: cannot be written: No such file or directory — check that the folder exists" in done.stderr
