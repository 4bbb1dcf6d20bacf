"""What stands beside the log's leaves: the tree's stored nodes, and the salts of private texts."""

from sqlmodel import Field, SQLModel

from trace.records.columns import BigId, blob


class LogTile(SQLModel, table=True):
    """Up to 256 hashes of a level of the tree, 32 bytes each, in a row.

    Level 0 holds leaves, level 1 the roots of 256 of them, and so on; the last tile of a level grows.
    Roots and paths are read from a few tiles, however long the log.
    """

    __tablename__ = "log_tile"

    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigId)
    hashes: bytes = blob()


class RowSalt(SQLModel, table=True):
    """The salt under which a row's private texts stand in the log; a new one whenever the row changes.

    An older text can not be guessed from the log once its salt is gone.
    """

    __tablename__ = "row_salt"

    table_name: str = Field(primary_key=True, max_length=24)
    row_id: int = Field(primary_key=True, sa_type=BigId)
    salt: bytes = blob()
