"""Tell in Chinese and English when something is due and what was counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from survey.office_hours import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from survey.deadlines import Deadline, Skipped

Both = tuple[str, str]
_WEEK_ZH = "一二三四五六日"
_WEEK_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def of_day(on: date) -> Both:
    """Return a day with its weekday.

    >>> from datetime import date
    >>> of_day(date(2026, 10, 10))
    ('2026-10-10（周六）', 'Sat 2026-10-10')
    """
    return f"{on}（周{_WEEK_ZH[on.weekday()]}）", f"{_WEEK_EN[on.weekday()]} {on}"


def of_moment(moment: datetime) -> Both:
    """Return a moment with its weekday, to the minute.

    >>> from datetime import datetime
    >>> of_moment(datetime(2026, 10, 10, 17, 30))
    ('2026-10-10（周六）17:30', 'Sat 2026-10-10 17:30')
    """
    zh, en = of_day(moment.date())
    return f"{zh}{moment:%H:%M}", f"{en} {moment:%H:%M}"


def of_length(half_days: int | None, *, same_day: bool) -> Both:
    """Return a time allowed, in working days as the documents write it.

    >>> of_length(1, same_day=False), of_length(4, same_day=False)
    (('0.5个工作日', '0.5 working day'), ('2个工作日', '2 working days'))
    >>> of_length(2, same_day=True)
    ('1个工作日且当日', '1 working day and the same day')
    """
    if not half_days:
        return ("当日", "the same day") if same_day or half_days == 0 else ("文件未规定", "not in the document")
    days = half_days / 2
    zh, en = f"{days:g}个工作日", f"{days:g} working day{'s' if days > 1 else ''}"
    return (f"{zh}且当日", f"{en} and the same day") if same_day else (zh, en)


def of_horizon(last: date) -> Both:
    """Return what is said of a date beyond the known table, which ends on ``last``."""
    zh = f"暂定：国务院节假日安排只公布到{last}，其后按周末和固定日期的法定节日推算，新安排公布后可能变化"
    en = f"provisional: the State Council's holiday notices end on {last}; later days are taken from weekends and the "
    return zh, f"{en}statutory holidays of fixed date, and may change with the next notice"


def of_deadline(found: Deadline, last: date) -> Both:
    """Return a deadline in one sentence; ``last`` is the end of the known table."""
    (start_zh, start_en), (due_zh, due_en) = of_moment(found.start), of_moment(found.due)
    length_zh, length_en = of_length(found.half_days, same_day=found.same_day)
    if not found.half_days and found.due.date() != found.start.date():
        length_zh, length_en = f"{length_zh}（顺延至下一工作日）", f"{length_en}, carried to the next working day,"
    zh = [f"自{start_zh}起，{length_zh}，应于{due_zh}前完成"]
    en = [f"{length_en} from {start_en}: due by {due_en}"]
    if found.skipped:
        left = of_skipped(found.skipped)
        zh.append(f"不计：{'、'.join(day for day, _ in left)}")
        en.append(f"not counted: {', '.join(day for _, day in left)}")
    if found.provisional:
        _add(zh, en, of_horizon(last))
    return "；".join(zh) + "。", "; ".join(en) + "."


def of_latest(before: datetime, office: datetime, due: datetime, provisional: bool, last: date) -> Both:
    """Return the latest start in one sentence."""
    (before_zh, before_en), (due_zh, due_en) = of_moment(before), of_moment(due)
    zh, en = [f"要在{due_zh}前完成，应在{before_zh}之前开始"], [f"to be done by {due_en}, begin before {before_en}"]
    if office != before:
        office_zh, office_en = of_moment(office)
        _add(zh, en, (f"按办公时间最迟{office_zh}", f"in office hours by {office_en}"))
    if provisional:
        _add(zh, en, of_horizon(last))
    return "；".join(zh) + "。", "; ".join(en) + "."


def of_recount(before: Deadline, after: Deadline, now_off: Sequence[date], now_worked: Sequence[date]) -> Both:
    """Return what an amended calendar does to a deadline, in one sentence."""
    (was_zh, was_en), (now_zh, now_en) = of_moment(before.due), of_moment(after.due)
    zh, en = [], []
    for days, say_zh, say_en in ((now_off, "改为休息", "now off"), (now_worked, "改为上班", "now worked")):
        if days:
            zh.append(f"{'、'.join(of_day(day)[0] for day in days)}{say_zh}")
            en.append(f"{', '.join(of_day(day)[1] for day in days)} {say_en}")
    moved = before.due != after.due
    _add(zh, en, (f"到期由{was_zh}改为{now_zh}", f"due by {now_en} instead of {was_en}") if moved
         else (f"到期不变，仍为{was_zh}", f"still due by {was_en}"))  # fmt: skip
    if before.provisional and not after.provisional:
        _add(zh, en, ("不再是暂定", "no longer provisional"))
    return "；".join(zh) + "。", "; ".join(en) + "."


def of_skipped(skipped: Sequence[Skipped]) -> list[Both]:
    """Return what was not counted; days in a row that share a reason are told as one."""
    groups: list[list[Skipped]] = []
    for day in skipped:
        if groups and day.part is None and _goes_on(groups[-1][-1], day):
            groups[-1].append(day)
        else:
            groups.append([day])
    return [_group(group) for group in groups]


def _goes_on(before: Skipped, day: Skipped) -> bool:
    return before.part is None and before.reason_zh == day.reason_zh and day.on - before.on == timedelta(days=1)


def _group(group: Sequence[Skipped]) -> Both:
    first, last = group[0], group[-1]
    part_zh, part_en = PARTS[first.part] if first.part else ("", "")
    to_zh, to_en = (f"至{last.on:%m-%d}", f" to {last.on:%m-%d}") if len(group) > 1 else ("", "")
    zh = f"{first.on:%m-%d}{part_zh}{to_zh}（{first.reason_zh}）"
    return zh, f"{first.on:%m-%d}{' ' if part_en else ''}{part_en}{to_en} ({first.reason_en})"


def _add(zh: list[str], en: list[str], both: Both) -> None:
    zh.append(both[0])
    en.append(both[1])
