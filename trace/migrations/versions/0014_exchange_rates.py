"""orders and prices in other currencies, by dated exchange rates

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ABROAD = sa.text("currency <> 'VND'")
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """All that was sold before was sold in đồng, with its revenue known."""
    op.create_table(
        "exchange_rate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("currency", Text(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("dong_e4", sa.BigInteger(), nullable=False),
        sa.Column("source", Text(length=240), nullable=False),
        sa.Column("entered_by", BigId, nullable=True),
        sa.Column("entered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("dong_e4 > 0", name=op.f("ck_exchange_rate_rate")),
        sa.CheckConstraint("last_day >= day", name=op.f("ck_exchange_rate_span")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_exchange_rate_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    op.create_index(op.f("ix_exchange_rate_currency_day"), "exchange_rate", ["currency", "day"])
    _widen_orders()
    for name in ("sales_day", "shop_day"):
        _add(name, sa.Column("unpriced", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("listing") as table:
        table.add_column(sa.Column("price_minor", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("price_rate_id", BigId, nullable=True))
        table.create_foreign_key(
            op.f("fk_listing_price_rate_id"), "exchange_rate", ["price_rate_id"], ["id"]
        )


def _widen_orders() -> None:
    _add("market_order", sa.Column("is_priced", sa.Boolean(), nullable=False, server_default=sa.true()))
    _add("market_order", sa.Column("caution", Text(length=12), nullable=False, server_default=""))
    with op.batch_alter_table("market_order") as table:
        table.add_column(sa.Column("rate_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_market_order_rate_id"), "exchange_rate", ["rate_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_market_order_caution"), "caution IN ('', 'frozen', 'no_detail')"
        )
    op.create_index(
        "ix_market_order_abroad",
        "market_order",
        ["currency", "day"],
        sqlite_where=ABROAD,
        postgresql_where=ABROAD,
    )
    with op.batch_alter_table("market_order_line") as table:
        table.add_column(sa.Column("unit_price_minor", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("revenue_minor", sa.BigInteger(), nullable=True))


def _add(name: str, column: sa.Column[object]) -> None:
    """A column whose default serves the rows that are there, and no later one."""
    with op.batch_alter_table(name) as table:
        table.add_column(column)
    with op.batch_alter_table(name) as table:
        table.alter_column(column.name, server_default=None)


def downgrade() -> None:
    """Forget other currencies."""
    with op.batch_alter_table("listing") as table:
        table.drop_constraint(op.f("fk_listing_price_rate_id"), type_="foreignkey")
        table.drop_column("price_rate_id")
        table.drop_column("price_minor")
    for name in ("sales_day", "shop_day"):
        with op.batch_alter_table(name) as table:
            table.drop_column("unpriced")
    with op.batch_alter_table("market_order_line") as table:
        table.drop_column("revenue_minor")
        table.drop_column("unit_price_minor")
    op.drop_index("ix_market_order_abroad", table_name="market_order")
    with op.batch_alter_table("market_order") as table:
        table.drop_constraint(op.f("ck_market_order_caution"), type_="check")
        table.drop_constraint(op.f("fk_market_order_rate_id"), type_="foreignkey")
        for name in ("rate_id", "caution", "is_priced"):
            table.drop_column(name)
    op.drop_table("exchange_rate")
