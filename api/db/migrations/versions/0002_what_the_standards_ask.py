"""Add what the clearance standards ask of routes, pipes and roads, and the acceptances of findings."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT, NUMBER = sa.Text, sa.Double
COLUMNS: Mapping[str, Mapping[str, type[sa.types.TypeEngine[Any]]]] = {
    "routes": {
        "laying": TEXT,
        "material": TEXT,
        "subtype": TEXT,
        "covers_m": TEXT,
        "depth_accuracy_m": NUMBER,
        "replaces": TEXT,
    },
    "pipes": {
        "subtype": TEXT,
        "covers_m": TEXT,
        "laying": TEXT,
        "pressure_mpa": NUMBER,
        "voltage_kv": NUMBER,
        "operator": TEXT,
        "accuracy_m": NUMBER,
        "depth_accuracy_m": NUMBER,
    },
    "roads": {"bridge": TEXT, "kind": TEXT},
}


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind()))
    op.create_table(
        "acceptances",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("finding", _key_text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_acceptances"),
    )
    op.create_index("ix_acceptances_finding", "acceptances", ["finding"])


def downgrade() -> None:
    op.drop_table("acceptances")
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
