"""Who gets what of visits, tiles, prints, stages of routes, chances and programmes: a row for every operation."""

from __future__ import annotations

import base64
import hashlib
import io
import time
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from pypdf import PdfReader

from api.db.store import open_store
from api.visit_given import read_given
from tests.api.conftest import NOW, X0, Y0, running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one
from tests.api.test_http_doors_own import LINE, application
from tests.api.test_http_doors_permissions import OPERATIONS
from tests.api.test_http_items import GRID, ITEMS
from tests.api.test_http_opportunities import CHANCES, by_routes, days
from tests.api.test_http_programmes import PROGRAMMES
from tests.api.test_http_tiles import path as tile
from tests.api.test_http_visit_layers import edit
from tests.api.visit_requests import VISITS, act, answered, enter, items_of, photo, planned, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

pytestmark = pytest.mark.usefixtures("quick_hashes")

WHO = ("applicant", "alone", "utility", "water", "surveyor", "coordinator", "approver", "supervisor", "admin", None)
"""Whose case the visit is about; another applicant; the company that it calls; another company; the offices; nobody."""
ANSWERS = {"1": 401, "3": 403, "4": 404}
"""What a letter of a row means; ``2``: it is answered; ``x``: only what is asked for is refused; ``.``: not asked.

Papers that take a second are asked for by those who are refused, by a company and by the window alone.
"""
HIDDEN = "秘密"
"""In the name of everything that an applicant may not look at."""
ABOUT = ("/api/visits", "/api/tiles", "/api/maps", "/geometries", "/api/opportunities", "/api/programmes")


def street(y, begin=0.0, end=120.0):
    return shapely.LineString([(X0 + begin, Y0 + y), (X0 + end, Y0 + y)])


def fill(folder) -> None:
    """Add to the small county a water main, a pipe and a site near the visit, two routes that may share a trench."""
    water = {"utility": "water", "operator": "自来水公司"}
    rows = [
        water | {"id": "W1", "name": f"{HIDDEN}干管", "geometry": street(70)},
        water | {"id": "W2", "geometry": street(600), **days(90, 180)},
        {"id": "G2", "utility": "gas", "operator": "燃气公司", "geometry": street(601.5), **days(120, 210)},
    ]
    pipe = {"id": "P1", "utility": "water", "name": f"{HIDDEN}旧管", "geometry": street(40)}
    with open_store(None, folder) as store:
        store.insert("routes", rows, who="test", now=NOW)
        store.insert("pipes", [pipe], who="test", now=NOW)
        site = {"id": "S1", "applicant": f"{HIDDEN}公司", "geometry": shapely.Point(X0 + 10, Y0 + 8)}
        [before] = store.insert("sites", [site], who="test", now=NOW)
        store.update("sites", "S1", {"applicant": "甲公司"}, before.revision, who="test", now=NOW)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[dict[str, Any]]:
    """Yield browsers by who they are, and ids: a visit that was held, with its minutes, and one of somebody else."""
    folder = tmp_path_factory.mktemp("doors")
    small_county(None, folder)
    fill(folder)
    add_people(None, folder)
    with running(settings_of(None, folder)) as client, ExitStack() as signed_in:
        browsers = {who: signed_in.enter_context(as_one(client, who)) for who in WHO}
        made = {"browsers": browsers, **visited(browsers), **shared_trench(browsers["coordinator"])}
        file = browsers["surveyor"].get(f"{VISITS}/{made['visit']}/layers.gpkg").content
        assert HIDDEN.encode() in file
        yield made | {"file": file}


