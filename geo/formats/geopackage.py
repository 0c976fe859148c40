"""Read a layer of a GeoPackage, and notice when half of the file is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault
from geo.formats.gdal import choose_layer, read_layer

if TYPE_CHECKING:
    from pathlib import Path

    from geo.formats.table import Raw, Request

PAGE_SIZE_AT, CHANGE_COUNTER_AT, PAGE_COUNT_AT, VALID_FOR_AT = 16, 24, 28, 92


def read_raw(request: Request) -> Raw:
    """Read one layer of a GeoPackage.

    Raises
    ------
    BadInputError
        The file is cut off or damaged, has no map layer, or several while none was named.
    """
    _check_whole(request.path)
    return read_layer(request, choose_layer(request))


def _check_whole(path: Path) -> None:
    """Hold the size the header promises against the size on disk (SQLite file format, section 1.3)."""
    with path.open("rb") as stream:
        head = stream.read(100)
    page_size = int.from_bytes(head[PAGE_SIZE_AT : PAGE_SIZE_AT + 2], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(head[PAGE_COUNT_AT : PAGE_COUNT_AT + 4], "big")
    current = head[CHANGE_COUNTER_AT : CHANGE_COUNTER_AT + 4] == head[VALID_FOR_AT : VALID_FOR_AT + 4]
    size = path.stat().st_size
    if len(head) < 100 or (current and size < page_size * pages):
        raise BadInputError(
            [
                Fault(
                    "file.cut_in_half",
                    f"文件不完整：应有 {page_size * pages} 字节，只有 {size} 字节",
                    f"the file is cut off: {size} of {page_size * pages} bytes",
                    "重新复制或导出；U 盘要安全弹出",
                    "copy or export it again; eject the stick safely",
                    file=path.name,
                )
            ]
        )
