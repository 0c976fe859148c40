"""Tell what a file really is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 4096
#: Comments, then a section in square brackets: no JSON begins with a bare word.
EPANET_SECTION = re.compile(rb"(?:;[^\n]*\n\s*)*\[(?:TITLE|JUNCTIONS|RESERVOIRS|TANKS|PIPES|OPTIONS)\]", re.IGNORECASE)


class Format(StrEnum):
    """The formats that can be read; the value is the name users see."""

    GEOJSON = "GeoJSON"
    GEOPACKAGE = "GeoPackage"
    GEOPARQUET = "GeoParquet"
    SHAPEFILE = "Shapefile"
    ZIPPED_SHAPEFILE = "zipped Shapefile"
    CSV = "CSV"
    XLSX = "Excel XLSX"
    EPANET = "EPANET INP"


ENDINGS: dict[str, tuple[Format, ...]] = {
    ".geojson": (Format.GEOJSON,),
    ".json": (Format.GEOJSON,),
    ".gpkg": (Format.GEOPACKAGE,),
    ".parquet": (Format.GEOPARQUET,),
    ".geoparquet": (Format.GEOPARQUET,),
    ".shp": (Format.SHAPEFILE,),
    ".shz": (Format.ZIPPED_SHAPEFILE,),
    ".zip": (Format.ZIPPED_SHAPEFILE,),
    ".csv": (Format.CSV,),
    ".tsv": (Format.CSV,),
    ".xlsx": (Format.XLSX,),
    ".xlsm": (Format.XLSX,),
    ".inp": (Format.EPANET,),
    ".txt": (Format.CSV, Format.GEOJSON, Format.EPANET),
}

#: First bytes of files that are often given by mistake, with the name a user knows them by, in Chinese and English.
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF", "PDF"),
    (b"\x89PNG", "PNG 图片", "a PNG image"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG image"),
    (b"GIF8", "GIF 图片", "a GIF image"),
    (b"II*\x00", "TIFF 图片", "a TIFF image"),
    (b"MM\x00*", "TIFF 图片", "a TIFF image"),
    (b"\x1f\x8b", "gzip 压缩文件", "a gzip archive"),
    (b"7z\xbc\xaf", "7z 压缩文件", "a 7z archive"),
    (b"Rar!", "RAR 压缩文件", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件 (.xls/.doc)", "an old Office file (.xls/.doc)"),
    (b"AutoCAD Binary DXF", "DXF (AutoCAD)", "DXF (AutoCAD)"),
    (b"AC10", "DWG (AutoCAD)", "DWG (AutoCAD)"),
    (b"fgb\x03", "FlatGeobuf", "FlatGeobuf"),
    (b"MZ\x90", "Windows 程序", "a Windows program"),
    (b"\x7fELF", "程序", "a program"),
)


def recognise(path: Path) -> Format:
    """Return the format of a file by its content, after holding it against its ending.

    Raises
    ------
    BadInputError
        The file is missing, a folder, empty, of a kind that cannot be read, or is not what its name says; the fault
        names what it really is.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "roads.gpkg"
    >>> _ = path.write_text('{"type": "FeatureCollection", "features": []}')
    >>> recognise(path)
    Traceback (most recent call last):
    ...
    geo.faults.BadInputError: roads.gpkg: named .gpkg, but it is GeoJSON — rename it to .geojson
    """
    head = _head(path)
    found = _by_content(path, head)
    if isinstance(found, Fault):
        raise BadInputError([found.at(file=path.name)])
    ending = path.suffix.lower()
    if ending in ENDINGS and found not in ENDINGS[ending]:
        right = next(known for known, formats in ENDINGS.items() if found in formats)
        raise BadInputError(
            [
                Fault(
                    "file.not_what_it_says",
                    f"扩展名是 {ending}，内容却是 {found}",
                    f"named {ending}, but it is {found}",
                    f"把扩展名改为 {right}",
                    f"rename it to {right}",
                    file=path.name,
                )
            ]
        )
    return found


def _head(path: Path) -> bytes:
    problem = None
    if path.is_dir():
        problem = Fault("file.folder", "这是文件夹", "it is a folder", "请指定其中的文件", "name a file in it")
    elif not path.exists():
        problem = Fault("file.missing", "没有这个文件", "there is no such file", "检查路径", "check the path")
    elif path.stat().st_size == 0:
        problem = Fault(
            "file.empty", "文件为空（0 字节）", "the file is empty (0 bytes)", "重新导出", "export it again"
        )
    if problem:
        raise BadInputError([problem.at(file=path.name)])
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        fault = Fault("file.unreadable", f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        raise BadInputError([fault.at(file=path.name)]) from error


def _by_content(path: Path, head: bytes) -> Format | Fault:
    if head.startswith(b"SQLite format 3\x00"):
        return _sqlite(path, head)
    if head.startswith(b"PAR1"):
        return Format.GEOPARQUET
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    ending = path.suffix.lower()
    if ending in (".shx", ".dbf", ".prj", ".cpg"):
        name = (f"Shapefile 的一部分 ({ending})", f"part of a Shapefile ({ending})")
        return _not_a_map(name, "请指定同名的 .shp", "name the .shp beside it")
    if head.startswith(b"\x00\x00\x27\x0a"):
        return Format.SHAPEFILE
    signed = next(((zh, en) for signature, zh, en in SIGNATURES if head.startswith(signature)), None)
    return _not_a_map(signed) if signed else _text(path, head)


def _sqlite(path: Path, head: bytes) -> Format | Fault:
    if head[68:72] in (b"GPKG", b"GP10", b"GP11") or path.suffix.lower() == ".gpkg":
        return Format.GEOPACKAGE
    return _not_a_map(("SQLite 数据库", "an SQLite database"))


def _zip(path: Path) -> Format | Fault:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return Fault(
            "file.cut_in_half",
            "压缩包不完整或已损坏",
            "the zip file is cut off or damaged",
            "重新下载或复制",
            "download or copy it again",
        )
    if any(name.endswith(".shp") for name in names):
        return Format.ZIPPED_SHAPEFILE
    if "xl/workbook.xml" in names:
        return Format.XLSX
    known = {
        "word/": ("Word 文档 (.docx)", "a Word document (.docx)"),
        "doc.kml": ("KMZ", "KMZ"),
    }
    for start, name in known.items():
        if any(member.startswith(start) for member in names):
            return _not_a_map(name)
    return _not_a_map(("没有 Shapefile 的 zip 压缩包", "a zip file without a Shapefile"), "先解压", "unpack it first")


def _text(path: Path, head: bytes) -> Format | Fault:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, as spreadsheets save "Unicode text"
        return Format.CSV
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    foreign = _foreign_text(path, start)
    if foreign:
        return _not_a_map(foreign)
    if EPANET_SECTION.match(start) or (path.suffix.lower() == ".inp" and b"[" in start):
        return Format.EPANET
    return Format.GEOJSON if start[:1] in (b"{", b"[") else Format.CSV


def _foreign_text(path: Path, start: bytes) -> tuple[str, str] | None:
    """Return the names of a kind that is neither JSON nor a table; None where it may be one of these."""
    if b"\x00" in start:
        return "未知的二进制文件", "a binary file of an unknown kind"
    if start.startswith(b"<"):
        lowered = start.lower()
        tags = {b"<gpx": "GPX", b"<kml": "KML", b"<osm": "OSM XML", b"<html": "HTML", b"gml": "GML"}
        name = next((name for tag, name in tags.items() if tag in lowered), "XML")
        return (f"{name} 网页", f"a page of {name}") if name == "HTML" else (name, name)
    if start.startswith((b"0\r\nSECTION", b"0\nSECTION", b"999")) or path.suffix.lower() == ".dxf":
        return "DXF (AutoCAD)", "DXF (AutoCAD)"
    return None


def _not_a_map(name: tuple[str, str], mend_zh: str = "", mend_en: str = "") -> Fault:
    return Fault(
        "file.wrong_kind",
        f"这是 {name[0]}，不是可读取的地图文件",
        f"this is {name[1]}, not a map file that can be read",
        mend_zh or "导出为 GeoPackage（.gpkg）、GeoJSON、GeoParquet、Shapefile、CSV 或 XLSX",
        mend_en or "export it as GeoPackage (.gpkg), GeoJSON, GeoParquet, Shapefile, CSV or XLSX",
    )
