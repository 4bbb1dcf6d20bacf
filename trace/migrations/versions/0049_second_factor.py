"""a second factor beside the password

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
Letters = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Sessions of before were opened by a password alone."""
    op.create_table(
        "second_factor",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    with op.batch_alter_table("login_session") as table:
        table.add_column(
            sa.Column("has_shown_factor", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("way", Letters(length=12), nullable=False, server_default="password"))
    with op.batch_alter_table("login_session") as table:
        table.alter_column("has_shown_factor", server_default=None)
        table.alter_column("way", server_default=None)


def downgrade() -> None:
    """Who had a second factor signs in by the password alone."""
    with op.batch_alter_table("login_session") as table:
        table.drop_column("way")
        table.drop_column("has_shown_factor")
    op.drop_index(op.f("ix_recovery_code_account_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
