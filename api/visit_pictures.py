"""Look at a picture before it is kept: what it is, whether it is whole, when and where it was taken.

What the camera has written into it besides is taken out; only how it is turned stays, or it would lie on its side.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from api.errors import ProblemError, refused
from geo.faults import Fault
from maps.figures import UNREADABLE
from survey.calendar import BEIJING, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

MOST_BYTES = 25_000_000
MOST_PIXELS = 200_000_000
"""More are no photo of a phone."""
MOST_WHOLE_PIXELS = 40_000_000
"""Of what can only be decoded whole, half a gigabyte each: photos of a phone that are larger are JPEG."""
ROOM = threading.BoundedSemaphore(2)
"""For how many pictures there is room in memory at a time: ten large ones would take gigabytes."""
MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
TURNED = 0x0112
UPRIGHT = 1
WAYS_TURNED = range(1, 9)
SIDEWAYS = range(5, 9)
SMOOTH = frozenset({"L", "LA", "RGB", "RGBA"})
"""Modes of Pillow that may be made smaller as they are; of the others only some pixels would be picked."""
EXIF_MARK = b"Exif\x00\x00"
START, SCAN, END = b"\xff\xd8", 0xDA, b"\xff\xd9"
JPEG_MARK = b"\xff\xd8\xff"
SCAN_MARK = bytes([0xFF, SCAN])
FRAMES = range(0xC0, 0xC2)
"""Frames that are decoded line by line; those of progressive ones are kept whole until the last scan."""
APPLICATION = range(0xE0, 0xF0)
PROFILE = 0xE2
KEPT_SEGMENTS = frozenset({0xE0, PROFILE, 0xEE})
"""JFIF, colour profile, Adobe's colour transform: without them the colours are others."""
COMMENT, FILL = 0xFE, 0xFF
WITHIN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})
PNG_MARK = b"\x89PNG\r\n\x1a\n"
PNG_OUT = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
WEBP_MARKS = frozenset({b"WEBPVP8 ", b"WEBPVP8L", b"WEBPVP8X"})
WEBP_SIDE, WEBP_SIDE_BITS = 0x3FFF, 14
WEBP_OUT = frozenset({b"EXIF", b"XMP "})
WEBP_EXIF, WEBP_FLAGS = 0x08, 0x08 | 0x04
WEBP_EXTENDED, WEBP_EXTENDED_BYTES = b"VP8X", 10


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture that is whole.

    Attributes
    ----------
    content
        Without the camera's own records.
    taken_at, place
        As the camera has written them: longitude and latitude; None: it has not.
    """

    content: bytes
    media: str
    width: int
    height: int
    taken_at: datetime | None
    place: tuple[float, float] | None


def look_at(data: bytes) -> Looked:
    """Return a picture looked at.

    Raises
    ------
    ProblemError
        It is no JPEG, PNG or WebP, it is not whole, or it is too large to be looked at.
    """
    with ROOM:
        image = _opened(data)
        exif = _exif(image)
    width, height = image.size
    media = MEDIA[str(image.format)]
    turned = exif.get(TURNED)
    way = turned if isinstance(turned, int) and turned in WAYS_TURNED else UPRIGHT
    content = _STRIP[media](data, way)
    return Looked(content, media, width, height, _taken_at(exif), _place(exif))


def smaller(content: bytes, width: int) -> bytes:
    """Return a picture upright as JPEG, no wider than ``width`` pixels.

    Raises
    ------
    ProblemError
        What lies within its frame cannot be shown, or it is too large to be looked at.
    """
    with ROOM:
        image = _opened(content)
        try:
            return _upright(image, width)
        except UNREADABLE as error:
            raise _cut() from error


def _upright(image: ImageFile, width: int) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _shrink(image, width)
        turned = ImageOps.exif_transpose(image).convert("RGBA")
    turned.thumbnail((width, MOST_BYTES))
    flat = Image.new("RGB", turned.size, "white")
    flat.paste(turned, mask=turned.getchannel("A"))
    made = io.BytesIO()
    flat.save(made, "JPEG", quality=80)
    return made.getvalue()


def _shrink(image: ImageFile, width: int) -> None:
    """Bring a picture near to a width while it is read, before it is turned and copied, each of which doubles it."""
    turned = image.getexif().get(TURNED) in SIDEWAYS
    wide, tall = image.size
    # JPEG is decoded at a half, a quarter, an eighth; a tall one has too many pixels at any width.
    part = next(part for part in (1, 2, 4, 8) if wide * tall <= MOST_WHOLE_PIXELS * part * part)
    across = min(wide // part, -(-width * wide // tall) if turned else width) or 1
    image.draft("RGB", (across, across * tall // wide or 1))
    if image.mode in SMOOTH:
        image.thumbnail((across, tall))


def _opened(data: bytes) -> ImageFile:
    """Return a picture that is not decoded yet; refuse what is none, or has more pixels than can be looked at."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a camera has written badly
            # Not by `Image.open`: its own limit is below the pixels of some phones.
            if data.startswith(JPEG_MARK):
                limit = MOST_PIXELS if _is_in_one_scan(data) else MOST_WHOLE_PIXELS
                return _within(JpegImageFile(io.BytesIO(data)), limit)
            if data.startswith(PNG_MARK):
                return _within(PngImageFile(io.BytesIO(data)), MOST_WHOLE_PIXELS)
            if data[8:16] in WEBP_MARKS:
                _check_size(*_webp_size(data), MOST_WHOLE_PIXELS)  # its reader makes room for all of them at once
                return _within(WebPImageFile(io.BytesIO(data)), MOST_WHOLE_PIXELS)
    except UNREADABLE as error:
        raise _no_picture() from error
    raise _no_picture()


