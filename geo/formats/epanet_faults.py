"""Say what can be wrong in an EPANET model, what was understood, and how each is mended."""

from __future__ import annotations

from geo.faults import Fault

FOOT_M = 0.3048


def unknown_units(units: str) -> Fault:
    """Return the fault of flow units that EPANET does not know."""
    return Fault(
        "epanet.units",
        "不认识的流量单位，无法确定长度与管径的单位",
        "unknown flow units, so the units of lengths and diameters are not known",
        "在 [OPTIONS] 的 UNITS 填写 LPS、CMH、GPM 等",
        "write LPS, CMH, GPM or the like at UNITS in [OPTIONS]",
        field="UNITS",
        value=units[:40],
    )


def units_missing() -> Fault:
    """Return the fault of a model without flow units, whose drawing does not bear the default out."""
    return Fault(
        "epanet.units_missing",
        "文件未写流量单位，图上长度也不能证实 EPANET 的默认值（英尺、英寸），无法确定长度与管径的单位",
        "no flow units are stated, and the drawing does not bear out EPANET's default (feet and inches), so the units "
        "of lengths and diameters are not known",
        "在 [OPTIONS] 写明 UNITS：LPS、CMH 等为米、毫米，GPM、CFS 等为英尺、英寸",
        "write UNITS in [OPTIONS]: LPS, CMH and the like for metres and millimetres, GPM, CFS for feet and inches",
        field="UNITS",
    )


def no_coordinates() -> Fault:
    """Return the fault of a model without a map."""
    return Fault(
        "epanet.no_coordinates",
        "模型没有 [COORDINATES]，无法落图",
        "the model has no [COORDINATES], so it cannot be put on a map",
        "在 EPANET 中带地图另存",
        "save it from EPANET with its map",
    )


def short_row(number: int, cells: int) -> Fault:
    """Return the fault of a pipe with too few cells."""
    return Fault(
        "epanet.short_row",
        f"第 {number} 行只有 {cells} 项",
        f"line {number} has {cells} cells only",
        "至少要有编号、起点、终点、长度、管径",
        "it needs id, start, end, length and diameter at least",
    )


def not_positive(number: int, name: str, value: str) -> Fault:
    """Return the fault of a length or diameter that is no number above zero."""
    return Fault(
        "number.not_positive",
        f"第 {number} 行：必须是大于 0 的数字",
        f"line {number}: must be a number above zero",
        "填实际数值",
        "write the real value",
        field=name,
        value=value[:40],
    )


def doubled_node(number: int, node: str) -> Fault:
    """Return the fault of a node that is drawn at two places."""
    return Fault(
        "epanet.node_doubled",
        f"第 {number} 行：节点 {node[:40]} 有两个不同的坐标",
        f"line {number}: the node {node[:40]} has two places",
        "只留一行",
        "keep one of them",
    )


def unknown_node(number: int, node: str) -> Fault:
    """Return the fault of a pipe whose node is in no section of nodes."""
    return Fault(
        "epanet.node_unknown",
        f"第 {number} 行：没有节点 {node[:40]}",
        f"line {number}: there is no node {node[:40]}",
        "补上节点，或改正编号",
        "add the node, or correct its number",
    )


def undrawn_node(number: int, node: str) -> Fault:
    """Return the fault of a pipe whose node has no coordinates."""
    return Fault(
        "epanet.node_not_drawn",
        f"第 {number} 行：节点 {node[:40]} 没有坐标",
        f"line {number}: the node {node[:40]} has no coordinates",
        "在 [COORDINATES] 中补上",
        "add it to [COORDINATES]",
    )


def bad_node(number: int, node: str) -> Fault:
    """Return the fault of a pipe whose node has coordinates that are no numbers."""
    return Fault(
        "coordinate.not_finite",
        f"第 {number} 行：节点 {node[:40]} 的坐标不是数字",
        f"line {number}: the coordinates of the node {node[:40]} are no numbers",
        "改正 [COORDINATES]",
        "correct [COORDINATES]",
    )


