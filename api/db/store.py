"""Store a county's layers with every revision of every row: one interface over SQLite and PostGIS."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa

from api.db import answers, checking, counties, history, migrations
from api.db.connections import Connections
from api.db.dialects import Box, dialect_named, read_url
from api.db.errors import NotFoundError, StaleRevisionError
from api.db.reading import chunks, existing, matching, select_frame, select_rows, storable, touching
from api.db.records import Answer, Change, County, Revision, Row
from api.db.tables import GEOMETRY, LAYERS, Layer
from api.db.values import batch_of_frame, batch_of_rows
from api.db.writing import Pen, append, remove, rewrite
from geo.crs import grid
from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import geopandas as gpd

    from geo.crs import Grid

DATABASE_FILE = "cotrench.db"


def open_store(url: str | None, data_folder: Path | str) -> Store:
    """Return the store at ``url``, or the embedded one in ``data_folder`` (made if need be); connects to nothing yet.

    Parameters
    ----------
    url
        ``postgresql://…`` or ``sqlite:///file``; None or empty: ``cotrench.db`` in the data folder.

    Raises
    ------
    BadInputError
        The URL is of neither database; the data folder cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> with tempfile.TemporaryDirectory() as folder, open_store(None, folder) as store:
    ...     store.upgrade()
    ...     store.county = County("neixiang", "内乡县", "Neixiang", "EPSG:4546")
    ...     line = shapely.LineString([(500_000, 3_660_000), (500_200, 3_660_000)])
    ...     rows = [{"id": "W1", "utility": "water", "geometry": line}]
    ...     [row] = store.insert("routes", rows, who="surveyor", now=datetime(2026, 3, 1, tzinfo=UTC))
    ...     store.get("routes", "W1").revision, row.properties["utility"]
    (1, 'water')
    """
    location = read_url(url) if url else _embedded(Path(data_folder))
    dialect = dialect_named(location.get_backend_name())
    return Store(dialect.engine(location), dialect)


def _embedded(folder: Path) -> sa.URL:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fault = Fault(
            "data.unusable",
            f"数据文件夹不能用：{error.strerror}",
            f"the data folder cannot be used: {error.strerror}",
            "检查路径和权限，或用 COTRENCH_DATA 另指一个",
            "check the path and the permissions, or name another with COTRENCH_DATA",
            field="COTRENCH_DATA",
            value=str(folder),
        )
        raise BadInputError([fault]) from error
    return sa.URL.create("sqlite", database=str(folder.resolve() / DATABASE_FILE))


class Store(Connections):
    """The rows of one county, with all they ever were.

    Writers come one at a time, readers are never kept waiting. Every write takes ``who`` and ``now`` (with its zone)
    into the history. A call outside `transaction` is a transaction of its own. Safe for many threads.
    """

    # Schema -----------------------------------------------------------------------------------------------------------

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables to ``revision``, all or nothing; several processes may do so at once.

        Raises
        ------
        SchemaError
            The database was made by a newer program.
        BadInputError
            PostgreSQL without PostGIS.
        """
        with self.transaction() as connection:
            self.dialect.prepare(connection)
            migrations.upgrade(connection, revision)

    def downgrade(self, revision: str = "base") -> None:
        """Take the tables back to ``revision``; ``base`` leaves nothing of ours, rows included."""
        with self.transaction() as connection:
            migrations.downgrade(connection, revision)

    def is_current(self) -> bool:
        """Tell whether the tables are those of this program; where not, `upgrade` makes them so."""
        with self.reading() as connection:
            return migrations.is_current(connection)

    def verify(self) -> list[Fault]:
        """Return what does not fit together: files, spatial indexes, numbers, rows against their history; else nothing.

        Reads everything; for a county, some seconds.
        """
        with self.reading() as connection:
            return checking.faults(connection, self.dialect)

    # The county -------------------------------------------------------------------------------------------------------

    @property
    def county(self) -> County | None:
        """Whose map this is; None as long as nobody has said. May be set; the grid only while no layer has rows."""
        with self.reading() as connection:
            return counties.read(connection)

    @county.setter
    def county(self, county: County) -> None:
        wanted = grid(county.grid)
        with self.transaction() as connection:
            before = counties.read(connection)
            if before is None or grid(before.grid) != wanted:
                counties.refuse_rows([name for name in LAYERS if self.count(name)])
                tables = [layer.table for layer in LAYERS.values()]
                self.dialect.bind_grid(connection, tables, counties.srid_of(wanted))
            counties.write(connection, county)

    @property
    def grid(self) -> Grid:
        """The county's grid; `BadInputError` as long as there is no county."""
        with self.reading() as connection:
            return grid(counties.read_or_refuse(connection).grid)

    # Reading ----------------------------------------------------------------------------------------------------------

    def get(self, layer: str, row_id: str) -> Row:
        """Return one row; `NotFoundError` where there is none (any more)."""
        found = self.rows(layer, [row_id])
        if not found:
            raise NotFoundError(layer, row_id)
        return found[0]

    def rows(self, layer: str, ids: Sequence[str]) -> list[Row]:
        """Return the rows with these ids, ordered by id, each once; ids that are not there are left out."""
        asked = _layer(layer)
        sought = sorted({one for one in ids if storable(one)})
        with self.reading() as connection:
            return [
                row for some in chunks(sought) for row in select_rows(connection, asked, asked.table.c.id.in_(some))
            ]

    def existing(self, layer: str, ids: Sequence[str]) -> list[str]:
        """Return those of ``ids`` that the layer has, in the order given."""
        with self.reading() as connection:
            return existing(connection, _layer(layer), [one for one in ids if storable(one)])

    def items(self, layer: str, bbox: Box | None = None, limit: int = 1000, after: str | None = None) -> list[Row]:
        """Return up to ``limit`` rows, ordered by id (code points), that touch ``bbox``.

        Parameters
        ----------
        bbox
            min x, min y, max x, max y in the grid, edges included; tested exactly. None: everywhere.
        after
            The last id of the page before; None: from the start. A page that is full may have another one after it.
        """
        asked = _layer(layer)
        found: list[Row] = []
        with self.reading() as connection:
            while len(found) < limit:
                conditions = [self._near(asked, bbox)]
                if after is not None:
                    conditions.append(asked.table.c.id > after)
                page = select_rows(connection, asked, *conditions, limit=limit)
                found += page if bbox is None else touching(page, bbox)
                if len(page) < limit:
                    break
                after = page[-1].id
        return found[:limit]

    def search(self, layer: str, text: str, limit: int = 20) -> list[Row]:
        """Return rows whose id or name has ``text`` in it (case apart), the exact id first, then by id."""
        asked = _layer(layer)
        sought = text.strip().lower()
        if not sought or not storable(sought):
            return []
        has, exact_first = matching(asked, sought)
        with self.reading() as connection:
            return select_rows(connection, asked, has, limit=limit, first=exact_first)

    def count(self, layer: str) -> int:
        """Return how many rows a layer has."""
        with self.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(_layer(layer).table)) or 0

    def bounds(self, layer: str) -> Box | None:
        """Return the box of a layer in the grid, at most a few metres too large; None where it has no rows."""
        with self.reading() as connection:
            return self.dialect.bounds(connection, _layer(layer).table)

    def frame(self, layer: str, bbox: Box | None = None) -> gpd.GeoDataFrame:
        """Return a layer, or the part of it that touches ``bbox``, ordered by id, in the county's grid.

        Columns: ``id``, those of the layer (numbers as float64 with NaN; dates and text as objects, None where nothing
        is known), ``revision``, ``geometry``. A layer without rows gives all columns and no row.
        """
        asked = _layer(layer)
        with self.reading() as connection:
            frame = select_frame(connection, asked, self._near(asked, bbox), self.grid.crs)
        if bbox is None:
            return frame
        area = shapely.box(*bbox)
        shapely.prepare(area)
        return frame[shapely.intersects(area, frame.geometry.array)].reset_index(drop=True)

    def _near(self, layer: Layer, bbox: Box | None) -> sa.ColumnElement[bool]:
        return sa.true() if bbox is None else self.dialect.in_box(layer.table, bbox)

    # Writing ----------------------------------------------------------------------------------------------------------

    def insert(self, layer: str, rows: Iterable[Mapping[str, Any]], *, who: str, now: datetime) -> list[Row]:
        """Add rows, all or none; return them as stored, in the order given.

        Parameters
        ----------
        rows
            Mappings with ``geometry`` (shapely, in the grid), ``id`` (else a random one is made) and columns.
        who, now
            Whom and when the history names; ``now`` with its time zone.

        Raises
        ------
        BadInputError
            With every fault of every row; also while the store has no county.
        ExistsError
            With every id that is in the layer already.
        """
        asked = _layer(layer)
        batch = batch_of_rows(asked, rows)
        with self._pen(who, now) as pen:
            revisions = append(pen, asked, batch, _no_progress)
        stored = zip(batch.ids, revisions, batch.geometries, batch.properties(), strict=True)
        return [Row(*state, changed_at=now) for state in stored]

    def import_frame(
        self,
        layer: str,
        frame: gpd.GeoDataFrame,
        progress: Callable[[int, int], None] | None = None,
        *,
        who: str,
        now: datetime,
    ) -> int:
        """Add all rows of a frame or none; return how many. Errors as `insert`.

        A frame in another CRS is brought to the county's grid; one without a CRS is taken to be in it. Ids come from
        the column ``id``, else from the index. ``progress(done, total)`` is called before the first and after every few
        thousand rows; what it raises ends the import, and nothing was written.
        """
        asked = _layer(layer)
        crs = self.grid.crs
        if frame.crs is not None and not frame.crs.equals(crs, ignore_axis_order=True):
            frame = frame.to_crs(crs)
        batch = batch_of_frame(asked, frame)
        with self._pen(who, now) as pen:
            append(pen, asked, batch, progress or _no_progress)
        return len(batch.ids)

    def replace(
        self, layer: str, row_id: str, row: Mapping[str, Any], revision: int | None, *, who: str, now: datetime
    ) -> Row:
        """Put ``row`` in the place of the one with this id; columns that it does not name are emptied.

        Parameters
        ----------
        revision
            The one that the caller has seen; None: whichever there is.

        Raises
        ------
        NotFoundError, StaleRevisionError, BadInputError
        """
        with self._pen(who, now) as pen:
            return rewrite(pen, _layer(layer), self._seen(layer, row_id, revision), row, "replace")

    def update(
        self, layer: str, row_id: str, changes: Mapping[str, Any], revision: int | None, *, who: str, now: datetime
    ) -> Row:
        """Change only the columns (and ``geometry``) that are named; None empties a column. Errors as `replace`."""
        with self._pen(who, now) as pen:
            current = self._seen(layer, row_id, revision)
            whole = {GEOMETRY: current.geometry, **current.properties, **changes}
            return rewrite(pen, _layer(layer), current, whole, "update")

    def delete(self, layer: str, row_id: str, revision: int | None, *, who: str, now: datetime) -> None:
        """Take a row out of the layer; its history stays. Errors as `replace`."""
        with self._pen(who, now) as pen:
            remove(pen, _layer(layer), self._seen(layer, row_id, revision))

    @contextmanager
    def _pen(self, who: str, now: datetime) -> Iterator[Pen]:
        if now.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {now}")
        with self.transaction() as connection:
            yield Pen(connection, self.dialect, counties.srid_of(self.grid), who, now)

    def _seen(self, layer: str, row_id: str, revision: int | None) -> Row:
        """Return the row, if it is still at the revision that the caller has seen."""
        current = self.get(layer, row_id)
        if revision is not None and current.revision != revision:
            raise StaleRevisionError(layer, current, revision)
        return current

    # History ----------------------------------------------------------------------------------------------------------

    def history(self, layer: str, row_id: str) -> list[Revision]:
        """Return every revision of a row, first to last, also of a deleted one; `NotFoundError` if it never was."""
        with self.reading() as connection:
            found = history.revisions(connection, _layer(layer), row_id) if storable(row_id) else []
        if not found:
            raise NotFoundError(layer, row_id)
        return found

    def changes_since(self, number: int, limit: int = 10_000) -> list[Change]:
        """Return the changes after ``number`` (0: from the beginning) in their order, ``limit`` at most."""
        with self.reading() as connection:
            return history.changes_since(connection, number, limit)

    def last_change(self) -> int:
        """Return the number of the last change; 0 where nothing was ever written."""
        with self.reading() as connection:
            return history.last_change(connection)

    # Answers already given --------------------------------------------------------------------------------------------

    def answer_to(self, key: str, request: str) -> Answer | None:
        """Return what the request with this idempotency key was answered with; None where it is new.

        Ask and `remember` inside one `transaction`, together with the write: then two requests with one key write once.

        Parameters
        ----------
        request
            A digest of method, address and body; `KeyReusedError` if the key came with another one before.
        """
        with self.reading() as connection:
            return answers.find(connection, key, request)

    def remember(self, key: str, request: str, answer: Answer, *, now: datetime) -> None:
        """Keep an answer under its idempotency key; see `answer_to`."""
        with self.transaction() as connection:
            answers.keep(connection, key, request, answer, now)

    def forget_answers(self, before: datetime) -> int:
        """Drop the answers given before a moment; return how many."""
        with self.transaction() as connection:
            return answers.forget(connection, before)


def _layer(name: str) -> Layer:
    try:
        return LAYERS[name]
    except KeyError:
        raise NotFoundError(name) from None


def _no_progress(done: int, total: int) -> None:
    """Show nothing."""
