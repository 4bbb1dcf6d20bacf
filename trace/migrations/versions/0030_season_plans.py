"""what communes mean to harvest in a season

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Plans are rows that follow each other."""
    unit = ["admin_unit.scheme", "admin_unit.code"]
    op.create_table(
        "season_plan",
        sa.Column("commune_scheme", Text(length=8), nullable=False),
        sa.Column("commune_code", Text(length=8), nullable=False),
        sa.Column("old_commune_scheme", Text(length=8), nullable=True),
        sa.Column("old_commune_code", Text(length=8), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("crop", Text(length=32), nullable=False),
        sa.Column("variety", Text(length=48), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd_kg", sa.BigInteger(), nullable=True),
        sa.Column("note", Text(length=240), nullable=False),
        sa.Column("replaces_id", BigId, nullable=True),
        sa.Column("reason", Text(length=240), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("confirmed_by", BigId, nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("end_reason", Text(length=240), nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_season_plan_days")),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_season_plan_weight")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_season_plan_area")),
        sa.CheckConstraint("price_vnd_kg IS NULL OR price_vnd_kg > 0", name=op.f("ck_season_plan_price")),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_scheme", f"{name}_code"],
                unit,
                name=op.f(f"fk_season_plan_{name}_scheme_{name}_code"),
            )
            for name in ("commune", "old_commune")
        ),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_season_plan_{name}"))
            for name, target in (
                ("replaces_id", "season_plan.id"),
                ("recorded_by", "account.id"),
                ("confirmed_by", "account.id"),
                ("ended_by", "account.id"),
                ("import_id", "import_run.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_plan")),
    )
    for name, columns in {
        "commune_code_crop": ["commune_code", "crop"],
        "last_day": ["last_day"],
        "replaces_id": ["replaces_id"],
        "import_id": ["import_id"],
    }.items():
        op.create_index(op.f(f"ix_season_plan_{name}"), "season_plan", columns)


def downgrade() -> None:
    """Plan nothing."""
    op.drop_table("season_plan")
