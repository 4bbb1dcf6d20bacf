"""Checking the log against the rows, its own tree and the checkpoints, and proving one lot out of it."""
