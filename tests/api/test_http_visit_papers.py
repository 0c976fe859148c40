"""The papers of a visit: one numbering in all of them, codes with addresses, invitations that replace and take back."""

from __future__ import annotations

import io
import json
import re

import icalendar
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from api.routes.visit_papers import address_of
from api.settings import Settings
from tests.api.conftest import X0, Y0
from tests.api.test_http_items import problem
from tests.api.visit_requests import GRID, VISITS, act, answered, enter, items_of, planned

ROWS = re.compile(r"(\d+-\d+)")


@pytest.fixture
def visit(client):
    return planned(client, add=[{"x": X0 + 60, "y": Y0 + 95, "name": "井甲", "note": "=看井盖"}])


def paper(client, visit, end):
    answer = client.get(f"{VISITS}/{visit['id']}/{end}")
    assert answer.status_code == 200, answer.text
    assert visit["id"] in answer.headers["content-disposition"]
    return answer.content


def words(pdf):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize(("size", "language"), [("A3", "zh"), ("A4", "en")])
def test_the_atlas_bears_the_numbers_of_the_checklist(client, visit, size, language):
    pdf = paper(client, visit, f"atlas.pdf?paper={size}&language={language}")
    reader = PdfReader(io.BytesIO(pdf))
    data = json.loads(reader.attachments["data.json"][0])
    numbers = [item["number"] for item in items_of(visit)]
    assert [item["number"] for stop in data["stops"] for item in stop["items"]] == numbers
    said = words(pdf)
    assert all(said.count(number) >= 3 for number in numbers)  # on the map, beside it, on the checklist
    assert "燃气公司" in said
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == {"A3": [1191, 842], "A4": [842, 595]}[size]
    assert paper(client, visit, f"atlas.pdf?paper={size}&language={language}") == pdf


