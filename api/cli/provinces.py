"""`cotrench trenches` and `conflicts` for files larger than memory: on processes of this machine, or on a cluster."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from api.cli import inputs
from api.cli.language import both
from api.cli.reporting import progress_of_steps, show_faults, show_notes
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from geo.formats.batches import Batches
    from geo.partition import Crew, Limits
    from survey.provinces import Question, Written, WrittenFindings

MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help=both(
            "每个工作进程的内存上限，如 2GiB：GeoParquet 分块计算，文件可大于内存",
            "Memory of a worker, such as 2GiB: GeoParquet is worked off in tiles and may be larger than memory",
        ),
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=both(
            "在此 Dask 集群上分块计算，如 tcp://10.0.0.5:8786；各机须能访问结果所在文件夹",
            "Work in tiles on this Dask cluster: tcp://10.0.0.5:8786; its workers must see the folder of the result",
        ),
    ),
]

WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers",
        min=0,
        help=both("线程数，0 为全部；与 --memory 同用时为进程数", "Threads, 0 for all; with --memory, processes"),
    ),
]

UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
LEAST_MEMORY = 512 << 20
"""A worker with all that it loads needs some 300 MiB before it has a line."""

DEFAULT_MEMORY = 2 << 30
STEPS = {
    "read": ("读取", "reading"),
    "look": ("定位", "placing"),
    "route": ("分块", "cutting into tiles"),
    "search": ("找并行段", "finding runs"),
    "regroup": ("归并", "regrouping"),
    "join": ("合成沟段", "joining trenches"),
    "border": ("划归各块", "finding the home of each route"),
    "deal": ("分发", "dealing out to tiles"),
    "judge": ("查找冲突", "finding conflicts"),
    "write": ("写出", "writing"),
}


class Workers(NamedTuple):
    """Who works: so many processes of this machine, or those of a cluster; and the bytes that each has."""

    number: int
    memory: int
    cluster: str | None


def workers_of(
    number: int, memory: str | None, cluster: str | None, files: Sequence[Path], out: Path
) -> Workers | None:
    """Return who is to work off a file in tiles; None where it is to be read as a whole.

    Parameters
    ----------
    number
        Of processes; 0 for as many as there are processors.
    memory, cluster
        The options as given. Either asks for tiles.
    files, out
        The files to read and the file to write.

    Raises
    ------
    BadInputError
        A size that is none or too small; files that are not GeoParquet.

    Examples
    --------
    >>> from pathlib import Path
    >>> workers_of(2, "1.5GiB", None, [Path("a.parquet")], Path("b.parquet"))
    Workers(number=2, memory=1610612736, cluster=None)
    >>> workers_of(2, None, None, [Path("a.gpkg")], Path("b.gpkg")) is None
    True
    """
    if memory is None and cluster is None:
        return None
    size = DEFAULT_MEMORY if memory is None else _bytes(memory)
    faults = [] if size is not None else [_bad_size(str(memory))]
    faults += [
        Fault(
            "option.needs_geoparquet", "分块计算只读写 GeoParquet", "work in tiles reads and writes GeoParquet only",
            "改用 .parquet 文件，或去掉 --memory 和 --cluster", "use .parquet, or leave --memory and --cluster out",
            file=path.name,
        )
        for path, endings in (*((path, (".parquet", ".geoparquet")) for path in files), (out, (".parquet",)))
        if path.suffix.lower() not in endings
    ]  # fmt: skip
    refuse(faults)
    return Workers(number or os.cpu_count() or 1, size or 0, cluster)


def _bytes(text: str) -> int | None:
    """Return a size in bytes; None for what is no size, or less than a worker needs.

    >>> _bytes("2GiB") == _bytes("2048 MB") == _bytes("2g") == 2 << 30, _bytes("plenty"), _bytes("1 MiB")
    (True, None, None)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    size = int(float(found[1]) * UNITS[found[2]]) if found else 0
    return size if size >= LEAST_MEMORY else None


def _bad_size(value: str) -> Fault:
    return Fault(
        "option.bad_size", "不是可用的内存大小", "is no usable size of memory",
        "写成 2GiB，至少 512MiB", "write 2GiB; 512MiB at least", field="--memory", value=value,
    )  # fmt: skip


def write_in_tiles(routes: Path, out: Path, limits: Limits, workers: Workers, asked: inputs.Asked) -> Written:
    """Write both layers of a file as `survey.provinces.write_province`, and show how far it is.

    Raises
    ------
    BadInputError
        With every fault of the file, unless ``asked.skip_bad``; then they are listed.
    """
    from survey.provinces import write_province

    batches = _batches(routes, "routes", asked)
    with progress_of_steps(STEPS) as heard:
        written = write_province(
            batches, out, limits, _crew_of(workers), memory=workers.memory, grid=asked.grid, skip_bad=asked.skip_bad,
            heard=heard,
        )  # fmt: skip
    show_notes(batches.notes)
    if batches.faults:
        show_faults(batches.faults, asked.faults)
    return written


def write_findings_in_tiles(
    files: Mapping[str, tuple[Path, inputs.Asked]], out: Path, question: Question, workers: Workers
) -> WrittenFindings:
    """Write the findings of files as `survey.provinces.write_findings`, and show how far it is.

    Raises
    ------
    BadInputError
        With every fault of all files, unless they are to be skipped; then they are listed.
    """
    from survey.provinces import write_findings

    asked = files["routes"][1]
    batches = {layer: _batches(path, layer, options) for layer, (path, options) in files.items()}
    with progress_of_steps(STEPS) as heard:
        written = write_findings(
            batches, out, question, _crew_of(workers), memory=workers.memory, grid=asked.grid,
            skip_bad=asked.skip_bad, heard=heard,
        )  # fmt: skip
    for one in batches.values():
        show_notes(one.notes)
    faults = [fault for one in batches.values() for fault in one.faults]
    if faults:
        show_faults(faults, asked.faults)
    show_notes(written.notes)
    return written


def _batches(path: Path, layer: str, asked: inputs.Asked) -> Batches:
    from api.cli.kinds import kinds_of
    from geo.formats.batches import Batches

    return Batches(
        path, crs=asked.crs, crs_is_default=asked.crs_is_default, field_map=asked.field_map, value_map=asked.value_map,
        kinds=kinds_of(layer), check=inputs.checks_of(layer),
    )  # fmt: skip


def _crew_of(workers: Workers) -> Callable[[Path], AbstractContextManager[Crew]]:
    from geo.partition import cluster_crew, local_crew

    def crew(folder: Path) -> AbstractContextManager[Crew]:
        if workers.cluster is not None:
            return cluster_crew(workers.cluster)
        return local_crew(workers.number, workers.memory, folder)

    return crew
