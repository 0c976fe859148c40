"""Tell which rows of the tables a line or an object may take, and what was missing to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.gas import TABLE_ENDS_MPA, gas_class, gas_classes
from survey.subjects import Buried, material_key, stated, subtype_key
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

WATER_SPLIT_MM = 200.0
GAS_SPLIT_MM = 300.0
SPLIT_KV = 35.0
ROWS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "water": ("给水", "water"),
    "water_d_le_200": ("给水（d ≤ 200 mm）", "water (d ≤ 200 mm)"),
    "water_d_gt_200": ("给水（d > 200 mm）", "water (d > 200 mm)"),
    "sewage": ("污水、雨水", "sewage or storm water"),
    "reclaimed": ("再生水", "reclaimed water"),
    "gas": ("燃气", "gas"),
    "gas_any": ("燃气", "gas"),
    "gas_low": ("低压燃气", "gas, low pressure"),
    "gas_medium_b": ("中压B燃气", "gas, medium pressure B"),
    "gas_medium_a": ("中压A燃气", "gas, medium pressure A"),
    "gas_subhigh_b": ("次高压B燃气", "gas, sub-high pressure B"),
    "gas_subhigh_a": ("次高压A燃气", "gas, sub-high pressure A"),
    "heat": ("热力", "heat"),
    "heat_direct": ("直埋热力", "heat, direct-buried"),
    "power_direct": ("直埋电力", "power, direct-buried"),
    "power_duct": ("管道电力（保护管）", "power in ducts"),
    "telecom_direct": ("直埋通信", "telecom, direct-buried"),
    "telecom_duct": ("管道通信（通道）", "telecom in ducts"),
    "telecom_steel_duct": ("钢管通信", "telecom in steel ducts"),
    "trench": ("管沟", "channel"),
    "building": ("建（构）筑物", "building"),
    "tree": ("乔木", "tree"),
    "shrub": ("灌木", "shrub"),
    "pole": ("通信照明及 10 kV 以下杆柱", "pole of telecom, lighting or below 10 kV"),
    "tower": ("高压铁塔基础", "foundation of a high-voltage tower"),
    "curb": ("道路侧石边缘", "curb"),
    "tram": ("有轨电车钢轨", "tram rail"),
    "railway": ("铁路钢轨（或坡脚）", "railway (rail or foot of the slope)"),
    "culvert": ("涵洞基底", "base of a culvert"),
    "utility_tunnel": ("综合管廊", "utility tunnel"),
    "pipeline": ("各种管线", "any line"),
    "carriageway": ("机动车道下", "under a carriageway"),
    "footway": ("非机动车道（含人行道）下", "under a footway or cycle track"),
})  # fmt: skip
CONDITIONS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "": ("", ""),
    "d<=200": ("d ≤ 200 mm", "d ≤ 200 mm"),
    "d>200": ("d > 200 mm", "d > 200 mm"),
    "dn<=300": ("DN ≤ 300 mm", "DN ≤ 300 mm"),
    "dn>300": ("DN > 300 mm", "DN > 300 mm"),
    "kv<35": ("电压 < 35 kV", "below 35 kV"),
    "kv>=35": ("电压 ≥ 35 kV", "35 kV or more"),
    "tower<=35kV": ("杆塔电压 ≤ 35 kV", "tower of up to 35 kV"),
    "tower>35kV": ("杆塔电压 > 35 kV", "tower above 35 kV"),
    "tower>330kV": ("杆塔电压 > 330 kV", "tower above 330 kV"),
    "electrified": ("电气化铁路", "electrified railway"),
    "not electrified": ("非电气化铁路", "railway not electrified"),
    "fast": ("时速 200 公里及以上", "200 km/h or more"),
    "barrier": ("用隔板分隔", "with a barrier between"),
    "steam": ("直埋蒸汽", "direct-buried steam"),
    "polyethylene": ("聚乙烯管", "polyethylene"),
    "open cut": ("明挖", "open cut"),
    "direct": ("直埋", "direct-buried"),
    "duct": ("管道（保护管）", "in ducts"),
    "trench": ("管沟", "in a channel"),
    "steel": ("钢管", "steel"),
    "other": ("非钢管", "not steel"),
})  # fmt: skip
PARTITIONS = (
    ("dn<=300", "dn>300"),
    ("kv<35", "kv>=35"),
    ("tower<=35kV", "tower>35kV"),
    ("electrified", "not electrified"),
)
"""Conditions of which exactly one holds; a pair that has one of them needs both. The others are footnotes: they are
taken where they are known to hold, over the plain row of the table."""
ATTRIBUTES: Mapping[str, tuple[str, str]] = MappingProxyType({
    "pressure": ("压力", "pressure"),
    "diameter": ("管径", "diameter"),
    "laying": ("敷设方式", "laying"),
    "voltage": ("电压", "voltage"),
    "material": ("管材", "material"),
    "electrification": ("是否电气化", "electrification"),
})  # fmt: skip
_OBJECTS: Mapping[str, tuple[str, tuple[tuple[str, ...], ...]]] = MappingProxyType({
    "building": ("building", ((),)),
    "tree": ("tree", ((),)),
    "shrub": ("shrub", ((),)),
    "pole": ("pole", ((),)),
    "curb": ("curb", ((),)),
    "tram": ("tram", ((),)),
    "culvert": ("culvert", ((),)),
    "utility_tunnel": ("utility_tunnel", (("open cut",),)),
    "tower": ("tower", (("tower<=35kV",), ("tower>35kV",))),
    "tower_le_35kv": ("tower", (("tower<=35kV",),)),
    "tower_gt_35kv": ("tower", (("tower>35kV",),)),
    "tower_gt_330kv": ("tower", (("tower>35kV", "tower>330kV"),)),
    "railway": ("railway", (("electrified",), ("not electrified",))),
    "railway_electrified": ("railway", (("electrified",),)),
    "railway_plain": ("railway", (("not electrified",),)),
    "railway_fast": ("railway", (("electrified", "fast"),)),
})  # fmt: skip
OBJECTS = tuple(_OBJECTS)
"""Keys of what is no buried line. ``tower`` and ``railway`` alone leave voltage and electrification open."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to complete what a line or an object leaves open.

    Parameters
    ----------
    horizontal, vertical, cover
        The rows it then takes in tables 4.1.9, 4.1.14 and 4.1.1.
    facts
        The conditions that then hold.
    taken
        What was missing, by attribute, and the key of what this reading takes for it.
    """

    horizontal: str
    vertical: str
    cover: str
    facts: frozenset[str]
    taken: tuple[tuple[str, str], ...]


def is_outside(subject: Buried | str) -> bool:
    """Return whether a line is gas above 1.6 MPa, which the tables of GB 50289 do not reach.

    >>> is_outside(Buried("gas", pressure_mpa=2.5)), is_outside(Buried("gas")), is_outside("tree")
    (True, False, False)
    """
    if isinstance(subject, str) or subject.utility != "gas":
        return False
    return (stated(subject.pressure_mpa) or 0.0) > TABLE_ENDS_MPA


@lru_cache(maxsize=4096)
def readings(subject: Buried | str, edition: str = "GB 50028") -> tuple[Reading, ...]:
    """Return every way to complete a line or an object, in a fixed order.

    A pipe of water, drainage or gas is taken to lie in the ground itself unless a channel is stated; cables and heat
    are laid in several ways, so theirs is left open. Water is not reclaimed, and a medium is not steam, unless stated.

    Raises
    ------
    KeyError
        If a text is no key of `OBJECTS`.

    Examples
    --------
    >>> [r.horizontal for r in readings(Buried("heat"))]
    ['heat_direct', 'trench']
    >>> [r.taken for r in readings("tower")]
    [(('voltage', 'tower<=35kV'),), (('voltage', 'tower>35kV'),)]
    """
    if isinstance(subject, str):
        return _of_object(subject)
    choices = _choices(subject, edition)
    made = []
    for picked in product(*(options for options, _ in choices.values())):
        values = dict(zip(choices, picked, strict=True))
        taken = tuple((name, value) for name, value in values.items() if not choices[name][1])
        made.append(_reading(subject, values, taken))
    return tuple(made)


def _of_object(key: str) -> tuple[Reading, ...]:
    row, options = _OBJECTS[key]
    attribute = "voltage" if row == "tower" else "electrification"
    open_ = len(options) > 1
    return tuple(
        Reading(row, row, row, frozenset(facts), ((attribute, facts[0]),) if open_ else ()) for facts in options
    )


def _choices(buried: Buried, edition: str) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return, by attribute that the tables ask of this utility, the possible values and whether it is stated."""
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    diameter, utility = stated(buried.diameter_mm), family(buried)
    if utility == "gas":
        found["pressure"] = _pressures(buried, edition)
        found["diameter"] = _split(diameter, diameter is not None and diameter <= GAS_SPLIT_MM, "dn<=300", "dn>300")
    elif utility == "water":
        found["diameter"] = _split(diameter, diameter is not None and diameter <= WATER_SPLIT_MM, "d<=200", "d>200")
    elif utility == "power":
        voltage = stated(buried.voltage_kv)
        found["voltage"] = _split(voltage, voltage is not None and voltage < SPLIT_KV, "kv<35", "kv>=35")
    elif utility == "telecom":
        steel = material_key(buried.material)
        found["material"] = _split(steel, steel == "steel", "steel", "other")
    open_layings = {"power": ("direct", "duct", "trench"), "telecom": ("direct", "duct", "trench"),
                    "heat": ("direct", "trench")}.get(utility)  # fmt: skip
    if buried.laying is None and open_layings:
        found["laying"] = open_layings, False
    else:
        found["laying"] = (buried.laying or "direct",), True
    return found


