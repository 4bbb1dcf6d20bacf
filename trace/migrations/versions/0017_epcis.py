"""captured events, named queries, and what every event is found by

Revision ID: 0017
Revises: 0016
"""

import json
from datetime import datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

from trace.standards.epcis import facets

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Str = sqlmodel.sql.sqltypes.AutoString
Time = sqlmodel.sql.sqltypes.UTCDateTime
CAPTURED = sa.text("act = 'capture'")
SINGLE = {"action": 8, "biz_step": 400, "disposition": 400, "read_point": 512, "biz_location": 512}
SINGLE |= {"transformation_id": 512}
PORTION = 1_000


def upgrade() -> None:
    """Widen events, then look every one of them through."""
    _make_captures()
    _widen_events()
    op.create_table(
        "event_term",
        sa.Column("id", BigId, nullable=False),
        sa.Column("event_row", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("role", Str(length=80), nullable=False),
        sa.Column("value", Str(length=512), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["event_row"], ["event.id"], name=op.f("fk_event_term_event_row")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_event_term_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_term")),
    )
    op.create_index(op.f("ix_event_term_event_row"), "event_term", ["event_row"])
    op.create_index(op.f("ix_event_term_org_id_role_value"), "event_term", ["org_id", "role", "value"])
    _fill()


def _make_captures() -> None:
    op.create_table(
        "capture",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Str(length=24), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("behaviour", Str(length=8), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("finished_at", Time(), nullable=True),
        sa.Column("is_success", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=False),
        sa.CheckConstraint("behaviour IN ('rollback', 'proceed')", name=op.f("ck_capture_behaviour")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_capture_org_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_capture_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("public_id", name=op.f("uq_capture_public_id")),
    )
    op.create_index(op.f("ix_capture_org_id_id"), "capture", ["org_id", "id"])
    op.create_table(
        "event_query",
        sa.Column("id", BigId, nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("name", Str(length=120), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_event_query_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_query")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_event_query_tenant_name")),
    )


def _widen_events() -> None:
    with op.batch_alter_table("event") as table:
        table.alter_column("event_id", type_=Str(length=400), existing_type=Str(length=120))
        table.alter_column("event_type", type_=Str(length=400), existing_type=Str(length=24))
        table.add_column(sa.Column("hash", Str(length=120), nullable=False, server_default=""))
        table.add_column(sa.Column("declares", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("declared_at", Time(), nullable=True))
        for name, length in SINGLE.items():
            table.add_column(sa.Column(name, Str(length=length), nullable=True))
        table.add_column(sa.Column("capture_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_event_capture_id"), "capture", ["capture_id"], ["id"])
        table.drop_index(op.f("ix_event_org_id"))
    with op.batch_alter_table("event") as table:
        table.alter_column("hash", server_default=None)
        table.alter_column("declares", server_default=None)
    op.create_index(op.f("ix_event_hash"), "event", ["hash"])
    op.create_index(op.f("ix_event_org_id_event_time"), "event", ["org_id", "event_time"])
    op.create_index(op.f("ix_event_org_id_recorded_at"), "event", ["org_id", "recorded_at"])
    op.create_index(
        "uq_event_captured",
        "event",
        ["org_id", "event_id", "declares"],
        unique=True,
        sqlite_where=CAPTURED,
        postgresql_where=CAPTURED,
    )


def _fill() -> None:
    """Events of before, in portions; their ids are their hashes."""
    names = ["id", "event_id", "org_id", "body", "hash", "declares", *SINGLE]
    event = sa.table("event", *(sa.column(name) for name in names), sa.column("declared_at", Time()))
    term = sa.table("event_term", *(sa.column(n) for n in ("event_row", "org_id", "role", "value", "quantity")))
    update = sa.update(event).where(event.c.id == sa.bindparam("row"))
    update = update.values({name: sa.bindparam(f"new_{name}") for name in ("hash", "declares", "declared_at", *SINGLE)})
    at, bind = 0, op.get_bind()
    question = sa.select(event.c.id, event.c.event_id, event.c.org_id, event.c.body).order_by(event.c.id)
    while rows := bind.execute(question.where(event.c.id > at).limit(PORTION)).all():
        told = [(row, json.loads(row.body)) for row in rows]
        bind.execute(update, [_columns(row, body) for row, body in told])
        terms = [_term(row, one) for row, body in told for one in facets.terms_of(body)]
        if terms:
            bind.execute(sa.insert(term), terms)
        at = rows[-1].id


def _columns(row: sa.Row, body: dict) -> dict:
    declared = facets.declared_at(body)
    values = {"hash": row.event_id, "declares": declared is not None, **facets.single_values(body, facets.Words(body))}
    values["declared_at"] = datetime.fromisoformat(declared) if declared else None
    return {"row": row.id, **{f"new_{name}": value for name, value in values.items()}}


def _term(row: sa.Row, one: facets.Term) -> dict:
    return {"event_row": row.id, "org_id": row.org_id, "role": one.role, "value": one.value, "quantity": one.quantity}


def downgrade() -> None:
    """Forget what was captured, and what events are found by."""
    op.drop_table("event_term")
    op.drop_index("uq_event_captured", table_name="event")
    for name in ("recorded_at", "event_time"):
        op.drop_index(op.f(f"ix_event_org_id_{name}"), table_name="event")
    op.drop_index(op.f("ix_event_hash"), table_name="event")
    op.execute("DELETE FROM event WHERE act = 'capture'")
    with op.batch_alter_table("event") as table:
        table.drop_constraint(op.f("fk_event_capture_id"), type_="foreignkey")
        for name in ("capture_id", *SINGLE, "declared_at", "declares", "hash"):
            table.drop_column(name)
        table.alter_column("event_type", type_=Str(length=24), existing_type=Str(length=400))
        table.alter_column("event_id", type_=Str(length=120), existing_type=Str(length=400))
        table.create_index(op.f("ix_event_org_id"), ["org_id"])
    op.drop_table("event_query")
    op.drop_table("capture")
