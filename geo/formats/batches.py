"""Read a GeoParquet file some rows at a time, with every check that `geo.formats.reading.read` makes.

What one row can be told to be wrong is told of each batch; what only all rows together show (an id that two of them
have) once the last one is read. The note of features far from the middle of the layer is left out: it is of a county's
layer, and all of a province lies far from its middle.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.faults import BadInputError, Fault
from geo.formats.fields import repeated_id
from geo.formats.geoparquet import read_batches
from geo.formats.reading import checked, once, placing
from geo.formats.recognise import Format, recognise
from geo.formats.systems import asked_for, settled
from geo.formats.table import ANY_KIND, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from geo.formats.table import Findings, Raw

ROWS = 50_000
"""Rows of a batch."""


class Batches:
    """The rows of a file, batch by batch; afterwards, what is wrong with them.

    Iterate once. A batch is a frame of the rows without a fault, in the file's own CRS; its index are the row numbers
    of the file.

    Parameters
    ----------
    path
        A GeoParquet file.
    crs, crs_is_default, field_map, value_map, kinds, check
        As `geo.formats.reading.read`.
    rows
        Of a batch.

    Attributes
    ----------
    crs
        Of the file, once the first batch is there.
    rows_read
        So far.
    repeated
        After the iteration: the row numbers, ascending, that are to be left out since an earlier row has their id.

    Raises
    ------
    BadInputError
        While iterating: another format, a damaged file.

    Examples
    --------
    >>> import tempfile, geopandas as gpd, shapely
    >>> path = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> lines = [shapely.LineString([(500000, 3500000), (500003, 3500004)])] * 3
    >>> gpd.GeoDataFrame({"id": ["R1", "R2", "R1"]}, geometry=lines, crs="EPSG:4546").to_parquet(path)
    >>> batches = Batches(path, rows=2)
    >>> [batch["id"].tolist() for batch in batches]
    [['R1', 'R2'], ['R1']]
    >>> batches.repeated.tolist(), [fault.code for fault in batches.faults]
    ([2], ['id.duplicate'])
    """

    def __init__(
        self,
        path: str | Path,
        *,
        crs: str | CRS | None = None,
        crs_is_default: bool = False,
        field_map: Mapping[str, str] | None = None,
        value_map: Mapping[str, Mapping[str, str]] | None = None,
        kinds: frozenset[str] = ANY_KIND,
        check: Callable[[pd.DataFrame, Findings], None] | None = None,
        rows: int = ROWS,
    ) -> None:
        self._request = Request(Path(path), crs=asked_for(crs), field_map=dict(field_map or {}), kinds=kinds)
        self._value_map, self._check, self._rows = value_map or {}, check, rows
        self._crs_is_default = crs_is_default
        self._placed: list[tuple[int, Fault]] = []
        self._notes: dict[tuple[str, str | None], Fault] = {}
        self._noted: dict[tuple[str, str | None], int] = {}
        self._ids: list[pa.Array] = []
        self.crs: CRS | None = None
        self.rows_read = 0
        self.repeated: NDArray[np.int64] = np.empty(0, np.int64)

    def __iter__(self) -> Iterator[gpd.GeoDataFrame]:
        refuse_other_formats(self._request.path)
        for raw in read_batches(self._request, self._rows):
            yield self._judged(raw)
        self._find_repeated()

    @property
    def is_whole_file(self) -> bool:
        """Whether a fault concerns the whole file: known for certain after the iteration."""
        return any(row < 0 for row, _ in self._placed)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault so far, with its place."""
        return once(fault for _, fault in sorted(self._placed, key=lambda placed: placed[0]))

    @property
    def notes(self) -> list[Fault]:
        """What was cleaned or understood so far: of each kind the first, as often as it was met."""
        return [note for kind, note in self._notes.items() for _ in range(self._noted[kind])]

    def _judged(self, raw: Raw) -> gpd.GeoDataFrame:
        """Return the rows of a batch that have no fault; remember what there is to say of it."""
        found, first = raw.found, self.rows_read
        asked = None if self._crs_is_default and raw.crs else self._request.crs
        raw = replace(raw, crs=settled(raw.crs, asked, Format.GEOPARQUET, found))
        self.crs = raw.crs
        frame = checked(raw, self._request, self._value_map, self._check)
        if not len(frame):
            found.note(None, Fault("layer.no_rows", "图层没有要素", "the layer has no features"))
        faults = [finding for finding in found.faults if finding.fault.code != "id.duplicate"]
        placed = placing(frame, self._request.path.name, None, first)
        self._placed += [(-1 if finding.row is None else first + finding.row, placed(finding)) for finding in faults]
        for finding in found.notes:
            if finding.fault.code != "place.far_away":
                kind = (finding.fault.code, finding.fault.field)
                self._notes.setdefault(kind, placed(finding))
                self._noted[kind] = self._noted.get(kind, 0) + 1
        if "id" in frame.columns:
            self._ids.append(
                pa.array(frame["id"].astype(str).str.strip().where(frame["id"].notna(), None), pa.string())
            )
        frame.index = pd.RangeIndex(first, first + len(frame))
        self.rows_read += len(frame)
        kept = np.ones(len(frame), dtype=bool)
        kept[[finding.row for finding in faults if finding.row is not None]] = False
        return frame[kept]

    def _find_repeated(self) -> None:
        """Find the rows whose id an earlier row has, by the text of the ids; blank ones have a fault of their own."""
        if not self._ids:
            return
        ids = pa.chunked_array(self._ids).cast(pa.large_string()).combine_chunks()
        order = pc.array_sort_indices(ids).to_numpy().astype(np.int64)  # equal ones stay in the order of rows
        ordered = ids.take(pa.array(order))
        same = pc.equal(ordered.slice(1), ordered.slice(0, max(len(ordered) - 1, 0))).fill_null(fill_value=False)
        places = np.flatnonzero(np.asarray(same)) + 1
        if not len(places):
            return
        places = places[np.asarray(pc.not_equal(ordered.take(pa.array(places)), ""))]
        is_first = np.ones(len(order), dtype=bool)
        is_first[places] = False
        firsts = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))[places]]
        self._placed += [
            (int(row), repeated_id(text, int(first)).at(file=self._request.path.name, feature=text))
            for row, first, text in zip(order[places], firsts, ordered.take(pa.array(places)).to_pylist(), strict=True)
        ]
        self.repeated = np.sort(order[places])


def refuse_other_formats(path: Path) -> None:
    """Refuse a file that cannot be read some rows at a time, before anything is done with it."""
    kind = recognise(path)
    if kind is not Format.GEOPARQUET:
        raise BadInputError([
            Fault(
                "format.not_streamed", f"{kind} 不能分批读取", f"{kind} cannot be read some rows at a time",
                "先转换为 GeoParquet", "convert it to GeoParquet first", file=path.name,
            )
        ])  # fmt: skip
