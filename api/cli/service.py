"""`cotrench serve`: the service on this machine."""

from __future__ import annotations

import typer

commands = typer.Typer()
