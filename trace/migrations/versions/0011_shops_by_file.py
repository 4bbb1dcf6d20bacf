"""shops kept by files: layouts, words for states, reports, held orders, exports, totals of days

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    """Six new tables; nothing is moved."""
    op.create_table('file_export',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('file_name', _text(160), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('hashes', sa.Text(), nullable=False),
    sa.Column('pictures', sa.Text(), nullable=False),
    sa.Column('manifest', sa.Text(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('made_by', BigId, nullable=True),
    sa.Column('confirmed_at', Moment(), nullable=True),
    sa.Column('confirmed_by', BigId, nullable=True),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], name=op.f('fk_file_export_confirmed_by')),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_file_export_made_by')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_file_export_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file_export'))
    )
    op.create_index(op.f('ix_file_export_shop_id'), 'file_export', ['shop_id'], unique=False)
    op.create_table('file_layout',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('direction', _text(8), nullable=False),
    sa.Column('fingerprint', _text(64), nullable=False),
    sa.Column('file_name', _text(160), nullable=False),
    sa.Column('head', sa.Text(), nullable=False),
    sa.Column('columns', sa.Text(), nullable=False),
    sa.Column('choices', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('is_ready', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_at', Moment(), nullable=False),
    sa.Column('changed_by', BigId, nullable=True),
    sa.CheckConstraint("direction IN ('report', 'template')", name=op.f('ck_file_layout_direction')),
    sa.ForeignKeyConstraint(['changed_by'], ['account.id'], name=op.f('fk_file_layout_changed_by')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_file_layout_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file_layout')),
    sa.UniqueConstraint('shop_id', 'direction', name=op.f('uq_file_layout_shop_id_direction'))
    )
    op.create_table('file_report',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('sha256', _text(64), nullable=False),
    sa.Column('file_name', _text(160), nullable=False),
    sa.Column('source', _text(8), nullable=False),
    sa.Column('state', _text(8), nullable=False),
    sa.Column('reason', _text(600), nullable=False),
    sa.Column('layout_version', sa.Integer(), nullable=False),
    sa.Column('as_of', Moment(), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('vanished', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', Moment(), nullable=False),
    sa.Column('received_by', BigId, nullable=True),
    sa.Column('taken_at', Moment(), nullable=True),
    sa.Column('taken_by', BigId, nullable=True),
    sa.CheckConstraint("state IN ('checked', 'taken', 'refused')", name=op.f('ck_file_report_state')),
    sa.ForeignKeyConstraint(['received_by'], ['account.id'], name=op.f('fk_file_report_received_by')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_file_report_shop_id')),
    sa.ForeignKeyConstraint(['taken_by'], ['account.id'], name=op.f('fk_file_report_taken_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file_report')),
    sa.UniqueConstraint('shop_id', 'sha256', name=op.f('uq_file_report_shop_id_sha256'))
    )
    op.create_table('file_status_word',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('word_key', _text(48), nullable=False),
    sa.Column('word', _text(48), nullable=False),
    sa.Column('status', _text(12), nullable=False),
    sa.Column('changed_at', Moment(), nullable=False),
    sa.Column('changed_by', BigId, nullable=True),
    sa.CheckConstraint("status IN ('unpaid', 'placed', 'completed', 'cancelled', 'returned', 'unmapped')", name=op.f('ck_file_status_word_status')),
    sa.ForeignKeyConstraint(['changed_by'], ['account.id'], name=op.f('fk_file_status_word_changed_by')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_file_status_word_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file_status_word')),
    sa.UniqueConstraint('shop_id', 'word_key', name=op.f('uq_file_status_word_shop_id_word_key'))
    )
    op.create_table('day_total',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('listing_id', BigId, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('orders', sa.Integer(), nullable=False),
    sa.Column('transactions', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('revenue_vnd', sa.BigInteger(), nullable=False),
    sa.Column('picture', sa.LargeBinary(), nullable=False),
    sa.Column('entered_at', Moment(), nullable=False),
    sa.Column('entered_by', BigId, nullable=True),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('ended_by_report', BigId, nullable=True),
    sa.CheckConstraint('orders >= transactions AND transactions >= 0 AND quantity >= 0 AND revenue_vnd >= 0', name=op.f('ck_day_total_counts')),
    sa.ForeignKeyConstraint(['ended_by_report'], ['file_report.id'], name=op.f('fk_day_total_ended_by_report')),
    sa.ForeignKeyConstraint(['entered_by'], ['account.id'], name=op.f('fk_day_total_entered_by')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_day_total_listing_id')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_day_total_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_day_total'))
    )
    op.create_index(op.f('ix_day_total_day'), 'day_total', ['day'], unique=False)
    op.create_index(op.f('ix_day_total_listing_id'), 'day_total', ['listing_id'], unique=False)
    op.create_index('uq_day_total_open', 'day_total', ['shop_id', 'day'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('held_order',
    sa.Column('id', BigId, nullable=False),
    sa.Column('shop_id', BigId, nullable=False),
    sa.Column('report_id', BigId, nullable=False),
    sa.Column('ext_order_id', _text(64), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('reason', _text(48), nullable=False),
    sa.Column('column', _text(120), nullable=False),
    sa.Column('shape', _text(48), nullable=False),
    sa.Column('word', _text(48), nullable=False),
    sa.Column('first_at', Moment(), nullable=False),
    sa.Column('resolved_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['report_id'], ['file_report.id'], name=op.f('fk_held_order_report_id')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_held_order_shop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_order')),
    sa.UniqueConstraint('shop_id', 'ext_order_id', name=op.f('uq_held_order_shop_id_ext_order_id'))
    )
    op.create_index(op.f('ix_held_order_report_id'), 'held_order', ['report_id'], unique=False)
    


def downgrade() -> None:
    """Forget the files; orders that came by them stay."""
    op.drop_index(op.f('ix_held_order_report_id'), table_name='held_order')
    op.drop_table('held_order')
    op.drop_index('uq_day_total_open', table_name='day_total', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index(op.f('ix_day_total_listing_id'), table_name='day_total')
    op.drop_index(op.f('ix_day_total_day'), table_name='day_total')
    op.drop_table('day_total')
    op.drop_table('file_status_word')
    op.drop_table('file_report')
    op.drop_table('file_layout')
    op.drop_index(op.f('ix_file_export_shop_id'), table_name='file_export')
    op.drop_table('file_export')
    