def bad_vertex(number: int, vertex: int) -> Fault:
    """Return the fault of a pipe with a vertex that is no place."""
    return Fault(
        "coordinate.not_finite",
        f"第 {number} 行的管段：折点坐标不是数字",
        f"the pipe of line {number}: the coordinates of a vertex are no numbers",
        "改正 [VERTICES]",
        "correct [VERTICES]",
        vertex=vertex,
    )


def same_ends(number: int, node: str) -> Fault:
    """Return the fault of a pipe that ends where it starts."""
    return Fault(
        "pipes.same_ends",
        f"第 {number} 行：起点与终点是同一个节点 {node[:40]}",
        f"line {number}: the pipe ends where it starts, at {node[:40]}",
        "改正终点",
        "correct its end",
    )


def units_told(units: str, *, us: bool, stated: bool) -> Fault:
    """Return the note of the units lengths and diameters were read in."""
    zh, en = ("英尺、英寸", "feet and inches") if us else ("米、毫米", "metres and millimetres")
    by_zh, by_en = ("", "") if stated else ("（文件未写，EPANET 默认）", " (EPANET's default: the file states none)")
    return Fault(
        "epanet.units_told",
        f"流量单位 {units}{by_zh}：长度、管径按{zh}读取",
        f"flow units {units}{by_en}: lengths and diameters were read as {en}",
    )


def no_cover() -> Fault:
    """Return the note that a model says nothing of depth."""
    return Fault(
        "epanet.no_cover",
        "EPANET 模型没有埋深：按埋深不明处理",
        "an EPANET model has no depths: the cover is unknown",
    )


def others_left_out(pumps: int, valves: int) -> Fault:
    """Return the note of what is no pipe."""
    return Fault(
        "epanet.left_out",
        f"只导入管段；{pumps} 台水泵、{valves} 个阀门未导入",
        f"only pipes are read; {pumps} pumps and {valves} valves were left out",
    )


def no_end() -> Fault:
    """Return the note of a file without its last section."""
    return Fault(
        "epanet.no_end",
        "文件没有 [END]，可能不完整，请核对",
        "the file has no [END]; it may be cut off: check it",
    )


def crs_missing(unit: float | None, *, us: bool) -> Fault:
    """Return the fault of coordinates without a system, with what is known of their unit."""
    known = {1.0: ("坐标单位是米", "the coordinates are in metres"), FOOT_M: ("坐标单位是英尺", "they are in feet")}
    zh, en = known.get(
        unit or 0.0, ("坐标与管长不成比例，可能是示意图", "they are not to the scale of the pipes' lengths")
    )
    example = "EPSG:3089" if unit == FOOT_M and us else "EPSG:4546"
    return Fault(
        "crs.missing",
        f"EPANET 文件不含坐标系（{zh}）",
        f"an EPANET file names no CRS ({en})",
        f"用 --crs 指定，如 --crs {example}",
        f"name it with --crs, such as --crs {example}",
    )


def no_scale() -> Fault:
    """Return the note of a drawing that is not to scale."""
    return Fault(
        "epanet.no_scale",
        "图上长度与模型管长不一致：可能是示意图，位置不可靠",
        "drawn and stated lengths do not agree: it may be a sketch, and its places not to be relied on",
    )


def unit_conflict(unit: float, crs: str) -> Fault:
    """Return the fault of coordinates in another unit than the system asked for."""
    zh, en = ("米", "metres") if unit == 1.0 else ("英尺", "feet")
    return Fault(
        "epanet.unit_conflict",
        f"与管长相比，坐标单位是{zh}，{crs[:60]} 却不是",
        f"held against the pipes' lengths the coordinates are in {en}, {crs[:60]} is not",
        f"用 --crs 指定以{zh}为单位的坐标系（PROJ 字符串可写 +units=）",
        f"name a system in {en} with --crs (a PROJ string takes +units=)",
    )
