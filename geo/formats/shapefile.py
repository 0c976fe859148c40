"""Read Shapefiles, plain or zipped, whose text may be GBK without saying so."""

from __future__ import annotations

import codecs
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from geo.faults import BadInputError, Fault
from geo.formats.archives import CHUNK, MAX_RATIO, MAX_UNZIPPED_BYTES, RATIO_FROM_BYTES, bomb, refuse_archive
from geo.formats.gdal import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.formats.table import Raw, Request

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
#: Tried in this order; every byte is some letter in single-byte encodings, so none of those is guessed.
ENCODINGS = ("utf-8", "gb18030", "big5")
DBF_HEAD_BYTES = 32
DBF_CHINESE_DRIVERS = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5"}


def read_raw(request: Request) -> Raw:
    """Read a ``.shp`` with its companions.

    The encoding is, in this order: the one asked for, the ``.cpg`` beside it, the language driver of the ``.dbf``, else
    the first of UTF-8, GB18030, Big5 in which every text of the table can be read; a guess is told.

    Raises
    ------
    BadInputError
        Companions are missing, a part is cut off, or no encoding fits.
    """
    path = request.path
    faults = [*_missing_parts(path), *_cut_off(path)]
    if faults:
        raise BadInputError(faults)
    encoding, note = _encoding(request)
    raw = read_layer(request, None, encoding)
    if note:
        raw.found.note(None, note)
    return raw


def read_zipped(request: Request) -> Raw:
    """Read a Shapefile in a zip file, unpacked to a temporary folder within strict limits of size and ratio.

    Raises
    ------
    BadInputError
        A zip bomb, an encrypted archive, several Shapefiles while ``layer`` names none, or what `read_raw` refuses.
    """
    with tempfile.TemporaryDirectory(prefix="cotrench-") as folder:
        path = _unpack(request, Path(folder))
        raw = read_raw(replace(request, path=path, layer=None))
        return replace(raw, layer=path.stem)


def _unpack(request: Request, folder: Path) -> Path:
    name = request.path.name
    with zipfile.ZipFile(request.path) as archive:
        members = archive.infolist()
        refused = refuse_archive(members)
        if refused:
            raise BadInputError([refused.at(file=name)])
        chosen = _chosen(request, members)
        budget = MAX_UNZIPPED_BYTES
        for member in members:
            inner = PurePosixPath(member.filename.replace("\\", "/"))
            if str(inner.with_suffix("")) != chosen or inner.suffix.lower() not in PARTS:
                continue
            target = folder / f"{inner.stem}{inner.suffix.lower()}"
            budget -= _extract(archive, member, target, budget, name)
    return folder / f"{PurePosixPath(chosen).name}.shp"


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: int, name: str) -> int:
    """Write one member, counting the bytes that really come out; sizes in the directory of an archive can lie."""
    written = 0
    limit = min(budget, max(RATIO_FROM_BYTES, MAX_RATIO * max(1, member.compress_size)))
    try:
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise BadInputError([bomb(member.filename).at(file=name)])
                sink.write(chunk)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        fault = Fault("file.damaged", f"压缩包已损坏：{error}", f"the zip file is damaged: {error}", file=name)
        raise BadInputError([fault]) from error
    return written


def _chosen(request: Request, members: list[zipfile.ZipInfo]) -> str:
    inner = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    stems = sorted({str(path.with_suffix("")) for path in inner if path.suffix.lower() == ".shp"})
    named = [stem for stem in stems if PurePosixPath(stem).name == request.layer]
    preferred = [stem for stem in stems if PurePosixPath(stem).name.lower() in request.prefer]
    for choice in (named, stems if request.layer is None else [], preferred if request.layer is None else []):
        if len(choice) == 1:
            return choice[0]
    listed = ", ".join(PurePosixPath(stem).name for stem in stems)
    fault = Fault(
        "layer.which",
        f"压缩包里有 {len(stems)} 个 Shapefile：{listed}",
        f"the zip file holds {len(stems)} Shapefiles: {listed}",
        "用 --layer 指定一个",
        "name one with --layer",
        file=request.path.name,
        layer=request.layer,
    )
    raise BadInputError([fault])


