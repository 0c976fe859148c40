"""Read the tables of the standards from CSV; refuse with file and line whatever is unclear, all faults at once."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypedDict

from geo.faults import Fault, refuse
from survey.standards.citations import DIRECTNESS, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EVIDENCE = ("standard", "clause", "status", "directness", "sources", "note_zh", "note_en")
_MAY_BE_EMPTY = frozenset({"condition", "sources", "note_zh", "note_en"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file (the head is line 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass
class Sheet:
    """A table as read, and every fault found in it so far.

    `parse` checks the shape; the modules that know what a table means add their own faults by `fault` and call
    `done` at the end, so that one reading tells everything.
    """

    file: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str, file: str, columns: Sequence[str], *, optional: Iterable[str] = ()) -> Sheet:
        """Read a text; a wrong head, a line with too few or too many cells and an empty cell are faults."""
        sheet = cls(file)
        reader = csv.reader(io.StringIO(text))
        head = next(reader, [])
        for name in columns:
            if name not in head:
                sheet.fault("standard.missing_column", 1, f"缺少列“{name}”", f"column {name!r} is missing", name)
        for name in head:
            if name not in columns:
                sheet.fault("standard.unknown_column", 1, f"不认识的列“{name}”", f"unknown column {name!r}", name)
        if not sheet.faults:
            may = _MAY_BE_EMPTY.union(optional)
            for cells in reader:
                sheet._take(reader.line_num, head, cells, may)
        return sheet

    def _take(self, line: int, head: list[str], cells: list[str], may_be_empty: frozenset[str]) -> None:
        if len(cells) != len(head):
            self.fault(
                "standard.cells", line, f"有 {len(cells)} 格，应有 {len(head)} 格",
                f"{len(cells)} cells, {len(head)} expected",
            )  # fmt: skip
            return
        row = Row(line, dict(zip(head, cells, strict=True)))
        for name, value in row.cells.items():
            if not value.strip() and name not in may_be_empty:
                self.fault("standard.empty", line, f"“{name}”为空", f"{name!r} is empty", name)
        self.rows.append(row)

    def fault(self, code: str, line: int, zh: str, en: str, column: str | None = None, value: object = None) -> None:
        """Note a fault at a line of the file."""
        self.faults.append(Fault(code, zh, en, file=f"{self.file}:{line}", field=column, value=value))

    def number(self, row: Row, column: str, *, empty: bool = False) -> float | None:
        """Return a cell as a number that is finite and not negative; else note a fault and return None."""
        text = row[column]
        if empty and not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and value >= 0:
            return value
        if text:  # an empty cell has been told of already
            self.fault("standard.number", row.line, "应为非负数", "a number of at least 0 is expected", column, text)
        return None

    def word(self, row: Row, column: str, known: Iterable[str]) -> None:
        """Note a fault if a cell holds none of the known words."""
        words = tuple(known)
        if row[column] and row[column] not in words:
            listed = ", ".join(words)
            self.fault(
                "standard.unknown_word", row.line, f"不认识“{row[column]}”，可用：{listed}",
                f"unknown {row[column]!r}; use one of: {listed}", column,
            )  # fmt: skip

    def unique(self, *columns: str) -> None:
        """Note a fault for each row that repeats the key of an earlier one; the order of a and b does not matter."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row[column] for column in columns)
            pair = (*sorted(key[:2]), *key[2:]) if columns[:2] == ("a", "b") else key
            if pair in seen:
                self.fault(
                    "standard.duplicate", row.line, f"与第 {seen[pair]} 行重复", f"repeats line {seen[pair]}",
                    value=" · ".join(part for part in key if part),
                )  # fmt: skip
            seen.setdefault(pair, row.line)

    def evidence(self, known: Mapping[str, int]) -> None:
        """Check that each row has a status, a directness and as many sources as its status claims."""
        for row in self.rows:
            self.word(row, "status", STATUS)
            self.word(row, "directness", DIRECTNESS)
            keys = row["sources"].split()
            for key in keys:
                if key not in known:
                    self.fault("standard.source", row.line, f"不认识来源“{key}”", f"unknown source {key!r}", "sources")
            self._pages(row, sum(known.get(key, 0) for key in keys))
            if bool(row["note_zh"]) != bool(row["note_en"]):
                self.fault("standard.note", row.line, "注须有中英文", "a note must be in both languages", "note_zh")

    def _pages(self, row: Row, pages: int) -> None:
        status, recalled = row["status"], row["directness"] == "recalled"
        least = {"confirmed": 2, "one source": 1}.get(status, 0)
        if pages < least or (status == "memory only") != (pages == 0) or recalled != (pages == 0):
            self.fault(
                "standard.evidence", row.line, f"“{status}”与来源（{pages} 处）不符",
                f"{status!r} does not fit its sources ({pages} places)", "status",
            )  # fmt: skip

    def done(self) -> None:
        """Raise `BadInputError` with every fault found, if there are any."""
        refuse(self.faults)


def read_text(name: str) -> str:
    """Return the text of a table of this package.

    >>> read_text("sources.csv").splitlines()[0]
    'key,where,what,pages'
    """
    return (files("survey.standards") / "data" / name).read_text("utf-8")


@lru_cache(maxsize=1)
def sources() -> Mapping[str, int]:
    """Return each source's key and how many independent places it stands for.

    >>> sources()["S24"]
    5
    """
    sheet = Sheet.parse(read_text("sources.csv"), "sources.csv", ("key", "where", "what", "pages"))
    sheet.unique("key")
    pages = {row["key"]: int(sheet.number(row, "pages") or 0) for row in sheet.rows}
    sheet.done()
    return pages


def with_evidence(text: str, file: str, columns: Sequence[str], *, optional: Iterable[str] = ()) -> Sheet:
    """Read a text whose rows carry evidence (`EVIDENCE` behind the columns given), checked so far; see `Sheet`."""
    sheet = Sheet.parse(text, file, (*columns, *EVIDENCE), optional=optional)
    sheet.evidence(sources())
    return sheet


class Cited(TypedDict):
    """The evidence of a row, as `Citation` takes it."""

    standard: str
    clause: str
    status: str
    directness: str
    sources: tuple[str, ...]
    note_zh: str
    note_en: str


def cited(row: Row) -> Cited:
    """Return the evidence of a row as the arguments of a `Citation` or a `Cell`."""
    return Cited(
        standard=row["standard"],
        clause=row["clause"],
        status=row["status"],
        directness=row["directness"],
        sources=tuple(row["sources"].split()),
        note_zh=row["note_zh"],
        note_en=row["note_en"],
    )
