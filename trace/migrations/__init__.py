"""Alembic's folder: how a database gets from any released version to this one."""
