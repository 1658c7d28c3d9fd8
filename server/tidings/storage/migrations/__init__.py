"""How the database became what it is: Alembic revisions, forward only."""
