"""Make pictures fit for a paper: photos and signatures scaled to what a print shows, drawings as SVG or as pixels."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from maps.typesetting import first_page

if TYPE_CHECKING:
    import datetime as dt

MM_PER_INCH = 25.4
PHOTO_DPI, SIGNATURE_DPI, DRAWING_DPI = 220, 300, 220
JPEG_QUALITY = 82
UNREADABLE = (OSError, ValueError, SyntaxError, TypeError, LookupError, AttributeError, EOFError, struct.error)
"""What Pillow raises of bytes that are not what they begin as."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on a paper.

    Parameters
    ----------
    svg
        The picture, pixels inside it where it is a photo.
    width, height
        On paper (millimetres).
    alt
        What somebody who cannot see it is told.
    pixels, media
        The same as a file of pixels; empty where it is a drawing.
    """

    svg: str
    width: float
    height: float
    alt: str
    pixels: bytes = b""
    media: str = ""

    def as_dict(self) -> dict[str, str | float]:
        """Return the figure as a template takes it."""
        return {"svg": self.svg, "width": self.width, "height": self.height, "alt": self.alt}


def photo_figure(content: bytes, width: float, height: float, alt: str) -> Figure | None:
    """Return a photo inside a box on paper (millimetres), upright, in no more pixels than a print shows.

    None where the bytes are no picture that can be read.

    Examples
    --------
    >>> photo_figure(b"no picture", 80.0, 60.0, "") is None
    True
    """
    return _of_pixels(content, (width, height), alt, PHOTO_DPI, "image/jpeg")


def signature_figure(content: bytes, width: float, height: float, alt: str) -> Figure | None:
    """Return a signature inside a box on paper (millimetres) on white; None as in `photo_figure`."""
    return _of_pixels(content, (width, height), alt, SIGNATURE_DPI, "image/png")


def drawing_pixels(figure: Figure, issued: dt.date) -> bytes:
    """Return a drawing as PNG, for programs that show no SVG."""
    sheet = {
        "title": figure.alt, "author": "", "description": "", "keywords": [], "foot_left": "",
        "qr_says": "CoTrench figure", "figure": figure.as_dict(),
    }  # fmt: skip
    return first_page("figure", sheet, {}, issued, DRAWING_DPI)


def _of_pixels(content: bytes, box: tuple[float, float], alt: str, dots: int, media: str) -> Figure | None:
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.draft("RGB", (4 * dots, 4 * dots))  # a JPEG is decoded smaller at once
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (*UNREADABLE, Image.DecompressionBombError):
        return None
    flat = Image.new("RGB", upright.size, "#ffffff")
    flat.paste(upright, mask=upright.getchannel("A"))
    size = min(box[0] / flat.width, box[1] / flat.height)
    wide, tall = flat.width * size, flat.height * size
    most = (max(1, round(wide * dots / MM_PER_INCH)), max(1, round(tall * dots / MM_PER_INCH)))
    flat.thumbnail(most, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if media == "image/jpeg":
        flat.save(out, "JPEG", quality=JPEG_QUALITY)
    else:
        flat.save(out, "PNG")
    pixels = out.getvalue()
    shown = base64.b64encode(pixels).decode()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {flat.width} {flat.height}">'
        f'<image width="{flat.width}" height="{flat.height}" href="data:{media};base64,{shown}"/></svg>'
    )
    return Figure(svg, round(wide, 2), round(tall, 2), alt, pixels, media)
