"""from which day to which a plot lies in a growing area

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of before held for any day, and go on doing so."""
    with op.batch_alter_table("plot_area") as table:
        table.add_column(sa.Column("since", sa.Date(), nullable=False, server_default="2000-01-01"))
        table.add_column(sa.Column("until", sa.Date(), nullable=True))
    with op.batch_alter_table("plot_area") as table:
        table.alter_column("since", existing_type=sa.Date(), existing_nullable=False, server_default=None)
        table.drop_constraint(op.f("uq_plot_area_plot_id_growing_area_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_plot_area_plot_id_growing_area_id_since"), ["plot_id", "growing_area_id", "since"]
        )
        table.create_check_constraint(op.f("ck_plot_area_days"), "until IS NULL OR until >= since")


def downgrade() -> None:
    """Forget the days; of a plot that left and came back one row is kept."""
    op.execute(
        "DELETE FROM plot_area WHERE EXISTS (SELECT 1 FROM plot_area AS later WHERE later.plot_id = "
        "plot_area.plot_id AND later.growing_area_id = plot_area.growing_area_id AND later.id > plot_area.id)"
    )
    with op.batch_alter_table("plot_area") as table:
        table.drop_constraint(op.f("ck_plot_area_days"), type_="check")
        table.drop_constraint(op.f("uq_plot_area_plot_id_growing_area_id_since"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_plot_area_plot_id_growing_area_id"), ["plot_id", "growing_area_id"]
        )
        table.drop_column("until")
        table.drop_column("since")
