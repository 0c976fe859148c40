"""Say what can be wrong in the tables of a pipe survey, and how each is mended."""

from __future__ import annotations

from geo.faults import Fault


def no_point() -> Fault:
    """Return the fault of a line without a start or end point."""
    return Fault(
        "pipes.point_blank",
        "没有填写点号",
        "no point number is given",
        "填写物探点号",
        "write the number of the point",
    )


def unknown_point(name: str) -> Fault:
    """Return the fault of a line whose point is not in the table of points."""
    return Fault(
        "pipes.point_missing",
        f"点表里没有点 {name[:40]}",
        f"the table of points has no {name[:40]}",
        "在点表中补上此点，或改正点号",
        "add the point there, or correct its number",
    )


def same_ends() -> Fault:
    """Return the fault of a line that ends where it starts."""
    return Fault(
        "pipes.same_ends",
        "起点与终点是同一个点",
        "the line ends where it starts",
        "改正终点号，或删除此行",
        "correct the end point, or delete the row",
    )


def doubled_line(row: int) -> Fault:
    """Return the fault of a line between two points that an earlier row joins already."""
    return Fault(
        "pipes.line_doubled",
        f"与第 {row} 行是同两点之间的同一管线",
        f"row {row} is the same line between these two points",
        "删除一行；确是两根管时给各行填写管线编号（id）",
        "delete one; if there really are two pipes, give each row its own id",
    )


def doubled_point(row: int, away: float) -> Fault:
    """Return the fault of a point number that occurs again with other coordinates or another height of the ground."""
    return Fault(
        "pipes.point_doubled",
        f"点号与第 {row} 行重复，坐标或地面高程却不同（相距 {away:.3f} m）",
        f"the number is used in row {row} with other coordinates or another ground ({away:.3f} m away)",
        "同一点只留一行，或改正点号",
        "keep one row for a point, or correct the number",
    )


def not_a_number(*, blank: bool = False) -> Fault:
    """Return the fault of a cell that must be a number; ``blank``: it may not be missing either."""
    return Fault(
        "number.unreadable",
        "不是数字，或没有填写" if blank else "不是数字",
        "not a number, or missing" if blank else "not a number",
        "填数字（米），用“.”作小数点" + ("" if blank else "；不知道就留空"),
        "write a number in metres, a point before decimals" + ("" if blank else "; leave it blank if unknown"),
    )


def negative() -> Fault:
    """Return the fault of a pipe above the ground that is not said to be laid there."""
    return Fault(
        "pipes.negative_depth",
        "埋深为负",
        "the depth is negative",
        "核对埋深与高程；确在地面以上时埋设方式填“架空”或“上架”",
        "check depth and heights; if it is above the ground, its laying is 架空 (overhead) or 上架 (riser)",
    )


def too_deep(deepest_m: float) -> Fault:
    """Return the fault of a depth that cannot be in metres."""
    return Fault(
        "pipes.depth_large",
        f"埋深超过 {deepest_m:g} 米，像是厘米或毫米",
        f"deeper than {deepest_m:g} metres: it looks like centimetres or millimetres",
        "埋深以米为单位",
        "give depths in metres",
    )


def heights(ground: float, depth: float, height: float, *, by_diameter: bool = False) -> Fault:
    """Return the fault of heights that contradict each other: ground is depth plus pipe."""
    off = ground - depth - height
    zh, en = "核对三个数中哪个有误", "check which of the three is wrong"
    if by_diameter:
        zh = "差值等于管径：一个量到管顶、一个量到管底，统一成同一处"
        en = "they differ by the diameter: one is to the top, one to the invert; give both to the same"
    return Fault(
        "pipes.heights_contradict",
        f"地面高程 {ground:.3f} ≠ 埋深 {depth:.3f} + 管线高程 {height:.3f}，差 {off:+.3f} m",
        f"ground {ground:.3f} is not depth {depth:.3f} + pipe {height:.3f}; {off:+.3f} m are left over",
        zh,
        en,
    )


def unreadable_section() -> Fault:
    """Return the fault of a diameter or section that is neither."""
    return Fault(
        "pipes.section_unreadable",
        "看不懂的管径或断面",
        "neither a diameter nor a section",
        "写成 300、DN300 或 300x200（毫米）；不知道就留空",
        "write 300, DN300 or 300x200 (millimetres); leave it blank if unknown",
    )


def zero_diameter() -> Fault:
    """Return the fault of a diameter of nothing."""
    return Fault(
        "pipes.diameter_zero",
        "管径必须大于 0",
        "the diameter must be above zero",
        "填实际数值；不知道就留空",
        "write the real value; leave it blank if unknown",
    )


def small_diameter() -> Fault:
    """Return the fault of a diameter that is likelier in metres, or a number of pipes."""
    return Fault(
        "pipes.diameter_small",
        "小于 5 毫米，像是米或根数",
        "under 5 mm: rather metres, or a number of pipes",
        "管径以毫米填写",
        "write the diameter in millimetres",
    )


def swapped_axes(north: str, east: str) -> Fault:
    """Return the fault of a table of points whose X is the easting."""
    return Fault(
        "coordinate.axes_swapped",
        f"X、Y 颠倒：{north} 列里是东坐标",
        f"X and Y are swapped: the column {north} holds eastings",
        f"交换两列（测量上 X 为北），或用 --map north={east} --map east={north}",
        f"exchange the two (in surveying X is north), or use --map north={east} --map east={north}",
    )
