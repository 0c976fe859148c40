"""A part of the map on paper over HTTP: where, how, of what one may see; what no paper holds is refused by name."""

from __future__ import annotations

import io
import json
import re

import pytest
import shapely
from PIL import Image
from pypdf import PdfReader

from api.db.store import open_store
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one, code
from tests.api.test_http_items import problem

PRINT = "/api/maps/print"
BOX = [X0 - 20, Y0 - 60, X0 + 120, Y0 + 60]
ASKED = {"layers": ["roads", "routes"], "bbox": BOX, "bbox_crs": "grid", "scale": 1000, "title": "路口图"}


def document(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


def words_of(read):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in read.pages))


def faults(answer):
    return problem(answer, 422, "input.refused")["errors"]


def data_of(read):
    return json.loads(read.attachments["data.json"][0])


def test_a_box_is_printed_true_and_the_same_each_time(shared):
    answer = shared.post(PRINT, json=ASKED)
    read = document(answer)
    told = words_of(read)
    for word in ("图名路口图", "比例尺1:1000", "范蠡大街", "规划"):
        assert word in told
    assert data_of(read)["grid"] == "EPSG:4546"
    [sheet] = data_of(read)["sheets"]
    assert shapely.box(*sheet["bounds"]).covers(shapely.box(*BOX))
    assert answer.headers["x-sheets"] == "1"
    assert shared.post(PRINT, json=ASKED).content == answer.content


def test_the_preview_is_the_first_page(shared):
    answer = shared.post(PRINT, params={"f": "png"}, json=ASKED | {"paper": "a4", "orientation": "portrait"})
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size[1] == pytest.approx(1400, abs=2)


def test_a_selection_is_printed_with_some_paper_around_and_its_findings(shared):
    selection = {"routes": [shared.get("/api/collections/routes/items").json()["features"][0]["id"]]}
    asked = {"layers": ["roads", "routes"], "selection": selection, "findings": True, "language": "en"}
    read = document(shared.post(PRINT, json=asked))
    assert data_of(read)["routes"] == selection["routes"]
    assert data_of(read)["sheets"][0]["scale"] == 1000
    assert "Map of" in read.metadata.title


def test_papers_and_scales_are_told(shared):
    told = shared.get(PRINT).json()
    assert {(one["paper"], one["orientation"]) for one in told["papers"]} >= {("a3", "landscape"), ("a4", "portrait")}
    assert 500 in told["scales"]
    room = next(one for one in told["papers"] if (one["paper"], one["orientation"]) == ("a3", "landscape"))
    half = room["map_width_mm"] / 2, room["map_height_mm"] / 2
    box = [X0 - half[0], Y0 - half[1], X0 + half[0], Y0 + half[1]]
    sheets = data_of(document(shared.post(PRINT, json=ASKED | {"bbox": box})))["sheets"]
    assert [one["bounds"] for one in sheets] == [pytest.approx(box, abs=0.51)]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"scale": 1}, "scale", "1:100"),
        ({"scale": 10**9}, "scale", "1:200000"),
        ({"scale": "big"}, "scale", "fit"),
        ({"layers": []}, "layers", "choose a layer"),
        ({"layers": ["rivers"]}, "layers", "waters"),
        ({"layers": "roads"}, "layers", "a list of names"),
        ({"bbox": None}, "bbox", "either"),
        ({"bbox": [1, 2, 3]}, "bbox", "four numbers"),
        ({"bbox": [X0, Y0, X0, float(10**300)]}, "bbox", ""),
        ({"bbox": [X0 - 2e4, Y0 - 2e4, X0 + 2e4, Y0 + 2e4]}, "scale", "use 1:"),
        ({"selection": {"routes": ["nobody", "none"]}, "bbox": None}, "selection", "check the id"),
        ({"selection": {"rivers": ["1"]}, "bbox": None}, "selection", "one of"),
        ({"selection": {"routes": []}, "bbox": None}, "selection", "1 to 500"),
        ({"paper": "b5"}, "paper", "A4"),
        ({"title": "图" * 201}, "title", "200"),
        ({"note": "注" * 501}, "note", "500"),
        ({"colour": "red"}, "colour", "use layers"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(shared, wrong, field, said):
    answer = shared.post(PRINT, json=ASKED | wrong)
    found = faults(answer)
    assert field in {one["field"] for one in found}
    assert any(said in one["mend_en"] + one["en"] for one in found)


def test_every_fault_of_a_body_is_told_at_once(shared):
    answer = shared.post(PRINT, json={"layers": [], "scale": 3, "paper": "b5", "orientation": "round"})
    assert {one["field"] for one in faults(answer)} == {"layers", "scale", "paper", "orientation", "bbox"}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Serve the small county with accounts, two sites of two applicants and a pipe."""
    folder = tmp_path_factory.mktemp("prints")
    small_county(None, folder)
    with open_store(None, folder) as store:
        for name, applicant, x in (("S1", "甲公司", 20), ("S2", "乙公司", 70)):
            site = {"id": name, "name": f"{applicant}工地", "applicant": applicant}
            store.insert("sites", [site | {"geometry": shapely.Point(X0 + x, Y0 + 20).buffer(9)}], who="t", now=NOW)
        pipe = {"id": "P1", "utility": "gas", "geometry": shapely.LineString([(X0, Y0 + 9), (X0 + 90, Y0 + 9)])}
        store.insert("pipes", [pipe], who="t", now=NOW)
    add_people(None, folder)
    with running(settings_of(None, folder)) as client:
        yield client


@pytest.mark.usefixtures("quick_hashes")
def test_each_sees_on_paper_what_it_sees_on_the_map(office):
    sites = ASKED | {"layers": ["roads", "sites"]}
    with as_one(office, None) as guest, as_one(office, "applicant") as applicant, as_one(office, "surveyor") as staff:
        refused = guest.post(PRINT, json=ASKED)
        assert code(refused) == (401, "permission.sign_in")
        told = words_of(document(staff.post(PRINT, json=sites)))
        assert "甲公司工地" in told
        assert "乙公司工地" in told
        told = words_of(document(applicant.post(PRINT, json=sites)))
        assert "甲公司工地" in told
        assert "乙公司工地" not in told
        told = words_of(document(applicant.post(PRINT, json=ASKED)))
        assert "范蠡大街" in told
        assert "规划" not in told
        for wrong in ({"layers": ["pipes"]}, {"findings": True}):
            assert applicant.post(PRINT, json=ASKED | wrong).status_code == 403
        other = {"layers": ["sites"], "selection": {"sites": ["S2"]}}
        assert faults(applicant.post(PRINT, json=other))[0]["code"] == "print.id_unknown"
        mine = {"layers": ["sites"], "selection": {"sites": ["S1"]}}
        assert applicant.post(PRINT, json=mine).status_code == 200
