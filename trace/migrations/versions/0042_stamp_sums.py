"""sums of stamps scanned, each once, by day and month and the day before it; orders that wait by an index

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

CLEARED = sa.text("cleared_at IS NOT NULL")
WAITING = {"unmapped": sa.text("status = 'unmapped'"), "cautious": sa.text("caution <> ''")}


def upgrade() -> None:
    """Summed from the scans that are there."""
    where = {"sqlite_where": CLEARED, "postgresql_where": CLEARED}
    op.create_index("ix_stamp_seen_cleared", "stamp_seen", ["kid", "serial"], **where)
    for name, rule in WAITING.items():
        where = {"sqlite_where": rule, "postgresql_where": rule}
        op.create_index(f"ix_market_order_{name}", "market_order", ["shop_id"], **where)
    for when in ("day", "month"):
        op.create_table(
            f"stamp_{when}",
            sa.Column("stamps", sa.BigInteger(), nullable=False),
            sa.Column(when, sa.Date(), nullable=False),
            sa.Column("before", sa.Date(), nullable=False),
            sa.Column("is_suspect", sa.Boolean(), nullable=False),
            sa.PrimaryKeyConstraint(when, "before", "is_suspect", name=op.f(f"pk_stamp_{when}")),
        )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = (
        "date(scanned_at, '+7 hours')"
        if is_sqlite
        else "(scanned_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    never = "'0001-01-01'" if is_sqlite else "DATE '0001-01-01'"
    month = "date(day, 'start of month')" if is_sqlite else "date_trunc('month', day)::date"
    for is_suspect, rule in (("FALSE", ""), ("TRUE", " AND state = 'CLONE_SUSPECT'")):
        days = f"SELECT DISTINCT kid, serial, {day} AS day FROM scan WHERE org_id IS NOT NULL{rule}"
        before = "lag(day) OVER (PARTITION BY kid, serial ORDER BY day)"
        op.execute(
            "INSERT INTO stamp_day (day, before, is_suspect, stamps)"
            f" SELECT day, before, {is_suspect}, COUNT(*) FROM"
            f" (SELECT day, COALESCE({before}, {never}) AS before FROM ({days}) AS days) AS pairs"
            " GROUP BY day, before"
        )
    op.execute(
        "INSERT INTO stamp_month (month, before, is_suspect, stamps)"
        f" SELECT {month}, before, is_suspect, SUM(stamps) FROM stamp_day WHERE before < {month}"
        f" GROUP BY {month}, before, is_suspect"
    )


def downgrade() -> None:
    """The scans stay."""
    for when in ("month", "day"):
        op.drop_table(f"stamp_{when}")
    op.drop_index("ix_stamp_seen_cleared", table_name="stamp_seen")
    for name in WAITING:
        op.drop_index(f"ix_market_order_{name}", table_name="market_order")
