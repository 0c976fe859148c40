"""Say what can be wrong in a GeoJSON file, and how each is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import Fault
from geo.formats.geometry import not_finite

if TYPE_CHECKING:
    import orjson


def wrong_kind(really: str) -> Fault:
    """Return the fault of JSON of another kind."""
    return Fault(
        "file.wrong_kind",
        f"这是 {really}，不是 GeoJSON 的 FeatureCollection",
        f"this is {really}, not a FeatureCollection of GeoJSON",
        "导出为 GeoJSON",
        "export it as GeoJSON",
    )


def not_utf8(byte: int) -> Fault:
    """Return the fault of a text that is in another encoding from some byte on."""
    return Fault(
        "file.encoding",
        f"不是 UTF-8（第 {byte} 字节）",
        f"is not UTF-8 (byte {byte})",
        "加 --encoding gb18030，或另存为 UTF-8",
        "add --encoding gb18030, or save it as UTF-8",
    )


def not_json(text: str, error: orjson.JSONDecodeError) -> Fault:
    """Return the fault of a text that is cut off, or no JSON."""
    if not text.rstrip().endswith(("}", "]")):
        return Fault(
            "file.cut_in_half",
            f"文件不完整：{len(text)} 个字符后中断",
            f"the file is cut off after {len(text)} characters",
            "重新下载或复制",
            "download or copy it again",
        )
    return Fault(
        "file.not_json",
        f"不是合法的 JSON：第 {error.lineno} 行第 {error.colno} 列",
        f"is not valid JSON: line {error.lineno}, column {error.colno}",
        "重新导出",
        "export it again",
    )


def wrong_encoding(encoding: str, error: Exception) -> Fault:
    """Return the fault of a text that is not in the encoding that was named."""
    return Fault(
        "file.encoding",
        f"不能按 {encoding} 解码：{error}",
        f"cannot be decoded as {encoding}: {error}",
        "换一种编码，如 utf-8 或 gb18030",
        "try another encoding, such as utf-8 or gb18030",
    )


def not_a_feature(value: object) -> Fault:
    """Return the fault of an entry that is no feature."""
    return Fault(
        "feature.malformed",
        "不是 GeoJSON 的 Feature，或 properties 不是对象",
        "not a Feature of GeoJSON, or its properties are no object",
        "重新导出",
        "export it again",
        value=str(value)[:80],
    )


def not_a_geometry(kind: object) -> Fault:
    """Return the fault of a geometry of another type than there are."""
    return Fault(
        "geometry.unknown_type",
        "不是 GeoJSON 的图形类型",
        "not a geometry type of GeoJSON",
        "用 LineString、Polygon 等",
        "use LineString, Polygon and the like",
        value=str(kind),
    )


def bad_position(value: object) -> Fault:
    """Return the fault of a vertex that is no two or three numbers."""
    if isinstance(value, list) and len(value) >= 2 and value[0] is value[1] is None:
        return not_finite(float("nan"), float("nan"))
    return Fault(
        "coordinate.malformed",
        "不是由两三个数字组成的坐标",
        "not a position of two or three numbers",
        "写成 [经度, 纬度]",
        "write [longitude, latitude]",
        value=value if isinstance(value, list) and len(value) < 9 else str(value)[:80],
    )


def more_positions(count: int) -> Fault:
    """Return the fault that stands for those of further vertices."""
    return Fault("coordinate.malformed_more", f"另有 {count} 个顶点有误", f"{count} more vertices of it are wrong")


def not_nested(coordinates: object) -> Fault:
    """Return the fault of coordinates that lie too deep, or not deep enough."""
    return Fault(
        "coordinate.malformed",
        "coordinates 的层数不对",
        "the coordinates are not nested as this type needs",
        "重新导出",
        "export it again",
        value=str(coordinates)[:80],
    )


def short_ring(count: int) -> Fault:
    """Return the fault of a ring with too few positions."""
    return Fault(
        "area.short_ring",
        f"环只有 {count} 个点，至少要 4 个",
        f"a ring of {count} positions; it needs 4",
        "补画",
        "draw it again",
    )


def open_ring() -> Fault:
    """Return the fault of a ring that does not end where it starts."""
    return Fault("area.open_ring", "环没有闭合", "the ring is not closed", "末点须与首点相同", "end it where it starts")
