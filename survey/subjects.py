"""Describe one buried line as the standards see it, and how thick it is."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LAYINGS = ("direct", "duct", "trench")


@dataclass(frozen=True, slots=True)
class Buried:
    """One buried line, planned or existing. None, NaN, zero and negative numbers state nothing.

    Parameters
    ----------
    utility
        Key of `survey.utilities.UTILITIES`.
    subtype
        ``reclaimed``, ``storm``, ``sewage``, ``combined`` (storm water and sewage in one: no table has a row for it,
        so it takes that of sewage), ``transmission``, ``distribution``, ``steam`` or ``hot_water``; see `subtype_key`
        for the words of files. Another word states nothing.
    diameter_mm
        Nominal diameter (millimetres).
    pressure_mpa
        Design pressure of gas (megapascals).
    voltage_kv
        Voltage of power (kilovolts).
    laying
        ``direct``, ``duct`` (conduits) or ``trench`` (a channel, walkable or not); None: unknown.
    material
        Any word; `material_key` tells which of them the standards know.

    Raises
    ------
    ValueError
        If the utility or the laying is no key; words of files go through `survey.utilities.utility_key` and
        `laying_key` first.

    Examples
    --------
    >>> Buried("gas", diameter_mm=200, pressure_mpa=0.3).laying is None
    True
    >>> Buried("oil")
    Traceback (most recent call last):
    ValueError: unknown utility 'oil'
    """

    utility: str
    subtype: str | None = None
    diameter_mm: float | None = None
    pressure_mpa: float | None = None
    voltage_kv: float | None = None
    laying: str | None = None
    material: str | None = None

    def __post_init__(self) -> None:
        if self.utility not in UTILITIES:
            raise ValueError(f"unknown utility {self.utility!r}")
        if self.laying is not None and self.laying not in LAYINGS:
            raise ValueError(f"unknown laying {self.laying!r}")


@dataclass(frozen=True, slots=True)
class UsualDiameter:
    """What a line of a utility usually measures across, for lines that state no diameter.

    The same lines on which `survey.utilities.Utility.trench_width_m` rests, so that trench and line agree.
    """

    diameter_mm: float
    source_zh: str
    source_en: str
    status: str = "memory only"


USUAL_DIAMETERS: Mapping[str, UsualDiameter] = MappingProxyType({
    "water": UsualDiameter(200.0, "常见配水管 DN200，判断值", "the usual distribution main, DN 200; a judgement"),
    "drainage": UsualDiameter(400.0, "常见排水管 DN400，判断值", "the usual sewer, DN 400; a judgement"),
    "power": UsualDiameter(150.0, "电缆保护管 DN150，判断值", "a cable conduit, DN 150; a judgement"),
    "gas": UsualDiameter(200.0, "CJJ 33-2005 表 2.3.3 的 DN100-200，取大", "CJJ 33-2005 table 2.3.3, DN 100-200"),
    "heat": UsualDiameter(280.0, "CJJ 28 双管之一的外护管 280 mm", "CJJ 28: casing of one of twin pipes, 280 mm"),
    "telecom": UsualDiameter(110.0, "通信管孔外径 110 mm，判断值", "a telecom duct, 110 mm outside; a judgement"),
    "broadcast": UsualDiameter(110.0, "通信管孔外径 110 mm，判断值", "a telecom duct, 110 mm outside; a judgement"),
})  # fmt: skip

_SUBTYPES = {
    "reclaimed": ("再生水", "中水", "zs", "回用水", "reclaimed water", "recycled water"),
    "storm": ("雨水", "ys", "storm water", "stormwater", "rain"),
    "sewage": ("污水", "ws", "sewer", "foul"),
    "combined": ("雨污合流", "合流", "hs", "combined sewer"),
    "transmission": ("输水", "输气", "ss", "原水", "jy", "干管", "主干", "trunk", "main"),
    "distribution": ("配水", "配气", "jp", "支管", "branch"),
    "steam": ("蒸汽", "zq"),
    "hot_water": ("热水", "rs", "hot water"),
}
_LAYINGS = {
    "direct": ("直埋", "zm", "direct buried", "direct-buried", "buried"),
    "duct": ("管埋", "gm", "管块", "gk", "排管", "管道", "套管", "保护管", "conduit", "ducts"),
    "trench": ("管沟", "gg", "沟道", "方沟", "电缆沟", "channel"),
}
_MATERIALS = {
    "steel": ("钢", "钢管", "镀锌钢管", "焊接钢管", "无缝钢管"),
    "metal": ("铸铁", "球墨铸铁", "球铁", "铸铁管", "铜", "di", "ductile iron", "cast iron", "iron", "copper"),
    "polyethylene": ("pe", "聚乙烯", "pe管", "hdpe"),
    "plastic": ("塑料", "pvc", "upvc", "pvc-u", "ppr", "pp-r", "mpp", "cpvc", "塑"),
    "concrete_rigid": ("混凝土刚性接口", "砼刚性接口"),
    "concrete_flexible": ("混凝土柔性接口", "砼柔性接口"),
    "concrete": ("混凝土", "砼", "钢筋混凝土", "钢筋砼", "水泥", "reinforced concrete"),
}


def _words(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {word: key for key, words in table.items() for word in (key, *words)}


_SUBTYPE_OF, _LAYING_OF, _MATERIAL_OF = _words(_SUBTYPES), _words(_LAYINGS), _words(_MATERIALS)


def _plain(word: object) -> str | None:
    return unicodedata.normalize("NFKC", word).strip().lower() if isinstance(word, str) else None


def subtype_key(word: object) -> str | None:
    """Return the subtype that a word or a CJJ 61 minor code names; None where the standards tell nothing apart.

    Examples
    --------
    >>> subtype_key("雨水"), subtype_key("WS"), subtype_key("中水"), subtype_key("路灯"), subtype_key(None)
    ('storm', 'sewage', 'reclaimed', None, None)
    """
    return _SUBTYPE_OF.get(_plain(word) or "")


def laying_key(word: object) -> str | None:
    """Return ``direct``, ``duct`` or ``trench`` for a word or a CJJ 61 laying code; None for any other.

    A bored pipe (``DG``), a crossing under water (``SX``) and whatever is above ground leave it open.

    Examples
    --------
    >>> laying_key("直埋"), laying_key("GK"), laying_key("管沟"), laying_key("DG"), laying_key(float("nan"))
    ('direct', 'duct', 'trench', None, None)
    """
    return _LAYING_OF.get(_plain(word) or "")


def material_key(word: object) -> str | None:
    """Return the material that a word names, as the standards tell materials apart; None for any other.

    Examples
    --------
    >>> material_key("PE"), material_key("球墨铸铁"), material_key("砼"), material_key("木")
    ('polyethylene', 'metal', 'concrete', None)
    """
    return _MATERIAL_OF.get(_plain(word) or "")


def stated(number: float | None) -> float | None:
    """Return a number if it is finite and positive, else None: a diameter of 0 states nothing.

    Examples
    --------
    >>> stated(0.4), stated(0), stated(float("nan")), stated(None)
    (0.4, None, None, None)
    """
    return float(number) if number is not None and math.isfinite(number) and number > 0 else None


def radius_m(buried: Buried) -> tuple[float, bool]:
    """Return half of the outer diameter (metres), and whether it is assumed.

    The nominal diameter is taken as the outer one: for plastic it is; for concrete and cast iron it is the bore, and
    the wall (some 10 % of it) is not added because files do not state it. A channel has no diameter: where none is
    stated, the usual line inside it is taken, which is too thin.

    Examples
    --------
    >>> radius_m(Buried("water", diameter_mm=300))
    (0.15, False)
    >>> radius_m(Buried("gas"))
    (0.1, True)
    """
    diameter = stated(buried.diameter_mm)
    if diameter is None:
        return USUAL_DIAMETERS[buried.utility].diameter_mm / 2000.0, True
    return diameter / 2000.0, False


def radii_m(
    utility: Sequence[str], diameter_mm: Sequence[float] | NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return `radius_m` of many lines: half diameters (metres) and which are assumed.

    Parameters
    ----------
    utility
        A key of `survey.utilities.UTILITIES` for each line.
    diameter_mm
        Millimetres; NaN, zero and negative state nothing.

    Examples
    --------
    >>> radii, assumed = radii_m(["water", "gas"], [300.0, float("nan")])
    >>> radii.tolist(), assumed.tolist()
    ([0.15, 0.1], [False, True])
    """
    keys, code = np.unique(np.asarray(utility, dtype=object).astype(str), return_inverse=True)
    usual = np.array([USUAL_DIAMETERS[str(key)].diameter_mm for key in keys], dtype=np.float64)
    diameter = np.asarray(diameter_mm, dtype=np.float64)
    known = np.isfinite(diameter) & (diameter > 0)
    spread = usual[code] if len(usual) else np.empty(0)
    return np.where(known, diameter, spread) / 2000.0, ~known
