"""`cotrench programme`: a start for every route, so that what can be dug together is dug together."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import typer

from api.cli import inputs
from api.cli import programme_options as given
from api.cli.analysis import RoutesArgument  # noqa: TC001 - Typer reads annotations at run time
from api.cli.language import both, language
from api.cli.policies import OnOption, day
from api.cli.reporting import answering, console, progress, say, show_table, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from geo.crs import Grid
    from geo.faults import Fault
    from geo.formats import Table
    from survey.programme.asked import Asked
    from survey.programme.comparing import Comparison
    from survey.programme.planning import Planning, Programme, Progress
    from survey.programme.streets import Streets
    from survey.programme.works import SharedTrench, Terms, Work

commands = typer.Typer()
MOST_SAID = 8
LOOK_S = 0.2
PATIENCE = 3.0
"""A machine that takes so many times the seconds asked for is a slow one: the best so far is taken."""
LEAST_PATIENCE_S = 30.0
SKIP_ZH = "有管线自身排不进计划；加 --skip-bad 可略过它们，其余照排，略过的逐条写明原因。"
SKIP_EN = "Some routes fit no programme; with --skip-bad the others are planned, and those are named with the reason."
FIGURES = ("saved_m", "closed_weeks", "reopenings", "moved_weeks", "points")


@commands.command(
    "programme",
    help=both(
        "排出联合施工计划：每条管线何时开工，能同沟的一次开挖；Ctrl-C 取当前最好的计划",
        "Plan the joint programme: a start for each route, so that what can share a trench is dug at once; "
        "Ctrl-C takes the best so far",
    ),
)
@answering
def programme(
    routes: RoutesArgument,
    out: given.ProgrammeOut,
    *,
    trenches: given.TrenchesOption = None,
    roads: given.RoadsOption = None,
    exits: given.ExitsOption = None,
    crews: given.CrewsOption = None,
    winter: given.WinterOption = None,
    no_holidays: given.NoHolidaysOption = False,
    window: given.WindowOption = None,
    fixed: given.FixedOption = None,
    weights: given.WeightsOption = None,
    yuan: given.YuanOption = None,
    seconds: given.SecondsOption = 60.0,
    compare: given.CompareOption = None,
    on: OnOption = None,
    layer: inputs.LayerOption = None,
    trenches_layer: given.TrenchesLayerOption = "trenches",
    roads_layer: inputs.RoadsLayerOption = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layers ``works`` and ``joint``; with ``--skip-bad`` also ``not_planned``."""
    from api.layer_files import check_print_or_layers

    check_print_or_layers(out)
    asked = given.asked_of(crews, winter, weights, yuan, fixed, holidays=not no_holidays)
    otherwise, when, default = given.what_if(compare, asked), day(on), given.window_of(window)
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    files = {"routes": (routes, options)} | ({"roads": (roads, options.besides(roads_layer))} if roads else {})
    read = inputs.read_together(files)
    placed, settled = inputs.in_grid(read["routes"], grid)
    streets = _streets_of(read.get("roads"), exits, placed, settled, when)
    shared = _trenches(trenches, trenches_layer, placed)
    works, unread = _works(placed, default, streets, skip_bad=skip_bad)
    county = _County(works, placed, shared, streets, seconds, unread)
    possible = county.that_can_be([asked] if otherwise is None else [asked, otherwise])
    if skip_bad:
        county = possible
    elif possible.left_out:
        say(words(SKIP_ZH, SKIP_EN), errors=True)  # planning refuses them, with whatever else is wrong
    found = county.plan(asked)
    other = county.plan(otherwise) if otherwise is not None else None
    county.write(found, other, out, when)
    _show(found)
    if county.left_out:
        _show_left_out(county.left_out)
    if other is not None:
        _show_comparison(found, other)


@dataclass(frozen=True)
class _Roads:
    """What is known of the roads: the stretches each route closes, protection, ways out."""

    streets: Streets | None
    closed: Mapping[str, tuple[str, ...]]
    protected: Mapping[str, date]
    exits: frozenset[str]


