"""Keep a county in PostgreSQL: PostGIS geometry, GiST indexes, COPY."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import func

from api.db.columns import as_json
from api.db.geometry import GridGeometry
from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

# Any fixed number does; advisory locks are counted apart in each database.
WRITER_LOCK = 7_043_651_129
LOCK_SECONDS = 30


class Postgis:
    """The store of a service with several processes."""

    def engine(self, url: sa.URL) -> sa.Engine:
        """Return an engine that notices a restarted server, and fails rather than wait for ever for a lock."""
        return sa.create_engine(
            url,
            connect_args={"options": f"-c lock_timeout={LOCK_SECONDS}s -c timezone=UTC"},
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=True,
            json_serializer=as_json,
        )

    def reading(self) -> dict[str, Any]:
        """See one moment through a whole transaction, and write nothing."""
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def writing(self) -> dict[str, Any]:
        """See what was committed before each statement; the lock keeps other writers out."""
        return {"isolation_level": "READ COMMITTED"}

    def lock(self, connection: sa.Connection) -> None:
        """Take the one writer's lock; statements after it see all that earlier writers have committed."""
        connection.execute(sa.select(func.pg_advisory_xact_lock(WRITER_LOCK)))

    def in_box(
        self, table: sa.Table, box: tuple[float, float, float, float], least: float = 0.0
    ) -> sa.ColumnElement[bool]:
        """Ask the GiST index; its 32-bit boxes are rounded outwards, up to some metres."""
        # "&&" compares boxes and does not look at the SRID.
        shape = table.c.geometry
        near: sa.ColumnElement[bool] = shape.bool_op("&&")(func.st_makeenvelope(*box))
        if least > 0:
            wide = func.st_xmax(shape) - func.st_xmin(shape) >= least
            near = sa.and_(near, sa.or_(wide, func.st_ymax(shape) - func.st_ymin(shape) >= least))
        return near

    def append(
        self, connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Write by COPY."""
        quoted = ", ".join(f'"{column}"' for column in columns)
        kinds = [table.c[column].type for column in columns]
        shapes = [at for at, kind in enumerate(kinds) if isinstance(kind, GridGeometry)]
        texts = [at for at, kind in enumerate(kinds) if isinstance(kind, sa.JSON)]
        cursor = connection.connection.cursor()
        with cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            for row in rows:
                values = list(row)
                for at in shapes:
                    values[at] = values[at].hex()  # the text form of a geometry
                for at in texts:
                    values[at] = as_json(values[at])
                copy.write_row(values)

    def index(
        self, connection: sa.Connection, table: sa.Table, numbers: Sequence[int], boxes: NDArray[np.float64]
    ) -> None:
        """Do nothing: GiST keeps itself."""

    def unindex(self, connection: sa.Connection, table: sa.Table, number: int) -> None:
        """Do nothing: GiST keeps itself."""

    def bounds(self, connection: sa.Connection, table: sa.Table) -> tuple[float, float, float, float] | None:
        """Return the box of all geometries."""
        box = sa.select(func.st_extent(table.c.geometry).label("box")).subquery().c.box
        found = connection.execute(
            sa.select(func.st_xmin(box), func.st_ymin(box), func.st_xmax(box), func.st_ymax(box))
        ).one()
        return None if found[0] is None else (found[0], found[1], found[2], found[3])

    def misindexed(self, connection: sa.Connection, table: sa.Table) -> int:
        """Return 0 where the index is there and valid, else the number of rows."""
        valid = connection.scalar(
            sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"),
            {"name": _index_name(table.name)},
        )
        return 0 if valid else connection.scalar(sa.select(func.count()).select_from(table)) or 0

    def bind_grid(self, connection: sa.Connection, tables: Iterable[sa.Table], srid: int) -> None:
        """Put a check on each geometry column; ``geometry_columns`` reads the SRID from it, and so does QGIS."""
        for table in tables:
            name = f'"ck_{table.name}_grid"'
            connection.exec_driver_sql(
                f'ALTER TABLE "{table.name}" DROP CONSTRAINT IF EXISTS {name}, '
                f"ADD CONSTRAINT {name} CHECK (st_srid(geometry) = {int(srid)})"
            )

    def prepare(self, connection: sa.Connection) -> None:
        """Make sure of PostGIS; whoever may, creates the extension."""
        installed = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
        if connection.scalar(installed):
            return
        try:
            with connection.begin_nested():
                connection.exec_driver_sql("CREATE EXTENSION postgis")
        except sa.exc.DBAPIError as error:
            refuse(
                [
                    Fault(
                        "database.no_postgis",
                        "数据库没有 PostGIS 扩展，也无法创建",
                        f"the database has no PostGIS extension and it could not be created ({error.orig})",
                        "请管理员在此库执行 CREATE EXTENSION postgis",
                        "have an administrator run CREATE EXTENSION postgis in it",
                    )
                ]
            )

    def spatial_index(self, table: str) -> str:
        """Return the GiST index's statement."""
        return f'CREATE INDEX {_index_name(table)} ON "{table}" USING gist (geometry)'

    def without_spatial_index(self, table: str) -> str:
        """Return the statement that drops the GiST index."""
        return f"DROP INDEX {_index_name(table)}"

    def damage(self, connection: sa.Connection) -> list[str]:  # noqa: ARG002 - the interface
        """Return nothing: the server looks after its files (data checksums, pg_amcheck)."""
        return []

    def is_own(self, name: str) -> bool:
        """Tell the tables and views of PostGIS and our spatial indexes."""
        return name in {"spatial_ref_sys", "geometry_columns", "geography_columns"} or name.endswith("_tree")


def _index_name(table: str) -> str:
    return f"{table}_tree"
