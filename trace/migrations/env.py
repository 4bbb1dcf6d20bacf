"""Runs migrations on the connection handed over by ``trace.db_upgrade``; batch mode for SQLite."""

from alembic import context

from trace.records.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
