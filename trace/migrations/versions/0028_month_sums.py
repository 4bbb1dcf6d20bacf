"""sums of orders by month beside those by day, with what was called off, priced or stored twice

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_LISTING = ("orders", "transactions", "quantity", "revenue_vnd", "unpriced", "priced_quantity", "priced_vnd")
OF_SHOP = (
    *("orders", "transactions", "quantity", "revenue_vnd", "unpriced"),
    *("cancelled", "returned", "made", "ended", "twice"),
)
BIG = ("quantity", "revenue_vnd", "priced_quantity", "priced_vnd")
KEPT = (("sales", "listing_id", OF_LISTING), ("shop", "shop_id", OF_SHOP))
LINES = "market_order_line l JOIN market_order o ON o.id = l.order_id"
COUNTED = "o.status IN ('placed', 'completed')"


def upgrade() -> None:
    """The new columns and months are summed from the rows that are there."""
    for name, key, columns in KEPT:
        with op.batch_alter_table(f"{name}_day") as table:
            for one in columns[5:]:
                table.add_column(_sum(one, server_default="0"))
        with op.batch_alter_table(f"{name}_day") as table:
            for one in columns[5:]:
                table.alter_column(one, server_default=None)
        owner = "listing" if name == "sales" else "shop"
        op.create_table(
            f"{name}_month",
            *(_sum(one) for one in columns),
            sa.Column(key, BigId, nullable=False),
            sa.Column("month", sa.Date(), nullable=False),
            sa.ForeignKeyConstraint([key], [f"{owner}.id"], name=op.f(f"fk_{name}_month_{key}")),
            sa.PrimaryKeyConstraint(key, "month", name=op.f(f"pk_{name}_month")),
        )
        op.create_index(op.f(f"ix_{name}_month_month"), f"{name}_month", ["month"])
    _fill("sales", "listing_id", OF_LISTING, (_of_lines(), _typed("listing_id", 3)))
    _fill("shop", "shop_id", OF_SHOP, (_of_orders(), _of_shops_lines(), _typed("shop_id", 6)))


def _sum(name: str, **given: object) -> sa.Column[int]:
    kind = sa.BigInteger() if name in BIG else sa.Integer()
    return sa.Column(name, kind, nullable=False, **given)  # type: ignore[arg-type]


def _if(rule: str, value: str = "1") -> str:
    return f"SUM(CASE WHEN {rule} THEN {value} ELSE 0 END)"


def _of_lines() -> str:
    priced = "o.is_priced AND l.net_quantity > 0"
    return (
        "SELECT l.listing_id, o.day, COUNT(DISTINCT o.id),"
        " COUNT(DISTINCT CASE WHEN o.status = 'completed' THEN o.id END),"
        " SUM(l.net_quantity), SUM(l.revenue_vnd), COUNT(DISTINCT CASE WHEN NOT o.is_priced THEN o.id END),"
        f" {_if(priced, 'l.net_quantity')}, {_if(priced, 'l.revenue_vnd')}"
        f" FROM {LINES} WHERE {COUNTED} GROUP BY l.listing_id, o.day"
    )


def _of_orders() -> str:
    return (
        f"SELECT o.shop_id, o.day, {_if(COUNTED)}, {_if(_is('completed'))}, 0, 0,"
        f" {_if(f'{COUNTED} AND NOT o.is_priced')}, {_if(_is('cancelled'))}, {_if(_is('returned'))},"
        f" {_if(_is('placed', 'completed', 'cancelled', 'returned'))}, {_if(_is('completed', 'returned'))},"
        " COUNT(*) - COUNT(DISTINCT lower(trim(o.ext_order_id)))"
        " FROM market_order o GROUP BY o.shop_id, o.day"
    )


def _is(*statuses: str) -> str:
    return f"o.status IN ({', '.join(map(repr, statuses))})"


def _of_shops_lines() -> str:
    return (
        "SELECT o.shop_id, o.day, 0, 0, SUM(l.net_quantity), SUM(l.revenue_vnd), 0, 0, 0, 0, 0, 0"
        f" FROM {LINES} WHERE {COUNTED} GROUP BY o.shop_id, o.day"
    )


def _typed(key: str, blanks: int) -> str:
    return (
        f"SELECT {key}, day, orders, transactions, quantity, revenue_vnd, {', '.join('0' * blanks)}"
        " FROM day_total WHERE ended_at IS NULL"
    )


def _fill(name: str, key: str, columns: tuple[str, ...], parts: tuple[str, ...]) -> None:
    sums = ", ".join(columns)
    added = ", ".join(f"SUM({one})" for one in columns)
    first, *others = parts
    named = f"SELECT 0 AS {key}, CAST(NULL AS date) AS day, {', '.join(f'0 AS {one}' for one in columns)}"
    rows = " UNION ALL ".join((f"SELECT * FROM ({named}) AS n WHERE 1 = 0", first, *others))
    some = " OR ".join(f"SUM({one}) <> 0" for one in columns)
    op.execute(f"DELETE FROM {name}_day")
    op.execute(
        f"INSERT INTO {name}_day ({key}, day, {sums})"
        f" SELECT {key}, day, {added} FROM ({rows}) AS facts GROUP BY {key}, day HAVING {some}"
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    month = "date(day, 'start of month')" if is_sqlite else "date_trunc('month', day)::date"
    op.execute(
        f"INSERT INTO {name}_month ({key}, month, {sums})"
        f" SELECT {key}, {month}, {added} FROM {name}_day GROUP BY {key}, {month}"
    )


def downgrade() -> None:
    """The days keep what they had before."""
    for name, _key, columns in KEPT:
        op.drop_index(op.f(f"ix_{name}_month_month"), table_name=f"{name}_month")
        op.drop_table(f"{name}_month")
        with op.batch_alter_table(f"{name}_day") as table:
            for one in columns[5:]:
                table.drop_column(one)
    op.execute("DELETE FROM shop_day WHERE orders = 0")