def test_the_workbook_bears_them_too_and_what_was_answered(client, visit):
    before = paper(client, visit, "checklist.xlsx")
    assert paper(client, visit, "checklist.xlsx") == before
    [item, *_] = items_of(visit)
    enter(client, visit["id"], answered("1", item["id"], "value", value=11.5, unit="m", note="实测"))
    book = load_workbook(io.BytesIO(paper(client, visit, "checklist.xlsx")))
    assert book.sheetnames == ["行程", "核查清单", "到场"]
    rows = list(book["核查清单"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [one["number"] for one in items_of(visit)]
    assert rows[0][11:14] == ("实测值", 11.5, "实测")
    noted = next(cell for row in book["核查清单"].iter_rows() for cell in row if cell.value == "=看井盖")
    assert noted.data_type == "s"
    assert [row[0] for row in book["行程"].iter_rows(min_row=2, values_only=True)] == [
        stop["number"] for stop in visit["stops"]
    ]
    assert load_workbook(io.BytesIO(paper(client, visit, "checklist.xlsx?language=en"))).sheetnames[1] == "Checklist"


def test_a_row_of_the_workbook_is_as_high_as_its_texts_and_says_what_is_recalled(client, visit):
    """LibreOffice and WPS show a row as high as the file says: the texts had stood over those of the next row."""
    sheet = load_workbook(io.BytesIO(paper(client, visit, "checklist.xlsx")))["核查清单"]
    listed = items_of(visit)
    for item, row in zip(listed, sheet.iter_rows(min_row=2), strict=True):
        letters = sum(2 if ord(letter) > 0x2E80 else 1 for letter in row[5].value)
        lines = -(-letters // 60)  # of the column's sixty letters
        assert sheet.row_dimensions[row[0].row].height >= 15 * lines
        assert ("待核" in (row[10].value or "")) == (item["unverified"] and item["clause"] != "")
        assert {cell.number_format for cell in row[6:9]} == {"0.00" if item["unit"] == "m" else "General"}
    assert any(sheet.row_dimensions[at].height > 15 for at in range(2, sheet.max_row + 1))


def test_the_field_map_shows_stops_items_and_the_way(client, visit):
    html = paper(client, visit, "field-map.html").decode()
    assert paper(client, visit, "field-map.html").decode() == html
    for item in items_of(visit):
        assert f'"number":"{item["number"]}"' in html or f'"number": "{item["number"]}"' in html
    for name in ("停留点", "踏勘事项"):
        assert name in html or json.dumps(name)[1:-1] in html
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["']https?:""", html)


def event(client, visit, **asked):
    answer = client.get(f"{VISITS}/{visit['id']}/invitation.ics", params=asked)
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    return str(calendar["METHOD"]), calendar.walk("VEVENT")


def test_an_invitation_replaces_the_one_before_and_is_taken_back(client, visit):
    method, [first] = event(client, visit)
    assert (method, first["SEQUENCE"], first["UID"]) == ("REQUEST", 0, f"{visit['id']}-1@cotrench.invalid")
    act(client, visit["id"], "invite_visit")
    assert event(client, visit)[1][0]["SEQUENCE"] == 0
    asked = {"routes": ["G1"], "title": "改", **GRID}
    act(client, visit["id"], "change_visit", data={"reason": "雨", "asked": asked})
    assert event(client, visit)[1][0]["SEQUENCE"] == 1  # what would be sent next
    act(client, visit["id"], "invite_visit")
    assert event(client, visit)[1][0]["SEQUENCE"] == 1
    act(client, visit["id"], "cancel_visit", data={"reason": "雨"})
    method, [last] = event(client, visit, attendee="utility:燃气公司")
    assert (method, last["SEQUENCE"], last["STATUS"], last["UID"]) == ("CANCEL", 2, "CANCELLED", first["UID"])
    assert last["ATTENDEE"].params["CN"] == "燃气公司"
    problem(client.get(f"{VISITS}/{visit['id']}/invitation.ics", params={"attendee": "x"}), 404, "resource.not_found")


def test_days_that_a_changed_visit_has_no_more_are_taken_back(client):
    far = [{"x": X0 + 60 * k, "y": Y0 + 95, "name": f"井{k}"} for k in range(6)]
    visit = planned(client, routes=[], add=far, minutes={"look": 140})
    assert len(visit["days"]) > 1
    act(client, visit["id"], "invite_visit")
    asked = {"add": far[:1], "title": "一处", **GRID}
    changed = act(client, visit["id"], "change_visit", data={"reason": "只看一处", "asked": asked})
    assert "invitation_dropped" in [one["kind"] for one in changed["papers"]]
    method, gone = event(client, visit, dropped="true")
    assert (method, len(gone)) == ("CANCEL", len(visit["days"]) - 1)
    assert [one["UID"].partition("@")[0] for one in gone] == [
        f"{visit['id']}-{number}" for number in range(2, len(visit["days"]) + 1)
    ]
    assert {one["SEQUENCE"] for one in gone} == {1}
    assert gone[0]["DTSTART"].dt.isoformat() == visit["days"][1]["sets_out"]
    act(client, visit["id"], "invite_visit")
    assert len(event(client, visit)[1]) == 1


def test_every_paper_that_is_listed_is_there(client, visit):
    for one in client.get(f"{VISITS}/{visit['id']}").json()["papers"]:
        answer = client.get(one["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == one["media"]


class Asked:
    """A request's address, and the service that it was sent to."""

    def __init__(self, hostname, netloc, scheme, hosts=""):
        self.url = type("Url", (), {"hostname": hostname, "netloc": netloc, "scheme": scheme})
        self.settings = Settings(hosts=hosts)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (Asked("127.0.0.1", "127.0.0.1:8000", "http"), ""),
        (Asked("localhost", "localhost:8000", "http", "map.county.example"), "https://map.county.example"),
        (Asked("map.county.example", "map.county.example:8443", "https"), "https://map.county.example:8443"),
    ],
)
def test_codes_lead_to_an_address_that_phones_reach(asked, address):
    assert address_of(asked, asked) == address
