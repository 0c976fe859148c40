"""The items of a layer over HTTP, on both stores: read, write, conditions, repeated writes, pages, CRS."""

from __future__ import annotations

import threading

import pytest

from api.geojson import MEDIA_TYPE
from geo.crs import grid
from tests.api.conftest import X0, Y0

ITEMS = "/api/collections/routes/items"
GRID = {"crs": "EPSG:4546"}


def feature(identity=None, coordinates=None, **properties):
    coordinates = coordinates or [[X0, Y0], [X0 + 100, Y0]]
    found = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": coordinates}}
    found["properties"] = {"utility": "water", **properties}
    return found | ({"id": identity} if identity is not None else {})


def problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    return body


def faults(response):
    return [(fault["code"], fault.get("vertex")) for fault in problem(response, 422, "input.refused")["errors"]]


def test_an_item_lives_from_creation_to_deletion(client):
    made = client.post(ITEMS, params=GRID, json=feature("给水/7 #1", name="入户", start="2027-03-01"))
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    where = made.headers["location"]
    assert where == "/api/collections/routes/items/%E7%BB%99%E6%B0%B4%2F7%20%231"
    read = client.get(where, params=GRID)
    assert read.headers["content-type"] == MEDIA_TYPE
    assert read.json() == made.json()
    assert read.json()["geometry"]["coordinates"] == [[X0, Y0], [X0 + 100, Y0]]
    assert read.json()["properties"]["start"] == "2027-03-01"

    replaced = client.put(where, params=GRID, json=feature(name="改"), headers={"If-Match": '"1"'})
    assert (replaced.status_code, replaced.headers["etag"]) == (200, '"2"')
    assert replaced.json()["properties"]["start"] is None
    patch = {"properties": {"operator": "自来水公司", "name": None}}
    updated = client.patch(where, params=GRID, json=patch, headers={"If-Match": '"2"'})
    assert updated.json()["properties"]["operator"] == "自来水公司"
    assert updated.json()["properties"]["name"] is None
    assert updated.json()["properties"]["utility"] == "water"
    assert updated.json()["geometry"] == made.json()["geometry"]

    assert client.delete(where, headers={"If-Match": '"3"'}).status_code == 204
    problem(client.get(where), 404, "resource.not_found")
    history = client.get(f"{where}/history", params=GRID).json()["features"]
    assert [f["properties"]["change"] for f in history] == ["insert", "replace", "update", "delete"]
    assert [f["properties"]["name"] for f in history] == ["入户", "改", None, None]


def test_a_write_says_what_it_is_based_on(client):
    problem(client.put(f"{ITEMS}/G1", params=GRID, json=feature()), 428, "condition.required")
    problem(client.delete(f"{ITEMS}/G1"), 428, "condition.required")
    assert client.put(f"{ITEMS}/G1", params=GRID, json=feature(), headers={"If-Match": '"1"'}).status_code == 200
    stale = client.put(f"{ITEMS}/G1", params=GRID, json=feature(name="晚到"), headers={"If-Match": '"1"'})
    current = problem(stale, 412, "item.stale")["current"]
    assert current == client.get(f"{ITEMS}/G1", params=GRID).json()
    assert stale.headers["etag"] == '"2"'
    problem(client.patch(f"{ITEMS}/G1", json={}, headers={"If-Match": '"x"'}), 412, "item.stale")
    problem(client.delete(f"{ITEMS}/G1", headers={"If-Match": 'W/"2"'}), 412, "item.stale")
    assert client.delete(f"{ITEMS}/G1", headers={"If-Match": "*"}).status_code == 204
    problem(client.delete(f"{ITEMS}/G1", headers={"If-Match": "*"}), 404, "resource.not_found")


def test_what_the_reader_has_is_not_sent_again(client):
    first = client.get(f"{ITEMS}/G1")
    again = client.get(f"{ITEMS}/G1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{ITEMS}/G1", headers={"If-None-Match": '"7"'}).status_code == 200


def test_put_creates_under_the_id_of_the_address(client):
    made = client.put(f"{ITEMS}/neu", params=GRID, json=feature("another"))
    assert (made.status_code, made.json()["id"]) == (201, "neu")
    body, absent = feature(), {"If-None-Match": "*"}
    problem(client.put(f"{ITEMS}/neu", params=GRID, json=body, headers=absent), 409, "item.exists")
    problem(client.put(f"{ITEMS}/gone", params=GRID, json=body, headers={"If-Match": '"1"'}), 404, "resource.not_found")
    problem(client.post(ITEMS, params=GRID, json=feature("neu")), 409, "item.exists")


