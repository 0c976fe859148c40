"""The narrowest trench over HTTP: of drawn lines, of stored routes, and what it refuses."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from pypdf import PdfReader

from tests.api.conftest import X0, Y0
from tests.api.test_http_items import GRID, ITEMS, faults, feature, problem

SECTIONS = "/api/sections"
WATER = {"id": "W", "utility": "water", "diameter_mm": 200, "material": "塑料", "laying": "直埋"}
GAS = {"id": "G", "utility": "燃气", "diameter_mm": 110, "pressure_mpa": 0.2, "material": "PE"}
LINES = {"lines": [WATER, GAS], "under": "footway", "shored": True, "soil": "clay"}


def laid(client, **asked):
    answer = client.post(SECTIONS, json=LINES | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_drawn_lines_are_laid_with_their_clearance(shared):
    answer = laid(shared)
    section = answer["section"]
    assert section["feasible"] is True
    assert {line["id"] for line in section["lines"]} == {"W", "G"}
    places = {line["id"]: line["x_m"] for line in section["lines"]}
    [pair] = section["pairs"]
    assert pair["asked_m"] == 0.5  # water DN200 and gas of 0.2 MPa: GB 50289-2016 4.1.9
    walls = abs(places["W"] - places["G"]) - 0.1 - 0.055
    assert walls == pytest.approx(pair["given_m"], abs=1e-4)
    assert walls >= 0.5 - 1e-4
    assert ET.fromstring(answer["svg"]).tag.endswith("svg")  # noqa: S314 - our own drawing
    assert "给水" in answer["svg"]
    assert "Water" in laid(shared, language="en")["svg"]


def test_stored_routes_are_laid_beside_drawn_ones(client):
    water = feature(None, [[X0, Y0], [X0 + 100, Y0]], diameter_mm=300, covers_m="1.4 1.2")
    client.put(f"{ITEMS}/W1", params=GRID, json=water)
    section = laid(client, lines=[GAS], routes=["W1"])["section"]
    covers = {line["id"]: line["cover_m"] for line in section["lines"]}
    assert set(covers) == {"W1", "G"}
    assert covers["W1"] == pytest.approx(1.2)
    asked = {"routes": "W1,G1", "soil": "clay", "under": "carriageway"}
    read = client.get(SECTIONS, params=asked)
    assert {line["id"] for line in read.json()["section"]["lines"]} == {"W1", "G1"}
    drawn = client.get(SECTIONS, params=asked | {"f": "svg", "language": "en"})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.text.startswith("<svg ")
    printed = client.get(SECTIONS, params=asked | {"f": "pdf", "paper": "a3"})
    assert printed.headers["content-type"] == "application/pdf"
    assert [round(float(side) / 72 * 25.4) for side in pages(printed)[0].mediabox[2:]] == [420, 297]
    problem(client.get(SECTIONS, params={"routes": "W1,none"}), 404, "resource.not_found")
    problem(client.post(SECTIONS, json={"routes": ["none"]}), 404, "resource.not_found")


def pages(answer):
    return PdfReader(io.BytesIO(answer.content)).pages


def test_drawn_lines_are_printed(shared):
    answer = shared.post(SECTIONS, params={"f": "pdf"}, json=LINES)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert "同沟横断面图" in pages(answer)[0].extract_text()
    problem(shared.post(SECTIONS, params={"f": "pdf", "paper": "a9"}, json=LINES), 422, "input.refused")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["section.empty"]),
        ({"lines": 5}, ["lines.malformed"]),
        ({"routes": "W1"}, ["option.invalid"]),
        ({"lines": [{"utility": "oil", "diameter_mm": -3}]}, ["option.invalid", "utility.unknown"]),
        ({"lines": [{"utility": "water", "diameter_mm": 0}]}, ["value.zero"]),
        ({"lines": [WATER, WATER]}, ["section.id_twice"]),
        ({"lines": [{"utility": "water"}] * 9}, ["section.too_many"]),
        (LINES | {"soil": "cheese", "load": "elephants"}, ["section.soil", "section.load"]),
        (LINES | {"language": "fr"}, ["value.unknown"]),
        (LINES | {"stepped": "yes"}, ["option.invalid"]),
    ],
)
def test_what_cannot_be_laid_is_refused(shared, body, codes):
    assert [code for code, _ in faults(shared.post(SECTIONS, json=body))] == codes
