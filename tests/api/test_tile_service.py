"""A tile service under the layers: told to those who see them, let in by the one header, refused where it is none."""

from __future__ import annotations

import pytest

from api.settings import Settings, chosen
from api.tile_service import tile_hosts
from geo.faults import BadInputError
from tests.api.conftest import running, settings_of, small_county
from tests.api.test_http_doors import add_people, as_one

TEMPLATE = "https://t{0-7}.tianditu.example/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY"
SERVERS = [f"https://t{number}.tianditu.example" for number in range(8)]


def pictures(answer):
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    return policy["img-src"].split(), policy


@pytest.mark.usefixtures("quick_hashes")
def test_the_address_is_told_to_who_sees_the_map_and_its_servers_are_let_in(tmp_path):
    small_county(None, tmp_path)
    add_people(None, tmp_path)
    told = {"tiles": TEMPLATE, "tiles_attribution": "天地图", "tiles_projection": "EPSG:4490", "tiles_zoom": 17}
    with running(settings_of(None, tmp_path).model_copy(update=told)) as client:
        with as_one(client, "surveyor") as staff, as_one(client, None) as guest:
            assert staff.get("/api/county").json()["tiles"] == {
                "url": TEMPLATE, "attribution": "天地图", "projection": "EPSG:4490", "max_zoom": 17,
            }  # fmt: skip
            assert guest.get("/api/county").json()["tiles"] is None
        for path in ("/", "/api/health", "/api/nothing"):
            welcome, policy = pictures(client.get(path))
            assert welcome == ["'self'", "data:", "blob:", *SERVERS]
            assert not any("tianditu" in value for name, value in policy.items() if name != "img-src")


def test_without_it_nothing_is_let_in(shared):
    assert shared.get("/api/county").json()["tiles"] is None
    assert pictures(shared.get("/"))[0] == ["'self'", "data:", "blob:"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("ftp://host/{z}/{x}/{y}", "http(s)://host"),
        ("https://host/{z}/{x}", "{y}"),
        ("/tiles/{z}/{x}/{y}.png", "http(s)://host"),
        ("https://user:word@host/{z}/{x}/{y}", "http(s)://host"),
        ("https://host; script-src */{z}/{x}/{y}", "http(s)://host"),
        ("https://*/{z}/{x}/{y}", "http(s)://host"),
        ("https://{s}.host/{z}/{x}/{y}", "http(s)://host"),
        ("https://t{7-0}.host/{z}/{x}/{y}", "7-0"),
        ("https://host/{z}/{x}/{y}\r\nx: y", "http(s)://host"),
    ],
)
def test_what_is_no_address_of_tiles_is_refused_by_the_name_of_the_setting(template, said, monkeypatch):
    monkeypatch.setenv("COTRENCH_TILES", template)
    with pytest.raises(BadInputError) as caught:
        chosen()
    [fault] = caught.value.faults
    assert fault.field == "COTRENCH_TILES"
    assert said in fault.en


def test_a_template_names_its_servers():
    assert tile_hosts("http://127.0.0.1:8080/{z}/{x}/{y}.png") == ["http://127.0.0.1:8080"]
    assert tile_hosts("https://{a-c}.tiles.example:8443/{z}/{x}/{y}")[2] == "https://c.tiles.example:8443"
    assert Settings(tiles=f"  {TEMPLATE} ").tiles == TEMPLATE
