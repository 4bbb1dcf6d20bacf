"""notices of organisations, how far accounts have read, and whose mail addresses get them

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Letters = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime
KINDS = "'recall', 'hold', 'alarm', 'login', 'agreement', 'paper', 'ocop', 'problem'"


def upgrade() -> None:
    """Nobody is told of what happened before; addresses get notices once that is ticked."""
    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("household_id", BigId, nullable=True),
        sa.Column("commune_code", Letters(length=8), nullable=False),
        sa.Column("kind", Letters(length=12), nullable=False),
        sa.Column("about", Letters(length=48), nullable=False),
        sa.Column("subject", Letters(length=40), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_notice_kind")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_notice_org_id_organisation")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_notice_household_id_household")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("org_id", "about", name=op.f("uq_notice_org_id_about")),
    )
    for name in ("household_id", "commune_code", "noted_at"):
        op.create_index(op.f(f"ix_notice_{name}"), "notice", [name])
    op.create_table(
        "notice_reader",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_reader_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_reader")),
    )
    with op.batch_alter_table("mail_address") as table:
        table.add_column(sa.Column("gets_notices", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("mail_address") as table:
        table.alter_column("gets_notices", server_default=None)


def downgrade() -> None:
    """What was told is told no more."""
    with op.batch_alter_table("mail_address") as table:
        table.drop_column("gets_notices")
    op.drop_table("notice_reader")
    op.drop_table("notice")
