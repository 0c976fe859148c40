"""Run migrations over the connection that `api.db.migrations` hands in, in its transaction."""

from alembic import context

from api.db.migrations import context_options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **context_options(connection))
with context.begin_transaction():
    context.run_migrations()
