"""printers, label stock and designs of a cooperative

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('label_design',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('org_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('public_id', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('retired_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint('version > 0', name=op.f('ck_label_design_version')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_label_design_created_by')),
    sa.ForeignKeyConstraint(['org_id'], ['organisation.id'], name=op.f('fk_label_design_org_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_label_design_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_label_design')),
    sa.UniqueConstraint('public_id', name=op.f('uq_label_design_public_id'))
    )
    with op.batch_alter_table('label_design', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_label_design_org_id'), ['org_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_label_design_product_id'), ['product_id'], unique=False)

    op.create_table('label_printer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('org_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('dpi', sa.Integer(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('offset_x_um', sa.Integer(), nullable=False),
    sa.Column('offset_y_um', sa.Integer(), nullable=False),
    sa.Column('scale_x_ppm', sa.Integer(), nullable=False),
    sa.Column('scale_y_ppm', sa.Integer(), nullable=False),
    sa.Column('calibrated_on', sa.Date(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('retired_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('pdf', 'zpl', 'tspl')", name=op.f('ck_label_printer_kind')),
    sa.CheckConstraint('dpi BETWEEN 100 AND 1200', name=op.f('ck_label_printer_dpi')),
    sa.CheckConstraint('offset_x_um BETWEEN -20000 AND 20000 AND offset_y_um BETWEEN -20000 AND 20000', name=op.f('ck_label_printer_offset')),
    sa.CheckConstraint('scale_x_ppm BETWEEN 900000 AND 1100000 AND scale_y_ppm BETWEEN 900000 AND 1100000', name=op.f('ck_label_printer_scale')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_label_printer_created_by')),
    sa.ForeignKeyConstraint(['org_id'], ['organisation.id'], name=op.f('fk_label_printer_org_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_label_printer')),
    sa.UniqueConstraint('public_id', name=op.f('uq_label_printer_public_id'))
    )
    with op.batch_alter_table('label_printer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_label_printer_org_id'), ['org_id'], unique=False)

    op.create_table('label_stock',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('org_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('form', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('shape', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('columns', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('label_width_um', sa.Integer(), nullable=False),
    sa.Column('label_height_um', sa.Integer(), nullable=False),
    sa.Column('pitch_x_um', sa.Integer(), nullable=False),
    sa.Column('pitch_y_um', sa.Integer(), nullable=False),
    sa.Column('left_um', sa.Integer(), nullable=False),
    sa.Column('top_um', sa.Integer(), nullable=False),
    sa.Column('page_width_um', sa.Integer(), nullable=False),
    sa.Column('page_height_um', sa.Integer(), nullable=False),
    sa.Column('replaces_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('retired_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("form IN ('sheet', 'roll')", name=op.f('ck_label_stock_form')),
    sa.CheckConstraint("shape IN ('rectangle', 'oval')", name=op.f('ck_label_stock_shape')),
    sa.CheckConstraint('columns > 0 AND rows > 0', name=op.f('ck_label_stock_grid')),
    sa.CheckConstraint('label_width_um > 0 AND label_height_um > 0', name=op.f('ck_label_stock_label')),
    sa.CheckConstraint('page_width_um > 0 AND page_height_um > 0', name=op.f('ck_label_stock_page')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_label_stock_created_by')),
    sa.ForeignKeyConstraint(['org_id'], ['organisation.id'], name=op.f('fk_label_stock_org_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['label_stock.id'], name=op.f('fk_label_stock_replaces_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_label_stock')),
    sa.UniqueConstraint('public_id', name=op.f('uq_label_stock_public_id'))
    )
    with op.batch_alter_table('label_stock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_label_stock_org_id'), ['org_id'], unique=False)

    op.create_table('default_design',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('org_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stock', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('product', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('design_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chosen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['design_id'], ['label_design.id'], name=op.f('fk_default_design_design_id')),
    sa.ForeignKeyConstraint(['org_id'], ['organisation.id'], name=op.f('fk_default_design_org_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_default_design')),
    sa.UniqueConstraint('org_id', 'stock', 'product', name=op.f('uq_default_design_org_id_stock_product'))
    )
    with op.batch_alter_table('default_design', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_default_design_design_id'), ['design_id'], unique=False)

    op.create_table('label_design_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('design_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_label_design_version_created_by')),
    sa.ForeignKeyConstraint(['design_id'], ['label_design.id'], name=op.f('fk_label_design_version_design_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_label_design_version')),
    sa.UniqueConstraint('design_id', 'version', name=op.f('uq_label_design_version_design_id_version'))
    )


def downgrade() -> None:
    op.drop_table('label_design_version')
    with op.batch_alter_table('default_design', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_default_design_design_id'))

    op.drop_table('default_design')
    with op.batch_alter_table('label_stock', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_label_stock_org_id'))

    op.drop_table('label_stock')
    with op.batch_alter_table('label_printer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_label_printer_org_id'))

    op.drop_table('label_printer')
    with op.batch_alter_table('label_design', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_label_design_product_id'))
        batch_op.drop_index(batch_op.f('ix_label_design_org_id'))

    op.drop_table('label_design')
