"""Add who may sign in: organisations, accounts, sessions, tokens, and the wrong passwords of late."""

import sqlalchemy as sa
from alembic import op

from api.db.columns import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _key_text() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", _key_text(), nullable=False),
        sa.Column("utility", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("folded", name="uq_organisations_folded"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", _key_text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("organisation", _key_text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("disabled_at", Instant()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("folded", name="uq_accounts_folded"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", _key_text(), nullable=False),
        sa.Column("account", _key_text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_table(
        "tokens",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("hash", _key_text(), nullable=False),
        sa.Column("account", _key_text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.Column("revoked_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
    )
    op.create_index("ix_tokens_account", "tokens", ["account"])
    op.create_table(
        "wrong_tries",
        sa.Column("id", _key_text(), nullable=False),
        sa.Column("name", _key_text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_tries"),
    )
    op.create_index("ix_wrong_tries_name", "wrong_tries", ["name"])


def downgrade() -> None:
    for name in ("wrong_tries", "tokens", "sessions", "accounts", "organisations"):
        op.drop_table(name)
