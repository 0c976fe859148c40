"""Say how a field is shown and edited in QGIS: its name in Chinese or English, its words, whether it is fixed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from maps.layers import NAMES, WORDS
from maps.qgis.drawing import option_map

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

#: What QGIS writes for "no value" among the values of a list.
NO_VALUE = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
FIXED = frozenset({"id", "revision"})
DAYS = frozenset({"start", "end", "delivered", "overhauled", "built"})
LONG_TEXTS = frozenset({"remark"})
REQUIRED: Mapping[str, frozenset[str]] = MappingProxyType(
    {"routes": frozenset({"utility"}), "pipes": frozenset({"utility"})}
)
MORE_NAMES = {
    "revision": ("版本（勿改）", "Revision (fixed)"), "highway": ("OSM 道路类别", "OSM highway"),
    "bridge": ("桥梁", "Bridge"), "number": ("序号", "Number"), "day": ("日期", "Day"), "arrives": ("到达", "Arrives"),
    "leaves": ("离开", "Leaves"), "minutes": ("停留（分钟）", "Minutes"), "gap_m": ("离道路 m", "From the road m"),
    "road_name": ("道路名", "Road name"), "items": ("事项数", "Items"), "attendees": ("参加人", "Attendees"),
    "stop": ("停留点", "Stop"), "do": ("做什么", "What to do"), "tool": ("工具", "Tool"),
    "measured": ("量测值", "Measured"), "limit": ("限值", "Limit"), "unit": ("单位", "Unit"),
    "document": ("文件", "Document"), "clause": ("条款", "Clause"), "case": ("办件", "Case"),
    "route": ("管线", "Route"), "road": ("道路", "Road"), "length_m": ("长度 m", "Length m"),
    "from_m": ("起里程 m", "From m"), "to_m": ("止里程 m", "To m"), "skew_deg": ("交角 °", "Skew °"),
}  # fmt: skip
YES_NO = {"yes": ("是", "yes"), "no": ("否", "no")}
ROAD_KINDS = {"street": ("城市道路", "street"), "highway": ("公路", "highway"), "railway": ("铁路", "railway")}


def name_of(field: str) -> tuple[str, str]:
    """Return what people call a field, in Chinese and English; the field's own name where nobody has said.

    >>> name_of("cover_m"), name_of("note")
    (('覆土 m', 'Cover m'), ('note', 'note'))
    """
    return NAMES.get(field) or MORE_NAMES.get(field) or (field, field)


def words_of(layer: str, field: str) -> Mapping[str, tuple[str, str]]:
    """Return the keys that a field takes with their names in Chinese and English; empty: any text or number.

    >>> words_of("routes", "laying")["duct"], words_of("greens", "kind")
    (('管块', 'duct'), {})
    """
    if layer == "roads" and field in ("bridge", "kind"):
        return YES_NO if field == "bridge" else ROAD_KINDS
    return WORDS.get(field, {})


def describe_fields(
    style: ET.Element, layer: str, fields: Sequence[str], language: str, *, fixed: Collection[str]
) -> None:
    """Add to a style what it says of the fields, in their order."""
    at = 0 if language == "zh" else 1
    groups = ("fieldConfiguration", "aliases", "constraints", "editable")
    widgets, aliases, constraints, editable = (ET.SubElement(style, group) for group in groups)
    for number, field in enumerate(fields):
        one = ET.SubElement(widgets, "field", {"name": field, "configurationFlags": "None"})
        one.append(_widget(layer, field, at))
        ET.SubElement(aliases, "alias", {"field": field, "index": str(number), "name": name_of(field)[at]})
        ET.SubElement(editable, "field", {"name": field, "editable": str(int(field not in fixed))})
        if field in REQUIRED.get(layer, ()):
            # 1: not null, and a feature that breaks it is not saved.
            said = {"constraints": "1", "notnull_strength": "1", "unique_strength": "0", "exp_strength": "0"}
            ET.SubElement(constraints, "constraint", {"field": field, **said})


def _widget(layer: str, field: str, at: int) -> ET.Element:
    words = words_of(layer, field)
    if words:
        return _choice({key: said[at] for key, said in words.items()}, empty=field not in REQUIRED.get(layer, ()))
    if field in DAYS:
        said = {"display_format": "yyyy-MM-dd", "field_format": "yyyy-MM-dd"}
        return _edited("DateTime", option_map(said), {"allow_null": True, "calendar_popup": True})
    return _edited("TextEdit", option_map({}), {"IsMultiline": field in LONG_TEXTS, "UseHtml": False})


def _edited(kind: str, options: ET.Element, switches: Mapping[str, bool]) -> ET.Element:
    widget = ET.Element("editWidget", {"type": kind})
    for name, on in switches.items():
        ET.SubElement(options, "Option", {"type": "bool", "name": name, "value": str(on).lower()})
    ET.SubElement(widget, "config").append(options)
    return widget


def _choice(words: Mapping[str, str], *, empty: bool) -> ET.Element:
    """Return a list of words to choose from; the key of the chosen one is stored."""
    options = option_map({})
    listed = ET.SubElement(options, "Option", {"type": "List", "name": "map"})
    for key, said in ([(NO_VALUE, "—")] if empty else []) + list(words.items()):
        listed.append(option_map({said: key}))
    return _edited("ValueMap", options, {})
