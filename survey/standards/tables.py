"""Hold the tables of GB 50289-2016 that give a value for a pair: read, checked for gaps, and looked into."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement, product
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.citations import Cell
from survey.standards.rows import CONDITIONS, PARTITIONS, ROWS
from survey.standards.sheets import Row, Sheet, cited, read_text, with_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("a", "b", "condition", "value", "unit")
_EMPTY_FILE = "empty_cells.csv"
_LINES_4_1_9 = (
    "water_d_le_200", "water_d_gt_200", "sewage", "reclaimed", "gas_low", "gas_medium_b", "gas_medium_a",
    "gas_subhigh_b", "gas_subhigh_a", "heat_direct", "power_direct", "power_duct", "telecom_direct", "telecom_duct",
    "trench",
)  # fmt: skip
_OBJECTS_4_1_9 = ("building", "tree", "shrub", "pole", "tower", "curb", "tram", "railway", "utility_tunnel")
_LINES_4_1_14 = (
    "water", "sewage", "heat", "gas", "telecom_direct", "telecom_duct", "power_direct", "power_duct", "reclaimed",
    "trench",
)  # fmt: skip
_OBJECTS_4_1_14 = ("culvert", "tram", "railway")
_COVERED = (
    "water", "sewage", "reclaimed", "power_direct", "power_duct", "telecom_direct", "telecom_duct",
    "telecom_steel_duct", "heat_direct", "gas", "trench",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """What one table is about: its file, the rows that must be there, and the words of its cells."""

    name: str
    file: str
    pairs: frozenset[tuple[str, str]]
    zh: str
    en: str


def _pairs(lines: Iterable[str], others: Iterable[str], *, among: bool = True) -> frozenset[tuple[str, str]]:
    lines = tuple(lines)
    inner = combinations_with_replacement(lines, 2) if among else ()
    return frozenset(pair_key(a, b) for a, b in (*inner, *product(lines, others)))


def pair_key(a: str, b: str) -> tuple[str, str]:
    """Return the key under which a pair of rows is kept, whichever comes first; all gas against gas is one cell.

    >>> pair_key("sewage", "building"), pair_key("gas_low", "gas_medium_a"), pair_key("tree", "utility_tunnel")
    (('building', 'sewage'), ('gas_any', 'gas_any'), ('tree', 'utility_tunnel'))
    """
    if a.startswith("gas_") and b.startswith("gas_"):
        return "gas_any", "gas_any"
    if "utility_tunnel" in (a, b) and {a, b} & set(_LINES_4_1_9):
        return "pipeline", "utility_tunnel"
    return (a, b) if a <= b else (b, a)


HORIZONTAL = Kind(
    "horizontal", "gb50289_horizontal.csv",
    _pairs(_LINES_4_1_9, _OBJECTS_4_1_9) | {("curb", "tree"), ("curb", "pole")},
    "水平净距不小于", "horizontal clearance at least",
)  # fmt: skip
VERTICAL = Kind(
    "vertical", "gb50289_vertical.csv", _pairs(_LINES_4_1_14, _OBJECTS_4_1_14), "垂直净距不小于",
    "vertical clearance at least",
)  # fmt: skip
COVER = Kind(
    "cover",
    "gb50289_cover.csv",
    _pairs(_COVERED, ("footway", "carriageway"), among=False),
    "覆土深度不小于",
    "cover at least",
)
KINDS = (HORIZONTAL, VERTICAL, COVER)


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one table by pair, and the pairs that the standard leaves empty with the reason."""

    kind: Kind
    cells: Mapping[tuple[str, str], tuple[Cell, ...]]
    empty: Mapping[tuple[str, str], tuple[str, str]]

    def find(self, a: str, b: str, facts: frozenset[str]) -> Cell | None:
        """Return the strictest cell of a pair whose condition holds; a footnote that holds goes before its row.

        Of the two diameters of gas against gas both are facts: the larger decides, being the stricter.
        """
        held = [cell for cell in self.cells.get(pair_key(a, b), ()) if cell.condition in facts]
        if held:
            return max(held, key=lambda cell: cell.value)
        return next((cell for cell in self.cells.get(pair_key(a, b), ()) if not cell.condition), None)


