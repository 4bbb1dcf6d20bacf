"""How a row of an import is told when it is taken back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A row: what it is, where it stood in the file, its code and name, why it stays ("" where it goes).

    ``was_new`` says whether the import made it or only changed it.
    """

    thing: str
    file_row: int | None
    code: str
    name: str
    why: str = ""
    was_new: bool = True
