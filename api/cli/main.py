"""Put the commands together and answer one."""

from __future__ import annotations

import sys

import typer

from api.cli import (
    analysis,
    atlas_command,
    conflicts,
    database,
    datum,
    deadline,
    differences_command,
    maps_command,
    opportunities_command,
    papers_command,
    people,
    policies,
    print_command,
    programme,
    section,
    service,
    upkeep,
    visit_command,
    warming,
)
from api.cli.language import both, language, localise, localise_panels
from api.cli.reporting import BAD_INPUT, say, words

HELP = both(
    "同沟 CoTrench：全县规划管线一张图，一次踏勘、几小时审批、一次开挖。",
    "CoTrench 同沟: every planned utility line of a county on one map; visit once, approve in hours, dig once.",
)
GROUPS = (
    service,
    database,
    analysis,
    conflicts,
    opportunities_command,
    programme,
    section,
    datum,
    policies,
    deadline,
    differences_command,
    maps_command,
    atlas_command,
    print_command,
    visit_command,
    papers_command,
    people,
    upkeep,
    warming,
)


def build() -> typer.Typer:
    """Return the application with every command; help texts still hold both languages."""
    app = typer.Typer(
        name="cotrench", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    for group in GROUPS:
        app.add_typer(group.commands)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Answer the command line, in the language of the locale; ends the process.

    Exit codes: 0 done, 1 findings where a command checks, 2 bad input.
    """
    spoken = language()
    localise_panels(spoken)
    command = typer.main.get_command(build())
    localise(command, spoken)
    try:
        command.main(args=arguments, prog_name="cotrench")
    except KeyboardInterrupt:
        say(words("已中断，没有写入任何内容。", "Stopped; nothing was written."), errors=True)
        sys.exit(BAD_INPUT)