def _within(image: ImageFile, limit: int) -> ImageFile:
    _check_size(*image.size, limit)
    return image


def _check_size(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise refused(
            Fault("picture.too_large", f"照片有 {width * height:,} 像素，至多 {limit:,}",
                  f"a picture of {width * height:,} pixels; {limit:,} at most",
                  f"缩小后再传：PNG、WebP、渐进式 JPEG 至多 {MOST_WHOLE_PIXELS:,}，普通 JPEG 至多 {MOST_PIXELS:,}",
                  f"make it smaller: PNG, WebP and progressive JPEG have {MOST_WHOLE_PIXELS:,} pixels at most, "
                  f"other JPEG {MOST_PIXELS:,}",
                  field="body", value=f"{width}×{height}")
        )  # fmt: skip


def _is_in_one_scan(data: bytes) -> bool:
    """Tell whether a JPEG has all of its colours in one scan, so that it is decoded line by line."""
    colours, at = 0, len(START)
    for marker, begin, end in _segments(data):
        at = end
        if marker in FRAMES:
            colours = data[begin + 9]
    return colours == data[data.index(SCAN_MARK, at) + 4]


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height as the head of a WebP has them."""
    kind = data[12:16]
    if kind == WEBP_EXTENDED:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        sides = int.from_bytes(data[21:25], "little")
        return 1 + (sides & WEBP_SIDE), 1 + (sides >> WEBP_SIDE_BITS & WEBP_SIDE)
    return int.from_bytes(data[26:28], "little") & WEBP_SIDE, int.from_bytes(data[28:30], "little") & WEBP_SIDE


def _no_picture() -> ProblemError:
    zh, en = "应为 JPEG、PNG 或 WebP 照片", "send a picture: JPEG, PNG or WebP"
    return ProblemError("body.media_type", zh, en)


def _cut() -> ProblemError:
    return refused(
        Fault("picture.cut", "照片不完整，可能上传中断", "the picture is cut off: perhaps the network broke",
              "重新上传", "send it again", field="body")
    )  # fmt: skip


def _exif(image: Image.Image) -> dict[int, Any]:
    """Return what the camera has written, by tag; the place among it. What cannot be read says nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif = image.getexif()
            told = dict(exif) | dict(exif.get_ifd(ExifTags.IFD.Exif))
            told[ExifTags.IFD.GPSInfo] = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except UNREADABLE:
        return {}
    return told


def _taken_at(exif: dict[int, Any]) -> datetime | None:
    """Return when it was taken; a time without zone is Beijing's."""
    said = exif.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        moment = datetime.strptime(str(said).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone follows
        return local(moment.replace(tzinfo=_zone(exif.get(ExifTags.Base.OffsetTimeOriginal))))
    except ValueError:
        return None


def _zone(said: object) -> timezone:
    try:
        found = datetime.strptime(str(said).strip("\x00 "), "%z").utcoffset()
    except ValueError:
        return BEIJING
    return timezone(found or timedelta())


def _place(exif: dict[int, Any]) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees; None where the camera did not know."""
    gps = exif.get(ExifTags.IFD.GPSInfo) or {}
    try:
        east, north = (
            _degrees(gps[tag], gps.get(ref), minus)
            for tag, ref, minus in (
                (ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W"),
                (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S"),
            )
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (east, north) if abs(east) <= 180 and abs(north) <= 90 else None  # noqa: PLR2004 - degrees


def _degrees(parts: Any, reference: object, minus: str) -> float:  # noqa: ANN401 - what a camera has written
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).strip("\x00 ") == minus else value


# ------------------------------------------------------------------------------------- without the camera's records


def _jpeg(data: bytes, turned: int) -> bytes:
    """Return a JPEG without comments and application segments but those that its colours need."""
    kept = [START]
    if turned != UPRIGHT:
        kept.append(_segment(0xE1, EXIF_MARK + _orientation(turned)))
    at = 2
    for marker, begin, end in _segments(data):
        at = end
        out = marker == COMMENT or (marker in APPLICATION and marker not in KEPT_SEGMENTS)
        further = marker == PROFILE and data[begin + 4 : begin + 8] == b"MPF\x00"  # pictures behind this one
        if not out and not further:
            kept.append(data[begin:end])
    # What stands behind the end (a film, further pictures) is none of this picture.
    return b"".join([*kept, data[at : _end(data, at)]])


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, begin and end of each segment up to the scan, which is left to the caller."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 4 or data[at] != FILL:
            raise _cut()
        marker = data[at + 1]
        if marker == SCAN:
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, end
        at = end


def _end(data: bytes, at: int) -> int:
    """Return where the picture whose scans begin at ``at`` ends; refuse one that is cut off."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _cut()
        marker = data[at + 1]
        if marker == END[1]:
            return at + 2
        if marker == FILL:
            at += 1
        elif marker in WITHIN_SCAN:
            at += 2
        else:  # tables between two scans
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _orientation(turned: int) -> bytes:
    """Return the records of a camera that say nothing but how the picture is turned."""
    return b"MM\x00\x2a\x00\x00\x00\x08" + struct.pack(">HHHIHHI", 1, TURNED, 3, 1, turned, 0, 0)


def _png(data: bytes, turned: int) -> bytes:
    kept, at = [PNG_MARK], len(PNG_MARK)
    said = b"eXIf" + _orientation(turned)
    while True:
        if len(data) < at + 12:
            raise _cut()
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if len(data) < end:
            raise _cut()
        if name not in PNG_OUT:
            kept.append(data[at:end])
        if name == b"IHDR" and turned != UPRIGHT:
            kept.append((len(said) - 4).to_bytes(4, "big") + said + zlib.crc32(said).to_bytes(4, "big"))
        if name == b"IEND":
            return b"".join(kept)
        at = end


def _webp(data: bytes, turned: int) -> bytes:
    whole = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < whole:
        raise _cut()
    kept, at = [], 12
    while at + 8 <= whole:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if at + 8 + size > whole or (name == WEBP_EXTENDED and size < WEBP_EXTENDED_BYTES):
            raise _cut()
        if name == WEBP_EXTENDED:
            flags = data[at + 8] & ~WEBP_FLAGS | (WEBP_EXIF if turned != UPRIGHT else 0)
            kept.append(data[at : at + 8] + bytes([flags]) + data[at + 9 : end])
        elif name == b"EXIF" and turned != UPRIGHT:
            said = _orientation(turned)
            kept.append(name + len(said).to_bytes(4, "little") + said)
        elif name not in WEBP_OUT:
            kept.append(data[at:end])
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_STRIP = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
