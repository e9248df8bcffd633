"""Alembic's door: it runs the steps on the connection it is handed, in the transaction that is already open there."""

from alembic import context

from drivecli.models import metadata

session = context.config.attributes["session"]
context.configure(connection=session.connection(), target_metadata=metadata, render_as_batch=True)
context.run_migrations()
