"""Tell what was seen at each stop of a joint survey: its map, every item with what was said of it, disputes, photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from maps.atlas.town import Town
from maps.field_findings import sized
from maps.figures import photo_figure
from maps.paper_blocks import amount, short_moment
from maps.visit_minutes_words import WORDS
from maps.visit_stop_map import Marked, stop_picture
from survey.calendar import local
from survey.visits.keeping.events import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from maps.figures import Figure
    from maps.visit_minutes_content import VisitMinutes
    from survey.visits.checklists import Line
    from survey.visits.items import Item
    from survey.visits.keeping.state import Given
    from survey.visits.schedules import Call
    from survey.visits.stops import Stop

    Block = dict[str, Any]

PHOTO_MM = (78.0, 62.0)
MOST_SIDES = 4
"""Answers beside each other in one table; more go into another one below."""


def stop_blocks(minutes: VisitMinutes, stops: Sequence[Stop], lines: Sequence[Line], language: str) -> list[Block]:
    """Return the blocks of every stop, in the order in which they were visited."""
    plan, town = minutes.visit.plan, Town(minutes.layers)
    calls = [call for day in plan.days for call in day.calls] if plan else []
    blocks: list[Block] = []
    for number, stop in enumerate(stops, 1):
        own = [line for line in lines if line.stop == stop.id]
        # A stay that no half day holds goes on later: a call for each part.
        parts = [call for call in calls if plan and plan.stops[call.stop].id == stop.id]
        blocks += _stop(minutes, town, number, stop, parts, own, language)
    return blocks


def off_plan(minutes: VisitMinutes, language: str) -> list[Block]:
    """Return the results for items that the plan does not have (any more); nothing where there are none."""
    words, items = WORDS[language], minutes.visit.items
    found = [given for given in minutes.visit.answers.values() if given.answer.item not in items]
    if not found:
        return []
    rows = [[given.answer.item, _said(minutes, given, language), _value(given), _entered(given)] for given in found]
    table = {"is": "table", "columns": words["off_plan_columns"], "widths": (6, 7, 4, 4), "rows": rows, "centred": ()}
    photos = [one for given in found for one in _photos(minutes, words["off_plan"], given, words)]
    return [{"is": "head", "text": words["off_plan"]}, table, *_figures(photos)]


def _stop(
    minutes: VisitMinutes,
    town: Town,
    number: int,
    stop: Stop,
    calls: Sequence[Call],
    lines: Sequence[Line],
    language: str,
) -> Iterator[Block]:
    words = WORDS[language]
    yield {"is": "head", "text": words["stop"].format(number=number, name=_name(stop, language))}
    times = [f"{local(call.begins):%Y-%m-%d %H:%M}–{local(call.leaves):%H:%M}" for call in calls]
    road = stop.road_name or stop.road
    yield {"is": "note", "text": words["stop_told"].format(
        time="、".join(times), x=stop.x, y=stop.y, system=minutes.grid,
        road=words["on_road"].format(road=road) if road else "",
    ), "sticky": True}  # fmt: skip
    yield from _map(minutes, town, number, stop, lines, words)
    rows = [_row(minutes, line, language) for line in lines]
    if rows:
        yield {"is": "table", "columns": words["items"], "widths": (2, 10, 9, 5, 4), "rows": rows, "centred": (0,)}
    for line in lines:
        if line.item.id in minutes.visit.disputed:
            yield from _sides(minutes, line, language)
    photos = [
        one for line in lines for given in minutes.visit.answers_to(line.item.id)
        for one in _photos(minutes, line.number, given, words)
    ]  # fmt: skip
    yield from _figures(photos)


def _name(stop: Stop, language: str) -> str:
    """Return what a stop is called: by people, else by its road, else by what is done first."""
    first = next(iter(stop.items), None)
    does = "" if first is None else first.do_zh if language == "zh" else first.do_en
    return stop.name or stop.road_name or stop.road or does or stop.id


def _map(
    minutes: VisitMinutes, town: Town, number: int, stop: Stop, lines: Sequence[Line], words: Mapping[str, Any]
) -> Iterator[Block]:
    marks = [Marked(line.number, line.item.x, line.item.y, _state(minutes, line.item.id)) for line in lines]
    near = shapely.Point(stop.x, stop.y)
    routes = {route for line in lines for route in line.item.routes}
    own = [one for one in minutes.lines if one.route in routes or one.measured.dwithin(near, minutes.near_m)]
    plans = [one.plan for one in own if one.plan is not None]
    told = words["stop_map"].replace("{number}", str(number)) + (words["lines_key"] if own else "")
    drawn = stop_picture(town, (stop.x, stop.y), marks, plans, [one.measured for one in own], told)
    if drawn is None:
        yield {"is": "note", "text": words["no_map"]}
        return
    yield {"is": "drawing", "figure": drawn.figure, "sticky": True}
    yield {"is": "note", "text": told.format(scale=drawn.scale)}


def _state(minutes: VisitMinutes, item: str) -> str:
    """Return what the answers that count come to: the one outcome, ``disputed``, or empty."""
    said = {given.answer.outcome for given in minutes.visit.standing(item)}
    if item in minutes.visit.disputed:
        return "disputed"
    return said.pop() if said else ""


def _row(minutes: VisitMinutes, line: Line, language: str) -> list[str]:
    words, item = WORDS[language], line.item
    answers = minutes.visit.answers_to(item.id)
    basis = f"{item.document} {item.clause}".strip()
    sizes = [part for part in (*map(_value, answers), *_known(item, words, language)) if part != "—"]
    return [
        line.number, item.do_zh if language == "zh" else item.do_en,
        "\n".join(f"{_said(minutes, given, language)}　{_entered(given)}" for given in answers)
        or words["not_answered"],
        "\n".join(sizes) or "—",
        (basis + (words["unverified"] if item.unverified else "")) or "—",
    ]  # fmt: skip


def _known(item: Item, words: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what was known before, and the limit, as the atlas tells them."""
    if item.measured is not None:
        error = f" ± {sized(item.uncertainty, item.unit, language)}" if item.uncertainty else ""
        yield f"{words['before']} {sized(item.measured, item.unit, language)}{error}"
    if item.limit is not None:
        yield f"{words['limit']} {sized(item.limit, item.unit, language)}"


