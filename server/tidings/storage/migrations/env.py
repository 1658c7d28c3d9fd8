"""What Alembic runs to bring a database up to date; the connection comes from `storage/migrate.py`."""

from alembic import context

from tidings.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
