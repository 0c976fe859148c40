"""Print the summary of a joint programme: before and after, each street, each joint dig, what is left out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.typesetting import typeset

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

Words = tuple[str, str]
MOST_ROWS = 400
FIGURES: Mapping[str, Words] = {
    "saved_m": ("少挖（米）", "metres not dug"),
    "closed_weeks": ("封路（周）", "weeks of closure"),
    "reopenings": ("重复开挖（次）", "openings again"),
    "moved_weeks": ("开工移动（周）", "weeks that starts move"),
    "clashes": ("冲突（班组、封路）", "clashes (crews, closures)"),
}


def programme_pdf(plain: Mapping[str, Any], issued: dt.date, *, title: str = "", language: str = "zh") -> bytes:
    """Return the summary as PDF, A4; ``data.json`` inside is the programme.

    Parameters
    ----------
    plain
        As `survey.programme.telling` tells it; with ``not_planned`` where something could not be planned.
    issued
        The day; the clock is not asked.
    title
        What it is of, such as the county; empty: nothing.
    language
        ``zh`` or ``en``.
    """
    zh = language == "zh"
    blocks = [
        *_totals(plain, zh=zh),
        *_streets(plain["streets"], zh=zh),
        *_works(plain["works"], zh=zh),
        *_reasons("同沟" if zh else "Dug together", plain["joint"], zh=zh),
        *_reasons("未能一次开挖" if zh else "Not dug at once", plain["left_out"], zh=zh),
        *_not_planned(plain.get("not_planned", ()), zh=zh),
    ]
    name = "联合施工计划" if zh else "Joint programme"
    sheet = {
        "title": name,
        "author": title or "CoTrench",
        "description": name,
        "keywords": ["programme"],
        "authority": title or "CoTrench 同沟",
        "number": str(issued),
        "to": "",
        "blocks": blocks,
        "foot_left": f"{title} {name}".strip(),
        "qr_says": f"CoTrench programme {issued}",
        "language": language,
    }
    return typeset("paper", sheet, {"kind": "programme", **plain}, issued)


def _totals(plain: Mapping[str, Any], *, zh: bool) -> list[dict[str, Any]]:
    totals = plain["totals"]
    rows = [
        [names[0 if zh else 1], f"{totals['planned'][key]:,.0f}", f"{totals['joint'][key]:,.0f}"]
        for key, names in FIGURES.items()
    ]
    gap = f"{100 * totals['gap']:.2f} %"
    said = (
        f"共 {totals['works']} 项工程。与最优计划相差不超过 {gap}。"
        if zh
        else f"{totals['works']} works. The gap to the best programme is {gap} at most."
    )
    missing = len(plain.get("not_planned", ()))
    if missing:
        said += (
            f"另有 {missing} 条管线未能排入，见末页。"
            if zh
            else f" {missing} routes could not be planned: see the end."
        )
    if totals["stopped"]:
        said += "求解提前停止，为当时最好的计划。" if zh else " Stopped early: the best found until then."
    heads = ("", "按原计划", "联合计划") if zh else ("", "as planned", "joint programme")
    return [{"is": "text", "text": said}, _table(heads, (3, 2, 2), rows, (1, 2))]


def _streets(streets: Sequence[Mapping[str, Any]], *, zh: bool) -> list[dict[str, Any]]:
    heads = (
        ("道路", "工程", "封闭（周，原）", "封闭（周，现）", "次数（原）", "次数（现）")
        if zh
        else ("street", "works", "weeks, planned", "weeks, joint", "times, planned", "times, joint")
    )
    keys = ("planned_closed_weeks", "joint_closed_weeks", "planned_times", "joint_times")
    rows = [
        [row["street"], _list(row["works"], zh=zh), *(str(row[key]) for key in keys)] for row in streets[:MOST_ROWS]
    ]
    head = "每条道路，前后对照" if zh else "Each street, before and after"
    shown = _head(head), _table(heads, (3, 4, 2, 2, 2, 2), rows, (2, 3, 4, 5))
    return [*shown, *_more(len(streets), zh=zh)] if rows else []


def _works(works: Sequence[Mapping[str, Any]], *, zh: bool) -> list[dict[str, Any]]:
    heads = (
        ("管线", "单位", "窗口", "计划施工", "移动（周）", "同沟")
        if zh
        else ("route", "operator", "window", "dug", "moved, weeks", "with")
    )
    rows = [
        [
            row["id"],
            row["crew"] or "—",
            f"{row['window_start']} – {row['window_end']}",
            f"{row['start']} – {row['end']}",
            f"{row['moved_weeks']:+d}" if row["moved_weeks"] else "0",
            _list(row["joint_with"], zh=zh) or "—",
        ]
        for row in works[:MOST_ROWS]
    ]
    head = "每项工程" if zh else "Each work"
    shown = _head(head), _table(heads, (2, 3, 3, 3, 1, 3), rows, (4,))
    return [*shown, *_more(len(works), zh=zh)] if rows else []


def _reasons(title: str, told: Sequence[Mapping[str, Any]], *, zh: bool) -> list[dict[str, Any]]:
    items = [row["why_zh" if zh else "why_en"] for row in told]
    return _listed(title, items, zh=zh)


def _not_planned(told: Sequence[Mapping[str, Any]], *, zh: bool) -> list[dict[str, Any]]:
    language, colon, dash = ("zh", "：", "；") if zh else ("en", ": ", "; ")
    said = [[text for text in (row[language], row.get(f"mend_{language}")) if text] for row in told]
    items = [f"{row['id']}{colon}{dash.join(texts)}" for row, texts in zip(told, said, strict=True)]
    return _listed("未排入" if zh else "Not planned", items, zh=zh)


def _listed(title: str, items: Sequence[str], *, zh: bool) -> list[dict[str, Any]]:
    shown = _head(title), {"is": "list", "items": items[:MOST_ROWS]}
    return [*shown, *_more(len(items), zh=zh)] if items else []


def _more(count: int, *, zh: bool) -> list[dict[str, Any]]:
    """Return how many of a table or list are not on the paper; nothing where all are."""
    more = count - MOST_ROWS
    note = f"另有 {more} 项，见附带数据。" if zh else f"{more} more are in the attached data."
    return [{"is": "note", "text": note}] if more > 0 else []


def _list(names: Sequence[str], *, zh: bool) -> str:
    return ("、" if zh else ", ").join(names)


def _head(text: str) -> dict[str, Any]:
    return {"is": "head", "text": text}


def _table(
    columns: Sequence[str], widths: Sequence[int], rows: list[list[str]], centred: Sequence[int]
) -> dict[str, Any]:
    return {"is": "table", "columns": columns, "widths": widths, "rows": rows, "centred": centred}
