"""What every answer of the service has in common: guards, headers, errors, the way in, the client, the settings."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import api
from api.cli.service import _listen
from api.db.dialects import sqlite
from api.db.store import open_store
from api.db.tables import LAYERS
from api.errors import KINDS
from api.settings import Settings
from tests.api.conftest import running, settings_of, small_county
from tests.api.test_http_items import GRID, ITEMS, feature, problem

PACKAGE_PAGE = Path(api.__file__).with_name("package.md").read_text(encoding="utf-8")


def test_every_answer_has_the_security_headers(shared):
    for path in ("/", "/api", "/api/nothing", "/api/health", "/nothing.js"):
        headers = shared.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("no-cache" if path == "/" else "private, no-cache")


def test_only_this_machine_is_answered(shared):
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.1:8000", ""):
        problem(shared.get("/api", headers={"Host": host}), 400, "host.refused")
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert shared.get("/api", headers={"Host": host}).status_code == 200


def test_a_page_of_another_site_cannot_write(shared):
    own = str(shared.base_url).rstrip("/")
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": own},
    ):
        problem(shared.post(ITEMS, json=feature(), headers=headers), 403, "origin.refused")
        assert shared.get("/api", headers=headers).status_code == 200
    headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    made = shared.post(ITEMS, params={"crs": "grid"}, json=feature(), headers=headers)
    assert made.status_code == 201
    assert shared.delete(made.headers["location"], headers={"If-Match": "*"}).status_code == 204


def test_unknown_addresses_and_methods_are_problems(shared):
    for path in ("/api/nothing", "/nothing", "/api/collections/clouds", "/api/collections/clouds/items"):
        problem(shared.get(path), 404, "resource.not_found")
    for path in ("/api/collections/routes/items/none", "/api/collections/routes/items/none/history", "/api/policies/x"):
        problem(shared.get(path), 404, "resource.not_found")
    wrong = shared.delete("/api/county")
    problem(wrong, 405, "method.not_allowed")
    assert "GET" in wrong.headers["allow"]
    problem(shared.get("/api/assessments"), 405, "method.not_allowed")
    assert problem(shared.get(ITEMS, params={"limit": "many"}), 422, "input.refused")["errors"][0]["field"] == "limit"
    problem(shared.get("/api/policies/neixiang", params={"on": "soon"}), 422, "input.refused")


def test_a_failure_tells_a_number_and_nothing_else(tmp_path, caplog):
    with running(settings_of(None, tmp_path)) as client:
        with open_store(None, tmp_path) as store:
            store.downgrade()  # not a table is left
        body = problem(client.get("/api/collections/routes/items"), 500, "server.failed")
        assert body["incident"] in caplog.text
        assert "table" not in json.dumps(body).lower()


def test_a_database_held_by_another_program_is_said_and_readers_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    small_county(None, tmp_path)
    with running(settings_of(None, tmp_path)) as client:
        with closing(sqlite3.connect(tmp_path / "cotrench.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = client.post(ITEMS, json=feature("B1"), params=GRID)
            assert "占用" in problem(answer, 503, "store.unavailable")["detail"]
            assert answer.headers["retry-after"]
            assert client.get(ITEMS).json()["numberMatched"] == 1
        assert client.post(ITEMS, json=feature("B1"), params=GRID).status_code == 201


def test_every_kind_of_problem_is_listed(shared):
    listed = {kind["code"]: kind["status"] for kind in shared.get("/api/problems").json()["problems"]}
    assert listed == {code: kind.status for code, kind in KINDS.items()}


def test_the_way_in_leads_everywhere(shared):
    for link in shared.get("/api").json()["links"]:
        assert shared.get(link["href"]).status_code == 200, link
    collections = shared.get("/api/collections").json()["collections"]
    assert [c["id"] for c in collections] == list(LAYERS)
    for collection in collections:
        assert shared.get(f"/api/collections/{collection['id']}").json() == collection
        for link in collection["links"]:
            assert shared.get(link["href"]).status_code == 200
    routes = collections[1]
    west, south, east, north = routes["extent"]["spatial"]["bbox"][0]
    assert 111 < west < east < 113
    assert 33 < south < north < 34
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in shared.get("/api/conformance").json()["conformsTo"]
    )


def test_the_county_says_what_a_client_computes_with(shared):
    county = shared.get("/api/county").json()
    assert county["grid"]["code"] == "EPSG:4546"
    assert county["grid"]["central_meridian"] == 111.0
    assert county["grid"]["gauss_kruger"] is True
    assert county["grid"]["ellipsoid"]["a"] == 6378137.0
    assert county["policy"] == "neixiang"
    assert county["loopback_only"] is True
    assert {u["key"] for u in county["utilities"]} >= {"water", "gas"}
    assert [u["key"] for u in county["utilities"] if not u["served"]] == ["drainage", "broadcast"]
    west, south, east, north = county["bbox_grid"]
    assert west < east
    assert south < north
    assert shared.get("/api/symbols").json()["utilities"]["gas"]["zh"] == "燃气"


def test_policies_give_the_rules_of_a_day(shared):
    assert "neixiang" in {policy["id"] for policy in shared.get("/api/policies").json()["policies"]}
    rules = shared.get("/api/policies/neixiang", params={"on": "2026-12-01"}).json()["rules"]
    assert {rule["id"] for rule in rules} >= {"NX-TH1", "NX-TH2"}
    assert all(rule["document"] and rule["clause"] and rule["evidence"] for rule in rules)
    assert shared.get("/api/policies/neixiang", params={"on": "2021-01-01"}).json()["rules"] == []


def test_large_answers_are_packed(shared):
    assert shared.get("/api/openapi.json").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in shared.get("/api/openapi.json", headers={"Accept-Encoding": "identity"}).headers


def test_an_empty_store_says_what_to_do(tmp_path):
    with running(settings_of(None, tmp_path)) as client:
        assert client.get("/api/health").json()["status"] == "no_county"
        missing = problem(client.get("/api/county"), 422, "input.refused")
        assert missing["errors"][0]["code"] == "county.missing"
        assert client.get("/api/collections").status_code == 200
        problem(client.get(ITEMS), 422, "input.refused")
        problem(client.post("/api/assessments", json={"route": feature()}), 422, "input.refused")
        incomplete = problem(client.put("/api/county", json={"id": "x"}), 422, "input.refused")
        assert {fault["field"] for fault in incomplete["errors"]} == {"name_zh", "name_en", "grid"}
        named = {"id": "nj", "name_zh": "南京", "name_en": "Nanjing", "grid": "EPSG:4549"}
        assert client.put("/api/county", json=named).json()["grid"]["central_meridian"] == 120.0
        assert client.put("/api/county", json={"policy": "neixiang"}).json()["policy"] == "neixiang"
        problem(client.put("/api/county", json={"grid": "EPSG:4326"}), 422, "input.refused")
        problem(client.put("/api/county", json={"policy": "none"}), 404, "resource.not_found")
        line = feature(coordinates=[[401_000.0, 3_550_000.0], [401_100.0, 3_550_000.0]])
        answer = client.post("/api/assessments", json={"route": line, "crs": "EPSG:4549"})
        assert answer.status_code == 200, answer.text


def test_the_client_is_served_and_cached_by_its_names(tmp_path):
    settings = settings_of(None, tmp_path)
    with running(settings) as client:
        bare = client.get("/")
        assert bare.status_code == 503
        assert "make setup" in bare.text
        (settings.client / "assets").mkdir(parents=True)
        (settings.client / "index.html").write_text("<!doctype html><title>map</title>", encoding="utf-8")
        (settings.client / "assets" / "index-abc123.js").write_text("export {}", encoding="utf-8")
        (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
        page = client.get("/")
        assert "map" in page.text
        assert page.headers["cache-control"] == "no-cache"
        asset = client.get("/assets/index-abc123.js")
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["content-type"].startswith("text/javascript")
        assert client.head("/").status_code == 200
        again = client.get("/assets/index-abc123.js", headers={"If-None-Match": asset.headers["etag"]})
        assert again.status_code == 304
        for path in (
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/assets/..%2f..%2f..%2fsecret.txt",
            "/%00",
            "//etc/passwd",
        ):
            assert client.get(path).status_code == 404, path
        problem(client.post("/"), 405, "method.not_allowed")


def test_answers_do_not_wait_for_nagle(tmp_path):
    with _listen(settings_of(None, tmp_path).model_copy(update={"port": 0})) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY


def test_every_setting_is_explained():
    table = set(re.findall(r"^\| `COTRENCH_(\w+)` \|", PACKAGE_PAGE, re.MULTILINE))
    assert table == {name.upper() for name in Settings.model_fields}


def test_every_room_is_explained():
    rooms = {path.name for path in Path(api.__file__).parent.glob("*.py")} - {"__init__.py"}
    assert {room for room in rooms if f"`{room}`" not in PACKAGE_PAGE} == set()