def visited(browsers: dict[str | None, httpx.Client]) -> dict[str, Any]:
    window = browsers["coordinator"]
    case = browsers["applicant"].post("/api/cases", json=application()).json()["id"]
    assert window.post(f"/api/cases/{case}/commands", json={"kind": "accept", "data": {}}).status_code == 200
    fixed = {"kind": "fix_plan", "data": {"utility": "gas", "route": "G1"}}
    assert browsers["utility"].post(f"/api/cases/{case}/commands", json=fixed).status_code == 200
    place = {"x": X0 + 5, "y": Y0 + 5, "name": "现场", "case": case}
    visit = planned(window, cases=[case], keep=[case], routes=["G1"], add=[place])
    other = planned(window, routes=[], add=[{"x": X0 + 900, "y": Y0 + 900, "name": "别处"}])["id"]
    at, item = f"{VISITS}/{visit['id']}", items_of(visit)[0]["id"]
    for where, name in ((at, "p1"), (at, "picture-s"), (f"{VISITS}/{other}", "p2")):
        assert window.put(f"{where}/pictures/{name}", content=photo()).status_code == 201
    act(window, visit["id"], "invite_visit")
    act(window, visit["id"], "hold_visit", data={"present": [{"name": "王工", "organisation": "燃气公司"}]})
    assert enter(window, visit["id"], answered("1", item, photos=["p1"]), signed("s")) == [True, True]
    for name, route in (("m1", "G1"), ("m2", "W1"), ("m3", None)):
        line = {"route": route, "geometry": LINE, "note": "" if route == "G1" else HIDDEN, **GRID}
        assert window.put(f"{at}/surveyed/{name}", json=line).status_code == 201
    assert window.post(f"{at}/minutes", json={}).status_code == 201
    return {"visit": visit["id"], "other": other, "item": item, "case": case}


def shared_trench(window: httpx.Client) -> dict[str, Any]:
    """Return the ids of a chance and of two programmes, one of which is taken out in the end."""
    return {"chance": by_routes(window, "G2", "W2")["id"], "programme": programme(window), "doomed": programme(window)}


