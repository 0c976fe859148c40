"""Make the layers with their spatial indexes, the history, the remembered answers and the county."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant
from api.db.dialects import dialect_named
from api.db.geometry import GridGeometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LAYERS = ("buildings", "greens", "pipes", "roads", "routes", "sites", "trees", "parcels", "waters")


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _number() -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, autoincrement=False, nullable=False)


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double()) for name in names]


def _dates(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Date()) for name in names]


def _create_layer(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        _number(),
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        *columns,
        sa.Column("geometry", GridGeometry(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=f"pk_{name}"),
        sa.UniqueConstraint("id", name=f"uq_{name}_id"),
    )
    op.execute(dialect_named(op.get_bind().dialect.name).spatial_index(name))


def upgrade() -> None:
    _create_layer("sites", *_text("name", "kind", "applicant", "status"))
    _create_layer(
        "routes",
        *_text("utility", "name", "operator"),
        *_dates("start", "end"),
        *_numbers("diameter_mm", "cover_m", "pressure_mpa", "voltage_kv"),
        *_text("method"),
        *_numbers("accuracy_m"),
        *_text("drawn_by", "remark"),
    )
    _create_layer(
        "roads",
        *_text("name", "class"),
        *_numbers("width_m"),
        *_dates("delivered", "overhauled"),
        *_text("surface", "highway"),
    )
    _create_layer("greens", *_text("name", "kind"))
    _create_layer("buildings", *_text("name"), sa.Column("floors", sa.Integer()), *_text("kind"))
    _create_layer(
        "pipes",
        *_text("utility", "name"),
        *_numbers("diameter_mm", "cover_m"),
        *_text("material", "quality"),
        *_dates("built"),
    )
    _create_layer("trees", *_text("species"), *_numbers("crown_m"))
    _create_layer("parcels", *_text("name", "kind"))
    _create_layer("waters", *_text("name", "kind"))
    _create_kept()


def _create_kept() -> None:
    """Make what is no layer: history, answers, county."""
    op.create_table(
        "changes",
        _number(),
        sa.Column("layer", _key_text(), nullable=False),
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_changes"),
        sa.UniqueConstraint("layer", "id", "revision", name="uq_changes_layer_id_revision"),
    )
    op.create_table(
        "answers",
        sa.Column("key", _key_text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_answers"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])
    op.create_table(
        "county",
        sa.Column("sole", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "name_zh", "name_en", "grid")),
        sa.Column("policy", sa.Text()),
        sa.PrimaryKeyConstraint("sole", name="pk_county"),
        sa.CheckConstraint("sole = 1", name=op.f("ck_county_one")),
    )


def downgrade() -> None:
    dialect = dialect_named(op.get_bind().dialect.name)
    for table in ("county", "answers", "changes"):
        op.drop_table(table)
    for layer in LAYERS:
        op.execute(dialect.without_spatial_index(layer))
        op.drop_table(layer)
