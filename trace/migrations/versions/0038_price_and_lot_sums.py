"""sums of what pieces earned and of what lots gave, by day and month; waiting orders found by an index

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = (
    ("price", (("listing_id", "listing"),), ("earned_vnd", "pieces"), ("quantity",)),
    ("lot_sale", (("shop_id", "shop"), ("product_id", "product"), ("lot_id", "lot")), (), ("grams", "sold_g")),
)
COUNTED = "o.status IN ('placed', 'completed')"
WHOLE = "l.revenue_vnd % l.net_quantity = 0"
FACTS = {
    "price": "SELECT l.listing_id,"
    f" CASE WHEN {WHOLE} THEN l.revenue_vnd / l.net_quantity ELSE l.revenue_vnd END,"
    f" CASE WHEN {WHOLE} THEN 1 ELSE l.net_quantity END, o.day, SUM(l.net_quantity)"
    " FROM market_order_line l JOIN market_order o ON o.id = l.order_id"
    f" WHERE {COUNTED} AND o.is_priced AND l.net_quantity > 0 GROUP BY 1, 2, 3, 4",
    "lot_sale": "SELECT o.shop_id, a.product_id, a.lot_id, o.day, SUM(a.pieces * a.unit_g),"
    " SUM(CASE WHEN o.status = 'completed' THEN a.pieces * a.unit_g ELSE 0 END)"
    " FROM allocation a JOIN market_order o ON o.id = a.order_id"
    f" WHERE {COUNTED} AND a.lot_id IS NOT NULL GROUP BY 1, 2, 3, 4",
}


def upgrade() -> None:
    """Summed from the rows that are there."""
    for kind, refs, more, sums in KEPT:
        names = (*(name for name, _ in refs), *more)
        for when in ("day", "month"):
            _create(f"{kind}_{when}", when, refs, more, sums)
        columns, added = ", ".join((*names, "day", *sums)), ", ".join(f"SUM({one})" for one in sums)
        op.execute(f"INSERT INTO {kind}_day ({columns}) {FACTS[kind]}")
        is_sqlite = op.get_bind().dialect.name == "sqlite"
        month = "date(day, 'start of month')" if is_sqlite else "date_trunc('month', day)::date"
        own = ", ".join(names)
        op.execute(
            f"INSERT INTO {kind}_month ({own}, month, {', '.join(sums)})"
            f" SELECT {own}, {month}, {added} FROM {kind}_day GROUP BY {own}, {month}"
        )


def _create(
    name: str, when: str, refs: tuple[tuple[str, str], ...], more: tuple[str, ...], sums: tuple[str, ...]
) -> None:
    first, *others = (one for one, _ in refs)
    op.create_table(
        name,
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in sums),
        sa.Column(first, BigId, nullable=False),
        sa.Column(when, sa.Date(), nullable=False),
        *(sa.Column(one, BigId, nullable=False) for one in others),
        *(sa.Column(one, BigId, autoincrement=False, nullable=False) for one in more),
        *(sa.ForeignKeyConstraint([one], [f"{of}.id"], name=op.f(f"fk_{name}_{one}")) for one, of in refs),
        sa.PrimaryKeyConstraint(first, when, *others, *more, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{when}"), name, [when])


def downgrade() -> None:
    """Orders and shares stay."""
    for kind, *_ in KEPT:
        for when in ("month", "day"):
            op.drop_index(op.f(f"ix_{kind}_{when}_{when}"), table_name=f"{kind}_{when}")
            op.drop_table(f"{kind}_{when}")
