"""What was fixed when the instance was made: the id host, whether it is a demonstration."""

from sqlmodel import Field, SQLModel


class InstanceFact(SQLModel, table=True):
    """A name and its value."""

    __tablename__ = "instance_fact"

    name: str = Field(primary_key=True, max_length=32)
    value: str = Field(max_length=400)
