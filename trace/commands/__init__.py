"""``nongsan <noun> <verb>``: one file a noun, listed in ``trace.commands.nouns``."""

from trace.commands.nouns import run

__all__ = ["run"]
