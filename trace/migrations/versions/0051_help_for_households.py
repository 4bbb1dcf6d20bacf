"""households agree to be helped by the digital team, and who of it wrote for them

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

Letters = sqlmodel.sql.sqltypes.AutoString
PURPOSE, HOW = "ck_consent_purpose", "ck_consent_how"
HELPED = ("household", "plot")
BEFORE = "purpose IN ('registry', 'contact', 'public_name', 'public_photo', 'statistics')"
SINCE = "purpose IN ('registry', 'contact', 'public_name', 'public_photo', 'statistics', 'help')"
SAID = "how IN ('', 'spoken', 'paper', 'phone') AND (purpose <> 'help' OR (how <> '' AND said_on IS NOT NULL))"


def upgrade() -> None:
    """Nobody agreed before; the team writes for nobody until somebody does."""
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("how", Letters(length=8), nullable=False, server_default=""))
        table.add_column(sa.Column("said_on", sa.Date(), nullable=True))
    with op.batch_alter_table("consent") as table:
        table.alter_column("how", server_default=None)
        table.drop_constraint(op.f(PURPOSE), type_="check")
        table.create_check_constraint(op.f(PURPOSE), SINCE)
        table.create_check_constraint(op.f(HOW), SAID)
    for name in HELPED:
        op.add_column(name, sa.Column("helped_by", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Forget who agreed to help and who helped."""
    for name in HELPED:
        op.drop_column(name, "helped_by")
    op.execute("DELETE FROM consent WHERE purpose = 'help'")
    with op.batch_alter_table("consent") as table:
        table.drop_constraint(op.f(HOW), type_="check")
        table.drop_constraint(op.f(PURPOSE), type_="check")
        table.create_check_constraint(op.f(PURPOSE), BEFORE)
        table.drop_column("said_on")
        table.drop_column("how")