def _sibling(path: Path, suffix: str) -> Path | None:
    """Return the companion of a .shp whatever the case of its ending; None where there is none."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.exists():
            return candidate
    return None


def _missing_parts(path: Path) -> list[Fault]:
    return [
        Fault(
            "shapefile.part_missing",
            f"缺少同名的 {suffix}",
            f"the {suffix} beside it is missing",
            "把同名的 .shp .shx .dbf .prj 一起复制过来",
            "copy .shp .shx .dbf .prj of the same name together",
            file=path.name,
        )
        for suffix in (".shx", ".dbf")
        if _sibling(path, suffix) is None
    ]


def _cut_off(path: Path) -> Iterator[Fault]:
    """Hold the lengths in the headers (ESRI white paper: main file; dBASE III) against the sizes on disk."""
    with path.open("rb") as stream:
        promised = 2 * int.from_bytes(stream.read(28)[24:28], "big")
    sizes = [(path.name, promised, path.stat().st_size)]
    dbf = _sibling(path, ".dbf")
    if dbf is not None:
        with dbf.open("rb") as stream:
            head = stream.read(DBF_HEAD_BYTES)
        rows = int.from_bytes(head[4:8], "little")
        promised = int.from_bytes(head[8:10], "little") + rows * int.from_bytes(head[10:12], "little")
        sizes.append((dbf.name, max(promised, DBF_HEAD_BYTES), dbf.stat().st_size))
    for name, promised, size in sizes:
        if size < promised:
            yield Fault(
                "file.cut_in_half",
                f"文件不完整：应有 {promised} 字节，只有 {size} 字节",
                f"the file is cut off: {size} of {promised} bytes",
                "重新复制或导出",
                "copy or export it again",
                file=name,
            )


def _encoding(request: Request) -> tuple[str | None, Fault | None]:
    if request.encoding:
        return _python_name(request.encoding, request.path.name), None
    dbf = _sibling(request.path, ".dbf")
    if _sibling(request.path, ".cpg") or dbf is None:
        return None, None
    content = dbf.read_bytes()
    texts = _texts(content)
    if not texts:
        return None, None
    driver = DBF_CHINESE_DRIVERS.get(content[29])
    for encoding in ([driver] if driver else []) + list(ENCODINGS):
        if all(_fits(text, encoding) for text in texts):
            return encoding, None if encoding == driver else _guessed(encoding)
    fault = Fault(
        "file.encoding",
        "属性表的文字编码无法识别",
        "the encoding of the table's text is unknown",
        "用 --encoding 指定，如 gb18030、big5",
        "name it with --encoding, such as gb18030 or big5",
        file=dbf.name,
    )
    raise BadInputError([fault])


def _texts(content: bytes) -> set[bytes]:
    """Return the distinct texts of a .dbf that are more than ASCII: its field names and character columns."""
    header, width = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    rows = int.from_bytes(content[4:8], "little")
    fields = [content[at : at + 32] for at in range(32, header - 31, 32) if content[at] != 0x0D]
    texts = {field[:11].split(b"\x00")[0] for field in fields}
    table = np.frombuffer(content, np.uint8, rows * width, header).reshape(rows, width)
    at = 1  # the first byte of a row is its deletion flag
    for field in fields:
        size = field[16]
        if field[11:12] == b"C":
            column = np.ascontiguousarray(table[:, at : at + size])
            high = column[(column >= 0x80).any(axis=1)]
            texts |= {row.tobytes().rstrip(b" \x00") for row in np.unique(high, axis=0)}
        at += size
    return {text for text in texts if not text.isascii()}


def _fits(text: bytes, encoding: str) -> bool:
    """Tell whether a text is of an encoding; a letter cut in two by the field's width does not count against it."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _python_name(encoding: str, name: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        fault = Fault(
            "file.encoding",
            "不认识的编码",
            "unknown encoding",
            "用 utf-8、gb18030 或 big5",
            "use utf-8, gb18030 or big5",
            file=name,
            value=encoding,
        )
        raise BadInputError([fault]) from error


def _guessed(encoding: str) -> Fault:
    return Fault(
        "file.encoding_guessed",
        f"没有 .cpg，文字按 {encoding} 读取；若有乱码，请用 --encoding 指定",
        f"there is no .cpg; text was read as {encoding}; name another with --encoding if it looks wrong",
    )
