"""training: sessions and who came, instead of one day beside a household

Revision ID: 0034
Revises: 0033
"""

from datetime import timedelta

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime
VIETNAM = timedelta(hours=7)


def upgrade() -> None:
    """A day beside a household becomes a session of its commune on that day, marked as from the book."""
    op.create_table(
        "training_session",
        sa.Column("commune_scheme", Text(length=8), nullable=False),
        sa.Column("commune_code", Text(length=8), nullable=False),
        sa.Column("old_commune_scheme", Text(length=8), nullable=True),
        sa.Column("old_commune_code", Text(length=8), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        *(sa.Column(name, Text(length=160), nullable=False) for name in _WORDS),
        sa.Column("search_key", Text(), nullable=False),
        sa.Column("from_book", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_scheme", f"{name}_code"],
                ["admin_unit.scheme", "admin_unit.code"],
                name=op.f(f"fk_training_session_{name}_scheme_{name}_code"),
            )
            for name in ("commune", "old_commune")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["account.id"], name=op.f("fk_training_session_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
    )
    for name in ("held_on", "search_key"):
        op.create_index(op.f(f"ix_training_session_{name}"), "training_session", [name])
    _attendance()
    _move()
    with op.batch_alter_table("household") as table:
        table.drop_column("trained_on")


_WORDS = ("title", "topic", "organiser", "place")
_REFERENCES = (
    ("session_id", "training_session.id"),
    ("household_id", "household.id"),
    ("org_id", "organisation.id"),
    ("recorded_by", "account.id"),
    ("import_id", "import_run.id"),
)


def _attendance() -> None:
    op.create_table(
        "training_attendance",
        sa.Column("id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("household_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.Column("import_id", BigId, nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_training_attendance_{name}"))
            for name, target in _REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attendance")),
        sa.UniqueConstraint(
            "session_id", "household_id", name=op.f("uq_training_attendance_session_id_household_id")
        ),
    )
    for name in ("household_id", "org_id", "import_id"):
        op.create_index(op.f(f"ix_training_attendance_{name}"), "training_attendance", [name])


def _move() -> None:
    bind = op.get_bind()
    home = sa.table(
        "household",
        sa.column("id"),
        sa.column("org_id"),
        sa.column("commune_scheme"),
        sa.column("commune_code"),
        sa.column("trained_on", Moment()),
        sa.column("created_at", Moment()),
    )
    words = {name: "" for name in (*_WORDS, "search_key")}
    columns = (*words, "commune_scheme", "commune_code", "from_book", "id")
    session = sa.table(
        "training_session",
        *(sa.column(name) for name in columns),
        sa.column("held_on", sa.Date()),
        sa.column("recorded_at", Moment()),
    )
    came = sa.table(
        "training_attendance",
        *(sa.column(name) for name in ("session_id", "household_id", "org_id")),
        sa.column("recorded_at", Moment()),
    )
    known: dict[object, int] = {}
    rows = bind.execute(sa.select(home).where(home.c.trained_on.is_not(None)).order_by(home.c.id)).all()
    for row in rows:
        day = (row.trained_on + VIETNAM).date()
        key = (row.commune_code, day)
        if key not in known:
            known[key] = len(known) + 1
            place = {"commune_scheme": row.commune_scheme, "commune_code": row.commune_code}
            told = {"held_on": day, "from_book": True, "recorded_at": row.created_at}
            bind.execute(session.insert().values(id=known[key], **words, **place, **told))
        values = {"session_id": known[key], "household_id": row.id, "org_id": row.org_id}
        bind.execute(came.insert().values(**values, recorded_at=row.created_at))
    if known and bind.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('training_session', 'id'), "
                   "(SELECT max(id) FROM training_session))")  # fmt: skip


def downgrade() -> None:
    """Keep the latest day of each household."""
    with op.batch_alter_table("household") as table:
        table.add_column(sa.Column("trained_on", Moment(), nullable=True))
    home = sa.table("household", sa.column("id"), sa.column("trained_on", Moment()))
    question = sa.text(
        "SELECT a.household_id, max(s.held_on) FROM training_attendance a "
        "JOIN training_session s ON s.id = a.session_id GROUP BY a.household_id"
    ).columns(sa.column("household_id"), sa.column("held_on", sa.Date()))
    bind = op.get_bind()
    for household, day in bind.execute(question).all():
        at = sa.func.now() if day is None else _begins(day)
        bind.execute(home.update().where(home.c.id == household).values(trained_on=at))
    op.drop_table("training_attendance")
    op.drop_table("training_session")


def _begins(day):  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime, time

    return datetime.combine(day, time(), tzinfo=UTC) - VIETNAM
