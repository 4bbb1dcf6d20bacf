"""servers that order reports are fetched from, and what lies there

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Two new tables; nothing is moved."""
    op.create_table(
        "report_server",
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.Column("fetched_at", Moment(), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("unfit", sa.Integer(), nullable=False),
        sa.Column("too_large", sa.Integer(), nullable=False),
        sa.Column("fault", Text(length=1000), nullable=False),
        sa.Column("fault_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_report_server_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_report_server")),
    )
    op.create_table(
        "remote_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("name", Text(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_remote_file_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_file")),
        sa.UniqueConstraint("shop_id", "name", name=op.f("uq_remote_file_shop_id_name")),
    )


def downgrade() -> None:
    """Forget what was fetched: it is fetched again and known by its content."""
    op.drop_table("remote_file")
    op.drop_table("report_server")
