"""Bring a database's tables from one version of the program to another, on both databases alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from api.db import account_tables  # noqa: F401 - its tables are in `METADATA` once it has been imported
from api.db.dialects import dialect_named
from api.db.errors import SchemaError
from api.db.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to ``revision`` in the transaction that is open; `SchemaError` for an unknown database."""
    _run(command.upgrade, connection, revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Run the migrations back to ``revision``; ``base`` leaves no table."""
    _run(command.downgrade, connection, revision)


def is_current(connection: Connection) -> bool:
    """Tell whether the database is at the newest revision."""
    script = ScriptDirectory.from_config(_config())
    return set(MigrationContext.configure(connection).get_current_heads()) == set(script.get_heads())


def differences(connection: Connection) -> list[Any]:
    """Return what autogenerate would change to bring the database to `METADATA`; empty where nothing differs."""
    context = MigrationContext.configure(connection, opts=context_options(connection))
    found: list[Any] = compare_metadata(context, METADATA)
    return found


def context_options(connection: Connection) -> dict[str, Any]:
    """Return how Alembic looks at a database: everything but what the dialect keeps for itself."""
    dialect = dialect_named(connection.dialect.name)

    def is_ours(item: object, name: str | None, kind: str, *rest: object) -> bool:  # noqa: ARG001 - Alembic's signature
        return not (kind in {"table", "index"} and name is not None and dialect.is_own(name))

    return {
        "target_metadata": METADATA,
        "include_object": is_ours,
        "compare_type": True,
        "transactional_ddl": True,
        "render_as_batch": True,
    }


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run(step: Any, connection: Connection, revision: str) -> None:  # noqa: ANN401 - one of Alembic's commands
    try:
        step(_config(connection), revision)
    except CommandError as error:
        raise SchemaError(f"the database's tables are not known to this program ({error})") from error
