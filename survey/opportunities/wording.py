"""Put into sentences, Chinese and English, when the parties could dig together and what one must know of a chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.opportunities.meeting import MEETS, NEVER, SHIFT
from survey.opportunities.records import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.opportunities.meeting import Meeting, Shift

NO_ROADS = Said(
    "没有道路数据：路面类别、占道天数与禁挖期未计", "no roads are given: paving, closure and protection are not counted"
)
NO_SECTION = Said("断面无法确定，土方与路面未计", "no section can be given: earth and surfaces are not counted")


def meeting_notes(meeting: Meeting) -> Iterator[Said]:
    """Yield the sentences on windows: whether they meet, who would move, what is not known or too wide."""
    if meeting.state == MEETS:
        yield Said(
            f"工期有重叠：{meeting.first} 至 {meeting.last}，共需 {meeting.needed_days} 天",
            f"the windows meet from {meeting.first} to {meeting.last}; {meeting.needed_days} days are needed",
        )
    elif meeting.state == SHIFT:
        yield Said(
            f"工期错开，最小调整：{'；'.join(_moved_zh(one) for one in meeting.shifts)}，"
            f"即可在 {meeting.first} 至 {meeting.last} 同沟",
            f"smallest shift: {'; '.join(_moved_en(one) for one in meeting.shifts)}; then {meeting.first} to "
            f"{meeting.last} will do",
        )
    elif meeting.state == NEVER:
        yield Said("在允许的调整范围内工期无法重叠", "no shift that may be asked of anybody lets the windows meet")
    else:
        named = "、".join(meeting.unknown), ", ".join(meeting.unknown)
        yield Said(f"未填工期：{named[0]}，请先补填开工和完工日期", f"no dates are stated for {named[1]}: ask for them")
    if meeting.too_wide:
        named = "、".join(meeting.too_wide), ", ".join(meeting.too_wide)
        yield Said(
            f"工期过宽，不足以安排：{named[0]}，请缩短到实际施工的时段",
            f"the window of {named[1]} is too wide to plan on: narrow it to when the work will be done",
        )


def _moved_zh(shift: Shift) -> str:
    return f"{shift.route} {'推迟' if shift.days > 0 else '提前'} {abs(shift.days)} 天"


def _moved_en(shift: Shift) -> str:
    return f"{shift.route} {abs(shift.days)} days {'later' if shift.days > 0 else 'earlier'}"


def trenchless_obstacle(routes: Sequence[str]) -> Said:
    """Return what stands in the way where some routes are to be laid without a trench."""
    return Said(
        f"{'、'.join(routes)} 计划非开挖敷设，改为明挖才能同沟",
        f"{', '.join(routes)}: to be laid without a trench; it would have to be an open cut",
    )


def crossing_note(routes: Sequence[str]) -> Said:
    """Return what is said where lines are near only because they cross or meet at an angle."""
    return Said(
        f"{'、'.join(routes)} 只是斜交靠近，并非并行，不计节约",
        f"{', '.join(routes)} are near only because they cross or meet at an angle: nothing is counted as saved",
    )
