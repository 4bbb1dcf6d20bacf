"""boxes on pallets, SSCCs and public names of boxes, lots made of what arrived

Revision ID: 0024
Revises: 0023
"""

import secrets

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
ON_PALLET = "pallet_id IS NULL OR (kind = 'box' AND opened_at IS NULL)"
KINDS = "kind IN ('harvest', 'pool', 'pack', 'processed'{})"


def upgrade() -> None:
    """Boxes that are there get their names; the log holds rows of consignments once this is through."""
    _name_units()
    op.create_table(
        "sscc_counter",
        sa.Column("digits", Text(length=13), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("next_serial >= 0", name=op.f("ck_sscc_counter_next")),
        sa.PrimaryKeyConstraint("digits", name=op.f("pk_sscc_counter")),
    )
    _lot_kinds(", 'received'")
    op.create_table(
        "received_lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("consignment_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_received_lot_consignment_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_received_lot_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_lot")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_received_lot_lot_id")),
    )
    op.create_index(op.f("ix_received_lot_consignment_id"), "received_lot", ["consignment_id"])


def _name_units() -> None:
    with op.batch_alter_table("logistic_unit") as table:
        table.add_column(sa.Column("public_id", Text(length=16), nullable=True))
        table.add_column(sa.Column("pallet_id", BigId, nullable=True))
    units = sa.table("logistic_unit", sa.column("id", sa.BigInteger), sa.column("public_id", sa.String))
    connection = op.get_bind()
    for number in connection.execute(sa.select(units.c.id)).scalars().all():
        name = "".join(secrets.choice(SIGNS) for _ in range(10))
        connection.execute(units.update().where(units.c.id == number).values(public_id=name))
    with op.batch_alter_table("logistic_unit") as table:
        table.alter_column("public_id", existing_type=Text(length=16), nullable=False)
        table.create_unique_constraint(op.f("uq_logistic_unit_public_id"), ["public_id"])
        table.create_foreign_key(
            op.f("fk_logistic_unit_pallet_id"), "logistic_unit", ["pallet_id"], ["id"]
        )
        table.create_index(op.f("ix_logistic_unit_pallet_id"), ["pallet_id"])
        table.create_check_constraint(op.f("ck_logistic_unit_on_pallet"), ON_PALLET)


def _lot_kinds(more: str) -> None:
    with op.batch_alter_table("lot") as table:
        table.drop_constraint(op.f("ck_lot_kind"), type_="check")
        table.create_check_constraint(op.f("ck_lot_kind"), KINDS.format(more))


def downgrade() -> None:
    """Forget it; received lots become pools, which are made of other lots too."""
    op.drop_table("received_lot")
    op.execute("UPDATE lot SET kind = 'pool' WHERE kind = 'received'")
    _lot_kinds("")
    op.drop_table("sscc_counter")
    with op.batch_alter_table("logistic_unit") as table:
        table.drop_constraint(op.f("ck_logistic_unit_on_pallet"), type_="check")
        table.drop_index(op.f("ix_logistic_unit_pallet_id"))
        table.drop_constraint(op.f("fk_logistic_unit_pallet_id"), type_="foreignkey")
        table.drop_constraint(op.f("uq_logistic_unit_public_id"), type_="unique")
        table.drop_column("pallet_id")
        table.drop_column("public_id")
