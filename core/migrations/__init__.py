"""Schema history: one Alembic history and one version table per owner (core and each plugin)."""
