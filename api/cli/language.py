"""Speak Chinese or English on the command line, as the locale says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Stands between the two languages of a help text until the command tree is localised.
SEPARATOR = "\x1f"
PANELS = {
    "ARGUMENTS_PANEL_TITLE": ("参数", "Arguments"),
    "OPTIONS_PANEL_TITLE": ("选项", "Options"),
    "COMMANDS_PANEL_TITLE": ("命令", "Commands"),
    "ERRORS_PANEL_TITLE": ("错误", "Error"),
    "DEFAULT_STRING": ("[默认 {}]", "[default: {}]"),
    "REQUIRED_LONG_STRING": ("[必填]", "[required]"),
    "RICH_HELP": (
        "用 [blue]'{command_path} {help_option}'[/] 查看帮助。",
        "Try [blue]'{command_path} {help_option}'[/] for help.",
    ),
}


def language(environment: Mapping[str, str] | None = None) -> str:
    """Return ``zh`` where the locale is Chinese, else ``en``: LC_ALL before LC_MESSAGES before LANG.

    >>> language({"LANG": "zh_CN.UTF-8"}), language({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}), language({})
    ('zh', 'en', 'en')
    """
    given = os.environ if environment is None else environment
    locale = next((given[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if given.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def both(zh: str, en: str) -> str:
    """Return a text that holds both languages, for `localise` to choose from."""
    return f"{zh}{SEPARATOR}{en}"


def chosen(text: str, spoken: str) -> str:
    """Return the part of a text made by `both` that is in the language spoken; other texts as they are.

    >>> chosen(both("管线", "routes"), "zh"), chosen("plain", "zh")
    ('管线', 'plain')
    """
    zh, separator, en = text.partition(SEPARATOR)
    return zh if spoken == "zh" or not separator else en


def localise(command: Any, spoken: str) -> None:  # noqa: ANN401 - Typer publishes no type of its commands
    """Choose one language in every help text of a command and of all below it."""
    for name in ("help", "short_help", "epilog"):
        text = getattr(command, name, None)
        if text:
            setattr(command, name, chosen(text, spoken))
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = chosen(parameter.help, spoken)
    help_option = command.get_help_option(typer.Context(command))
    if help_option is not None:  # it is made once and kept by the command
        help_option.help = chosen(both("显示帮助", "Show this help"), spoken)
    for below in getattr(command, "commands", {}).values():
        localise(below, spoken)


def localise_panels(spoken: str) -> None:
    """Put the headings of help pages into the language spoken."""
    from typer import rich_utils

    for name, (zh, en) in PANELS.items():
        setattr(rich_utils, name, zh if spoken == "zh" else en)
