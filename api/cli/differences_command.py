"""`cotrench differences`: what was edited in layers that were given out, of plain files, accepted change by change."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from api.cli.language import both, language
from api.cli.reporting import FINDINGS, answering, say, show_table, words
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd

    from survey.visits.layer_changes import Change

commands = typer.Typer()
MOST_SHOWN = 200
ALL, SAFE = "all", "safe"


class Compared(NamedTuple):
    """One layer: as it is now, and what was edited."""

    now: gpd.GeoDataFrame
    changes: tuple[Change, ...]
    renamed: Mapping[str, str]
    extra: tuple[str, ...]


@commands.command(
    "differences",
    help=both(
        "对照编辑过的图层：新增、移动、删除、属性修改，并排列出冲突；可写出接受后的图层",
        "Compare edited layers: added, moved, deleted, changed, conflicts side by side; write what is accepted",
    ),
)
@answering
def differences(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help=both("发出的 GeoPackage", "GeoPackage as given out"))
    ],
    edited: Annotated[Path, typer.Argument(metavar="EDITED", help=both("编辑过的 GeoPackage", "GeoPackage as edited"))],
    now: Annotated[
        Path | None,
        typer.Argument(metavar="[NOW]", help=both("现在的 GeoPackage；不给则同 BEFORE", "As it is now; else BEFORE")),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help=both("写出现在的全部图层，含所接受的", "Write all layers of NOW with what is accepted")
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            help=both(
                "接受哪些：safe（默认，无冲突的）、all，或变更编号如 routes/R1/moved，可多次",
                "What to accept: safe (the default, no conflicts), all, or keys such as routes/R1/moved; repeatable",
            ),
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help=both("有变更时退出码为 1", "Exit with 1 where anything was edited"))
    ] = False,
) -> None:
    """Read the files, compare layer by layer, print a row for each change, write what is accepted."""
    from geo.formats import write

    compared, rest = _compared(before, edited, now or before)
    lines = [(f"{layer}/{one.key}", one) for layer, part in compared.items() for one in part.changes]
    _show(compared, lines)
    if out is not None:
        chosen = set(_chosen(lines, accept or [SAFE]))
        write(_accepted(compared, chosen) | rest, out)
        say(words(f"{out}：写入 {len(chosen)} 条变更", f"{out}: {len(chosen)} changes written"))
    if check and lines:
        raise typer.Exit(FINDINGS)


def _compared(before: Path, edited: Path, now: Path) -> tuple[dict[str, Compared], dict[str, gpd.GeoDataFrame]]:
    """Return every layer that was given out with ids, compared; and what else is there now.

    Raises
    ------
    BadInputError
        With every fault of all of them.
    """
    from survey.visits.layer_changes import compare_layers
    from survey.visits.layer_names import ID, match_layers

    whole, theirs, current = (_layers(path) for path in (before, edited, now))
    given = {name: _without_revisions(frame) for name, frame in whole.items() if ID in frame}
    if not given:
        refuse([
            Fault("layers.no_ids", "没有带编号（id）的图层", "there is no layer with ids", "发出的图层须有字段 id",
                  "layers that are given out have a field id", file=before.name)
        ])  # fmt: skip
    named, there = match_layers(given, theirs), match_layers(given, current)
    found: dict[str, Compared] = {}
    faults: list[Fault] = []
    for layer, frame in given.items():
        present, seen = (_without_revisions(one) for one in (current[there[layer]], theirs[named[layer]]))
        try:
            told = compare_layers(frame, seen, present, layer)
            found[layer] = Compared(present, told.changes, told.renamed, told.extra)
        except BadInputError as error:
            faults += error.faults
    refuse(faults)
    return found, {name: frame for name, frame in current.items() if name not in there.values()}


def _layers(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a file."""
    from api.geopackages import check_geopackage, layers_of

    if not path.is_file():
        refuse([Fault("file.missing", "没有这个文件", "there is no such file", "检查路径", "look at its path",
                      file=str(path))])  # fmt: skip
    check_geopackage(path)
    return layers_of(path)


def _without_revisions(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer without the revisions that our own files bear."""
    return frame.drop(columns="revision", errors="ignore")


def _show(compared: Mapping[str, Compared], lines: Sequence[tuple[str, Change]]) -> None:
    """Print what was recognised and a row for each change."""
    for layer, part in compared.items():
        for ours, theirs in part.renamed.items():
            say(words(f"{layer}：字段 {theirs} 认作 {ours}", f"{layer}: field {theirs} is taken for {ours}"))
        if part.extra:
            names = ", ".join(part.extra)
            say(words(f"{layer}：不比较的字段 {names}", f"{layer}: fields left out {names}"))
    if not lines:
        say(words("没有变更", "nothing was edited"))
        return
    columns = words("编号,变更,原来,编辑为,现在,移动 m,冲突", "key,change,before,edited,now,moved m,conflict").split(
        ","
    )
    rows = [_row(key, change) for key, change in lines[:MOST_SHOWN]]
    title = words(f"{len(lines)} 条变更", f"{len(lines)} changes")
    show_table(title, columns, rows)


def _row(key: str, change: Change) -> tuple[object, ...]:
    from survey.visits.layer_changes import CHANGES

    sides = (change.before, change.edited, change.now) if change.field else ("", "", "")
    kind = CHANGES[change.kind][0 if language() == "zh" else 1]
    moved = "" if change.moved_m is None else f"{change.moved_m:.3f}"
    return (key, kind, *("—" if one is None else one for one in sides), moved, words("是", "yes") * change.conflict)


def _chosen(lines: Sequence[tuple[str, Change]], accept: Sequence[str]) -> list[str]:
    """Return the keys of the changes that are accepted; refuse one that there is not."""
    keys = [key for key, _ in lines]
    refuse(
        Fault("layers.change", "没有这条变更", "there is no such change", "从表中选，或用 all、safe",
              "take one of the table, or all, safe", field="--accept", value=one)
        for one in accept if one not in (ALL, SAFE, *keys)
    )  # fmt: skip
    return [key for key, change in lines if key in accept or ALL in accept or (SAFE in accept and not change.conflict)]


def _accepted(compared: Mapping[str, Compared], chosen: Collection[str]) -> dict[str, gpd.GeoDataFrame]:
    """Return the compared layers as they are now, with what is accepted."""
    from survey.visits.layer_changes import apply_changes

    made = {}
    for layer, part in compared.items():
        own = [change.key for change in part.changes if f"{layer}/{change.key}" in chosen]
        made[layer] = apply_changes(part.now, part.changes, own) if own else part.now
    return made