def _streets_of(roads: Table | None, exits: Path | None, routes: gpd.GeoDataFrame, grid: Grid, on: date) -> _Roads:
    from geo.faults import Fault, refuse
    from geo.formats import read, to_grid
    from survey.programme.streets import closed_by, exits_near, protected_until, streets_of

    if roads is None:
        refuse(
            [Fault("option.needs", "--exits 需要 --roads", "--exits needs --roads", "给出道路中心线",
                   "give the centre lines of the roads", field="--exits", value=exits.name)] if exits else []
        )  # fmt: skip
        return _Roads(None, {}, {}, frozenset())
    frame = to_grid(roads.frame, grid)
    streets = streets_of(frame)
    points = None if exits is None else to_grid(read(exits, crs=str(grid.crs), crs_is_default=True).frame, grid)
    places = [] if points is None else [(str(n), at.x, at.y) for n, at in enumerate(points.geometry.centroid)]
    return _Roads(streets, closed_by(streets, routes), protected_until(streets, frame, on), exits_near(streets, places))


def _works(
    routes: gpd.GeoDataFrame, window: tuple[date, date] | None, roads: _Roads, *, skip_bad: bool
) -> tuple[list[Work], dict[str, Fault]]:
    """Return the works, and where they may be skipped the routes whose dates say nothing, with what is wrong."""
    from geo.faults import BadInputError
    from survey.programme.frames import works_of

    try:
        return works_of(routes, window=window, roads=roads.closed), {}
    except BadInputError as error:
        bad = {str(fault.feature): fault for fault in error.faults}
        kept = routes[~routes["id"].astype(str).isin(bad)]
        if not skip_bad or len(kept) == len(routes):
            raise
        return works_of(kept, window=window, roads=roads.closed), bad


