"""`cotrench visit`: a joint visit planned of files or of the store: stops, order, times; as papers too."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import inputs
from api.cli.county_layers import LayerFiles, from_files, taking_layers
from api.cli.database import opened, whoever
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, PolicyOption
from api.cli.reporting import FINDINGS, answering, progress, say, show_table, words, write_file
from api.cli.texts import parts_of, text_of
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from api.db.store import Store
    from api.dependencies import Service
    from api.visit_planning import Made
    from geo.crs import Grid
    from survey.visits.keeping.events import Plan
    from survey.visits.schedules import Call
    from survey.visits.stops import Stop

commands = typer.Typer()
ENDINGS = (".json", ".ics", ".xlsx", ".pdf", ".html", ".gpkg", ".zip")
NO_ID = "V"


@commands.command(
    "visit",
    help=both(
        "排联合踏勘：停留点、次序、时刻、到场人；可写图册、清单、日历、离线图",
        "Plan a joint visit: stops, order, times, who comes; also as atlas, checklist, calendar, field map",
    ),
)
@answering
@taking_layers
def visit(
    routes: Annotated[
        Path | None,
        typer.Argument(
            metavar="[ROUTES]",
            help=both("规划管线文件，全部要看；不给则取自数据库", "File of routes, all of them seen; else the store"),
        ),
    ] = None,
    *,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            help=both(
                "结果文件，可多次：.json .ics .xlsx .pdf（A3 图册） .html .gpkg .zip（全部打包）",
                "Files to write, repeatable: .json .ics .xlsx .pdf (atlas, A3) .html .gpkg .zip (all)",
            ),
        ),
    ] = None,
    given: LayerFiles,
    stops: Annotated[
        Path | None,
        inputs.file_option("stops", "另加的点，字段 name、note", "Points besides, with name and note"),
    ] = None,
    cases: Annotated[
        list[str] | None, typer.Option("--case", help=both("办件编号，可多次", "Id of a case; repeatable"))
    ] = None,
    chosen: Annotated[
        list[str] | None, typer.Option("--route", help=both("管线编号，可多次", "Id of a route; repeatable"))
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help=both("所有待踏勘的办件", "All cases that wait for the survey"))
    ] = False,
    title: Annotated[str | None, typer.Option("--title", help=both("踏勘名称", "Title of the visit"))] = None,
    begin: Annotated[
        str | None, typer.Option("--day", metavar="YYYY-MM-DD", help=both("哪一天；不给则排最早", "On which day"))
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--from", metavar="MOMENT", help=both("自何时起排（默认此刻）", "Plan from this moment; now")),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="E,N", help=both("出发地（网格坐标）", "Where one sets out (grid)"))
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="E,N", help=both("返回地；不给则同出发地", "Where it ends; as start"))
    ] = None,
    mode: Annotated[str, typer.Option("--mode", help="any walk drive")] = "any",
    busy: Annotated[
        list[str] | None,
        typer.Option("--busy", metavar="KEY=FILE.ics", help=both("某人的日历，可多次", "Somebody's calendar")),
    ] = None,
    policy: PolicyOption = DEFAULT_POLICY,
) -> None:
    """Plan, print the schedule, write the papers."""
    _check_endings(out or ())
    now = _moment(after)
    with ExitStack() as stack:
        service, places = stack.enter_context(_service(routes, given.besides("stops", stops), policy))
        asked: dict[str, Any] = {
            "title": title, "cases": cases, "routes": chosen, "due": due, "day": begin, "mode": mode, "add": places,
            "start": _point("--start", start), "end": _point("--end", end or start), "crs": "grid",
            "calendars": _calendars(busy or ()),
        }  # fmt: skip
        if routes is not None and not chosen:
            asked["routes"] = service.store.frame("routes")["id"].tolist()
        with progress("排程", "planning"):
            made = _planned(service, asked, now)
            refuse(made.planned.faults if not made.stops and not made.left_out else ())
        _show(made)
        plan = made.planned.plan
        if plan is None:
            raise typer.Exit(FINDINGS)
        for file in out or ():
            write_file(file, _written(service, file, made, plan, now))


def _check_endings(files: Sequence[Path]) -> None:
    refuse(
        Fault("write.unknown_ending", "不认识的扩展名", "an ending that no paper has", f"可用：{' '.join(ENDINGS)}",
              f"use one of: {' '.join(ENDINGS)}", field="-o", value=file.name)
        for file in files
        if file.suffix.lower() not in ENDINGS
    )  # fmt: skip


def _moment(text: str | None) -> dt.datetime:
    from survey.calendar import local

    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        return local(dt.datetime.fromisoformat(text))
    except ValueError:
        refuse([inputs.malformed("--from", text, "2026-12-01T08:00")])
        raise


def _point(option: str, text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        numbers = [float(part) for part in parts_of(text)]
    except ValueError:
        numbers = []
    if len(numbers) != 2:  # noqa: PLR2004 - easting and northing
        refuse([inputs.malformed(option, text, "579000,3657000")])
    return numbers


def _calendars(pairs: Sequence[str]) -> dict[str, str]:
    """Return the calendars by the key of the attendee; refuse what is no pair or cannot be read."""
    found: dict[str, str] = {}
    wrong: list[Fault] = []
    for pair in pairs:
        key, _, name = pair.rpartition("=")
        if not key:
            wrong.append(inputs.malformed("--busy", pair, "utility:县自来水公司=calendar.ics"))
            continue
        try:
            found[key] = text_of(Path(name))
        except BadInputError as error:
            wrong += [fault.at(field="--busy") for fault in error.faults]
    refuse(wrong)
    return found


def _planned(service: Service, asked: dict[str, Any], now: dt.datetime) -> Made:
    """Return the visit planned as the service plans it; what it would refuse a request for is refused here."""
    from api.coordinates import axes_of
    from api.errors import ProblemError
    from api.visit_asked import asked_of
    from api.visit_planning import plan_of

    try:
        return plan_of(service, asked_of(asked, axes_of("grid", service.grid())), now)
    except ProblemError as error:
        refuse(error.problem.faults)
        raise


@contextmanager
def _service(routes: Path | None, given: LayerFiles, policy: str) -> Iterator[tuple[Service, list[dict[str, Any]]]]:
    """Yield what plans, over the store or over one made of the files, and the places of the file of stops."""
    from api.running import service_over
    from api.settings import chosen

    with ExitStack() as stack:
        places: list[dict[str, Any]] = []
        if routes is None and not given.files:
            store = stack.enter_context(opened())
        else:
            layers, settled = from_files(routes, given)
            places = _places(layers.pop("stops", None))
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            store = stack.enter_context(_store_of(layers, settled, policy, Path(folder)))
        yield stack.enter_context(service_over(store, chosen())), places


@contextmanager
def _store_of(layers: dict[str, gpd.GeoDataFrame], grid: Grid, policy: str, folder: Path) -> Iterator[Store]:
    """Yield a store in a folder with the layers of files: what plans reads a store."""
    from api.cli.database import stored_columns
    from api.db.records import County
    from api.db.store import open_store
    from survey.policies import load_policy

    rules = load_policy(policy)
    with open_store(None, folder) as store:
        store.upgrade()
        store.county = County(rules.id, rules.county_zh, rules.county_en, grid.code, rules.id)
        for name, frame in layers.items():
            store.import_frame(name, stored_columns(frame, name)[0], who=whoever(), now=dt.datetime.now(dt.UTC))
        yield store


def _places(frame: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Return the points of the file of stops; refuse what is no point."""
    if frame is None:
        return []
    rows = frame.to_dict("records")
    refuse(
        Fault("stop.no_point", "站应为一个点", "a stop is one point", "改成点要素", "make it a point",
              feature=str(row.get("name") or row["id"]), field="geometry", value=row["geometry"].geom_type)
        for row in rows
        if row["geometry"].geom_type != "Point"
    )  # fmt: skip
    texts = [{key: row[key] for key in ("name", "note") if isinstance(row.get(key), str)} for row in rows]
    return [{"x": row["geometry"].x, "y": row["geometry"].y, **text} for row, text in zip(rows, texts, strict=True)]


