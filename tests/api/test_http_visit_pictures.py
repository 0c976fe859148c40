"""Photos and signatures of visits, on both stores: whole, once, without what the camera wrote, copied and checked."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from api.db.store import open_store
from api.db.transfer import copy
from api.errors import ProblemError
from api.visit_pictures import look_at, smaller
from geo.crs import grid
from geo.faults import BadInputError
from tests.api.conftest import X0, Y0
from tests.api.test_http_items import problem
from tests.api.visit_requests import VISITS, photo, planned

PLACE = (111.85, 33.04)
HEADERS = {"X-Taken-At": "2026-12-01T10:00:00+08:00", "X-Place": f"{X0},{Y0},2.5"}


@pytest.fixture
def where(client):
    return f"{VISITS}/{planned(client)['id']}/pictures"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_without_what_the_camera_wrote_and_its_time_and_place_are_told(client, where, kind):
    sent = photo(kind, turned=6)
    put = client.put(f"{where}/p1", content=sent)
    assert put.status_code == 201, put.text
    told = put.json()
    assert (told["width"], told["height"], told["sha256"]) == (64, 48, hashlib.sha256(sent).hexdigest())
    assert told["taken_at"] == "2026-12-01T09:30:00+08:00"
    x, y = grid("EPSG:4546").from_lonlat(*PLACE)
    assert (told["x"], told["y"]) == pytest.approx((float(x), float(y)), abs=0.5)
    kept = client.get(f"{where}/p1")
    assert kept.headers["content-type"] == told["media"] == f"image/{kind.lower()}"
    assert b"Maker of phones" in sent
    assert b"Maker of phones" not in kept.content
    image = Image.open(io.BytesIO(kept.content))
    assert dict(image.getexif()) == {0x0112: 6}  # how it is turned, and nothing else
    assert image.convert("RGB").tobytes() == Image.open(io.BytesIO(sent)).convert("RGB").tobytes()
    small = Image.open(io.BytesIO(client.get(f"{where}/p1", params={"width": 24}).content))
    assert small.size == (24, 32)  # upright
    assert client.get(f"{where}/p1", headers={"If-None-Match": kept.headers["etag"]}).status_code == 304


def test_what_the_device_says_goes_before_what_the_camera_wrote(client, where):
    told = client.put(f"{where}/p1", content=photo(), headers=HEADERS).json()
    assert (told["taken_at"], told["x"], told["y"], told["accuracy_m"]) == (
        "2026-12-01T10:00:00+08:00", X0, Y0, 2.5,
    )  # fmt: skip
    assert client.get(where).json()["pictures"] == [told]


def test_the_same_again_changes_nothing_and_another_one_is_refused(client, where):
    sent = photo()
    first, again = (client.put(f"{where}/p1", content=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    problem(client.put(f"{where}/p1", content=photo(size=(10, 10))), 409, "picture.other")
    assert len(client.get(where).json()["pictures"]) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_that_broke_off_is_no_picture_and_may_be_sent_again(client, where, kind):
    sent = photo(kind, size=(200, 200))
    for length in (0, 1, 30, len(sent) // 2, len(sent) - 3):
        answer = client.put(f"{where}/p1", content=sent[:length])
        assert answer.status_code in (415, 422), (length, answer.text)
    assert client.get(where).json()["pictures"] == []
    assert client.put(f"{where}/p1", content=sent).status_code == 201


def test_what_is_no_picture_or_too_large_is_refused(client, where):
    problem(client.put(f"{where}/p1", content=b"%PDF-1.7"), 415, "body.media_type")
    problem(client.put(f"{where}/p1", content=b"\xff\xd8\xff" + b"\x00" * 25_000_000), 413, "body.too_large")
    moments = [("X-Taken-At", one) for one in ("noon", "0001-01-01T00:00", "9999-12-31T23:59:59+00:00")]
    for name, value in (*moments, ("X-Place", "1,2"), ("X-Place", "a,b"), ("X-Place", f"{X0},{Y0},-1")):
        problem(client.put(f"{where}/p1", content=photo(), headers={name: value}), 422, "input.refused")
    problem(client.put(f"{VISITS}/V-2020-0001/pictures/p1", content=photo()), 404, "resource.not_found")


def large(kind, size):
    """Return a picture of many pixels that takes few bytes; PJPEG is a progressive one."""
    made = io.BytesIO()
    Image.new("L", size, 200).save(
        made, kind.removeprefix("P") if kind == "PJPEG" else kind, progressive=kind[0] == "P"
    )
    return made.getvalue()


def as_large(picture, width, height):
    """Return a small JPEG whose head says that it is large."""
    at = picture.index(b"\xff\xc0") + 5
    return picture[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + picture[at + 4 :]


@pytest.mark.parametrize(
    ("sent", "size", "limit"),
    [
        (lambda: large("PNG", (6400, 6300)), "6400×6300", "40,000,000"),
        (lambda: large("WEBP", (6400, 6300)), "6400×6300", "40,000,000"),
        (lambda: large("PJPEG", (6400, 6300)), "6400×6300", "40,000,000"),
        (lambda: as_large(photo(), 16_000, 12_501), "16000×12501", "200,000,000"),
        (lambda: as_large(photo(), 65_000, 65_000), "65000×65000", "200,000,000"),
    ],
    ids=["PNG", "WebP", "progressive", "camera", "largest"],
)
def test_what_has_too_many_pixels_to_be_decoded_is_told_how_many_it_may_have(shared, sent, size, limit):
    """Twelve thousand pixels a side are 1.7 GB of memory as PNG, of 0.4 MB that are sent."""
    at = f"{VISITS}/{planned(shared)['id']}/pictures/large"
    [fault] = problem(shared.put(at, content=sent()), 422, "input.refused")["errors"]
    assert (fault["code"], fault["value"], limit in fault["zh"]) == ("picture.too_large", size, True)
    assert "40,000,000" in fault["mend_zh"]


def test_photos_of_a_phone_of_200_megapixels_are_taken_and_shown_in_part():
    assert look_at(as_large(photo(), 16_320, 12_240)).width == 16_320
    for size in ((700, 9_000), (9_000, 700), (4_100, 4_100)):
        small = Image.open(io.BytesIO(smaller(large("JPEG", size), 350)))
        assert small.size == (350, round(350 * size[1] / size[0]))
    for size, asked, turned in (((900, 300), 90, (90, 270)), ((700, 9_000), 350, (350, 27)), ((64, 48), 99, (48, 64))):
        upright = Image.open(io.BytesIO(smaller(look_at(photo(size=size, turned=6)).content, asked)))
        assert upright.size == turned


def test_a_camera_whose_clock_was_never_set_says_no_time(client, where):
    told = client.put(f"{where}/p1", content=photo(taken="0001:01:01 00:00:00"))
    assert (told.status_code, told.json()["taken_at"]) == (201, None)


def test_a_photo_of_20_megabytes(client, where):
    noise = Image.frombytes("RGB", (3600, 2400), os.urandom(3600 * 2400 * 3))
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=95)
    sent = made.getvalue()
    assert 10_000_000 < len(sent) < 25_000_000
    assert client.put(f"{where}/big", content=sent).json()["bytes"] == len(sent)
    assert client.get(f"{where}/big").content == sent


def test_progressive_photos_and_what_stands_behind_their_end():
    made = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(
        made, "JPEG", progressive=True, comment=b"secret", quality=90
    )
    plain = made.getvalue()
    looked = look_at(plain + b"a film behind it")
    assert b"secret" not in looked.content
    assert looked.content.endswith(b"\xff\xd9")
    assert (looked.taken_at, looked.place) == (None, None)
    assert Image.open(io.BytesIO(looked.content)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()
    assert look_at(looked.content).content == looked.content


def test_pictures_are_copied_and_a_damaged_one_is_found(client, where, database_url, tmp_path):
    sent = photo()
    client.put(f"{where}/p1", content=sent)
    with open_store(database_url, tmp_path) as store, open_store(None, tmp_path / "copy") as other:
        assert store.verify() == []
        copy(store, other)
        assert other.verify() == []
        with other.transaction() as connection:
            [[length]] = connection.exec_driver_sql("SELECT length(content) FROM visit_pictures")
            assert length < len(sent)  # without the camera's records
            connection.exec_driver_sql("UPDATE visit_pictures SET content = x'00'")
        assert [fault.code for fault in other.verify()] == ["store.picture"]


WHOLE = [photo(kind, size=(40, 30), turned=6) for kind in ("JPEG", "PNG", "WEBP")]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 800), st.binary(max_size=80), st.booleans())
def test_whatever_bytes_come_are_kept_whole_or_refused(whole, at, put, over):
    """A photo with bytes put into it, or written over: refused by name, or kept so that it looks the same again."""
    at = min(at, len(whole))
    data = whole[:at] + put + whole[at + len(put) * over :]
    try:
        looked = look_at(data)
    except (ProblemError, BadInputError):
        return
    assert look_at(looked.content).content == looked.content
    with suppress(ProblemError):
        assert smaller(looked.content, 20)[:2] == b"\xff\xd8"


@pytest.mark.parametrize("chunk", [b"VP8X\x00\x00\x00\x00", b"VP8X\xff\xff\xff\xff", b"EXIF\x03\x00\x00\x00abc"])
def test_chunks_of_no_length_and_of_too_much(chunk):
    whole = photo("WEBP")
    data = whole[:4] + (len(whole) - 8 + len(chunk)).to_bytes(4, "little") + whole[8:] + chunk
    with suppress(ProblemError, BadInputError):
        look_at(data)