def _split(known: object, first: bool, low: str, high: str) -> tuple[tuple[str, ...], bool]:
    return ((low, high), False) if known is None else ((low if first else high,), True)


def _pressures(buried: Buried, edition: str) -> tuple[tuple[str, ...], bool]:
    pressure = stated(buried.pressure_mpa)
    if pressure is None:
        return tuple(each.row for each in gas_classes() if each.row), False
    found = gas_class(pressure, edition=edition)
    return (found.row if found and found.row else "gas_subhigh_a",), True


def family(buried: Buried) -> str:
    """Return the row family of a line: broadcast is telecom, drainage the sewage row, reclaimed water its own.

    >>> family(Buried("broadcast")), family(Buried("drainage", "storm")), family(Buried("water", "中水"))
    ('telecom', 'sewage', 'reclaimed')
    """
    if buried.utility in {"water", "drainage"} and subtype_key(buried.subtype) == "reclaimed":
        return "reclaimed"
    return {"drainage": "sewage", "broadcast": "telecom"}.get(buried.utility, buried.utility)


def _reading(buried: Buried, values: Mapping[str, str], taken: tuple[tuple[str, str], ...]) -> Reading:
    facts = {value for name, value in values.items() if name in {"diameter", "voltage"}}
    if material_key(buried.material) == "polyethylene":
        facts.add("polyethylene")
    utility, laying = family(buried), values["laying"]
    if laying == "trench":
        return Reading("trench", "trench", "trench", frozenset(facts), taken)
    if utility == "heat" and subtype_key(buried.subtype) == "steam":
        facts.add("steam")
    held = frozenset(facts)
    if utility == "water":
        return Reading("water_d_le_200" if "d<=200" in held else "water_d_gt_200", "water", "water", held, taken)
    if utility == "gas":
        return Reading(values["pressure"], "gas", "gas", held, taken)
    if utility == "heat":
        return Reading("heat_direct", "heat", "heat_direct", held, taken)
    if utility in {"power", "telecom"}:
        row = f"{utility}_{laying}"
        steel = row == "telecom_duct" and values["material"] == "steel"
        return Reading(row, row, "telecom_steel_duct" if steel else row, held, taken)
    return Reading(utility, utility, utility, held, taken)


def subject_name(subject: Buried | str) -> tuple[str, str]:
    """Return what people call a line or an object, in Chinese and English.

    >>> subject_name(Buried("gas")), subject_name("tree")
    (('燃气', 'Gas'), ('乔木', 'tree'))
    """
    if isinstance(subject, str):
        return ROWS[_OBJECTS[subject][0]]
    named = UTILITIES[subject.utility]
    return named.zh, named.en
