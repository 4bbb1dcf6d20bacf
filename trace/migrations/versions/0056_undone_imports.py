"""what an import made and changed is kept, so that it can be taken back

Revision ID: 0056
Revises: 0055
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = ("key_sealed", "undone_at", "undone_by", "rows_back", "rows_kept")


def upgrade() -> None:
    """Runs of before have no key and no rows: they stay as they are."""
    with op.batch_alter_table("import_run") as table:
        table.add_column(sa.Column("key_sealed", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        table.add_column(sa.Column("undone_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("rows_back", sa.Integer(), nullable=True))
        table.add_column(sa.Column("rows_kept", sa.Integer(), nullable=True))
    op.create_table(
        "import_row",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("thing", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("file_row", sa.Integer(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("was_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_row_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    op.create_index(op.f("ix_import_row_run_id"), "import_row", ["run_id"])
    op.create_index(op.f("ix_import_row_thing_row_id"), "import_row", ["thing", "row_id"])


def downgrade() -> None:
    """As it was; what was kept is forgotten."""
    op.drop_table("import_row")
    with op.batch_alter_table("import_run") as table:
        for name in NEW:
            table.drop_column(name)
