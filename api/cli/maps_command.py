"""`cotrench field-map`: one HTML file, of files or of the store, that opens with no network."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import Annotated

import typer

from api.cli.county_layers import LayerFiles, RoutesFile, assessed, conflicts_of, county_layers, taking_layers
from api.cli.language import both, language
from api.cli.policies import DEFAULT_POLICY, OnOption, PolicyOption, day
from api.cli.reporting import answering, show_table, words, write_refused
from geo.faults import BadInputError, Fault

commands = typer.Typer()


@commands.command(
    "field-map",
    help=both("生成离线踏勘图（一个 HTML 文件）", "Make the offline survey map: one HTML file that needs no network"),
)
@answering
@taking_layers
def field_map(
    out: Annotated[Path, typer.Option("-o", "--out", help=both("结果文件 .html", "File to write: .html"))],
    routes: RoutesFile = None,
    *,
    given: LayerFiles,
    title: Annotated[str | None, typer.Option("--title", help=both("图名", "Title of the map"))] = None,
    findings: Annotated[
        bool,
        typer.Option(
            "--findings/--no-findings",
            help=both(
                "图上编号标出冲突（默认），或不标", "Number the conflicts on the map (the default), or leave them out"
            ),
        ),
    ] = True,
    policy: PolicyOption = DEFAULT_POLICY,
    on: OnOption = None,
) -> None:
    """Read or take the layers, assess every route, find what conflicts, draw."""
    from maps.field_map import write_field_map
    from survey.policies import load_policy

    _check_html(out)
    when, rules = day(on), load_policy(policy)
    layers, settled, accepted = county_layers(routes, given)
    answers = assessed(layers, settled, rules, when)
    found = conflicts_of(layers, settled, rules, when, accepted) if findings else ()
    heading = title or words(f"{rules.county_zh}联合踏勘图", f"{rules.county_en}: joint survey")
    lines = [f"{words(rules.county_zh, rules.county_en)} · {rules.document}", f"{when} · {settled.name}"]
    try:
        write_field_map(
            layers, out, title=heading, grid=settled, assessments=answers, findings=found, lines=lines,
            language=language(),
        )  # fmt: skip
    except OSError as error:
        raise write_refused(out, error) from error
    rows = [(name, len(frame)) for name, frame in layers.items()]
    if findings:
        rows.append(("findings", len(found)))
    show_table(f"{out} · {out.stat().st_size / 1e6:.1f} MB", words("图层,要素", "layer,features").split(","), rows)


def _check_html(out: Path) -> None:
    if out.suffix.lower() not in (".html", ".htm"):
        fault = Fault(
            "write.unknown_ending", "踏勘图是 .html 文件", "the map is an .html file", "改扩展名", "name it .html"
        )
        raise BadInputError([fault.at(file=out.name)])
