"""which information a lot must have before it goes out, as dated rules

Revision ID: 0021
Revises: 0020
"""

from datetime import date

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
CIRCULAR = "Thông tư 02/2024/TT-BKHCN, hiệu lực từ 01/06/2024; cơ quan đối chiếu và sửa được"
DECISION = "Quyết định 25/QĐ-BNNMT ngày 07/01/2026; cơ quan đối chiếu và sửa được"
ITEMS = (*(f"tt02.{n}" for n in range(1, 11)), *(f"qd25.{n}" for n in range(1, 5)))
IF_ANY = ("tt02.8", "tt02.9")


def upgrade() -> None:
    """A founded instance gets the rows that ``nongsan init`` stores in a new one."""
    listed = ", ".join(f"'{item}'" for item in ITEMS)
    op.create_table(
        "information_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item", Text(length=8), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", Text(length=240), nullable=False),
        sa.CheckConstraint(f"item IN ({listed})", name=op.f("ck_information_rule_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_rule")),
    )
    op.create_index(op.f("ix_information_rule_item"), "information_rule", ["item"])
    if op.get_bind().execute(sa.text("SELECT 1 FROM instance_fact")).first() is not None:
        _store_rows()


def _store_rows() -> None:
    columns = [sa.column(name) for name in ("item", "is_required", "valid_from", "source")]
    table = sa.table("information_rule", *columns)
    papers = {"tt02": (date(2024, 6, 1), CIRCULAR), "qd25": (date(2026, 1, 7), DECISION)}
    rows = []
    for item in ITEMS:
        begins, source = papers[item[:4]]
        rows.append(
            {"item": item, "is_required": item not in IF_ANY, "valid_from": begins, "source": source}
        )
    op.bulk_insert(table, rows)


def downgrade() -> None:
    """Ask for nothing."""
    op.drop_table("information_rule")
