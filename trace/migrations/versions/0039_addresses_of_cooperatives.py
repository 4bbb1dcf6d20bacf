"""whose cooperative's a mail address is

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "mail_address"
REFERENCE = "fk_mail_address_org_id"


def upgrade() -> None:
    """Of addresses of before nobody said so."""
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column("org_id", BigId, nullable=True))
    with op.batch_alter_table(TABLE) as table:
        table.create_foreign_key(op.f(REFERENCE), "organisation", ["org_id"], ["id"])
        table.create_index(op.f("ix_mail_address_org_id"), ["org_id"])


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table(TABLE) as table:
        table.drop_index(op.f("ix_mail_address_org_id"))
        table.drop_constraint(op.f(REFERENCE), type_="foreignkey")
        table.drop_column("org_id")
