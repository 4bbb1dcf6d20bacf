"""parcels given to carriers, and the accounts they are sent from

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
STATES = (
    "'booking', 'uncertain', 'refused', 'booked', 'picked_up', 'in_transit', 'out_for_delivery', 'waiting', "
    "'delivered', 'returning', 'returned', 'cancelled', 'unmapped'"
)


def text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    """A text column's type."""
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    """Five new tables; nothing is moved."""
    op.create_table(
        "carrier_account",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("carrier", text(16), nullable=False),
        sa.Column("state", text(12), nullable=False),
        sa.Column("login_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_at", Moment(), nullable=False),
        sa.Column("token_expires_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sender_name", text(120), nullable=False),
        sa.Column("sender_phone", text(20), nullable=False),
        sa.Column("sender_address", text(240), nullable=False),
        sa.Column("hook_mark", text(24), nullable=False),
        sa.Column("hook_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hook_mode", text(8), nullable=False),
        sa.Column("pushed_at", Moment(), nullable=True),
        sa.Column("last_error", text(400), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint(
            "state IN ('connected', 'needs_login', 'disabled')", name=op.f("ck_carrier_account_state")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_carrier_account_org_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_carrier_account_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_account")),
        sa.UniqueConstraint("org_id", "carrier", name=op.f("uq_carrier_account_org_id_carrier")),
        sa.UniqueConstraint("hook_mark", name=op.f("uq_carrier_account_hook_mark")),
    )
    op.create_table(
        "shipment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", text(16), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("number", text(24), nullable=False),
        sa.Column("ext_number", text(64), nullable=False),
        sa.Column("twin_number", text(64), nullable=False),
        sa.Column("order_id", BigId, nullable=True),
        sa.Column("content", text(120), nullable=False),
        sa.Column("service", text(16), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("goods_vnd", sa.BigInteger(), nullable=False),
        sa.Column("cod_vnd", sa.BigInteger(), nullable=False),
        sa.Column("fee_vnd", sa.BigInteger(), nullable=True),
        sa.Column("state", text(16), nullable=False),
        sa.Column("status_raw", text(8), nullable=False),
        sa.Column("state_at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("cancel_asked_at", Moment(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("was_uncertain", sa.Boolean(), nullable=False),
        sa.Column("problem", text(400), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_shipment_state")),
        sa.CheckConstraint("weight_g > 0 AND pieces > 0", name=op.f("ck_shipment_weight")),
        sa.CheckConstraint(
            "goods_vnd >= 0 AND cod_vnd >= 0 AND (fee_vnd IS NULL OR fee_vnd >= 0)",
            name=op.f("ck_shipment_money"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_shipment_org_id")),
        sa.ForeignKeyConstraint(["account_id"], ["carrier_account.id"], name=op.f("fk_shipment_account_id")),
        sa.ForeignKeyConstraint(["order_id"], ["market_order.id"], name=op.f("fk_shipment_order_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_shipment_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shipment_public_id")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
    )
    op.create_index(op.f("ix_shipment_account_id_state"), "shipment", ["account_id", "state"])
    op.create_index(op.f("ix_shipment_org_id_id"), "shipment", ["org_id", "id"])
    op.create_index(op.f("ix_shipment_ext_number"), "shipment", ["ext_number"])
    op.create_index(op.f("ix_shipment_order_id"), "shipment", ["order_id"])
    op.create_table(
        "shipment_lot",
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_lot_shipment_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_shipment_lot_lot_id")),
        sa.PrimaryKeyConstraint("shipment_id", "lot_id", name=op.f("pk_shipment_lot")),
    )
    op.create_index(op.f("ix_shipment_lot_lot_id"), "shipment_lot", ["lot_id"])
    op.create_table(
        "shipment_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("code", text(8), nullable=False),
        sa.Column("state", text(16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("learned_at", Moment(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_shipment_step_state")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_step_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_step")),
        sa.UniqueConstraint(
            "shipment_id", "code", "at", name=op.f("uq_shipment_step_shipment_id_code_at")
        ),
    )
    op.create_table(
        "carrier_push",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("shipment_id", BigId, nullable=False),
        sa.Column("ext_number", text(64), nullable=False),
        sa.Column("code", text(8), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("applied_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["carrier_account.id"], name=op.f("fk_carrier_push_account_id")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_carrier_push_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_push")),
        sa.UniqueConstraint(
            "shipment_id", "ext_number", "code", "at",
            name=op.f("uq_carrier_push_shipment_id_ext_number_code_at"),
        ),
    )
    op.create_index(
        op.f("ix_carrier_push_account_id_applied_at"), "carrier_push", ["account_id", "applied_at"]
    )


def downgrade() -> None:
    """Forget what was sent by whom."""
    for table in ("carrier_push", "shipment_step", "shipment_lot", "shipment", "carrier_account"):
        op.drop_table(table)
