"""Answer for the narrowest trench that holds some lines: which lies where, how wide, how deep, what it saves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.attributes import attribute_faults, covers_of, with_keys
from api.dependencies import Body, Running, Service, parse_object
from api.doors import Asking, may
from api.errors import not_found, refused
from api.media_types import PDF, SVG
from api.openapi import Content, documented
from api.options import Options
from geo.faults import Fault
from maps.section_drawing import section_svg
from maps.section_paper import section_pdf
from survey.sections import SectionLine, best_section
from survey.subjects import Buried, laying_key
from survey.utilities import UTILITIES, unknown_utility

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from survey.sections import Section

router = APIRouter(prefix="/api/sections", tags=["sections"])

MOST_M = 1_000.0
MOST_ROUTES = 100  # named in a request; a section of more than eight lines is refused by its own fault
TEXTS = ("utility", "subtype", "laying", "material", "name")
# Name and greatest value of each number of a line.
NUMBERS = (("diameter_mm", 20_000.0), ("pressure_mpa", 1_000.0), ("voltage_kv", 10_000.0), ("cover_m", MOST_M))
Soil = Annotated[str | None, Query(description="Of the walls; unknown unless given: then the flattest slope.")]
Load = Annotated[str | None, Query(description="What stands or drives beside the edge; unknown unless given.")]
Language = Annotated[Literal["zh", "en"], Query(description="Of the drawing.")]
Paper = Annotated[Literal["a4", "a3"], Query(description="Of the PDF.")]


@router.post(
    "",
    responses=documented(Content("SectionAnswer"), 404, 413, 415, 422),
    openapi_extra=Content("SectionRequest").body,
    dependencies=[may("assess")],
)
def lay_section(
    service: Running,
    visitor: Asking,
    body: Body,
    f: Annotated[Literal["json", "pdf"], Query(description="`pdf`: the drawing on paper, with its schedule.")] = "json",
    paper: Paper = "a4",
) -> Response:
    """Return the narrowest section of the lines and stored routes named, with its drawing. Nothing is stored."""
    given = parse_object(body)
    options = Options(given)
    asked: dict[str, Any] = {
        "soil": options.text("soil"),
        "under": options.text("under") or "carriageway",
        "load": options.text("load"),
        "stepped": options.flag("stepped"),
        "shored": options.flag("shored"),
        "bedding_m": options.number("bedding_m", 0.1, 0.0, MOST_M),
        "step_m": options.number("step_m", 0.2, 0.0, MOST_M),
    }
    for name in ("max_width_m", "max_depth_m", "red_line_m"):
        if given.get(name) is not None:
            asked[name] = options.number(name, 0.0, 0.0, MOST_M)
    language = options.text("language") or "zh"
    routes = _texts(given.get("routes"), options)
    drawn, faults = _lines(given.get("lines"))
    faults = [*options.faults, *faults]
    if language not in {"zh", "en"}:
        faults.append(_unknown("language", language, "zh en"))
    if faults:
        raise refused(*faults)
    if routes:
        visitor.require("routes.read")
    section = best_section([*drawn, *_stored(service, routes)], **asked)
    if f == "pdf":
        return _printed(service, section, paper, language)
    return Response(geojson.dumps(_shape(section, language)), media_type="application/json")


@router.get("", responses=documented(Content("SectionAnswer"), 404, 422), dependencies=[may("routes.read")])
def get_section(
    service: Running,
    routes: Annotated[str, Query(description="Ids of stored routes, separated by commas: those of a trench.")],
    soil: Soil = None,
    under: Annotated[Literal["carriageway", "footway"], Query(description="What lies above.")] = "carriageway",
    load: Load = None,
    stepped: Annotated[bool, Query(description="A bench for every level.")] = False,
    shored: Annotated[bool, Query(description="Vertical walls that are held.")] = False,
    language: Language = "zh",
    f: Annotated[
        Literal["json", "svg", "pdf"], Query(description="`svg`: only the drawing; `pdf`: on paper.")
    ] = "json",
    paper: Paper = "a4",
) -> Response:
    """Return the narrowest section of stored routes, as values with the drawing, or the drawing alone."""
    ids = [name for name in (part.strip() for part in routes.split(",")) if name]
    lines = _stored(service, ids)
    section = best_section(lines, soil=soil, under=under, load=load, stepped=stepped, shored=shored)
    if f == "svg":
        return Response(section_svg(section, language), media_type=SVG)
    if f == "pdf":
        return _printed(service, section, paper, language)
    return Response(geojson.dumps(_shape(section, language)), media_type="application/json")


def _printed(service: Service, section: Section, paper: str, language: str) -> Response:
    pdf = section_pdf(section, service.today(), paper=paper, language=language)
    return Response(pdf, media_type=PDF, headers={"Content-Disposition": f'inline; filename="section-{paper}.pdf"'})


def _shape(section: Section, language: str) -> dict[str, Any]:
    return {"section": section.as_dict(), "svg": section_svg(section, language), "language": language}


def _stored(service: Service, ids: Sequence[str]) -> list[SectionLine]:
    """Return stored routes as lines to lay; refuse ids that are none."""
    rows = {row.id: row for row in service.store.rows("routes", ids)}
    missing = [name for name in ids if name not in rows]
    if missing:
        named = "、".join(missing[:MOST_ROUTES])
        raise not_found(f"没有规划管线 {named}", f"there is no planned route {', '.join(missing[:MOST_ROUTES])}")
    keyed = {name: with_keys("routes", rows[name].properties) for name in ids}
    strange = [
        unknown_utility(values["utility"], name) for name, values in keyed.items() if values["utility"] not in UTILITIES
    ]
    if strange:
        raise refused(*strange)
    return [_line(name, keyed[name]) for name in ids]


def _line(name: str, values: Mapping[str, Any]) -> SectionLine:
    """Return one line from its columns, the words keys already; the shallowest cover where each vertex has its own."""
    buried = Buried(
        values["utility"], values.get("subtype"), values.get("diameter_mm"), values.get("pressure_mpa"),
        values.get("voltage_kv"), laying_key(values.get("laying")), values.get("material"),
    )  # fmt: skip
    covers = covers_of(values.get("covers_m") or "")
    return SectionLine(name, buried, min(covers) if covers else values.get("cover_m"), values.get("name") or "")


def _lines(given: object) -> tuple[list[SectionLine], list[Fault]]:
    """Return the lines of a body and every fault of them; an id that is missing is the line's number from 1."""
    if given is None:
        return [], []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        fault = Fault("lines.malformed", "lines 应为对象的数组", "lines must be an array of objects",
                      '如 [{"utility": "water"}]', 'such as [{"utility": "water"}]', field="lines")  # fmt: skip
        return [], [fault]
    lines, faults = [], []
    for number, one in enumerate(given, 1):
        name = str(one.get("id") or number)
        options = Options(one)
        values: dict[str, Any] = {text: options.text(text) for text in TEXTS}
        for column, most in NUMBERS:
            value = options.number(column, math.nan, 0.0, most)
            values[column] = None if math.isnan(value) else value
        values = with_keys("routes", values)
        wrong = [*options.faults, *attribute_faults("routes", values)]
        faults += [fault.at(feature=name) for fault in wrong]
        if not wrong:
            lines.append(_line(name, values))
    return lines, faults


def _texts(given: object, options: Options) -> list[str]:
    """Return a list of ids; null and absent are none."""
    if given is None:
        return []
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        return given
    options.faults.append(
        Fault("option.invalid", "应为编号的数组", "must be an array of ids", '如 ["W1"]', 'such as ["W1"]',
              field="routes", value=repr(given)[:80])
    )  # fmt: skip
    return []


def _unknown(field: str, value: str, known: str) -> Fault:
    mend = f"可用：{known}", f"use one of: {known}"
    return Fault("value.unknown", "不认识的取值", "unknown value", *mend, field=field, value=value[:80])
