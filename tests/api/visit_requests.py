"""What tests of visits ask of the service again and again."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import shapely
from PIL import Image

from survey.calendar import BEIJING, Calendar
from tests.api.conftest import X0, Y0

VISITS = "/api/visits"
GRID = {"crs": "grid"}


def workday(after: int = 3) -> date:
    """Return a working day some days ahead, by the service's own clock."""
    moment = datetime.now(BEIJING) + timedelta(days=after)
    return next(iter(Calendar().opening_after(moment.replace(hour=23)))).on


def planned(client, **asked):
    """Return a visit that was planned; by default of the one route of the small county."""
    answer = client.post(VISITS, json={"title": "范蠡大街踏勘", "routes": ["G1"], **GRID} | asked)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{VISITS}/{answer.json()['id']}"
    return answer.json()


def act(client, visit, kind, *, status=200, command=None, **more):
    data = more.pop("data", {})
    body = {"kind": kind, "data": data, **more} | ({"id": command} if command else {})
    answer = client.post(f"{VISITS}/{visit}/commands", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def answered(name, item, outcome="ok", **more):
    """Return an entry of a device: an answer to an item."""
    answer = {"id": f"answer-{name}", "item": item, "outcome": outcome, "taken_at": "2026-12-01T09:30:00+08:00"}
    return {"id": f"entry-{name}", "kind": "answer_item", "data": {"answer": answer | more}}


def signed(name, who="王工", organisation="燃气公司"):
    said = {"name": who, "organisation": organisation}
    return {"id": f"entry-{name}", "kind": "sign_visit", "data": {"who": said, "picture": f"picture-{name}"}}


def enter(client, visit, *entries):
    answer = client.post(f"{VISITS}/{visit}/entries", json={"entries": entries})
    assert answer.status_code == 200, answer.text
    return [one["taken"] for one in answer.json()["entries"]]


def items_of(visit):
    return [item for stop in visit["stops"] for item in stop["items"]]


def photo(kind="JPEG", size=(64, 48), *, turned=1, place=(111.85, 33.04), taken="2026:12:01 09:30:00"):
    """Return a photo as a phone makes it, with place, time, maker and how it is turned."""
    image = Image.new("RGB", size, "#3a7")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker of phones", turned
    exif.get_ifd(0x8769)[0x9003] = taken
    gps = exif.get_ifd(0x8825)
    for number, (letter, value) in enumerate(zip("NE", reversed(place), strict=True)):
        gps[1 + 2 * number], gps[2 + 2 * number] = letter, (float(int(value)), (value % 1) * 60, 0.0)
    made = io.BytesIO()
    image.save(made, kind, exif=exif)
    return made.getvalue()


def streets_county(store, now, *, apart=False):
    """Fill a store with four streets, 300 m apart, on a cross street; ``apart``: and one that nothing joins."""
    rows = [
        {
            "id": f"E{k}",
            "name": f"第{k}大街",
            "class": "local",
            "width_m": 12.0,
            "geometry": shapely.LineString([(X0 + 300 * k, Y0 - 100), (X0 + 300 * k, Y0 + 900)]),
        }
        for k in range(4)
    ]
    rows.append(
        {
            "id": "E9",
            "name": "横街",
            "class": "collector",
            "width_m": 20.0,
            "geometry": shapely.LineString([(X0 - 100, Y0), (X0 + 1000, Y0)]),
        }
    )
    if apart:
        rows.append(
            {
                "id": "E8",
                "name": "孤岛路",
                "class": "local",
                "width_m": 8.0,
                "geometry": shapely.LineString([(X0, Y0 + 5000), (X0 + 200, Y0 + 5000)]),
            }
        )
    store.insert("roads", rows, who="test", now=now)
