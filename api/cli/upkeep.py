"""`cotrench db …`: bring the tables up to date, copy the store away and back, check that it fits together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.database import opened
from api.cli.language import both, language
from api.cli.reporting import FINDINGS, answering, progress, say, words
from geo.faults import BadInputError, Fault

commands = typer.Typer()
db = typer.Typer(no_args_is_help=True)
commands.add_typer(db, name="db", help=both("数据库", "The database"))
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=both("备份文件", "The backup"))]


@db.command("upgrade", help=both("建立或更新数据表", "Make the tables, or bring them up to date"))
@answering
def upgrade() -> None:
    """Bring the tables to this program's revision."""
    with opened() as store:
        place = store.engine.url.render_as_string()  # without the password
    say(words(f"数据表已是最新：{place}", f"The tables are up to date: {place}"))


@db.command("backup", help=both("把整个数据库备份成一个文件", "Write the whole store into one file"))
@answering
def backup(file: FileArgument) -> None:
    """Copy the store as it is at one moment; work may go on meanwhile."""
    from api.db.transfer import backup as copy_out

    _check_folder(file)
    with opened() as store, progress("备份", "backing up") as bar:
        lines = copy_out(store, file, bar)
    say(words(f"已备份 {lines} 条到 {file}", f"{lines} lines are in {file}"))


@db.command("restore", help=both("把备份恢复到空库", "Bring a backup into an empty store"))
@answering
def restore(file: FileArgument) -> None:
    """Copy a backup into an empty store, all or nothing."""
    from api.db.transfer import restore as copy_in

    if not file.is_file():
        fault = Fault(
            "file.missing", "没有这个文件", "there is no such file", "检查路径", "check the path", file=file.name
        )
        raise BadInputError([fault])
    with opened() as store, progress("恢复", "restoring") as bar:
        lines = copy_in(file, store, bar)
    say(words(f"已恢复 {lines} 条。", f"{lines} lines are back."))


@db.command(
    "verify", help=both("检查数据库是否完好：有问题以 1 结束", "Check that the store fits together; ends with 1 if not")
)
@answering
def verify() -> None:
    """Hold every row against its history, and every spatial index against its rows."""
    with opened() as store, progress("检查", "verifying"):
        found = store.verify()
    for fault in found:
        say(fault.sentence(language()), errors=True)
    if found:
        raise typer.Exit(FINDINGS)
    say(words("数据库完好。", "The store is sound."))


def _check_folder(file: Path) -> None:
    if not file.resolve().parent.is_dir():
        fault = Fault(
            "write.refused",
            "没有这个文件夹",
            "there is no such folder",
            "先建文件夹",
            "make the folder first",
            file=file.name,
        )
        raise BadInputError([fault])