def programme(window: httpx.Client) -> str:
    asked = window.post(PROGRAMMES, json={"seconds": 1})
    assert asked.status_code == 202, asked.text
    made = str(asked.json()["id"])
    deadline = time.monotonic() + 60
    while window.get(f"{PROGRAMMES}/{made}").json()["state"] in {"waiting", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return made


def told_by(content: bytes) -> bytes:
    """Return what a file says, that of its parts where it is a zip."""
    if content.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return b"".join(told_by(parts.read(name)) for name in parts.namelist())


def rows(world: dict[str, Any], who: str | None) -> list[tuple[str, str, str, str, dict[str, Any]]]:
    """Return what is asked: the answers in the order of `WHO`, method, path as it is described, address, request."""
    visit, chance, programme = (f"{at}/{world[name]}" for at, name in (
        (VISITS, "visit"), (CHANCES, "chance"), (PROGRAMMES, "programme")))  # fmt: skip
    v, c, p = f"{VISITS}/{{visit_id}}", f"{CHANCES}/{{opportunity_id}}", f"{PROGRAMMES}/{{programme_id}}"
    stages = "/api/collections/routes/items/{identity}/geometries"
    mine = f"by-{who}"
    file = world["file"]
    accepted = {"digest": hashlib.sha256(file).hexdigest(), "lines": [], "file": base64.b64encode(file).decode()}
    entry = {"entries": [answered(mine, world["item"])]}
    command = {"kind": "answer_item", "data": answered(f"c-{who}", world["item"])["data"]}
    line, star = {"route": "G1", "geometry": LINE, **GRID}, {"If-Match": "*"}
    box = {"bbox": [X0 - 20, Y0 - 60, X0 + 120, Y0 + 100], "bbox_crs": "grid", "scale": 1000}
    return [
        ("2222222221", "GET", VISITS, VISITS, {}),
        ("3333223331", "POST", f"{VISITS}/proposals", f"{VISITS}/proposals", {"json": {"routes": ["G1"]}}),
        ("3333xx3331", "POST", VISITS, VISITS, {"json": {"day": "?"}}),
        ("2424222221", "GET", v, visit, {}),
        ("4444222221", "GET", v, f"{VISITS}/{world['other']}", {}),
        ("2424222221", "GET", f"{v}/events", f"{visit}/events", {}),
        ("2424222331", "POST", f"{v}/commands", f"{visit}/commands", {"json": command}),
        ("3333xx3331", "POST", f"{v}/commands", f"{visit}/commands", {"json": {"kind": "invite_visit"}}),
        ("2424222331", "POST", f"{v}/entries", f"{visit}/entries", {"json": entry}),
        ("4444222331", "POST", f"{v}/entries", f"{VISITS}/{world['other']}/entries", {"json": entry}),
        ("2424222221", "GET", f"{v}/pictures", f"{visit}/pictures", {}),
        ("2424222221", "GET", f"{v}/pictures/{{picture_id}}", f"{visit}/pictures/p1", {}),
        ("4444444441", "GET", f"{v}/pictures/{{picture_id}}", f"{visit}/pictures/p2", {}),
        ("4444222221", "GET", f"{v}/pictures/{{picture_id}}", f"{VISITS}/{world['other']}/pictures/p2", {}),
        ("2424222331", "PUT", f"{v}/pictures/{{picture_id}}", f"{visit}/pictures/{mine}", {"content": photo()}),
        ("2424222221", "GET", f"{v}/surveyed", f"{visit}/surveyed", {}),
        ("2424222331", "PUT", f"{v}/surveyed/{{line_id}}", f"{visit}/surveyed/{mine}", {"json": line}),
        ("2424222221", "GET", f"{v}/invitation.ics", f"{visit}/invitation.ics", {}),
        ("2424222221", "GET", f"{v}/checklist.xlsx", f"{visit}/checklist.xlsx", {}),
        ("3424.2...1", "GET", f"{v}/atlas.pdf", f"{visit}/atlas.pdf", {}),
        ("3424.2...1", "GET", f"{v}/field-map.html", f"{visit}/field-map.html", {}),
        ("3424.2...1", "GET", f"{v}/pack.zip", f"{visit}/pack.zip", {}),
        ("2424222221", "GET", f"{v}/minutes", f"{visit}/minutes", {}),
        ("3424222221", "GET", f"{v}/minutes.{{kind}}", f"{visit}/minutes.pdf", {}),
        ("3424.2...1", "GET", f"{v}/minutes.{{kind}}", f"{visit}/minutes.docx?draft=true", {}),
        ("3333xx3331", "POST", f"{v}/minutes", f"{visit}/minutes", {"json": {"expected": 1}}),
        ("2424222221", "GET", f"{v}/layers.gpkg", f"{visit}/layers.gpkg", {}),
        ("2424222221", "POST", f"{v}/layers", f"{visit}/layers", {"content": file}),
        ("2424222221", "POST", f"{v}/layers/accepted", f"{visit}/layers/accepted", {"json": accepted}),
        ("2222222221", "GET", "/api/tiles", "/api/tiles", {}),
        ("2222222222", "GET", "/api/tiles/{grid}", "/api/tiles/EPSG:4546", {}),
        ("2222222221", "GET", "/api/tiles/{grid}/{z}/{x}/{y}", tile(), {}),
        ("3322222221", "GET", "/api/tiles/{grid}/{z}/{x}/{y}", tile(layers="pipes"), {}),
        ("2222222221", "GET", "/api/maps/print", "/api/maps/print", {}),
        ("2222222221", "POST", "/api/maps/print", "/api/maps/print", {"json": box | {"layers": ["roads", "routes"]}}),
        ("3322222221", "POST", "/api/maps/print", "/api/maps/print", {"json": box | {"layers": ["pipes"]}}),
        ("2422222221", "GET", stages, f"{ITEMS}/G1/geometries", {}),
        ("4422222221", "GET", stages, f"{ITEMS}/W1/geometries", {}),
        ("33x3xx3331", "POST", stages, f"{ITEMS}/G1/geometries", {"json": {"line": "m2"}, "headers": star}),
        ("3322222221", "GET", CHANCES, CHANCES, {}),
        ("3322222221", "GET", f"{CHANCES}/file", f"{CHANCES}/file", {}),
        ("33xxxxxxx1", "POST", f"{CHANCES}/what-if", f"{CHANCES}/what-if", {"json": {"more": 1}}),
        ("3322222221", "GET", c, chance, {}),
        ("3322222221", "GET", f"{c}/events", f"{chance}/events", {}),
        ("3322222221", "GET", f"{c}/section", f"{chance}/section", {}),
        ("3322222221", "GET", f"{c}/split", f"{chance}/split", {}),
        ("33xx3x3331", "POST", f"{c}/commands", f"{chance}/commands", {"json": {"kind": "?"}}),
        ("3322222221", "GET", f"{c}/project", f"{chance}/project", {}),
        ("33xxxxxx31", "POST", f"{c}/project/commands", f"{chance}/project/commands", {"json": {"kind": "judge"}}),
        ("3322222221", "GET", PROGRAMMES, PROGRAMMES, {}),
        ("33xx3x3331", "POST", PROGRAMMES, PROGRAMMES, {"json": {"crews": "?"}}),
        ("3322222221", "GET", p, programme, {}),
        ("3322222221", "GET", f"{p}/comparison", f"{programme}/comparison?with={world['programme']}", {}),
        ("3322222221", "GET", f"{p}/file", f"{programme}/file?f=xlsx", {}),
        ("3333323331", "POST", f"{p}/stop", f"{programme}/stop", {}),
        ("3333323331", "DELETE", p, f"{PROGRAMMES}/{world['doomed']}", {}),
    ]  # fmt: skip


def test_every_operation_about_them_has_a_row(world):
    """Somebody who adds one says here who may have it."""
    described = {(method, path) for method, path, *_ in OPERATIONS if any(part in path for part in ABOUT)}
    assert {(method, path) for _, method, path, *_ in rows(world, None)} == described


@pytest.mark.parametrize("who", WHO)
def test_who_gets_what(world, who):
    wrong = []
    for answers, method, _, address, request in rows(world, who):
        wanted = answers[WHO.index(who)]
        if wanted == ".":
            continue
        told = world["browsers"][who].request(method, address, **request)
        found = {status: letter for letter, status in ANSWERS.items()}.get(
            told.status_code, "2" if told.is_success else "x"
        )
        assert told.status_code < 500, (address, told.text)
        if who in ("applicant", "alone") and told.is_success and HIDDEN.encode() in told_by(told.content):
            wrong.append((method, address, "tells of lines that are none of its own"))
        if wanted != found:
            wrong.append((method, address, f"wanted {wanted}, is {told.status_code}", told.text[:300]))
    assert wrong == []


def test_a_file_that_was_forged_shows_nobody_what_was_somebody_elses(world, tmp_path):
    """The tables that say what was given out can be made by anybody: what they claim is looked at by who asks."""
    one, at = world["browsers"]["applicant"], f"{VISITS}/{world['visit']}"
    path = tmp_path / "layers.gpkg"
    path.write_bytes(one.get(f"{at}/layers.gpkg").content)
    given = read_given(path)
    layer = given.layers["sites_points"]
    assert layer.revisions == {"S1": 2}
    forged = replace(given, layers={**given.layers, "sites_points": replace(layer, revisions={"S1": 1})})
    edit(
        path, "UPDATE cotrench_rows SET revision = 1 WHERE id = 'S1'", "UPDATE sites_points SET applicant = '丙公司'",
        f"UPDATE cotrench_visit SET value = '{forged.digest}' WHERE key = 'digest'",
    )  # fmt: skip
    told = one.post(f"{at}/layers", content=path.read_bytes())
    assert told.status_code == 200, told.text
    assert HIDDEN not in told.text
    assert told.json()["changes"] == []
    assert {"layer": "sites_points", "rows": 1} in told.json()["unseen"]
    assert HIDDEN in world["browsers"]["surveyor"].post(f"{at}/layers", content=path.read_bytes()).text


def test_a_file_comes_back_although_the_company_of_a_route_was_spelled_anew_meanwhile(world, tmp_path):
    one, at = world["browsers"]["applicant"], f"{VISITS}/{world['visit']}"
    path = tmp_path / "layers.gpkg"
    path.write_bytes(one.get(f"{at}/layers.gpkg").content)
    edit(path, "UPDATE sites_points SET name = '新名' WHERE id = 'S1'")
    surveyor = world["browsers"]["surveyor"]
    assert spell(surveyor, "燃气有限公司") == 200
    told = one.post(f"{at}/layers", content=path.read_bytes())
    assert spell(surveyor, "燃气公司") == 200
    assert told.status_code == 200, told.text
    assert [(line["feature"], line["field"]) for line in told.json()["changes"]] == [("S1", "name")]
    assert [one["layer"] for one in told.json()["unseen"]] == ["routes"]


def spell(surveyor, name):
    patch = {"json": {"properties": {"operator": name}}, "headers": {"If-Match": "*"}}
    return surveyor.patch(f"{ITEMS}/G1", **patch).status_code
