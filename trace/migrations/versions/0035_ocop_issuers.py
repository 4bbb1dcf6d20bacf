"""who gave an OCOP rating, and at which level

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
LEVELS = "'', 'commune', 'district', 'province', 'national'"
TABLES = ("ocop_rating", "ocop_proposal")


def upgrade() -> None:
    """Of decisions of before neither is known."""
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("level", Text(length=12), nullable=False, server_default=""))
            table.add_column(sa.Column("issuer", Text(length=160), nullable=False, server_default=""))
        with op.batch_alter_table(name) as table:
            for column, most in (("level", 12), ("issuer", 160)):
                table.alter_column(
                    column, existing_type=Text(length=most), existing_nullable=False, server_default=None
                )
            table.create_check_constraint(op.f(f"ck_{name}_level"), f"level IN ({LEVELS})")
    op.create_index(op.f("ix_ocop_rating_valid_to"), "ocop_rating", ["valid_to"])


def downgrade() -> None:
    """Forget both."""
    op.drop_index(op.f("ix_ocop_rating_valid_to"), "ocop_rating")
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"ck_{name}_level"), type_="check")
            table.drop_column("issuer")
            table.drop_column("level")
