"""Tell people on a terminal what was found, what was done, and how far it is."""

from __future__ import annotations

import csv
import functools
import unicodedata
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from api.cli.language import language
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

P = ParamSpec("P")
R = TypeVar("R")

DONE, FINDINGS, BAD_INPUT = 0, 1, 2
MOST_SHOWN = 20
MOST_NOTES = 12
#: A table in a pipe or a log is not folded to the width of a terminal nobody looks at.
PIPE_WIDTH = 160
FAULT_COLUMNS = ("code", "file", "layer", "feature", "vertex", "field", "value", "zh", "mend_zh", "en", "mend_en")


def words(zh: str, en: str) -> str:
    """Return the text in the language of the locale."""
    return zh if language() == "zh" else en


def console(*, errors: bool = False) -> Console:
    """Return where to print: standard output, or standard error for what is no result."""
    from rich.console import Console

    out = Console(stderr=errors, highlight=False, soft_wrap=True)
    if not out.is_terminal:
        out.width = PIPE_WIDTH
    return out


def say(text: str, *, errors: bool = False) -> None:
    """Print lines as they are: no markup is read from them, and nothing in them can drive the terminal."""
    console(errors=errors).print(printable(text), markup=False)


def printable(text: str) -> str:
    r"""Return the text with control characters made visible, since names in files come from anywhere.

    >>> printable("R1\x1b[2J\n次")
    'R1\\x1b[2J\n次'
    """
    return "".join(
        character if character == "\n" or unicodedata.category(character)[0] != "C" else ascii(character)[1:-1]
        for character in text
    )


def answering(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command end with code 2 and a readable list where its input has faults or its database cannot be used.

    A parameter ``faults`` of the command names the file that takes the whole list.
    """

    @functools.wraps(command)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            faults = _faults_of(error)
            if not faults:
                raise
            listed = kwargs.get("faults")
            show_faults(faults, Path(str(listed)) if listed else None)
            say(words("没有写入任何内容。", "Nothing was written."), errors=True)
            raise typer.Exit(BAD_INPUT) from error

    return answered


def _faults_of(error: Exception) -> tuple[Fault, ...]:
    """Return what is wrong with the input or with the database's place; nothing for a mistake of ours."""
    if isinstance(error, BadInputError):
        return error.faults
    from api.db.troubles import fault_of

    found = fault_of(error)
    return () if found is None else (found,)


def show_faults(faults: Sequence[Fault], listed: Path | None = None) -> None:
    """Print 20 faults, one a line, the first of each kind among them; write all of them to the file ``listed``."""
    say(words(f"发现 {len(faults)} 处问题：", f"{len(faults)} fault{'s'[: len(faults) != 1]}:"), errors=True)
    for fault in first_of_each_kind(faults, MOST_SHOWN):
        say(f"  {fault.sentence(language())}", errors=True)
    if len(faults) > MOST_SHOWN:
        counts = ", ".join(f"{count} {code}" for code, count in Counter(fault.code for fault in faults).most_common())
        say(words(f"共：{counts}", f"In all: {counts}"), errors=True)
    if listed is not None:
        write_faults(faults, listed)
        say(words(f"全部问题已写入 {listed}", f"all of them are in {listed}"), errors=True)
    elif len(faults) > MOST_SHOWN:
        say(words("用 --faults 文件.csv 查看全部。", "Use --faults FILE.csv to see all."), errors=True)


def first_of_each_kind(faults: Sequence[Fault], most: int) -> list[Fault]:
    """Return ``most`` faults in their order: as many of each kind as there is room for, so that none hides another.

    >>> many = [Fault(code, "", "") for code in ("a", "a", "a", "b")]
    >>> [fault.code for fault in first_of_each_kind(many, 3)]
    ['a', 'a', 'b']
    """
    seen: Counter[str] = Counter()
    rank = []
    for place, fault in enumerate(faults):
        rank.append((seen[fault.code], place))
        seen[fault.code] += 1
    return [faults[place] for place in sorted(place for _, place in sorted(rank)[:most])]


def write_faults(faults: Sequence[Fault], path: Path) -> None:
    """Write faults as CSV that a spreadsheet opens: UTF-8 with mark; no cell is taken for a formula."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(FAULT_COLUMNS)
            writer.writerows([_cell(getattr(fault, name)) for name in FAULT_COLUMNS] for fault in faults)
    except OSError as error:
        say(words(f"不能写入 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}"), errors=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that a command was asked for; `BadInputError` where the disk refuses it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise write_refused(path, error) from error


def write_refused(path: Path, error: OSError) -> BadInputError:
    """Return the refusal of a file that cannot be written, with what to look at."""
    reason = error.strerror or str(error)
    fault = Fault(
        "write.refused", f"无法写入：{reason}", f"cannot be written: {reason}",
        "检查文件夹是否存在、有无权限、磁盘是否已满",
        "check that the folder exists, may be written to, and that the disk has room", file=path.name,
    )  # fmt: skip
    return BadInputError([fault])


def _cell(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    from geo.formats.guarding import guarded

    return guarded(printable(str(value)))


def show_notes(notes: Sequence[Fault]) -> None:
    """Print what was cleaned or understood: one line for each kind, with its first place."""
    kinds: dict[tuple[str, str | None], list[Fault]] = {}
    for note in notes:
        kinds.setdefault((note.code, note.field), []).append(note)
    for alike in list(kinds.values())[:MOST_NOTES]:
        more = len(alike) - 1
        tail = words(f"（另有 {more} 处同类）", f" (and {more} more like it)") if more else ""
        say(f"· {alike[0].sentence(language())}{tail}", errors=True)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a short table; numbers are set to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    for number, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[number], int | float) for row in rows)
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(shown(value))) for value in row))
    console().print(table)


def shown(value: object) -> str:
    """Return a value as people read it: two decimals, blanks for what is unknown.

    >>> shown(3.14159), shown(float("nan")), shown(None), shown(12)
    ('3.14', '', '', '12')
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


@contextmanager
def progress_of_steps(steps: Mapping[str, tuple[str, str]]) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each of several steps; the block calls the function it is given with (step, done, total or 0)."""
    out = console(errors=True)
    if not out.is_terminal:
        yield lambda _step, _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=out, transient=True) as bar:
        tasks = {step: bar.add_task(words(*said), total=None, visible=False) for step, said in steps.items()}

        def heard(step: str, done: int, total: int) -> None:
            bar.update(tasks[step], completed=done, total=total or None, visible=True)

        yield heard


@contextmanager
def progress(zh: str, en: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, nothing elsewhere; the block calls the function it is given with (done, total)."""
    out = console(errors=True)
    if not out.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import Progress

    with Progress(console=out, transient=True) as bar:
        task = bar.add_task(words(zh, en), total=total)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
