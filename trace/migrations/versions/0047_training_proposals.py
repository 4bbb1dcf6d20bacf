"""training sessions that cooperatives propose

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
REFS = {"org_id": "organisation", "confirmed_by": "account", "ended_by": "account"}


def upgrade() -> None:
    """What was written down before counted at once, and stays so."""
    with op.batch_alter_table("training_session") as table:
        for name in REFS:
            table.add_column(sa.Column(name, BigId, nullable=True))
        for name in ("confirmed_at", "ended_at"):
            table.add_column(sa.Column(name, Moment(), nullable=True))
        reason = sqlmodel.sql.sqltypes.AutoString(length=240)
        table.add_column(sa.Column("end_reason", reason, nullable=False, server_default=""))
        for name, target in REFS.items():
            table.create_foreign_key(op.f(f"fk_training_session_{name}_{target}"), target, [name], ["id"])
        table.create_index(op.f("ix_training_session_org_id"), ["org_id"])
    op.execute("UPDATE training_session SET confirmed_at = recorded_at, confirmed_by = recorded_by")
    with op.batch_alter_table("training_session") as table:
        table.alter_column("end_reason", server_default=None)


def downgrade() -> None:
    """What was never confirmed goes; the rest counts. Who came is laid aside while its table is made anew."""
    open_ones = "SELECT id FROM training_session WHERE confirmed_at IS NULL"
    op.execute(f"DELETE FROM training_attendance WHERE session_id IN ({open_ones})")
    op.execute("DELETE FROM training_session WHERE confirmed_at IS NULL")
    op.execute("CREATE TEMPORARY TABLE kept_attendance AS SELECT * FROM training_attendance")
    op.execute("DELETE FROM training_attendance")
    with op.batch_alter_table("training_session") as table:
        table.drop_index(op.f("ix_training_session_org_id"))
        for name, target in REFS.items():
            table.drop_constraint(op.f(f"fk_training_session_{name}_{target}"), type_="foreignkey")
        for name in (*REFS, "confirmed_at", "ended_at", "end_reason"):
            table.drop_column(name)
    op.execute("INSERT INTO training_attendance SELECT * FROM kept_attendance")
    op.execute("DROP TABLE kept_attendance")
