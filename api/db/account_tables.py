"""Name the tables of who may sign in, and for whom they act; the same on both databases.

Passwords are argon2id; of sessions and tokens only SHA-256 is kept.
"""

from __future__ import annotations

import sqlalchemy as sa

from api.db.columns import Instant, key_text
from api.db.tables import IDENTITY, METADATA

ORGANISATIONS = sa.Table(
    "organisations",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("folded", key_text(), nullable=False, unique=True),  # the name without case and width
    sa.Column("utility", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("folded", key_text(), nullable=False, unique=True),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("organisation", key_text(), nullable=False),
    sa.Column("roles", sa.Text, nullable=False),  # separated by blanks
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("hash", key_text(), primary_key=True),
    sa.Column("account", key_text(), nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("hash", key_text(), nullable=False, unique=True),
    sa.Column("account", key_text(), nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
)

# Wrong passwords of late. The name is hashed: people type a password into the wrong field.
WRONG_TRIES = sa.Table(
    "wrong_tries",
    METADATA,
    sa.Column(IDENTITY, key_text(), primary_key=True),
    sa.Column("name", key_text(), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
)
