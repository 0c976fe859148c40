"""`cotrench conflicts`: what planned routes conflict with, by which clause, and how to mend it."""

from __future__ import annotations

import os
import time
from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import inputs
from api.cli.analysis import RoutesArgument  # noqa: TC001 - Typer reads annotations at run time
from api.cli.language import both
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.provinces import ClusterOption, MemoryOption, WorkersOption, workers_of, write_findings_in_tiles
from api.cli.reporting import FINDINGS, answering, progress, say, show_notes, show_table, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.provinces import Question, WrittenFindings

commands = typer.Typer()
SHOWN_OUTCOMES = ("fails", "must_expose", "unknown")


def _layer(name: str, zh: str, en: str) -> Any:  # noqa: ANN401 - what typer.Option returns
    return typer.Option(f"--{name}-layer", help=both(f"{zh}文件的图层名", f"Layer of the file of {en}"))


@commands.command(
    "conflicts",
    help=both(
        "查出规划管线的净距、交叉、覆土、道路、工期冲突",
        "Find what routes conflict with: clearances, crossings, cover, roads, dates",
    ),
)
@answering
def conflicts(
    routes: RoutesArgument,
    out: inputs.OutOption,
    *,
    pipes: Annotated[Path | None, inputs.file_option("pipes", "现状管线文件", "File of pipes in the ground")] = None,
    roads: Annotated[Path | None, inputs.file_option("roads", "道路文件", "File of roads")] = None,
    buildings: Annotated[Path | None, inputs.file_option("buildings", "建筑文件", "File of buildings")] = None,
    trees: Annotated[Path | None, inputs.file_option("trees", "树木文件", "File of trees")] = None,
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
    brief: Annotated[
        bool,
        typer.Option(
            "--brief",
            help=both("不写说明文字和改法，适合数十万条", "Without sentences and mends, for hundreds of thousands"),
        ),
    ] = False,
    workers: WorkersOption = 0,
    memory: MemoryOption = None,
    cluster: ClusterOption = None,
    layer: inputs.LayerOption = None,
    pipes_layer: Annotated[str | None, _layer("pipes", "现状管线", "pipes")] = None,
    roads_layer: inputs.RoadsLayerOption = None,
    buildings_layer: Annotated[str | None, _layer("buildings", "建筑", "buildings")] = None,
    trees_layer: Annotated[str | None, _layer("trees", "树木", "trees")] = None,
    crs: inputs.CrsOption = None,
    encoding: inputs.EncodingOption = None,
    maps: inputs.MapOption = None,
    values: inputs.ValuesOption = None,
    grid: inputs.GridOption = None,
    skip_bad: inputs.SkipOption = False,
    check: Annotated[
        bool,
        typer.Option("--check", help=both("有不满足的发现时以 1 结束", "End with 1 where a finding fails")),
    ] = False,
    faults: inputs.FaultsOption = None,
) -> None:
    """Write the layer ``findings``."""
    from geo.formats import check_ending
    from survey.policies import load_policy
    from survey.provinces import Question

    check_ending(out)
    question = Question(policy, day(on), sentences=not brief)
    rules = load_policy(policy)
    options = inputs.asked(layer, crs, encoding, maps, values, grid, skip_bad=skip_bad, faults=faults)
    around = {
        "pipes": (pipes, pipes_layer),
        "roads": (roads, roads_layer),
        "buildings": (buildings, buildings_layer),
        "trees": (trees, trees_layer),
    }
    files = {"routes": (routes, options)} | {
        name: (path, options.besides(theirs)) for name, (path, theirs) in around.items() if path is not None
    }
    crew = workers_of(workers, memory, cluster, [path for path, _ in files.values()], out)
    started = time.perf_counter()
    if crew is not None:
        written = write_findings_in_tiles(files, out, question, crew)
    else:
        written = _written_at_once(files, out, question, workers or os.cpu_count() or 1)
    took = time.perf_counter() - started
    _show(written, f"{rules.document} · {question.on} · {written.grid.code[:40]} · {took:.2f} s")
    if check and any(outcome == "fails" for _, outcome in written.counts):
        raise typer.Exit(FINDINGS)


def _written_at_once(
    files: Mapping[str, tuple[Path, inputs.Asked]], out: Path, question: Question, threads: int
) -> WrittenFindings:
    """Write the findings of files that fit into memory."""
    from geo.formats import to_grid, write
    from survey.conflicts import find_conflicts
    from survey.findings import KINDS, OUTCOMES
    from survey.policies import load_policy
    from survey.provinces import WrittenFindings
    from survey.provinces.judging import MOST_SAID

    read = inputs.read_together(files)
    placed, settled = inputs.in_grid(read["routes"], files["routes"][1].grid)
    others = {name: to_grid(table.frame, settled) for name, table in read.items() if name != "routes"}
    with progress("查找", "finding"):
        found = find_conflicts(
            placed, **others, policy=load_policy(question.policy), on=question.on, grid=settled, workers=threads
        )
    show_notes(found.faults)
    with progress("写出", "writing"):
        write({"findings": found.frame(sentences=question.sentences)}, out)
    count = {
        (kind, outcome): n for kind in KINDS for outcome in OUTCOMES if (n := found.count(kind=kind, outcome=outcome))
    }
    said = tuple((finding.a, finding.sentence_zh, finding.sentence_en) for finding in found[:MOST_SAID])
    return WrittenFindings(out, len(placed), settled, count, said, list(found.faults))


def _show(written: WrittenFindings, title: str) -> None:
    """Print a row for each kind that was found, and what is told of the gravest."""
    from survey.findings import KINDS

    found = {kind for kind, _ in written.counts}
    rows = [
        (words(*names), *(written.counts.get((kind, outcome), 0) for outcome in SHOWN_OUTCOMES))
        for kind, names in KINDS.items()
        if kind in found
    ]
    columns = words("发现,不满足,须现场核实,资料不足", "finding,fails,verify on site,facts missing").split(",")
    show_table(title, columns, rows)
    for route, zh, en in written.said:
        say(f"{route} · {words(zh, en)}")
    more = sum(written.counts.values()) - len(written.said)
    if more:
        say(words(f"……另有 {more} 条，见文件", f"… and {more} more: see the file"))