def _said(minutes: VisitMinutes, given: Given, language: str) -> str:
    words = WORDS[language]
    late = words["late"] if given.answer.id in minutes.late else ""
    outcome = OUTCOMES[given.answer.outcome][0 if language == "zh" else 1]
    note = ("：" if language == "zh" else ": ") + given.answer.note if given.answer.note else ""
    return late + outcome + note + (words["corrected"] if given.corrected else "")


def _value(given: Given) -> str:
    answer = given.answer
    if answer.value is None:
        return "—"
    error = "" if answer.uncertainty is None else f" ±{amount(answer.uncertainty)}"
    return f"{amount(answer.value)}{error} {answer.unit}".strip()


def _entered(given: Given) -> str:
    return f"{given.by} {local(given.answer.taken_at):%m-%d %H:%M}"


def _sides(minutes: VisitMinutes, line: Line, language: str) -> Iterator[Block]:
    """Yield what is said on each side of a dispute, one column each."""
    words = WORDS[language]
    answers = minutes.visit.standing(line.item.id)
    yield {"is": "note", "text": words["disputed"].format(number=line.number)}
    for at in range(0, len(answers), MOST_SIDES):
        some = answers[at : at + MOST_SIDES]
        cells = [(_outcome(given, language), _value(given), given.answer.note or "—", _where(given, words))
                 for given in some]  # fmt: skip
        yield {
            "is": "table", "widths": (2, *(5,) * len(some)), "centred": (0,),
            "columns": (line.number, *(words["side"].format(by=given.by) for given in some)),
            "rows": [[name, *column] for name, *column in zip(words["sides"], *cells, strict=True)],
        }  # fmt: skip


def _outcome(given: Given, language: str) -> str:
    return OUTCOMES[given.answer.outcome][0 if language == "zh" else 1]


def _where(given: Given, words: Mapping[str, Any]) -> str:
    answer = given.answer
    return short_moment(answer.taken_at) + _place(answer.x, answer.y, answer.accuracy_m, words)


def _place(x: float | None, y: float | None, accuracy_m: float | None, words: Mapping[str, Any]) -> str:
    if x is None or y is None:
        return ""
    error = "" if accuracy_m is None else f" ±{amount(accuracy_m, 'm')}"
    return f"{words['at'].format(x=x, y=y)}{error}"


def _photos(
    minutes: VisitMinutes, number: str, given: Given, words: Mapping[str, Any]
) -> Iterator[tuple[Figure | None, str]]:
    for name in given.answer.photos:
        photo = minutes.pictures.get(name)
        if photo is None:
            yield None, words["photo"].format(number=number, time=words["no_photo"], place="")
            continue
        time = short_moment(photo.taken_at or given.answer.taken_at)
        place = _place(photo.x, photo.y, photo.accuracy_m, words)
        caption = words["photo"].format(number=number, time=time, place=place)
        figure = photo_figure(photo.content, *PHOTO_MM, caption)
        yield figure, caption if figure is not None else f"{caption} {words['unreadable']}"


def _figures(photos: Sequence[tuple[Figure | None, str]]) -> Iterator[Block]:
    """Yield the photos two beside each other, and in words those that are not there."""
    shown = [{"figure": figure, "caption": caption} for figure, caption in photos if figure is not None]
    if shown:
        yield {"is": "figures", "items": shown}
    lost = [caption for figure, caption in photos if figure is None]
    if lost:
        yield {"is": "note", "text": "\n".join(lost)}
