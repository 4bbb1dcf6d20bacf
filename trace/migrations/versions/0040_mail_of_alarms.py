"""who gets mail when a stamp may be copied or a key may have leaked

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE, COLUMN = "mail_address", "gets_alarms"


def upgrade() -> None:
    """Nobody yet."""
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column(COLUMN, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table(TABLE) as table:
        table.alter_column(COLUMN, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table(TABLE) as table:
        table.drop_column(COLUMN)
