"""codes by which a signed-in device lets a telephone in

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """No code is on any screen yet."""
    op.create_table(
        "phone_ticket",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_phone_ticket_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_ticket")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_phone_ticket_secret_hash")),
    )
    op.create_index(op.f("ix_phone_ticket_account_id"), "phone_ticket", ["account_id"])


def downgrade() -> None:
    """A telephone signs in by itself."""
    op.drop_index(op.f("ix_phone_ticket_account_id"), table_name="phone_ticket")
    op.drop_table("phone_ticket")
