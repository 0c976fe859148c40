"""Know the columns of point and line tables as pipe surveys after CJJ 61 write them, in Chinese, pinyin and English.

The names are those of practice and of survey software; the standard's own tables leave them open.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from geo.formats.fields import numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo.faults import Fault
    from geo.formats.table import Sheet

#: Of a table of points. X is the northing there, as in all of Chinese surveying.
POINT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "point": (
        "物探点号", "wtdh", "管点编号", "管点号", "管线点号", "管线点编号", "点号", "测点编号", "图上点号", "tsdh",
        "point", "pointno", "pointnumber", "expno", "nodeid",
    ),
    "north": ("x", "x坐标", "坐标x", "纵坐标", "北坐标", "纵坐标x", "北坐标x", "zbx", "northing"),
    "east": ("y", "y坐标", "坐标y", "横坐标", "东坐标", "横坐标y", "东坐标y", "zby", "easting"),
    "ground": ("地面高程", "地面标高", "地面", "dmgc", "surfh", "groundelevation", "groundheight", "ground"),
    "height": (
        "管线高程", "管线标高", "管点高程", "管顶高程", "管底高程", "管内底高程", "管顶标高", "管底标高", "gxgc",
        "gdgc", "pipeelevation", "pipeheight",
    ),
    "depth": ("埋深", "管线埋深", "管顶埋深", "管底埋深", "ms", "gxms", "depth", "deepth"),
    "quality": ("点类别", "管线点类别", "探测类别", "明显隐蔽", "quality"),
}  # fmt: skip
#: Of a table of lines.
LINE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "管线编号", "管段编号", "线段编号", "管线段编号", "管线号", "gxbh", "gdbh", "xdbh"),
    "from_point": (
        "起点点号", "起始点号", "起点号", "起点", "起点编号", "起始点", "起点物探点号", "起始物探点号", "qddh",
        "qdwtdh", "qsdh", "frompoint", "startpoint", "spoint", "from",
    ),
    "to_point": (
        "终点点号", "终止点号", "终点号", "终点", "终点编号", "终止点", "终点物探点号", "终止物探点号", "连接点号",
        "zddh", "zdwtdh", "zzdh", "topoint", "endpoint", "epoint", "to",
    ),
    "from_depth": ("起点埋深", "起始埋深", "起点管线埋深", "qdms", "qsms", "fromdepth", "startdepth", "sdeep"),
    "to_depth": ("终点埋深", "终止埋深", "终点管线埋深", "zdms", "zzms", "todepth", "enddepth", "edeep"),
    "from_height": (
        "起点高程", "起始高程", "起点管线高程", "起点管顶高程", "起点管底高程", "起点标高", "qdgc", "qdgxgc", "qsgc",
        "fromelevation", "startelevation",
    ),
    "to_height": (
        "终点高程", "终止高程", "终点管线高程", "终点管顶高程", "终点管底高程", "终点标高", "zdgc", "zdgxgc", "zzgc",
        "toelevation", "endelevation",
    ),
    "section": (
        "管径", "断面", "断面尺寸", "管径或断面尺寸", "管径断面", "管径断面尺寸", "管径或断面", "规格", "管径规格",
        "gj", "dmcc", "gjdmcc", "diameter", "section", "dsize", "psize",
    ),
    "material": ("材质", "管材", "管线材质", "材料", "cz", "gc", "gxcz", "material"),
    "laying": ("埋设方式", "埋设类型", "敷设方式", "埋设方法", "msfs", "fsfs", "mslx", "laying", "embed"),
    "pressure": ("压力", "设计压力", "压力等级", "压强", "sjyl", "yl", "pressure"),
    "voltage": ("电压", "电压值", "电压等级", "dy", "dyz", "voltage"),
    "operator": ("权属单位", "产权单位", "管理单位", "权属", "权属单位名称", "qsdw", "gldw", "operator", "owner"),
    "built": (
        "建设年代", "建设年份", "建设时间", "埋设年代", "埋设日期", "建成年代", "jsnd", "jsnf", "jssj", "msnd", "built",
    ),
    "utility": (
        "管线类别", "管线种类", "管线类型", "管类", "管线大类", "管线小类", "管线代码", "类别", "gxlb", "gxlx", "gxzl",
        "gxdm", "utility", "pipetype",
    ),
    "status": ("使用状态", "使用状况", "管线状态", "状态", "syzt", "status"),
    "quality": ("探测类别", "数据质量", "quality"),
}  # fmt: skip
#: What a user may map (OURS), where it is called otherwise than the field it fills.
ALSO_MAPPED = {"diameter_mm": "section", "pressure_mpa": "pressure", "voltage_kv": "voltage", "x": "east", "y": "north"}
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_MARKS = re.compile(r"[\s_\-/\\.:：、*]+")


def plain(name: str) -> str:
    """Return a column's name without width, case, unit and marks.

    >>> plain("管径（mm）"), plain("QD_MS"), plain("管径/断面尺寸 [mm]")
    ('管径', 'qdms', '管径断面尺寸')
    """
    return _MARKS.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", name))).lower()


def columns_of(
    names: Collection[str], known: Mapping[str, tuple[str, ...]], field_map: Mapping[str, str]
) -> dict[str, str]:
    """Return OURS to THEIRS: what was mapped by hand, else the first synonym that the table has.

    >>> columns_of(["QDDH", "终点点号", "管径(mm)"], LINE_FIELDS, {})
    {'from_point': 'QDDH', 'to_point': '终点点号', 'section': '管径(mm)'}
    """
    there = {plain(name): name for name in reversed(list(names))}
    mapped = {ALSO_MAPPED.get(ours, ours): theirs for ours, theirs in field_map.items() if theirs in names}
    found: dict[str, str] = {}
    for ours, synonyms in known.items():
        name = mapped.get(ours) or next((there[word] for word in synonyms if word in there), None)
        if name is not None:
            found[ours] = name
    return found


def is_line_table(names: Collection[str], field_map: Mapping[str, str]) -> bool:
    """Return whether each row of a table names a start point and an end point.

    >>> is_line_table(["起点", "终点"], {}), is_line_table(["id", "x", "y"], {})
    (True, False)
    """
    return {"from_point", "to_point"} <= columns_of(names, LINE_FIELDS, field_map).keys()


def is_point_table(names: Collection[str], field_map: Mapping[str, str]) -> bool:
    """Return whether a table gives the coordinates of numbered points, under the names that surveys use.

    >>> is_point_table(["WTDH", "X", "Y"], {}), is_point_table(["id", "x", "y"], {})
    (True, False)
    """
    return {"point", "north", "east"} <= columns_of(names, POINT_FIELDS, field_map).keys()


class Fields:
    """The cells of a sheet by our names; a column that is not there is blank throughout."""

    def __init__(self, sheet: Sheet, known: Mapping[str, tuple[str, ...]], field_map: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.names = columns_of(list(sheet.cells.columns), known, field_map)
        self._texts: dict[str, NDArray[np.object_]] = {}
        self._numbers: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}

    def __len__(self) -> int:
        return len(self.sheet.cells)

    def text(self, ours: str) -> NDArray[np.object_]:
        """Return the cells without blanks around them, half width; ``""`` where nothing stands."""
        if ours not in self.names:
            return np.full(len(self), "", dtype=object)
        if ours not in self._texts:  # a column is asked for by several checks, and read once
            self._texts[ours] = self._cells(ours).str.normalize("NFKC").str.strip().to_numpy(dtype=object)
        return self._texts[ours]

    def number(self, ours: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the cells as numbers, NaN where blank, and which of them are neither."""
        if ours not in self.names:
            return np.full(len(self), np.nan), np.zeros(len(self), dtype=np.bool_)
        if ours not in self._numbers:
            values, bad = numbers(self._cells(ours))
            self._numbers[ours] = np.where(bad, np.nan, values), bad
        return self._numbers[ours]

    def at(self, fault: Fault, row: int, ours: str | None = None, value: object = None) -> Fault:
        """Return the fault at the place it has in the sheet: file, sheet, column, and the row in its sentence."""
        number = int(self.sheet.rows[row])
        shown = str(self._cells(ours).iloc[row])[:80] if value is None and ours in self.names else value
        return fault.at(
            zh=f"表格第 {number} 行：{fault.zh}",
            en=f"row {number} of the sheet: {fault.en}",
            file=self.sheet.file,
            layer=self.sheet.layer,
            field=self.names.get(ours or "", ours),
            value=shown,
        )

    def _cells(self, ours: str | None) -> pd.Series:
        column: pd.Series = self.sheet.cells[self.names[ours or ""]]
        return column
