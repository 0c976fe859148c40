"""`cotrench print` prints plain files to scale; what no print can have is said, and nothing is written."""

from __future__ import annotations

import io
import json
import re

import pytest
from pypdf import PdfReader

from tests.api.test_cli import cotrench
from tests.maps.small_town import X, Y, judged, layers


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("print")
    for name, frame in layers().items():
        frame.to_file(place / f"{name}.gpkg")
    return place


def asked(folder, *more, out="a.pdf"):
    names = ("roads", "greens", "pipes", "buildings")
    others = [part for name in names for part in (f"--{name}", folder / f"{name}.gpkg")]
    fixed = ("--on", "2026-12-01", "-o", folder / out)
    return cotrench("print", folder / "routes.gpkg", *others, *fixed, *more, folder=folder)


def printed(folder, out="a.pdf"):
    document = PdfReader(io.BytesIO((folder / out).read_bytes()))
    words = re.sub(r"\s+", "", "".join(page.extract_text() for page in document.pages))
    return words, json.loads(document.attachments["data.json"][0])


def test_without_a_box_everything_planned_is_on_one_sheet(folder):
    done = asked(folder, "--paper", "A4", "--title", "Corner", "--findings")
    assert done.returncode == 0, done.stderr
    words, data = printed(folder)
    [sheet] = data["sheets"]
    assert f"Scale1:{sheet['scale']}" in words
    assert "Corner" in words
    assert {one["id"] for one in data["findings"]} == {
        one.id for one in judged()[1] if one.outcome != "passes" and one.geometry is not None and one.a_layer != "trees"
        and one.b_layer != "trees"
    }  # fmt: skip


def test_a_box_at_a_scale_with_some_layers_and_a_selection(folder):
    box = f"{X - 100},{Y - 60},{X + 100},{Y + 60}"
    done = asked(folder, "--box", box, "--scale", "1:500", "--layers", "roads，routes", "--portrait", out="b.pdf")
    assert done.returncode == 0, done.stderr
    words, data = printed(folder, "b.pdf")
    assert data["layers"] == ["roads", "routes"]
    assert {one["scale"] for one in data["sheets"]} == {500}
    assert len(data["sheets"]) > 1
    assert "Existing" not in words
    done = asked(folder, "--select", "W1", out="c.pdf")
    assert done.returncode == 0, done.stderr
    assert printed(folder, "c.pdf")[1]["routes"] == ["W1"]


def test_what_is_wrong_is_said_at_once_and_nothing_is_written(folder):
    done = asked(folder, "--scale", "1", "--paper", "B5", "--layers", "rivers", "--box", "1,2", out="d.html")
    assert done.returncode == 2
    for word in ("--scale", "1:100", "--paper", "A4 A3", "--layers", "waters", "--box", ".pdf"):
        assert word in done.stderr
    done = asked(folder, "--select", "nobody", out="d.pdf")
    assert done.returncode == 2
    assert "nobody" in done.stderr
    done = asked(folder, "--scale", "1000000000", out="d.pdf")
    assert "1:200000" in done.stderr
    assert not list(folder.glob("d.*"))
