"""Add where routes were planned, surveyed and laid, and the minutes of joint visits as they were issued."""

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "geometries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("route", _key_text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("of_line", _key_text(), nullable=False),
        sa.Column("visit", _key_text(), nullable=False),
        sa.Column("case", _key_text(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_geometries"),
        sa.UniqueConstraint("id", name="uq_geometries_id"),
    )
    op.create_index("ix_geometries_route", "geometries", ["route"])
    op.create_index("ix_geometries_visit", "geometries", ["visit"])
    op.create_table(
        "visit_minutes",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("language", _key_text(), nullable=False),
        sa.Column("visit", _key_text(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.Column("docx_sha256", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", "language", name="pk_visit_minutes"),
    )
    op.create_index("ix_visit_minutes_visit", "visit_minutes", ["visit"])


def downgrade() -> None:
    op.drop_table("visit_minutes")
    op.drop_table("geometries")
