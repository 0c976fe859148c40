"""Pack what people take along to a visit into one zip file, the same bytes for the same visit."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import TYPE_CHECKING

from api.visit_layers import layers_gpkg
from api.visit_papers import invitation_of
from maps.visit_checklist import visit_checklist
from survey.calendar import local

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.doors import Visitor
    from api.visit_papers import Papers

LONGEST_NAME = 80
"""Bytes of the folder's name: file systems take 255, and people put files into long paths."""
FORBIDDEN = frozenset('<>:"/\\|?*')
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NAMES = {
    "readme": ("README.txt", "说明"),
    "map": ("field-map.html", "离线地图"),
    "atlas": ("atlas-A3.pdf", "踏勘图册"),
    "layers": ("layers.gpkg", "图层"),
    "checklist": ("checklist.xlsx", "核查清单"),
    "calendar": ("invitation.ics", "日历"),
}
README = """{title}
{visit} · {days}

这个压缩包里 / In this pack
{files}

打开 / How to open
- {map}
  用任何浏览器打开，不需要网络。
  Open it in any browser; it needs no network.
- {layers}
  用 QGIS 或 QField 打开，样式和字段名已在文件里。请直接编辑这个文件，不要另存为新文件；
  编号（id）和版本（revision）不要改。回来后在踏勘页面上传：逐条对照，确认的才写入。
  Open it in QGIS or QField; styles and names of fields are inside. Edit this very file, do not save its
  layers as a new one, and leave id and revision alone. Upload it on the page of the visit afterwards:
  every change is shown, and nothing is written that nobody accepted.
- {atlas}
  按真比例打印（A3 横向，100%）。
  Print it at its true scale (A3, lying, 100 %).
- {checklist}
  编号与图册、地图一致。
  Its numbers are those of atlas and map.

编号 / Numbers: 站-项 / stop-item，如 / such as 1-2。
数据截至 / Data as of: {as_of}
"""


def pack_zip(papers: Papers, visitor: Visitor, host: str = "") -> bytes:
    """Return the pack of a visit: field map, atlas (A3), layers, checklist, invitation and what each of them is.

    The files lie in a folder that is called after the visit; their names are plain, with the Chinese one behind.

    Parameters
    ----------
    papers
        Of the visit, in one language.
    visitor
        Who asks: layers hold what this one may look at.
    host
        Name of the service, for the entries of calendars.

    Raises
    ------
    ProblemError
        404: the visit is not planned.
    maps.offline_page.MissingClientError
        The map library has not been built.
    """
    service, visit, plan = papers.service, papers.visit, papers.plan
    layers, given = layers_gpkg(service, visitor, visit, language=papers.language)
    contents = {
        "map": papers.field_map().encode(),
        "atlas": papers.atlas("a3"),
        "layers": layers,
        "checklist": visit_checklist(visit, papers.language),
        "calendar": invitation_of(service, visit, host),
    }
    days = "、".join(dict.fromkeys(f"{day.on}" for day in plan.days))
    told = readme(plan.title, visit.id, days, given.made_at)
    return zipped(folder_of(visit.id, plan.title), {"readme": told.encode("utf-8-sig"), **contents}, given.made_at)


def readme(title: str, visit: str, days: str, as_of: datetime) -> str:
    """Return what the file says that tells of the others, in both languages, with the line ends of Windows."""
    files = "\n".join(f"- {named(kind)}" for kind in NAMES if kind != "readme")
    moment = local(as_of).strftime("%Y-%m-%d %H:%M:%S %z")
    said = {kind: named(kind) for kind in ("map", "layers", "atlas", "checklist")}
    text = README.format(title=title, visit=visit, days=days, files=files, as_of=moment, **said)
    return text.replace("\n", "\r\n")


def named(kind: str) -> str:
    """Return the name of a file of the pack.

    >>> named("layers"), named("readme")
    ('layers 图层.gpkg', 'README.txt')
    """
    plain, chinese = NAMES[kind]
    stem, _, ending = plain.rpartition(".")
    return plain if kind == "readme" else f"{stem} {chinese}.{ending}"


def folder_of(visit: str, title: str) -> str:
    """Return a name for the folder that every system takes: the visit's id and as much of its title as fits.

    >>> folder_of("V-2026-0001", "范蠡大街/渚阳大道: 踏勘. ")
    'V-2026-0001 范蠡大街 渚阳大道 踏勘'
    >>> len(folder_of("V-2026-0001", "𠮷" * 200).encode()) <= LONGEST_NAME
    True
    """
    shown = [" " if sign in FORBIDDEN or unicodedata.category(sign) in UNSEEN else sign for sign in title]
    whole = f"{visit} {' '.join(''.join(shown).split())}".rstrip(". ")
    return whole.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip(". ")


def zipped(folder: str, contents: Mapping[str, bytes], moment: datetime) -> bytes:
    """Return a zip file; names beyond ASCII are marked as UTF-8, every file bears the same moment (Beijing time)."""
    at = local(moment).timetuple()[:6]
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for kind, content in contents.items():
            entry = zipfile.ZipInfo(f"{folder}/{named(kind)}", at)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return whole.getvalue()
