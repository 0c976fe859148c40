"""`cotrench field-map`: one HTML file of files, that opens with no network."""

from __future__ import annotations

import typer

commands = typer.Typer()
