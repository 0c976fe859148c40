"""`cotrench warm`: compile the kernels once, so that no later command waits for it."""

from __future__ import annotations

import typer

from api.cli.language import both
from api.cli.reporting import progress, say, words

commands = typer.Typer()


@commands.command(
    "warm", help=both("预先编译计算内核（安装后做一次）", "Compile the geometry kernels, once after install")
)
def warm() -> None:
    """Compile every kernel and keep the result on disk."""
    from geo.warm import warm as compile_geometry
    from survey.programme.covering import warm as compile_bounds

    with progress("编译", "compiling"):
        compile_geometry()
        compile_bounds()
    say(words("计算内核已就绪。", "The kernels are ready."))