def _show(made: Made) -> None:
    """Print the schedule, what is left out, what is told beside it."""
    zh, found = language() == "zh", made.planned
    plan = found.plan
    if plan is not None:
        rows = [
            (number, stop.name, f"{call.begins:%m-%d %H:%M}", f"{call.leaves:%H:%M}", round(call.way_s / 60),
             len(stop.items), words("、", ", ").join(one.name for one in stop.attendees))
            for number, stop, call in _calls(plan)
        ]  # fmt: skip
        columns = words("站,名称,开始,离开,路程 分,事项,到场", "stop,name,begins,leaves,way min,to do,who")
        show_table(plan.title, columns.split(","), rows)
    say(found.zh if zh else found.en)
    if made.due is not None:
        say(words(f"须在 {made.due.at:%Y-%m-%d %H:%M} 前踏勘（{made.due.case}）",
                  f"to be held by {made.due.at:%Y-%m-%d %H:%M} ({made.due.case})"))  # fmt: skip
    for left in made.left_out:
        say(f"· {left.id}: {left.zh if zh else left.en}")
    for fault in found.faults:
        say(fault.sentence(language()), errors=True)


def _calls(plan: Plan) -> Iterator[tuple[int, Stop, Call]]:
    numbers = {at: number for number, at in enumerate(plan.order, start=1)}
    for day in plan.days:
        for call in day.calls:
            yield numbers[call.stop], plan.stops[call.stop], call


def _written(service: Service, file: Path, made: Made, plan: Plan, now: dt.datetime) -> bytes:
    """Return a paper by the ending of its file."""
    from api import geojson
    from api.coordinates import axes_of
    from api.doors import Visitor
    from api.visit_answers import proposal_shape
    from api.visit_layers import layers_gpkg
    from api.visit_pack import pack_zip
    from api.visit_papers import Papers, invitation_of
    from maps.visit_checklist import visit_checklist
    from survey.calendar import local
    from survey.visits.keeping import Visit

    kind, made_as = file.suffix.lower(), Visit(NO_ID, "planned", at=local(now), plan=plan)
    if kind == ".json":
        return geojson.dumps(proposal_shape(made, axes_of(None, service.grid()))) + b"\n"
    if kind == ".ics":
        return invitation_of(service, made_as, "")
    if kind == ".xlsx":
        return visit_checklist(made_as, language())
    papers = Papers(service, made_as, local(now).date(), language())
    if kind in (".gpkg", ".zip"):
        desk = Visitor("desk", None)
        return pack_zip(papers, desk) if kind == ".zip" else layers_gpkg(service, desk, made_as, language=language())[0]
    return papers.atlas("a3") if kind == ".pdf" else papers.field_map().encode()
