"""The nouns: one SQLModel table (or a noun and its history) a file, no queries.

``trace.records.schema`` imports them all, for migrations and for tests.
"""