def parse_table(kind: Kind, text: str, empty_text: str) -> Table:
    """Read one table and the list of its empty cells.

    Raises
    ------
    BadInputError
        With every fault of both, by file and line: among them a pair that is neither in the table nor in the list of
        empty cells, one that is in both, and a condition without its counterpart.
    """
    sheet = with_evidence(text, kind.file, COLUMNS)
    listed = Sheet.parse(empty_text, _EMPTY_FILE, ("table", "a", "b", "reason_zh", "reason_en"))
    sheet.unique("a", "b", "condition")
    cells: dict[tuple[str, str], list[Cell]] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        pair = pair_key(row["a"], row["b"])
        _check(sheet, row, pair, kind)
        value = sheet.number(row, "value")
        if value is not None and row["condition"] in CONDITIONS and {row["a"], row["b"]} <= set(ROWS):
            cells.setdefault(pair, []).append(_cell(kind, row, value))
        lines.setdefault(pair, row.line)
    empty = {
        pair_key(row["a"], row["b"]): (row["reason_zh"], row["reason_en"], row.line)
        for row in listed.rows if row["table"] == kind.name
    }  # fmt: skip
    _check_gaps(sheet, listed, kind, lines, empty)
    _check_conditions(sheet, cells, lines)
    sheet.faults.extend(listed.faults)
    sheet.done()
    return Table(
        kind,
        MappingProxyType({pair: tuple(found) for pair, found in cells.items()}),
        MappingProxyType({pair: (zh, en) for pair, (zh, en, _) in empty.items()}),
    )


def _check(sheet: Sheet, row: Row, pair: tuple[str, str], kind: Kind) -> None:
    sheet.word(row, "condition", CONDITIONS)
    sheet.word(row, "unit", ("m",))
    if pair not in kind.pairs and row["a"] and row["b"]:
        sheet.fault(
            "standard.unknown_pair", row.line, "表中没有这一对", "the table has no such pair", value=" · ".join(pair)
        )


def _check_gaps(
    sheet: Sheet, listed: Sheet, kind: Kind, lines: Mapping[tuple[str, str], int],
    empty: Mapping[tuple[str, str], tuple[str, str, int]],
) -> None:  # fmt: skip
    for pair in sorted(kind.pairs - lines.keys() - empty.keys()):
        sheet.fault(
            "standard.gap", len(sheet.rows) + 1, "这一对既无数值，也未列为空格",
            "this pair has no value and is not listed as empty", value=" · ".join(pair),
        )  # fmt: skip
    for pair, (_, _, line) in empty.items():
        if pair in lines or pair not in kind.pairs:
            listed.fault(
                "standard.not_empty", line, "列为空格，但表中有值或没有这一对",
                "listed as empty, but the table has a value or no such pair", value=" · ".join(pair),
            )  # fmt: skip


def _check_conditions(
    sheet: Sheet, cells: Mapping[tuple[str, str], list[Cell]], lines: Mapping[tuple[str, str], int]
) -> None:
    """Note each pair without a plain row or all parts of a partition: some line would find nothing, unnoticed."""
    for pair, found in cells.items():
        held = {cell.condition for cell in found}
        whole = "" in held or any(set(parts) <= held for parts in PARTITIONS) or held == {"open cut"}
        broken = any(0 < len(held & set(parts)) < len(parts) for parts in PARTITIONS)
        if not whole or broken:
            sheet.fault(
                "standard.condition", lines[pair], "条件不完整", "the conditions leave a case out",
                "condition", " · ".join(sorted(held)),
            )  # fmt: skip


def _cell(kind: Kind, row: Row, value: float) -> Cell:
    (a_zh, a_en), (b_zh, b_en), (when_zh, when_en) = ROWS[row["a"]], ROWS[row["b"]], CONDITIONS[row["condition"]]
    return Cell(
        **cited(row), value=value, unit=row["unit"], row=row["a"], column=row["b"], condition=row["condition"],
        text_zh=f"{a_zh} × {b_zh}{f'（{when_zh}）' if when_zh else ''}：{kind.zh} {value:.2f} {row['unit']}",
        text_en=f"{a_en} × {b_en}{f' ({when_en})' if when_en else ''}: {kind.en} {value:.2f} {row['unit']}",
    )  # fmt: skip


@lru_cache(maxsize=len(KINDS))
def table(kind: Kind) -> Table:
    """Return a table of this package; read and checked once, then kept.

    >>> len(table(HORIZONTAL).cells), sorted(table(COVER).empty)
    (222, [('footway', 'trench')])
    """
    return parse_table(kind, read_text(kind.file), read_text(_EMPTY_FILE))
