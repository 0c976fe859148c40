"""Add overviews of tiles, so that a start need not make them all."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "overviews",
        sa.Column("basis", _key_text(), nullable=False),
        sa.Column("layer", _key_text(), nullable=False),
        sa.Column("place", _key_text(), nullable=False),
        sa.Column("change", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("drawn", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("basis", "layer", "place", name="pk_overviews"),
    )


def downgrade() -> None:
    op.drop_table("overviews")
