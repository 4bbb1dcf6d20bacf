"""sums of scans by day and month

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
THING = "org_id, product_id, province"


def upgrade() -> None:
    """Summed from the scans that are there."""
    for when in ("day", "month"):
        name = f"scan_{when}"
        op.create_table(
            name,
            sa.Column("scans", sa.BigInteger(), nullable=False),
            sa.Column("early", sa.BigInteger(), nullable=False),
            sa.Column("org_id", BigId, nullable=False),
            sa.Column("product_id", BigId, autoincrement=False, nullable=False),
            sa.Column("province", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
            sa.Column(when, sa.Date(), nullable=False),
            sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f(f"fk_{name}_org_id")),
            sa.PrimaryKeyConstraint("org_id", "product_id", "province", when, name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_{when}"), name, [when])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = (
        "date(s.scanned_at, '+7 hours')"
        if is_sqlite
        else "(s.scanned_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    month = "date(day, 'start of month')" if is_sqlite else "date_trunc('month', day)::date"
    op.execute(
        f"INSERT INTO scan_day ({THING}, day, scans, early)"
        f" SELECT s.org_id, COALESCE(l.product_id, 0), s.province, {day}, COUNT(*),"
        " SUM(CASE WHEN s.state = 'NOT_ACTIVATED' THEN 1 ELSE 0 END)"
        " FROM scan s LEFT JOIN lot l ON l.id = s.lot_id WHERE s.org_id IS NOT NULL"
        f" GROUP BY s.org_id, COALESCE(l.product_id, 0), s.province, {day}"
    )
    op.execute(
        f"INSERT INTO scan_month ({THING}, month, scans, early)"
        f" SELECT {THING}, {month}, SUM(scans), SUM(early) FROM scan_day GROUP BY {THING}, {month}"
    )


def downgrade() -> None:
    """The scans stay."""
    for when in ("month", "day"):
        op.drop_index(op.f(f"ix_scan_{when}_{when}"), table_name=f"scan_{when}")
        op.drop_table(f"scan_{when}")
