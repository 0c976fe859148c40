"""Know the faces that papers are set in: where they are, and which characters they lack."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from pylopdf_fonts_zh_cn import sans_path, serif_path

if TYPE_CHECKING:
    from pathlib import Path

GETA = "〓"
"""What Chinese printers set where they have no type for a character."""
_VARIATION = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def face_folder() -> Path:
    """Return the folder of both faces: Noto Serif SC for text, Noto Sans SC for headings (SIL Open Font License)."""
    return serif_path().parent


@cache
def covered() -> frozenset[int]:
    """Return the code points that both faces have.

    >>> all(ord(character) in covered() for character in "堽硚碶浬洣湴滘垚垿崟〔〕≤±㎡")
    True
    """
    return frozenset(_code_points(serif_path().read_bytes()) & _code_points(sans_path().read_bytes()))


def printable(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Return a text as it can be printed, and the characters that had to be left out, as ``U+20BB7``.

    A character that the faces lack becomes `GETA`. Line breaks stay; other controls, marks that turn the direction of
    writing, selectors of variants and half surrogates are dropped.

    >>> printable("𠮷野家\x1b甲\u202e乙")
    ('〓野家甲乙', ('U+20BB7',))
    """
    if text.isprintable() and covered().issuperset(map(ord, set(text))) and unicodedata.is_normalized("NFC", text):
        return text, ()
    kept, missing = [], dict[str, None]()
    for character in unicodedata.normalize("NFC", text.replace("\t", " ")):
        point = ord(character)
        if character == "\n" or point in covered():
            kept.append(character)
        elif unicodedata.category(character) not in ("Cc", "Cf", "Cs") and not any(point in r for r in _VARIATION):
            kept.append(GETA)
            missing[f"U+{point:04X}"] = None
    return "".join(kept), tuple(missing)


def _code_points(font: bytes) -> set[int]:
    """Return the code points of a font's table ``cmap``, format 12 (OpenType 1.9, cmap, segmented coverage)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    start = tables[b"cmap"]
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">I", font, start + 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", font, at)[0] == 12:  # noqa: PLR2004 - the number of the format
            groups = struct.unpack_from(">I", font, at + 12)[0]
            ranges = [struct.unpack_from(">II", font, at + 16 + 12 * k) for k in range(groups)]
            return {point for first, last in ranges for point in range(first, last + 1)}
    message = "the face has no cmap of format 12"
    raise ValueError(message)
