"""listings put on sale from here, their pictures, the marketplaces' shelves

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('waiting', 'sending', 'made', 'done', 'refused')"


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    """Three new tables, and a name of its own for a listing: empty means the product's."""
    with op.batch_alter_table("listing") as table:
        table.add_column(sa.Column("title", _text(240), nullable=False, server_default=""))
    with op.batch_alter_table("listing") as table:
        table.alter_column("title", server_default=None)
    _new_listing()
    op.create_table(
        "new_listing_picture",
        sa.Column("id", BigId, nullable=False),
        sa.Column("new_listing_id", BigId, nullable=False),
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", _text(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("had_width", sa.Integer(), nullable=True),
        sa.Column("had_height", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["new_listing_id"], ["new_listing.id"], name=op.f("fk_new_listing_picture_new_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_listing_picture")),
    )
    op.create_index(op.f("ix_new_listing_picture_new_listing_id"), "new_listing_picture", ["new_listing_id"])
    op.create_index(op.f("ix_new_listing_picture_sha256"), "new_listing_picture", ["sha256"])
    op.create_table(
        "market_category",
        sa.Column("id", BigId, nullable=False),
        sa.Column("marketplace", _text(16), nullable=False),
        sa.Column("ext_category_id", _text(64), nullable=False),
        sa.Column("path", _text(600), nullable=False),
        sa.Column("search_key", _text(600), nullable=False),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_category")),
        sa.UniqueConstraint(
            "marketplace", "ext_category_id", name=op.f("uq_market_category_marketplace_ext_category_id")
        ),
    )


def _new_listing() -> None:
    op.create_table(
        "new_listing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("product_id", BigId, nullable=False),
        sa.Column("sku", _text(64), nullable=False),
        sa.Column("title", _text(240), nullable=False),
        sa.Column("unit_g", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("follows_lots", sa.Boolean(), nullable=False),
        sa.Column("category_id", _text(64), nullable=False),
        sa.Column("state", _text(12), nullable=False),
        sa.Column("ticket", _text(80), nullable=False),
        sa.Column("ext_listing_id", _text(64), nullable=False),
        sa.Column("reason", _text(600), nullable=False),
        sa.Column("reason_key", _text(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("listing_id", BigId, nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_new_listing_state")),
        sa.CheckConstraint("unit_g > 0", name=op.f("ck_new_listing_unit")),
        sa.CheckConstraint("price_vnd > 0", name=op.f("ck_new_listing_price")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_new_listing_shop_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_new_listing_product_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_new_listing_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_listing")),
        sa.UniqueConstraint("shop_id", "sku", name=op.f("uq_new_listing_shop_id_sku")),
    )
    op.create_index(op.f("ix_new_listing_product_id"), "new_listing", ["product_id"])


def downgrade() -> None:
    """What was on its way is forgotten; what stands on the shelves stays there."""
    op.drop_table("market_category")
    op.drop_table("new_listing_picture")
    op.drop_table("new_listing")
    with op.batch_alter_table("listing") as table:
        table.drop_column("title")
