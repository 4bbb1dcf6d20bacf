"""sums of harvests by day and month; lots by the day they were picked and by when they were written down

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {"commune_code": 8, "old_commune_code": 8, "crop": 32, "variety": 48}
THING = ("org_id", *TEXTS, "growing_area_id")


def upgrade() -> None:
    """Summed from the lots that are there."""
    op.create_index(op.f("ix_lot_harvested_on"), "lot", ["harvested_on"])
    op.create_index(op.f("ix_lot_created_at"), "lot", ["created_at"])
    for when in ("day", "month"):
        name = f"harvest_{when}"
        op.create_table(
            name,
            sa.Column("grams", sa.BigInteger(), nullable=False),
            sa.Column("org_id", BigId, nullable=False),
            sa.Column(when, sa.Date(), nullable=False),
            *(sa.Column(one, sa.String(length), nullable=False) for one, length in TEXTS.items()),
            sa.Column("growing_area_id", BigId, autoincrement=False, nullable=False),
            sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f(f"fk_{name}_org_id")),
            sa.PrimaryKeyConstraint("org_id", when, *TEXTS, "growing_area_id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_{when}"), name, [when])
    own = ", ".join(THING)
    op.execute(
        f"INSERT INTO harvest_day (day, {own}, grams)"
        " SELECT harvested_on, org_id, commune_code, COALESCE(old_commune_code, ''), crop, variety,"
        " COALESCE(growing_area_id, 0), SUM(weight_g) FROM lot"
        " WHERE kind = 'harvest' AND state <> 'draft' AND NOT EXISTS (SELECT 1 FROM event"
        " WHERE event.act = 'withdraw' AND event.subject_kind = 'lot' AND event.subject_id = lot.id)"
        " GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    month = "date(day, 'start of month')" if is_sqlite else "date_trunc('month', day)::date"
    op.execute(
        f"INSERT INTO harvest_month (month, {own}, grams)"
        f" SELECT {month}, {own}, SUM(grams) FROM harvest_day GROUP BY {month}, {own}"
    )


def downgrade() -> None:
    """The lots stay."""
    for when in ("month", "day"):
        op.drop_index(op.f(f"ix_harvest_{when}_{when}"), table_name=f"harvest_{when}")
        op.drop_table(f"harvest_{when}")
    for name in ("created_at", "harvested_on"):
        op.drop_index(op.f(f"ix_lot_{name}"), table_name="lot")
