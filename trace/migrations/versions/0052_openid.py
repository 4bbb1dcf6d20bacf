"""accounts of another service that open accounts here

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Nobody is linked yet."""
    op.create_table(
        "openid_link",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("who_hash", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_openid_link_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openid_link")),
        sa.UniqueConstraint("account_id", name=op.f("uq_openid_link_account_id")),
        sa.UniqueConstraint("who_hash", name=op.f("uq_openid_link_who_hash")),
    )
    op.create_table(
        "openid_attempt",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("further", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_openid_attempt_account_id_account")
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_openid_attempt")),
    )
    for column in ("account_id", "created_at"):
        op.create_index(op.f(f"ix_openid_attempt_{column}"), "openid_attempt", [column])


def downgrade() -> None:
    """Everybody signs in by a password."""
    for column in ("account_id", "created_at"):
        op.drop_index(op.f(f"ix_openid_attempt_{column}"), table_name="openid_attempt")
    op.drop_table("openid_attempt")
    op.drop_table("openid_link")
