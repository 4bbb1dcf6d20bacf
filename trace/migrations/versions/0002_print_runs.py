"""prints run in the background: state, progress, recipe and owner of a print run

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = {"asked_at": "printed_at", "asked_by": "printed_by"}


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _new() -> list[sa.Column]:
    """The new columns, anew: a column belongs to one table."""
    return [
    sa.Column("public_id", _text(16), nullable=True),
    sa.Column("org_id", ID, nullable=True),
    sa.Column("request_id", _text(64), nullable=True),
    sa.Column("state", _text(12), nullable=True),
    sa.Column("design", _text(32), nullable=True),
    sa.Column("printer", _text(32), nullable=True),
    sa.Column("recipe", sa.Text(), nullable=True),
    sa.Column("done", BIG, nullable=True),
    sa.Column("size", BIG, nullable=True),
    sa.Column("problem", _text(40), nullable=True),
    sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column("cancelled_by", ID, nullable=True),
    ]


NEEDED = ("public_id", "request_id", "state", "design", "printer", "recipe", "done", "size", "problem")


def upgrade() -> None:
    """Every print so far was made on the spot: it is ready; its number in the table names it."""
    with op.batch_alter_table("print_run") as table:
        for column in _new():
            table.add_column(column)
        for name, old in OLD.items():
            table.alter_column(old, new_column_name=name)
    op.execute(_FILLED)
    with op.batch_alter_table("print_run") as table:
        for column in _new():
            if column.name in NEEDED:
                table.alter_column(column.name, existing_type=column.type, nullable=False)
        table.drop_constraint(op.f("fk_print_run_printed_by"), type_="foreignkey")
        table.create_foreign_key(op.f("fk_print_run_asked_by"), "account", ["asked_by"], ["id"])
        table.create_foreign_key(op.f("fk_print_run_cancelled_by"), "account", ["cancelled_by"], ["id"])
        table.create_foreign_key(op.f("fk_print_run_org_id"), "organisation", ["org_id"], ["id"])
        table.create_unique_constraint(op.f("uq_print_run_block_id_request_id"), ["block_id", "request_id"])
        table.create_unique_constraint(op.f("uq_print_run_public_id"), ["public_id"])
        table.create_check_constraint(op.f("ck_print_run_order"), "last >= first")
        states = "state IN ('waiting', 'running', 'ready', 'failed', 'cancelled')"
        table.create_check_constraint(op.f("ck_print_run_state"), states)
        table.create_index(op.f("ix_print_run_org_id_state"), ["org_id", "state"])
        table.create_index(op.f("ix_print_run_state"), ["state"])


_FILLED = """
UPDATE print_run SET
    public_id = 'p' || id, request_id = 'before-' || id, state = 'ready', design = 'standard', printer = '',
    recipe = '', size = 0, problem = '', done = last - first + 1, finished_at = asked_at,
    org_id = (SELECT org_id FROM stamp_block WHERE stamp_block.id = print_run.block_id)
"""


def downgrade() -> None:
    """What was never made has no place in the old table."""
    op.execute("DELETE FROM print_run WHERE state <> 'ready'")
    with op.batch_alter_table("print_run") as table:
        table.drop_index(op.f("ix_print_run_state"))
        table.drop_index(op.f("ix_print_run_org_id_state"))
        table.drop_constraint(op.f("ck_print_run_state"), type_="check")
        table.drop_constraint(op.f("ck_print_run_order"), type_="check")
        table.drop_constraint(op.f("uq_print_run_public_id"), type_="unique")
        table.drop_constraint(op.f("uq_print_run_block_id_request_id"), type_="unique")
        for name in ("org_id", "cancelled_by", "asked_by"):
            table.drop_constraint(op.f(f"fk_print_run_{name}"), type_="foreignkey")
        for name, old in OLD.items():
            table.alter_column(name, new_column_name=old)
    with op.batch_alter_table("print_run") as table:
        for column in reversed(_new()):
            table.drop_column(column.name)
        table.create_foreign_key(op.f("fk_print_run_printed_by"), "account", ["printed_by"], ["id"])
