"""Print the summary of a county's chances: sums, where they are, and a table in the order of their worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.opportunities_map import MEETINGS, chances_map
from maps.typesetting import typeset
from survey.opportunities.frames import opportunities_frame

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    import shapely

    from maps.opportunities_map import Drawing, Words
    from survey.opportunities import Opportunity

MOST_ROWS = 400
_NOTE = (
    "逐处相加：一条管线可能在几处机会中，实际不能全部同时实现；联合施工计划给出能实现的合计。",
    "Summed one by one: a route may be in several, and not all can be had together: see the joint programme.",
)


def opportunities_pdf(
    records: Sequence[Opportunity],
    issued: dt.date,
    *,
    states: Mapping[str, Words] | None = None,
    roads: Iterable[shapely.Geometry] = (),
    title: str = "",
    language: str = "zh",
) -> bytes:
    """Return the summary as PDF, A4; ``data.json`` inside has every chance as a row.

    Parameters
    ----------
    records
        In the order in which they are numbered, the most worthwhile first; may be empty. In one grid.
    issued
        The day; the clock is not asked.
    states
        Where the talk about a chance stands, Chinese and English, by its id; None or absent: nobody has proposed it.
    roads
        Carriageways for the map, in the same grid.
    title
        What it is of, such as the county; empty: nothing.
    language
        ``zh`` or ``en``.
    """
    zh = language == "zh"
    name = "共沟机会摘要" if zh else "Chances to share a trench"
    sheet = {
        "title": name, "author": title or "CoTrench", "description": name, "keywords": ["opportunities"],
        "authority": title or "CoTrench 同沟", "number": str(issued), "to": "",
        "blocks": [*_sums(records, zh=zh), *_where(records, roads, language), *_rows(records, states or {}, zh=zh)],
        "foot_left": f"{title} {name}".strip(), "qr_says": f"CoTrench opportunities {issued}", "language": language,
    }  # fmt: skip
    frame = opportunities_frame(records, None).drop(columns="geometry")
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return typeset("paper", sheet, {"kind": "opportunities", "opportunities": rows}, issued)


def _sums(records: Sequence[Opportunity], *, zh: bool) -> list[dict[str, Any]]:
    """Return what all come to, and those of each way the windows stand to each other."""
    if not records:
        return [{"is": "text", "text": "没有可以同沟的规划管线。" if zh else "No planned routes could share a trench."}]
    rows = []
    for state, names in MEETINGS.items():
        own = [one for one in records if one.meeting.state == state]
        if own:
            rows.append([names[0 if zh else 1], *_summed(own, zh=zh)])
    if len(rows) > 1:
        rows.append(["合计" if zh else "all", *_summed(records, zh=zh)])
    heads = (
        ("工期", "机会", "可省开挖（米）", "少占道（天）", "节约（万元）")
        if zh
        else ("windows", "chances", "metres saved", "days of closure saved", "yuan saved, 10,000")
    )
    return [_table(heads, (3, 2, 3, 3, 4), rows, (1, 2, 3, 4)), {"is": "note", "text": _NOTE[0 if zh else 1]}]


def _summed(records: Sequence[Opportunity], *, zh: bool) -> list[str]:
    money = [one.savings.money for one in records if one.savings.money.low is not None]
    ends = [sum(getattr(one, end) for one in money) for end in ("low", "high")]
    return [
        f"{len(records):,}",
        f"{sum(one.saved_m for one in records):,.0f}",
        f"{sum(one.savings.closure.saved_days for one in records):,.0f}",
        _money(*ends, zh=zh) if money else "—",
    ]


def _where(records: Sequence[Opportunity], roads: Iterable[shapely.Geometry], language: str) -> list[dict[str, Any]]:
    if not records:
        return []
    head = "位置" if language == "zh" else "Where"
    told = (
        f"{len(records)} 处共沟机会的位置，编号与下表相同"
        if language == "zh"
        else f"Where the {len(records)} chances are, numbered as in the table below"
    )
    drawn, key = chances_map(records, roads, language)
    return [{"is": "head", "text": head}, _drawing(drawn, told), _drawing(key, "图例" if language == "zh" else "key")]


def _rows(records: Sequence[Opportunity], states: Mapping[str, Words], *, zh: bool) -> list[dict[str, Any]]:
    if not records:
        return []
    heads = (
        ("序", "道路", "管线（单位）", "同沟（米）", "省挖（米）", "节约（万元）", "工期", "状态")
        if zh
        else ("no.", "street", "routes (operator)", "shared, m", "saved, m", "yuan, 10,000", "windows", "state")
    )
    rows = [_row(rank, one, states.get(one.id), zh=zh) for rank, one in enumerate(records[:MOST_ROWS], 1)]
    head = {"is": "head", "text": "各处机会，按价值排列" if zh else "Each chance, the most worthwhile first"}
    more = len(records) - len(rows)
    note = f"另有 {more} 处，见附带数据。" if zh else f"{more} more are in the attached data."
    table = _table(heads, (2, 5, 8, 4, 4, 5, 6, 4), rows, (0, 3, 4, 5, 7))
    return [head, table, *([{"is": "note", "text": note}] if more else [])]


def _row(rank: int, one: Opportunity, state: Words | None, *, zh: bool) -> list[str]:
    comma, money, meeting = "、" if zh else ", ", one.savings.money, one.meeting
    owners = {member.route: member.operator for member in one.members}
    who = [f"{route}（{owner}）" if owner else route for route, owner in owners.items()]
    when = MEETINGS[meeting.state][0 if zh else 1]
    if meeting.first is not None:
        when += f"\n{meeting.first} – {meeting.last}"
    return [
        str(rank),
        comma.join(dict.fromkeys(street.name for street in one.streets)) or "—",
        comma.join(who),
        f"{one.shared_m:,.0f}",
        f"{one.saved_m:,.0f}",
        "—" if money.low is None or money.high is None else _money(money.low, money.high, zh=zh),
        when,
        "—" if state is None else state[0 if zh else 1],
    ]


def _money(low: float, high: float, *, zh: bool) -> str:
    """Return a range in units of 10,000 yuan."""
    ends = [f"{value / 10_000:,.1f}".replace("-", "−") for value in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    between = "–" if low >= 0 else (" 至 " if zh else " to ")
    return between.join(ends)


def _drawing(drawn: Drawing, told: str) -> dict[str, Any]:
    return {"is": "drawing", "svg": drawn.svg, "width": drawn.width, "alt": told}


def _table(
    columns: Sequence[str], widths: Sequence[int], rows: list[list[str]], centred: Sequence[int]
) -> dict[str, Any]:
    return {"is": "table", "columns": columns, "widths": widths, "rows": rows, "centred": centred}
