"""Hold a layer that was read, and everything that was found wrong with it or changed in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

POINT, LINE, AREA = "point", "line", "area"
ANY_KIND = frozenset({POINT, LINE, AREA})
#: The rows of a row-less finding: it concerns the whole file.
WHOLE_FILE = None


class Finding(NamedTuple):
    """A fault or note and the row of the layer (from 0) it belongs to; None where it concerns the whole file."""

    row: int | None
    fault: Fault


@dataclass(slots=True)
class Findings:
    """Faults (refused) and notes (told) of one layer while it is read.

    Examples
    --------
    >>> found = Findings()
    >>> found.fault(3, Fault("x", "坏", "bad"))
    >>> [(finding.row, finding.fault.code) for finding in found.faults]
    [(3, 'x')]
    """

    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def fault(self, row: int | None, fault: Fault) -> None:
        """Remember what is refused."""
        self.faults.append(Finding(row, fault))

    def note(self, row: int | None, note: Fault) -> None:
        """Remember what was cleaned, understood or looks odd, and is only told."""
        self.notes.append(Finding(row, note))


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller asked of a reader; see `geo.formats.reading.read` for the meaning of each field."""

    path: Path
    layer: str | None = None
    crs: CRS | None = None
    encoding: str | None = None
    field_map: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = ANY_KIND
    prefer: tuple[str, ...] = ()
    points: Path | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text before anybody knows what it holds.

    Parameters
    ----------
    file, layer
        Name of the file, and of the sheet in a workbook (None for a text file).
    cells
        Every cell as text, blanks as ``""``; the columns under their names in the file; index 0..n-1.
    rows
        The number, from 1, that each row has in a spreadsheet, so that a person finds it.
    """

    file: str
    layer: str | None
    cells: pd.DataFrame
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Raw:
    """A layer as its format holds it, before its content is judged.

    Parameters
    ----------
    columns
        The attributes, index 0..n-1.
    geometry
        Shapely geometries, object[n]; None where there is none or where a fault has been reported for the row.
    crs
        What the file says; None where it says nothing.
    layer
        Name of the layer in the file; None for formats of one layer.
    found
        Faults and notes met while decoding.
    unreadable
        Rows whose geometry could not be built and that have a fault already, so that "no geometry" is not said twice.
    taken
        Names of the field map (OURS) whose columns the format has used up already.
    """

    columns: pd.DataFrame
    geometry: NDArray[np.object_]
    crs: CRS | None
    layer: str | None
    found: Findings
    unreadable: frozenset[int] = frozenset()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A layer that was read and checked.

    Parameters
    ----------
    frame
        One row a feature; the columns under our names where a field map was given; index is the row number in the
        file (it has gaps where bad rows were left out); CRS set.
    notes
        What was cleaned or understood and is only told: `Fault` objects with the place.
    skipped
        The faults of the rows left out because the caller asked for it; empty otherwise.
    layer, kind
        Layer name (None for formats of one layer) and format name, such as ``"GeoPackage"``.
    rows_read
        Number of rows in the file, the ones left out included.
    """

    frame: gpd.GeoDataFrame
    notes: tuple[Fault, ...] = ()
    skipped: tuple[Fault, ...] = ()
    layer: str | None = None
    kind: str = ""
    rows_read: int = 0


def whole(code: str, zh: str, en: str, mend_zh: str = "", mend_en: str = "", **place: Any) -> Finding:  # noqa: ANN401
    """Return a finding that concerns the whole file.

    >>> whole("file.empty", "文件为空", "the file is empty").row is None
    True
    """
    return Finding(WHOLE_FILE, Fault(code, zh, en, mend_zh, mend_en, **place))


def hashable(column: pd.Series) -> pd.Series:
    """Return the column with the lists and objects that JSON may hold in a cell as their text.

    >>> import pandas as pd
    >>> hashable(pd.Series([["a"], "b", None])).tolist()
    ["['a']", 'b', None]
    """
    if column.dtype != object:
        return column
    out = column.copy()
    for row in np.flatnonzero([isinstance(value, list | dict) for value in column]).tolist():
        out.iloc[row] = str(column.iloc[row])
    return out
