"""Add the pictures of joint visits: photos and signatures, in the store because several processes share no disk."""

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "visit_pictures",
        sa.Column("visit", _key_text(), nullable=False),
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("visit", "id", name="pk_visit_pictures"),
    )


def downgrade() -> None:
    op.drop_table("visit_pictures")
