"""Print a section as a drawing of a project: A4 or A3, true to its scale, with its schedule and what it rests on."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from maps.section_drawing import section_figure
from maps.section_plot import Room, colour_of
from maps.section_schedule import cells_of
from maps.section_words import WORDS, earth, site_of, standard_order, title_of
from maps.typesetting import typeset

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from maps.section_drawing import Figure
    from survey.sections import Section


class Paper(NamedTuple):
    """A paper that lies: what it has for the drawing, and how tall that may be beside head and foot (millimetres)."""

    room: Room
    tall: float


PAPERS: Mapping[str, Paper] = MappingProxyType(
    {"a4": Paper(Room(297.0, 92.0), 150.0), "a3": Paper(Room(420.0, 130.0), 180.0)}
)
BLOCK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "zh": ("工程名称", "图名", "比例", "图幅", "设计", "校核", "审核", "日期"),
        "en": ("Project", "Drawing", "Scale", "Sheet", "Drawn", "Checked", "Approved", "Date"),
    }
)
"""The title block: what is known is filled in, who drew, checked and approved signs by hand."""


def section_pdf(
    section: Section, issued: dt.date, *, paper: str = "a4", language: str = "zh", project: str = ""
) -> bytes:
    """Return a section as PDF: drawing with title block, schedule of lines, earth, what holds it and why, notes.

    Parameters
    ----------
    section
        An answer of `survey.sections.best_section`. One without places prints what stands in its way.
    issued
        The day of the drawing.
    paper
        A key of `PAPERS`: ``a4`` or ``a3``, lying.
    language
        ``zh`` or ``en``.
    project
        What the title block names as the project; left open for the pen where it is empty.

    Notes
    -----
    The frame is that of the other papers: faces inside, ``data.json`` with `Section.as_dict`, its digest at the foot
    and in the QR code, the same bytes for the same input. The trench is drawn at the largest usual scale that fits the
    paper, so that a ruler laid on the print measures it.

    Raises
    ------
    KeyError
        Of another paper or language.

    Examples
    --------
    >>> import datetime as dt
    >>> from survey.sections import SectionLine, best_section
    >>> from survey.subjects import Buried
    >>> water = SectionLine("W1", Buried("water", diameter_mm=200, material="plastic"))
    >>> section_pdf(best_section([water], soil="clay", under="footway"), dt.date(2026, 12, 1))[:5]
    b'%PDF-'
    """
    figure = section_figure(section, language, PAPERS[paper].room, PAPERS[paper].tall)
    words, title = WORDS[language], title_of(section, language)
    scale = f"1:{figure.scale}" if figure else ""
    filled = (project, title, scale, paper.upper(), "", "", "", issued.isoformat())
    sheet = {
        "title": title,
        "author": "",
        "description": title,
        "keywords": [laid.need.line.id for laid in section.lines],
        "language": language,
        "paper": paper,
        "flipped": True,
        "state": words["feasible" if section.feasible else "infeasible"],
        "feasible": section.feasible,
        "under_title": words["comma"].join(
            part for part in (words["scale"].format(figure.scale) if figure else "", site_of(section, language)) if part
        ),
        "figure": _drawn(figure),
        "block": list(zip(BLOCK[language], filled, strict=True)),
        **_schedule(section, language),
        "lists": _lists(section, language),
        "foot_left": project or title,
        "qr_says": "CoTrench section",
    }
    attached = {"kind": "section", "project": project, "paper": paper, "section": section.as_dict()}
    return typeset("section", sheet, attached, issued)


def _drawn(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else {"svg": figure.svg, "width": figure.width, "height": figure.height}


def _schedule(section: Section, language: str) -> dict[str, Any]:
    """Return the table of lines, as the drawing numbers them, and the sentences on earth under it."""
    rows = [
        {"colour": colour_of(laid), "cells": [str(number), *cells_of(laid, language)]}
        for number, laid in enumerate(section.lines, 1)
    ]
    said = [text for text in (earth(section, language), standard_order(section, language)) if text]
    return {"head": list(WORDS[language]["head"]) if rows else [], "rows": rows, "earth": said}


def _lists(section: Section, language: str) -> list[dict[str, Any]]:
    """Return obstacles, what holds the section with its evidence, and notes; without those that are empty."""
    words = WORDS[language]
    zh = language == "zh"
    lists = {
        "obstacles": [one.zh if zh else one.en for one in section.obstacles],
        "holds": [one.zh if zh else one.en for one in section.bounds],
        "notes": [one.zh if zh else one.en for one in section.notes],
    }
    if section.lines:
        lists["notes"].append(words["assumed"])
    return [{"head": words[key], "grave": key == "obstacles", "items": items} for key, items in lists.items() if items]