def test_a_repeated_write_is_done_once(client):
    key = {"Idempotency-Key": "phone-1:42"}
    first = client.post(ITEMS, params=GRID, json=feature(), headers=key)
    again = client.post(ITEMS, params=GRID, json=feature(), headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["location"] == first.headers["location"]
    other = client.post(ITEMS, params=GRID, json=feature(name="另一条"), headers=key)
    problem(other, 422, "idempotency.reused")
    assert client.get(ITEMS).json()["numberMatched"] == 2


def test_a_refused_write_may_be_mended_under_the_same_key(client):
    key = {"Idempotency-Key": "k"}
    assert faults(client.post(ITEMS, params=GRID, json=feature(utility="oil"), headers=key)) == [
        ("utility.unknown", None)
    ]
    assert client.post(ITEMS, params=GRID, json=feature(), headers=key).status_code == 201


def test_two_writers_cannot_both_win(client):
    answers = []

    def write(name):
        headers = {"If-Match": '"1"'}
        answers.append(client.put(f"{ITEMS}/G1", params=GRID, json=feature(name=name), headers=headers).status_code)

    writers = [threading.Thread(target=write, args=(f"写者{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(answers) == [200, 412, 412, 412]


def test_coordinates_come_back_in_the_asked_crs(client):
    lon, lat = grid("EPSG:4546").to_lonlat(X0, Y0 + 1.5)
    plain = client.get(f"{ITEMS}/G1")
    assert plain.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert plain.json()["geometry"]["coordinates"][0] == [round(float(lon), 9), round(float(lat), 9)]
    for name in ("EPSG:4546", "grid"):
        assert client.get(f"{ITEMS}/G1", params={"crs": name}).json()["geometry"]["coordinates"][0] == [X0, Y0 + 1.5]
    uri = "http://www.opengis.net/def/crs/EPSG/0/4546"
    turned = client.get(f"{ITEMS}/G1", params={"crs": uri})
    assert turned.headers["content-crs"] == f"<{uri}>"
    assert turned.json()["geometry"]["coordinates"][0] == [Y0 + 1.5, X0]
    assert faults(client.get(f"{ITEMS}/G1", params={"crs": "EPSG:3857"})) == [("crs.not_offered", None)]


def test_a_written_body_says_its_crs(client):
    lonlat = client.get(f"{ITEMS}/G1").json()["geometry"]["coordinates"]
    made = client.post(ITEMS, json=feature("L", lonlat))
    stored = client.get(made.headers["location"], params=GRID).json()["geometry"]["coordinates"]
    assert stored[0] == pytest.approx([X0, Y0 + 1.5], abs=2e-4)
    turned = feature("T", [[Y0, X0], [Y0, X0 + 10]])
    headers = {"Content-Crs": "<http://www.opengis.net/def/crs/EPSG/0/4546>"}
    made = client.post(ITEMS, params=GRID, json=turned, headers=headers)
    assert made.json()["geometry"]["coordinates"] == [[X0, Y0], [X0 + 10, Y0]]


def test_pages_hold_every_item_once(client):
    for number in range(7):
        client.put(f"{ITEMS}/P{number}", params=GRID, json=feature())
    seen, href = [], f"{ITEMS}?limit=3&crs=grid"
    while href:
        page = client.get(href).json()
        assert len(page["features"]) <= 3
        seen += [f["id"] for f in page["features"]]
        href = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == ["G1", *(f"P{number}" for number in range(7))]


def test_boxes_choose_what_they_touch(client):
    client.put(f"{ITEMS}/far", params=GRID, json=feature(None, [[X0 + 5000, Y0], [X0 + 5100, Y0]]))
    box = f"{X0 - 1},{Y0},{X0 + 1},{Y0 + 2}"
    in_grid = client.get(ITEMS, params={"bbox": box, "bbox-crs": "EPSG:4546"}).json()
    assert [f["id"] for f in in_grid["features"]] == ["G1"]
    (west, east), (south, north) = grid("EPSG:4546").to_lonlat([X0 - 1, X0 + 1], [Y0, Y0 + 2])
    in_degrees = client.get(ITEMS, params={"bbox": f"{west},{south},{east},{north}"}).json()
    assert [f["id"] for f in in_degrees["features"]] == ["G1"]
    assert client.get(ITEMS, params={"bbox": "-10,-10,10,10"}).json()["features"] == []
    assert len(client.get(ITEMS, params={"bbox": "-180,-90,180,90"}).json()["features"]) == 2
    for bad in ("1,2,3", "a,b,c,d", "5,5,1,1", "nan,0,1,1", "", "1,2,3,4,5"):
        assert faults(client.get(ITEMS, params={"bbox": bad})) == [("bbox.malformed", None)]


def test_filters_choose_by_value_and_day_and_text(client):
    client.put(f"{ITEMS}/W", params=GRID, json=feature(name="自来水入户", diameter_mm=110, start="2028-01-01"))

    def ids(**parameters):
        return [f["id"] for f in client.get(ITEMS, params=parameters).json()["features"]]

    assert ids(utility="gas") == ["G1"]
    assert ids(diameter_mm="110.0") == ["W"]
    assert ids(utility="gas", diameter_mm="110") == []
    assert ids(datetime="2027-05-31") == ["G1"]
    assert ids(datetime="2027-06-01/..") == ["W"]
    assert ids(datetime="../2027-03-01") == ["G1"]
    assert ids(q="自来水") == ["W"]
    assert ids(q="g1") == ["G1"]
    assert faults(client.get(ITEMS, params={"colour": "red"})) == [("parameter.unknown", None)]
    assert faults(client.get(ITEMS, params={"datetime": "soon"})) == [("datetime.malformed", None)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "Feature", "properties": {"utility": "water"}}, [("geometry.missing", None)]),
        (feature(coordinates=[[X0, Y0]]), [("line.one_point", 0)]),
        (feature(coordinates=[[X0, Y0], [X0, "b"], [X0]]), [("coordinate.malformed", 1), ("coordinate.malformed", 2)]),
        (feature(coordinates=[[111.85, 33.05], [111.86, 33.05]]), [("coordinate.degrees", 0)]),
        (feature(coordinates=[[33.05, 111.85], [33.05, 111.86]]), [("coordinate.lonlat_swapped", 0)]),
        (feature(coordinates=[[Y0, X0], [Y0, X0 + 9]]), [("coordinate.axes_swapped", 0)]),
        (feature(utility="oil"), [("utility.unknown", None)]),
        (feature(start="2027-05-01", end="2027-04-30"), [("window.reversed", None)]),
        (feature(start="下周"), [("value.not_date", None)]),
        (feature(colour="red"), [("column.unknown", None)]),
        (feature(diameter_mm=-5, method="magic"), [("value.unknown", None), ("value.negative", None)]),
        (feature(utility=["gas"], coordinates=[[X0, Y0]]), [("utility.unknown", None), ("line.one_point", 0)]),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [X0, Y0]}, "properties": {"utility": "gas"}},
         [("geometry.type", None)]),
        ([1], [("body.not_object", None)]),
        ({"type": "Feature", "geometry": None, "properties": 5}, [("feature.properties", None)]),
    ],
)  # fmt: skip
def test_bad_items_are_refused_with_every_fault_and_nothing_changes(shared, body, expected):
    before = shared.get(ITEMS).json()["features"]
    assert faults(shared.post(ITEMS, params=GRID, json=body)) == expected
    assert shared.get(ITEMS).json()["features"] == before


