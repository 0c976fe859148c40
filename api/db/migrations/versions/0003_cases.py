"""Add cases: their events, each chained to the one before, and where each case stands."""

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.Column("utilities", sa.Text(), nullable=False),
        sa.Column("next_at", Instant()),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_phase", "cases", ["phase"])
    op.create_index("ix_cases_next_at", "cases", ["next_at"])
    op.create_table(
        "case_events",
        sa.Column("stream", _key_text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name="pk_case_events"),
    )


def downgrade() -> None:
    op.drop_table("case_events")
    op.drop_table("cases")
