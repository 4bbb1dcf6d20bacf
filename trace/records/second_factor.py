"""What is shown beside a password: the secret of a telephone's six digits, and codes on paper."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, pk, ref


class SecondFactor(SQLModel, table=True):
    """An account's secret for codes of the time (RFC 6238); it counts once a code of it was typed in.

    ``last_step`` is the newest 30-second step whose code was taken: no code is taken twice, and none older.
    """

    __tablename__ = "second_factor"

    account_id: int = ref("account.id", index=False, primary_key=True)
    secret_sealed: bytes = blob()
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = big(default=0)


class RecoveryCode(SQLModel, table=True):
    """A code for the day the telephone is gone, good once; only its hash is stored."""

    __tablename__ = "recovery_code"

    id: int = pk()
    account_id: int = ref("account.id")
    code_hash: bytes = blob()
    used_at: datetime | None = Field(default=None)
