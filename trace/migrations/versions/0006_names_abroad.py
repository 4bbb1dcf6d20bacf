"""a product has a name in Chinese and in Japanese

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None has one yet."""
    with op.batch_alter_table("product") as table:
        for lang in ("zh", "ja"):
            table.add_column(
                sa.Column(f"name_{lang}", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=True)
            )


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("product") as table:
        table.drop_column("name_ja")
        table.drop_column("name_zh")
