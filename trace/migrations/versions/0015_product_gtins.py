"""every GTIN a product has or had

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """The numbers that products have now are the history's first rows, whoever owns them."""
    op.create_table(
        "product_gtin",
        sa.Column("id", BigId, nullable=False),
        sa.Column("gtin", Text(length=14), nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("given_by", BigId, nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("left_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_product_gtin_given_by")),
        sa.ForeignKeyConstraint(["left_by"], ["account.id"], name=op.f("fk_product_gtin_left_by")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_gtin_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_gtin")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_gtin_gtin")),
    )
    op.create_index(op.f("ix_product_gtin_product_id"), "product_gtin", ["product_id"])
    op.execute(
        "INSERT INTO product_gtin (gtin, product_id, given_at) "
        "SELECT substr('00000000000000' || gtin, length(gtin) + 1), id, created_at "
        "FROM product WHERE gtin IS NOT NULL"
    )


def downgrade() -> None:
    """Forget former numbers; the present ones stand in the products."""
    op.drop_table("product_gtin")
