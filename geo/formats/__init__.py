"""Read and write map files, one module a format, every fault listed."""

from geo.formats.lines import settle_grid, to_grid, to_lines
from geo.formats.reading import read
from geo.formats.table import ANY_KIND, AREA, LINE, POINT, Finding, Findings, Table
from geo.formats.writing import check_ending, write

__all__ = [
    "ANY_KIND",
    "AREA",
    "LINE",
    "POINT",
    "Finding",
    "Findings",
    "Table",
    "check_ending",
    "read",
    "settle_grid",
    "to_grid",
    "to_lines",
    "write",
]