def test_bodies_that_are_no_json_are_refused(shared):
    headers = {"content-type": "application/geo+json"}
    for body in (b"", b"{", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 5000, b"\xff\xfe", b'{"a":"\\ud800"}'):
        problem(shared.post(ITEMS, content=body, headers=headers), 400, "body.not_json")
    problem(shared.post(ITEMS, data={"a": "b"}), 415, "body.media_type")
    packed = headers | {"content-encoding": "gzip"}
    problem(shared.post(ITEMS, content=b"{}", headers=packed), 415, "body.media_type")
    problem(shared.post(ITEMS, content=b" " * 10_000_001, headers=headers), 413, "body.too_large")

    def chunks():
        for _ in range(11):
            yield b" " * 1_000_000

    problem(shared.post(ITEMS, content=chunks(), headers=headers), 413, "body.too_large")


def test_areas_must_be_sound(shared):
    ring = [[X0, Y0], [X0 + 10, Y0 + 10], [X0 + 10, Y0], [X0, Y0 + 10], [X0, Y0]]
    bowtie = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}
    answer = shared.post("/api/collections/greens/items", params=GRID, json=bowtie)
    assert faults(answer) == [("area.invalid", None)]
    bowtie["geometry"]["coordinates"] = [ring[:4]]
    assert faults(shared.post("/api/collections/greens/items", params=GRID, json=bowtie)) == [("ring.open", 0)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_unusual_lines_are_kept(client):
    repeated = feature("rep", [[X0, Y0], [X0, Y0], [X0 + 5, Y0]], utility="自来水")
    made = client.post(ITEMS, params=GRID, json=repeated).json()
    assert made["geometry"]["coordinates"] == [[X0, Y0], [X0 + 5, Y0]]
    assert made["properties"]["utility"] == "water"
    tall = client.post(ITEMS, params=GRID, json=feature("tall", [[X0, Y0, 161.25], [X0 + 5, Y0, 160]])).json()
    assert tall["geometry"]["coordinates"] == [[X0, Y0, 161.25], [X0 + 5, Y0, 160.0]]
    parts = feature("parts")
    parts["geometry"] = {
        "type": "MultiLineString",
        "coordinates": [[[X0, Y0], [X0 + 5, Y0]], [[X0 + 9, Y0], [X0 + 20, Y0]]],
    }
    assert client.post(ITEMS, params=GRID, json=parts).json()["geometry"] == parts["geometry"]
    far = client.post(ITEMS, params=GRID, json=feature("far", [[X0, Y0 + 80_000], [X0 + 5, Y0 + 80_000]])).json()
    assert [note["code"] for note in far["notes"]] == ["coordinate.far"]
    script = feature("<script>", name="</script><script>alert(1)</script>\u0000")
    assert client.post(ITEMS, params=GRID, json=script).status_code in {201, 422}