def _trenches(path: Path | None, layer: str | None, routes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    from geo.formats import read
    from survey.opportunities.joining import runs_and_trenches

    if path is not None:
        return read(path, layer=layer, crs=routes.crs, crs_is_default=True).frame
    with progress("找沟段", "finding trenches"):
        return runs_and_trenches(routes, workers=os.cpu_count() or 1)[1]


@dataclass(frozen=True)
class _County:
    """What every programme of one command has alike; ``left_out``: why some works are in none, by their ids."""

    works: list[Work]
    routes: gpd.GeoDataFrame
    trenches: gpd.GeoDataFrame
    roads: _Roads
    seconds: float
    left_out: Mapping[str, Fault] = field(default_factory=dict)

    def that_can_be(self, wanted: Sequence[Asked]) -> _County:
        """Return the county without the works that cannot be placed each by itself."""
        from geo.faults import refuse
        from survey.programme.checks import able

        out: dict[str, Fault] = dict(self.left_out)
        for asked in wanted:
            refuse(fault for name, fault in self.left_out.items() if name in asked.fixed)
            works, terms = self._works_and_terms(asked)
            missing = dict(able(works, [], terms)[2])
            refuse(fault for name, fault in missing.items() if name in asked.fixed)
            out |= missing
        return replace(self, works=[work for work in self.works if work.id not in out], left_out=out)

    def plan(self, asked: Asked) -> Programme:
        """Plan what is asked, told on the terminal and stopped by Ctrl-C."""
        from survey.programme.checks import able
        from survey.programme.frames import trenches_of

        works, terms = self._works_and_terms(asked)
        trenches = trenches_of(self.trenches)
        if self.left_out:
            works, trenches, _ = able(works, trenches, terms)
        return _planned(works, trenches, terms, self.seconds)

    def _works_and_terms(self, asked: Asked) -> tuple[list[Work], Terms]:
        from survey.programme.asked import terms_of, with_fixed
        from survey.programme.frames import operators_of

        network = self.roads.streets.network if self.roads.streets is not None and self.roads.exits else ()
        works = with_fixed(self.works, asked.fixed)
        terms = terms_of(
            asked, works, operators=operators_of(self.routes), protected_until=self.roads.protected, network=network,
            exits=self.roads.exits,
        )  # fmt: skip
        return works, terms

    def write(self, found: Programme, other: Programme | None, out: Path, issued: date) -> None:
        """Write the layers, with one of both where two were planned, and what was left out."""
        from api.programme_files import write_programme
        from survey.programme.frames import compared_frame, layers_of
        from survey.programme.telling import not_planned_to_plain, programme_to_plain

        streets = self.roads.streets
        names = {} if streets is None else dict(zip(streets.ids, streets.road, strict=True))
        missing = [not_planned_to_plain(name, fault) for name, fault in self.left_out.items()]
        plain = programme_to_plain(found, street_of=names) | {"not_planned": missing}
        layers = layers_of(plain, self.routes, self.trenches)
        if other is not None:
            layers["compared"] = compared_frame(plain, programme_to_plain(other), self.routes)
        with progress("写出", "writing"):
            write_programme(plain, layers, out, issued=issued, language=language())


def _planned(works: list[Work], trenches: list[SharedTrench], terms: Terms, seconds: float) -> Programme:
    """Search in a thread of its own, so that this one can tell how far it is and hear Ctrl-C."""
    from survey.programme.planning import Planning

    seen: deque[Progress] = deque(maxlen=1)
    planning = Planning(works, trenches, terms, seconds=seconds, workers=os.cpu_count() or 1, progress=seen.append)
    out = console(errors=True)
    begun = time.monotonic()
    with _stopped_by_interrupt(planning), ThreadPoolExecutor(1) as pool, out.status(_told([], 0.0)) as shown:
        found = pool.submit(planning.run)
        while True:
            try:
                return found.result(LOOK_S)
            except NotYetError:
                took = time.monotonic() - begun
                if out.is_terminal:
                    shown.update(_told(seen, took))
                if took > max(PATIENCE * seconds, LEAST_PATIENCE_S):
                    planning.stop()


def _told(seen: Sequence[Progress], took: float) -> str:
    gap = f"{100 * seen[-1].gap:.2f} %" if seen else "…"
    return words(
        f"排计划 {took:.0f} 秒，与最优相差不超过 {gap}（Ctrl-C 取当前最好的）",
        f"planning {took:.0f} s, gap {gap} (Ctrl-C takes the best so far)",
    )


@contextmanager
def _stopped_by_interrupt(planning: Planning) -> Iterator[None]:
    """Let the first Ctrl-C end the search with the best so far; a second one ends the command."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        planning.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _show(found: Programme) -> None:
    """Print before and after, how good that is at least, and the joint digs that save most."""
    from survey.programme.why import joint_digs

    rows = [
        (words("按原计划", "as planned"), *_figures(found.planned), found.planned_clashes),
        (words("联合计划", "joint programme"), *_figures(found.costs), 0),
    ]
    show_table(words(f"{len(found.problem.works)} 项工程", f"{len(found.problem.works)} works"), _heads(), rows)
    bound = words(
        f"任何计划的总分不低于 {found.bound}；与最优相差不超过 {100 * found.gap:.2f} %",
        f"no programme has fewer points than {found.bound}; the gap to the best is {100 * found.gap:.2f} % at most",
    )
    say(bound)
    if found.stopped:
        say(words("已提前停止，以上是当时最好的计划。", "Stopped early: this is the best found until then."))
    _say_some([words(dig.zh, dig.en) for dig in sorted(joint_digs(found), key=lambda dig: -dig.saved_m)])


def _show_left_out(left_out: Mapping[str, Fault]) -> None:
    """Print which routes could not be planned, and why."""
    say(words(f"{len(left_out)} 条管线未排入：", f"{len(left_out)} routes are not planned:"))
    _say_some([f"{name} · {words(fault.zh, fault.en)}" for name, fault in left_out.items()])


def _show_comparison(found: Programme, other: Programme) -> None:
    """Print both programmes side by side, the works that move, what is dug together in one of them only."""
    from survey.programme.comparing import compare

    told = compare(found, other)
    first, second = _figures(told.first), _figures(told.second)
    rows = [
        (words("A 命令行条件", "A as asked"), *first, 0),
        (words("B 文件条件", "B as the file says"), *second, 0),
        ("B − A", *(b - a for a, b in zip(first, second, strict=True)), 0),
    ]
    show_table(words("两个计划对照", "Two programmes side by side"), _heads(), rows)
    _say_some([
        words(f"{one.work}：{one.first} → {one.second}（{one.weeks:+d} 周）",
              f"{one.work}: {one.first} → {one.second} ({one.weeks:+d} weeks)")
        for one in sorted(told.moved, key=lambda one: (-abs(one.weeks), one.work))
    ])  # fmt: skip
    _say_some(_pairings(told))


def _pairings(told: Comparison) -> list[str]:
    return [
        words(f"只在 {which} 同沟：{'、'.join(works)}", f"together in {which} only: {', '.join(works)}")
        for which, pairings in (("B", told.won), ("A", told.lost))
        for _, works in pairings
    ]


def _say_some(lines: Sequence[str]) -> None:
    for line in lines[:MOST_SAID]:
        say(f"· {line}")
    more = len(lines) - MOST_SAID
    if more > 0:
        say(words(f"……另有 {more} 处，见文件", f"… and {more} more: see the file"))


def _heads() -> list[str]:
    return words(
        ",少挖 m,封路周,重复开挖,移动周,总分,冲突",
        ",saved m,closed weeks,reopenings,moved weeks,points,clashes",
    ).split(",")


def _figures(costs: object) -> tuple[float, ...]:
    return tuple(getattr(costs, name) for name in FIGURES)
