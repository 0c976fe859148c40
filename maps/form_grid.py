"""Lay a county's form out in a grid of twelve columns, as offices print it; pure, and the same for every county."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from survey.forms import masked, private_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from survey.forms import Filled
    from survey.policies import FormField, Group

COLUMNS = 12
HALF = COLUMNS // 2
LABEL = 2
SHORT_LABEL, LONG_LABEL = 7, 10
"""Characters of a label that fit two columns; above the second it takes more than half of the row."""
WIDE = ("地址", "地点", "备注", "申请单位/个人", "服务编号")
"""Words in the label of an entry that needs the whole width."""
FEW_OPTIONS, FEW_CHARACTERS = 2, 8
REMARK_MM = 16
"""Height of a remark that is filled in: some lines of handwriting."""

Piece = dict[str, Any]


@dataclass(slots=True)
class Cell:
    """One cell: ``is_`` label, value or head; its columns, rows and least height; what stands in it."""

    is_: str
    columns: int
    pieces: list[Piece]
    rows: int = 1
    height_mm: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the cell as the template reads it."""
        return {
            "is": self.is_,
            "columns": self.columns,
            "rows": self.rows,
            "height": self.height_mm,
            "pieces": self.pieces,
        }


@dataclass(slots=True)
class Grid:
    """A form laid out.

    Attributes
    ----------
    rows
        From top to bottom, each of cells from left to right.
    signs
        What is signed below the grid: fields of type signature, and days after one.
    printed
        Keys of the fields that were laid out, each once.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    signs: list[Piece] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


def lay_out(filled: Filled, *, full_numbers: bool = True) -> Grid:
    """Return the grid of a form, blank where nothing was entered.

    Parameters
    ----------
    filled
        The form and its entries.
    full_numbers
        Whether private numbers are printed in full, as the form demands; else masked.

    Examples
    --------
    >>> from survey.forms import fill, main_form
    >>> from survey.policies import load_policy
    >>> grid = lay_out(fill(main_form(load_policy("wuzhi")), {}))
    >>> len(grid.printed), {sum(cell.columns for cell in row) for row in grid.rows[:5]}
    (46, {12})
    """
    writer = _Writer(filled, full_numbers)
    for group in filled.form.groups:
        writer.group(group)
    return writer.grid


class _Writer:
    """Writes rows; holds a half row back until its other half comes."""

    def __init__(self, filled: Filled, full_numbers: bool) -> None:
        self.filled, self.form = filled, filled.form
        self.hidden = frozenset() if full_numbers else private_fields(filled.form)
        self.grid, self.half = Grid(), list[Cell]()

    def group(self, group: Group) -> None:
        """Write the head of a group and its fields."""
        fields = [one for one in self.form.fields if one.group == group.key]
        self._head(group, fields)
        listed = [one for one in fields if one.type != "tick"]
        for _, run in groupby(self._body(listed), key=lambda one: _stem(one) or one.key):
            self._run(list(run))
        self._flush()

    def _body(self, fields: Sequence[FormField]) -> Iterable[FormField]:
        """Return the fields of the grid; a signature and the days after it stand below."""
        signed = False
        for one in fields:
            signed = signed or one.type == "signature"
            if signed and one.type in ("signature", "date"):
                self._sign(one)
            else:
                yield one

    def _sign(self, one: FormField) -> None:
        self.grid.printed.append(one.key)
        if one.type == "date":
            self.grid.signs.append({"is": "day", "label": one.label_zh, "parts": self._day(one)})
        else:
            label, _, how = one.label_zh.partition("（")
            self.grid.signs.append({"is": "seal", "label": label, "text": how.rstrip("）") or "签字、盖章"})

    def _head(self, group: Group, fields: Sequence[FormField]) -> None:
        tick = next((one for one in fields if one.type == "tick"), None)
        if tick is None and not group.optional:
            return
        if tick is not None:
            self.grid.printed.append(tick.key)
            ticked = self.filled.entries.get(tick.key) is True
        else:
            ticked = any(one.key in self.filled.entries for one in fields)
        name = group.name_zh + ("（选填）" if group.optional else "")
        self.grid.rows.append([Cell("head", COLUMNS, [{"is": "box", "ticked": ticked, "text": name}])])

    def _run(self, run: list[FormField]) -> None:
        """Write fields of one stem together, or a field alone."""
        self.grid.printed += [one.key for one in run]
        stem = _stem(run[0])
        if len(run) == 1:
            self._alone(run[0])
        elif run[0].type == "clause":
            lines = [{"is": "line", "text": f"{number}. {one.text_zh}"} for number, one in enumerate(run, 1)]
            self._row([_label(stem, LABEL), Cell("value", COLUMNS - LABEL, lines)])
        elif all(one.options for one in run):
            self._flush()
            for number, one in enumerate(run):
                stems = [Cell("label", LABEL, [_text(stem)], len(run))] if number == 0 else []
                part = _label(_part(one), LABEL)
                self.grid.rows.append([*stems, part, Cell("value", COLUMNS - 2 * LABEL, self._value(one))])
        elif all(one.type == "date" for one in run):
            days = [piece for one in run for piece in (*self._value(one), _text("起至"))][:-1]
            self._row([_label(stem, LABEL), Cell("value", COLUMNS - LABEL, days)])
        else:
            self._inline(stem, run)

    def _inline(self, stem: str, run: list[FormField]) -> None:
        """Write a total and its parts, each with its own short line, in one row."""
        total = [one for one in run if one.label_zh == stem]
        parts = [self._number(one, _part(one)) for one in run if one not in total]
        cells = [Cell("value", LABEL, [self._number(one, "")]) for one in total]
        rest = COLUMNS - LABEL - sum(cell.columns for cell in cells)
        self._row([_label(stem, LABEL), *cells, Cell("value", rest, parts)])

    def _alone(self, one: FormField) -> None:
        label = [_text(one.label_zh + (" *" if one.required else ""))]
        if one.text_zh and one.type not in ("note", "clause", "date"):
            label.append({"is": "small", "text": one.text_zh})
        value, wide = self._value(one), LABEL + (len(one.label_zh) > SHORT_LABEL)
        if len(one.label_zh) > LONG_LABEL and one.options:
            self._row([Cell("label", HALF + 1, label), Cell("value", HALF - 1, value)])
        elif _is_wide(one):
            tall = REMARK_MM if one.type == "text" and "备注" in one.label_zh else 0
            self._row([Cell("label", wide, label), Cell("value", COLUMNS - wide, value, height_mm=tall)])
        else:
            self.half += [Cell("label", wide, label), Cell("value", HALF - wide, value)]
            if len(self.half) > LABEL:
                self._flush()

    def _row(self, cells: list[Cell]) -> None:
        self._flush()
        self.grid.rows.append(cells)

    def _flush(self) -> None:
        """Write the half row held back; alone it takes the whole width."""
        if not self.half:
            return
        self.half[-1].columns += COLUMNS - sum(cell.columns for cell in self.half)
        self.grid.rows.append(self.half)
        self.half = []

    def _value(self, one: FormField) -> list[Piece]:
        entry = self.filled.entries.get(one.key)
        if one.options:
            chosen = entry if isinstance(entry, tuple) else (entry,)
            return [{"is": "box", "ticked": option.zh in chosen, "text": option.zh} for option in one.options]
        if one.type in ("note", "clause"):
            return [_text(one.text_zh)]
        if one.type == "date":
            return [{"is": "day", "parts": self._day(one)}]
        return [self._number(one, "")] if one.unit else [_text(self._entry(one))]

    def _number(self, one: FormField, before: str) -> Piece:
        return {"is": "number", "before": before, "text": self._entry(one), "unit": one.unit}

    def _entry(self, one: FormField) -> str:
        entry = self.filled.entries.get(one.key, "")
        return masked(str(entry)) if one.key in self.hidden and entry else str(entry)

    def _day(self, one: FormField) -> list[str]:
        entry = self.filled.entries.get(one.key)
        return [part.lstrip("0") for part in str(entry).split("-")] if entry else []


def _text(text: str) -> Piece:
    return {"is": "text", "text": text}


def _label(text: str, columns: int) -> Cell:
    return Cell("label", columns, [_text(text)])


def _stem(one: FormField) -> str:
    """Return what fields of one row share: the label before a hyphen; of clauses, the label without its number."""
    return re.sub(r"[0-9]+$", "", one.label_zh) if one.type == "clause" else one.label_zh.split("-")[0]


def _part(one: FormField) -> str:
    return one.label_zh.partition("-")[2]


def _is_wide(one: FormField) -> bool:
    if one.options:
        few = len(one.options) <= FEW_OPTIONS and sum(len(option.zh) for option in one.options) <= FEW_CHARACTERS
        return not few
    return one.type == "note" or any(word in one.label_zh for word in WIDE)
