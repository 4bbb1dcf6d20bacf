"""Marketplaces without a programming interface that anybody knows of: people carry files there and back.

Nothing here or elsewhere calls them. An order report is read from a file a person (or a folder) gives, and
what a shop shall show is written into the template that the shop's own seller centre gave.
"""

BY_FILE: dict[str, str] = {"postmart": "Buudien.vn (Postmart)", "voso": "Vỏ Sò"}
"""Name and what people call it."""


def is_by_file(marketplace: str) -> bool:
    """Whether shops of this marketplace are kept by files, so that no job may call it."""
    return marketplace in BY_FILE
