"""a print run may be sent to its printer: how far that came, and what a person found on paper

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
STATES = "'', 'asked', 'sending', 'stopping', 'sent', 'partly', 'unknown', 'seen', 'unsent'"


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _new() -> list[sa.Column]:
    """The new columns, anew: a column belongs to one table."""
    return [
        sa.Column("sending", _text(8), nullable=True),
        sa.Column("sent_to", _text(160), nullable=True),
        sa.Column("sent", BIG, nullable=True),
        sa.Column("sent_bytes", BIG, nullable=True),
        sa.Column("send_problem", _text(40), nullable=True),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("out_first", BIG, nullable=True),
        sa.Column("out_last", BIG, nullable=True),
    ]


NEEDED = ("sending", "sent_to", "sent", "sent_bytes", "send_problem")


def upgrade() -> None:
    """What was sent before was sent by the command, and only its file is known."""
    with op.batch_alter_table("print_run") as table:
        for column in _new():
            table.add_column(column)
    op.execute("UPDATE print_run SET sending = '', sent_to = '', sent = 0, sent_bytes = 0, send_problem = ''")
    with op.batch_alter_table("print_run") as table:
        for column in _new():
            if column.name in NEEDED:
                table.alter_column(column.name, existing_type=column.type, nullable=False)
        table.create_check_constraint(op.f("ck_print_run_sending"), f"sending IN ({STATES})")


def downgrade() -> None:
    """Forget what was sent; the files are known still."""
    with op.batch_alter_table("print_run") as table:
        table.drop_constraint(op.f("ck_print_run_sending"), type_="check")
        for column in reversed(_new()):
            table.drop_column(column.name)
