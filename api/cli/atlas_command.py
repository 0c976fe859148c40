"""`cotrench atlas`: the printed survey atlas of files, a stop for each route or for each place of a file of stops."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import inputs
from api.cli.analysis import RoutesArgument  # noqa: TC001 - Typer reads annotations at run time
from api.cli.county_layers import LayerFiles, assessed, conflicts_of, from_files, taking_layers
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.reporting import answering, progress, say, show_table, words, write_file
from api.cli.texts import parts_of
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.crs import Grid
    from maps.atlas import StopSheet
    from survey.findings import Finding

commands = typer.Typer()
NEAR_M = 50.0
MOST_STOPS = 200
"""More stops are no visit: the routes of a whole county come in parts."""


@commands.command(
    "atlas",
    help=both(
        "打印踏勘图册（PDF）：总览、逐站真比例图、核查清单、签到表",
        "Print the survey atlas (PDF): overview, a sheet to scale for each stop, checklist, sign-in sheet",
    ),
)
@answering
@taking_layers
def atlas(
    routes: RoutesArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help=both("结果文件 .pdf", "File to write: .pdf"))],
    *,
    given: LayerFiles,
    stops: Annotated[
        Path | None,
        inputs.file_option(
            "stops",
            "各站的点，字段 name，可有 routes（管线编号，逗号分隔）；不给则每条管线一站",
            "Points of the stops: name, and routes (ids, by commas) if told; without it every route is a stop",
        ),
    ] = None,
    near: Annotated[
        float,
        typer.Option("--near", help=both("未写 routes 的站取多远以内的管线（米）", "Routes this near a stop (m)")),
    ] = NEAR_M,
    sections: Annotated[
        bool,
        typer.Option(
            "--sections/--no-sections",
            help=both("画出各站同沟横断面（默认），或不画", "Draw each stop's cross-section (the default), or do not"),
        ),
    ] = True,
    paper: Annotated[str, typer.Option("--paper", help=both("图幅：A3 或 A4", "Paper: A3 or A4"))] = "A3",
    title: Annotated[str | None, typer.Option("--title", help=both("图册名", "Title of the atlas"))] = None,
    project: Annotated[str, typer.Option("--project", help=both("工程名称", "Project, in every title block"))] = "",
    drawn_by: Annotated[str, typer.Option("--by", help=both("绘制单位", "Who draws, in every title block"))] = "",
    heights: Annotated[
        str, typer.Option("--heights", help=both("高程基准，如 1985国家高程基准", "Datum of heights, where known"))
    ] = "",
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
) -> None:
    """Read the layers, assess every route, find what conflicts, bind the atlas."""
    from maps.atlas import AtlasHead, make_atlas
    from survey.policies import load_policy

    _check_asked(out, paper, near)
    when, rules = day(on), load_policy(policy)
    layers, settled = from_files(routes, given.besides("stops", stops))
    places = layers.pop("stops", None)
    layers["routes"] = layers["routes"].assign(id=layers["routes"]["id"].astype(str))
    answers = assessed(layers, settled, rules, when)
    found = list(conflicts_of(layers, settled, rules, when, {}))
    bound = _sheets(_named(layers["routes"], places, near), layers["routes"], answers, found, sections=sections)
    head = AtlasHead(
        title or words(f"{rules.county_zh}联合踏勘图册", f"{rules.county_en}: atlas of the joint survey"), when,
        project, drawn_by, f"{rules.document}《{rules.title}》", heights,
    )  # fmt: skip
    with progress("绘图", "drawing"):
        pdf = make_atlas(bound, layers, grid=settled, head=head, paper=paper.lower(), language=language())
    write_file(out, pdf)
    _show(out, bound, layers["routes"], settled)


def _check_asked(out: Path, paper: str, near: float) -> None:
    """Refuse an ending that no atlas has, a paper that nobody sells, a distance that is none; all at once."""
    from maps.atlas.pages import PAPERS

    faults = []
    if out.suffix.lower() != ".pdf":
        faults.append(
            Fault("write.unknown_ending", "图册是 .pdf 文件", "the atlas is a .pdf file", "改扩展名", "name it .pdf",
                  field="-o", value=out.name)
        )  # fmt: skip
    if paper.lower() not in PAPERS:
        known = " ".join(name.upper() for name in PAPERS)
        faults.append(
            Fault("value.unknown", "不认识的图幅", "unknown paper", f"可用：{known}", f"use one of: {known}",
                  field="--paper", value=paper[:80])
        )  # fmt: skip
    if not 0 <= near < float("inf"):
        faults.append(
            Fault("value.range", "距离应为非负数（米）", "the distance must be a number of metres, not negative",
                  "改成 0 或更大", "give 0 or more", field="--near", value=str(near))
        )  # fmt: skip
    refuse(faults)


def _named(
    routes: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, near: float
) -> list[tuple[str, tuple[float, float] | None, list[str]]]:
    """Return name, place and routes of every stop: of the file of stops, else one a route.

    Raises
    ------
    BadInputError
        With every stop that is no point or names a route that is not there, and where there are no stops, or too many.
    """
    ids = routes["id"].tolist()
    faults: list[Fault] = []
    if places is None:
        names = routes["name"].tolist() if "name" in routes else [None] * len(routes)
        told: list[tuple[str, tuple[float, float] | None, list[str]]] = [
            (f"{one} {name}" if isinstance(name, str) and name else one, None, [one])
            for one, name in zip(ids, names, strict=True)
        ]
    else:
        told = [_stop_of(row, routes, near, faults) for row in places.to_dict("records")]
    if not 0 < len(told) <= MOST_STOPS:
        faults.append(
            Fault("atlas.stops", "站数不在范围内", "the number of stops is outside the range",
                  f"1 至 {MOST_STOPS} 站；用 --stops 给出要去的站",
                  f"1 to {MOST_STOPS}; name those to go to with --stops",
                  field="--stops", value=str(len(told)))
        )  # fmt: skip
    refuse(faults)
    return told


def _stop_of(
    row: dict[str, Any], routes: gpd.GeoDataFrame, near: float, faults: list[Fault]
) -> tuple[str, tuple[float, float], list[str]]:
    point, name = row["geometry"], str(row.get("name") or row["id"])
    if point is None or point.geom_type != "Point" or point.is_empty:
        faults.append(
            Fault("stop.no_point", "站应为一个点", "a stop is one point", "改成点要素", "make it a point",
                  feature=name, field="geometry", value="" if point is None else point.geom_type)
        )  # fmt: skip
        return name, (0.0, 0.0), []
    said = row.get("routes")
    if isinstance(said, str) and said.strip():
        asked = parts_of(said)
        known = set(routes["id"])
        faults += [
            Fault("stop.route_unknown", "没有这条管线", "there is no such route", "核对编号", "check the id",
                  feature=name, field="routes", value=one[:80])
            for one in asked if one not in known
        ]  # fmt: skip
    else:
        asked = routes["id"][routes.distance(point) <= near].tolist()
    return name, (point.x, point.y), list(dict.fromkeys(asked))


def _sheets(
    named: Sequence[tuple[str, tuple[float, float] | None, list[str]]], routes: gpd.GeoDataFrame,
    answers: Sequence[dict[str, Any]] | None, found: Sequence[Finding], *, sections: bool,
) -> list[StopSheet]:  # fmt: skip
    """Return the stops with what was measured and found about their routes."""
    from maps.atlas import StopSheet
    from survey.opportunities.candidates import read_candidates
    from survey.sections import best_section

    by_id = dict(zip(routes["id"], answers or (), strict=False))
    lines = {one.id: one.line for one in read_candidates(routes)[1]} if sections else {}
    bound = []
    for name, place, ids in named:
        own = [one for one in found if one.a in ids or (one.b in ids and one.b_layer == "routes")]
        shared = [lines[one] for one in _shared(ids, by_id) if one in lines]
        section = best_section(shared, soil=None, under="carriageway") if len(shared) > 1 else None
        measured = [by_id[one] for one in ids] if by_id else []
        bound.append(StopSheet(name, ids, place, measured, own, section))
    return bound


def _shared(ids: Sequence[str], answers: dict[str, dict[str, Any]]) -> list[str]:
    """Return the routes of the largest trench that routes of a stop could share; none where nothing was measured.

    Of more than a section can place, the first ones.
    """
    from survey.sections.layout import MAX_LINES

    trenches = [trench for one in ids if one in answers for trench in answers[one]["trenches"]]
    if not trenches:
        return []
    best: list[str] = max((list(one["routes"]) for one in trenches), key=len)
    return best[:MAX_LINES]


def _show(out: Path, bound: Sequence[StopSheet], routes: gpd.GeoDataFrame, grid: Grid) -> None:
    """Print a row a stop, and the routes that are at none."""
    rows = [(number, one.name, len(one.routes), len(one.findings)) for number, one in enumerate(bound, 1)]
    zh, en = "站,名称,管线,发现", "stop,name,routes,findings"
    show_table(f"{out} · {out.stat().st_size / 1e6:.1f} MB · {grid.name}", words(zh, en).split(","), rows)
    visited = {name for one in bound for name in one.routes}
    missed = [name for name in routes["id"] if name not in visited]
    if missed:
        shown = words("、", ", ").join(missed[:10]) + (" …" if len(missed) > 10 else "")  # noqa: PLR2004 - a line's worth
        say(words(f"{len(missed)} 条管线不在任何一站：{shown}", f"{len(missed)} routes are at no stop: {shown}"))
