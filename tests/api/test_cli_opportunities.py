"""`cotrench opportunities` on real files: the layer it writes in each format, what it says, how it ends."""

from __future__ import annotations

from datetime import date
from importlib import resources

import geopandas as gpd
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

import survey.opportunities
from geo.formats import read, write
from survey.opportunities import known_costs, opportunities_of
from tests.api.test_cli import GRID, cotrench, line

ON = "2026-12-01"


def test_operators_that_may_be_one_are_told_and_not_merged(tmp_path):
    names = ["县自来水公司", "县自来水有限公司", "县燃气公司"]
    known = {"id": ["W1", "D1", "G1"], "utility": ["给水", "排水", "燃气"], "operator": names}
    lines = [line((0, y), (100, y)) for y in (0, 1.5, 300)]
    write(gpd.GeoDataFrame(known, geometry=lines, crs=GRID), tmp_path / "routes.gpkg")
    done = cotrench("opportunities", tmp_path / "routes.gpkg", "-o", tmp_path / "out.gpkg", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "县自来水有限公司 / 县自来水公司" in done.stderr
    assert "县燃气公司" not in done.stderr
    [operators] = read(tmp_path / "out.gpkg").frame["operators"]
    assert set(operators.split("; ")) == set(names[:2])


@pytest.mark.parametrize(("companies", "more"), [("安保成大方福广恒", None), ("安保成大方福广恒金顺", "and 2 more")])
def test_of_very_many_spellings_the_others_are_counted(tmp_path, companies, more):
    names = [f"{one}供水{form}" for one in companies for form in ("公司", "有限公司")]
    known = {"id": [f"W{at}" for at in range(len(names))], "utility": ["给水"] * len(names), "operator": names}
    lines = [line((0, 300 * at), (100, 300 * at)) for at in range(len(names))]
    write(gpd.GeoDataFrame(known, geometry=lines, crs=GRID), tmp_path / "routes.gpkg")
    done = cotrench("opportunities", tmp_path / "routes.gpkg", "-o", tmp_path / "out.gpkg", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("not merged") == 8
    assert ("more" in done.stderr) == (more is not None)
    assert more is None or more in done.stderr


def files(folder):
    """Write water and gas side by side, a power line far from both, and a street."""
    known = {"id": ["W1", "G1", "P1"], "utility": ["给水", "燃气", "电力"], "operator": ["水司", "=燃气公司", None]}
    known |= {"start": ["2027-03-01", "2027-07-01", None], "end": ["2027-05-31", "2027-08-31", None]}
    lines = [line((0, 0), (100, 0)), line((0, 2), (80, 2)), line((0, 300), (80, 300))]
    write(gpd.GeoDataFrame(known, geometry=lines, crs=GRID), folder / "routes.gpkg")
    road = {"id": ["D1"], "width_m": [12.0], "class": ["支路"], "name": ["解放路"]}
    write(gpd.GeoDataFrame(road, geometry=[line((-50, 0), (150, 0))], crs=GRID), folder / "roads.gpkg")
    return folder / "routes.gpkg", folder / "roads.gpkg"


@pytest.mark.parametrize("ending", [".gpkg", ".csv"])
def test_chances_are_written(tmp_path, ending):
    routes, roads = files(tmp_path)
    out = tmp_path / f"out{ending}"
    done = cotrench("opportunities", routes, "--roads", roads, "--on", ON, "-o", out, folder=tmp_path, zh=True)
    assert done.returncode == 0, done.stderr
    found = read(out, **({"crs": GRID} if ending == ".csv" else {})).frame
    assert found["routes"].tolist() == ["G1; W1"]
    assert found["shared_m"].astype(float).tolist() == pytest.approx([80.0])
    assert found["streets"].tolist() == ["解放路"]
    assert found["meeting"].tolist() == ["shift"]
    assert found["shifts"].iloc[0]
    assert found.geometry.iloc[0].length == pytest.approx(80.0)
    assert "G1 + W1 · 解放路 · 同沟 80 m" in done.stdout


def test_a_workbook_has_the_rows_and_no_formula(tmp_path):
    routes, _ = files(tmp_path)
    out = tmp_path / "out.xlsx"
    done = cotrench("opportunities", routes, "--on", ON, "-o", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    sheet = load_workbook(out)["opportunities"]
    names, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    told = dict(zip(names, row, strict=True))
    assert told["operators"] == "=燃气公司; 水司"
    assert {cell.data_type for cell in sheet["G"]} == {"s"}
    frame = read(routes).frame
    (one,) = opportunities_of(frame, None, on=date.fromisoformat(ON), costs=known_costs())
    assert (told["id"], told["saved_m"], told["score"]) == (one.id, one.saved_m, one.score)
    assert told["yuan_low"] == one.savings.money.low


def test_the_summary_is_printed_in_the_language_of_the_machine(tmp_path):
    routes, roads = files(tmp_path)
    for zh, words in (
        (True, ("共沟机会摘要", "解放路", "须调整工期")),
        (False, ("Chances to share", "a shift is needed")),
    ):
        out = tmp_path / f"{zh}.pdf"
        done = cotrench("opportunities", routes, "--roads", roads, "--on", ON, "-o", out, folder=tmp_path, zh=zh)
        assert done.returncode == 0, done.stderr
        told = "".join("".join(page.extract_text() for page in PdfReader(out).pages).split())
        assert all("".join(word.split()) in told for word in words)


def test_a_format_that_is_none_and_costs_that_are_none_are_told(tmp_path):
    routes, _ = files(tmp_path)
    done = cotrench("opportunities", routes, "-o", tmp_path / "out.doc", folder=tmp_path)
    assert done.returncode == 2
    bad = tmp_path / "costs.toml"
    bad.write_text("[gold]\nlow = 1\n", "utf-8")
    done = cotrench("opportunities", routes, "--costs", bad, "-o", tmp_path / "out.csv", folder=tmp_path)
    assert done.returncode == 2
    assert "costs.toml" in done.stderr
    assert not (tmp_path / "out_opportunities.csv").exists()
    own = resources.files(survey.opportunities).joinpath("unit_costs.toml").read_text("utf-8")
    bad.write_text(own, "utf-8-sig")  # as Notepad keeps it
    done = cotrench("opportunities", routes, "--costs", bad, "-o", tmp_path / "out.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    missing = tmp_path / "none.toml"
    done = cotrench("opportunities", routes, "--costs", missing, "-o", tmp_path / "out.csv", folder=tmp_path)
    assert (done.returncode, "none.toml" in done.stderr) == (2, True)
