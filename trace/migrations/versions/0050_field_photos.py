"""photos of harvest lots and of diary entries

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Letters = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """None was taken before."""
    op.create_table(
        "field_photo",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("household_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=True),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("sha256", Letters(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("acted_for", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.CheckConstraint("(lot_id IS NULL) <> (entry_id IS NULL)", name=op.f("ck_field_photo_subject")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_field_photo_org_id_organisation")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_field_photo_household_id_household")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_field_photo_lot_id_lot")),
        sa.ForeignKeyConstraint(["entry_id"], ["diary_entry.id"], name=op.f("fk_field_photo_entry_id_diary_entry")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_field_photo_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_photo")),
        sa.UniqueConstraint("lot_id", "sha256", name=op.f("uq_field_photo_lot_id_sha256")),
        sa.UniqueConstraint("entry_id", "sha256", name=op.f("uq_field_photo_entry_id_sha256")),
    )
    for name in ("org_id", "household_id"):
        op.create_index(op.f(f"ix_field_photo_{name}"), "field_photo", [name])


def downgrade() -> None:
    """The photos go with their table."""
    op.drop_table("field_photo")
