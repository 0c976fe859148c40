"""The words of a section's drawing, in Chinese and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from survey.sections.rules import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.sections import LaidLine, Section

TOLD_M3 = 5e-3
"""Earth below this is not told."""
WORDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "zh": {
            "title": "同沟横断面图", "single": "单槽", "stepped": "台阶槽", "lines": "{} 条管线", "line": "1 条管线",
            "feasible": "可行", "infeasible": "不可行", "scale": "比例 1:{}（单位 m，按 100% 打印）", "comma": " · ",
            "surfaces": {"carriageway": "车行道", "footway": "人行道"}, "shored": "垂直支护", "cover": "覆土",
            "red_line": "道路红线", "top_width": "沟口宽", "bottom_width": "沟底宽", "allowed": "（允许 {}）",
            "clear": "外壁净距", "unverified": "待核",
            "head": ("序号", "管线", "编号 / 名称", "外径", "覆土（依据）", "槽底", "距沟边", "距红线"),
            "earth": "每延米土方：同沟 {shared} m³，分沟合计 {separate} m³，{saved}",
            "saves": "同沟节省 {} m³（{:.0f}%）", "costs": "同沟多挖 {} m³（{:.0f}%）", "even": "两者相同",
            "standard": "{rule} 自红线起的次序 {order}：沟口宽 {width}，比最窄{more}",
            "is_best": "本图即 {rule} 自红线起的次序",
            "wider": "宽 {} m、土方多 {} m³/m", "less": "宽 {} m、土方少 {} m³/m",
            "holds": "起控制作用", "notes": "说明", "obstacles": "不可行之处",
            "assumed": "* 未填管径，按常用外径；“待核”为凭记忆的数值，须对照标准原文。",
            "designed": "设计", "unstated": "标准未规定",
            "legend": (("bedding", "垫层"), ("fill", "先回填夯实"), ("soil", "原土")),
            "and": "、",
        },
        "en": {
            "title": "Shared trench, cross-section", "single": "single bottom", "stepped": "stepped",
            "lines": "{} lines", "line": "1 line",
            "feasible": "feasible", "infeasible": "not feasible", "scale": "Scale 1:{} (metres; print at 100 %)",
            "comma": " · ", "surfaces": {"carriageway": "Carriageway", "footway": "Footway"}, "shored": "shored",
            "cover": "cover", "red_line": "Red line", "top_width": "Top", "bottom_width": "Bottom",
            "allowed": " ({} allowed)", "clear": "Clear", "unverified": "unverified",
            "head": ("No.", "Line", "Id / name", "Outside", "Cover (by)", "Bed", "From edge", "Red line"),
            "earth": "Earth per metre: shared {shared} m³, separate {separate} m³, {saved}",
            "saves": "{} m³ saved ({:.0f} %)", "costs": "{} m³ more than separate ({:.0f} %)",
            "even": "the same",
            "standard": "Order from the red line by {rule}: {order}; top {width}, {more}",
            "is_best": "This is the order from the red line by {rule}",
            "wider": "{} m wider and {} m³/m more earth than the narrowest",
            "less": "{} m wider and {} m³/m less earth than the narrowest",
            "holds": "What holds it", "notes": "Notes", "obstacles": "Why not",
            "assumed": "* no diameter stated, the usual one; “unverified”: recalled, check it in the standard itself.",
            "designed": "design", "unstated": "none stated",
            "legend": (("bedding", "bedding"), ("fill", "compacted fill"), ("soil", "natural soil")),
            "and": ", ",
        },
    }
)  # fmt: skip


def title_of(section: Section, language: str) -> str:
    """Return the drawing's title: what it is, its kind and how many lines."""
    words = WORDS[language]
    kind = words["stepped" if section.stepped else "single"]
    number = len(section.lines)
    count = "" if not number else words["line"] if number == 1 else words["lines"].format(number)
    parts = [words["title"], kind, count]
    return (" · " if language == "zh" else ", ").join(part for part in parts if part)


def site_of(section: Section, language: str) -> str:
    """Return what the trench is dug in: soil, load and slope, or the support of its walls."""
    if section.slope_cell is None:
        support: str = WORDS[language]["shored"]
        return support
    return section.slope_cell.text_zh if language == "zh" else section.slope_cell.text_en


def kind_of(laid: LaidLine, language: str) -> str:
    """Return utility and size of a line, as the schedule names it."""
    line = laid.need.line
    return line.kind_zh if language == "zh" else line.kind_en


def told(section: Section, language: str) -> str:
    """Return what the drawing shows in words, for those who cannot see it."""
    words = WORDS[language]
    if section.excavation is None:
        return " ".join(obstacle.zh if language == "zh" else obstacle.en for obstacle in section.obstacles)
    order = words["and"].join(kind_of(laid, language) for laid in section.lines)
    dug = section.excavation
    if language == "zh":
        return (
            f"自道路红线一侧起：{order}。沟口宽 {shown(dug.top_width_m)} m，沟底宽 {shown(dug.bottom_width_m)} m，"
            f"深 {shown(dug.depth_m)} m。{earth(section, language)}。"
        )
    return (
        f"From the red line's side: {order}. {shown(dug.top_width_m)} m wide at the ground, "
        f"{shown(dug.bottom_width_m)} m at the bottom, {shown(dug.depth_m)} m deep. {earth(section, language)}."
    )


def earth(section: Section, language: str) -> str:
    """Return the sentence on earth, shared and separate; empty without a trench."""
    words, saved = WORDS[language], section.saved_m3
    if section.excavation is None or saved is None:
        return ""
    share = 100 * abs(saved) / section.separate_m3
    key = "even" if abs(saved) < TOLD_M3 else "saves" if saved > 0 else "costs"
    said: str = words["earth"].format(
        shared=shown(section.excavation.area_m2),
        separate=shown(section.separate_m3),
        saved=words[key].format(shown(abs(saved)), share),
    )
    return said


def standard_order(section: Section, language: str) -> str:
    """Return what the standard's own order would cost; empty for one line or none."""
    words, cost = WORDS[language], section.standard_order
    if cost is None or len(section.lines) == 1:
        return ""
    place = section.lines[0].need.place
    rule = f"{place.standard} {place.clause}"
    if place.unverified:
        rule += f"（{words['unverified']}）" if language == "zh" else f" ({words['unverified']})"
    if not section.inversions:
        said: str = words["is_best"].format(rule=rule)
        return said
    numbers = {laid.need.line.id: str(k) for k, laid in enumerate(section.lines, 1)}
    more = words["wider" if cost.more_area_m2 >= 0 else "less"].format(
        shown(cost.more_width_m), shown(abs(cost.more_area_m2))
    )
    order = "–".join(numbers[one] for one in cost.order)
    whole: str = words["standard"].format(rule=rule, order=order, width=shown(cost.top_width_m), more=more)
    return whole
