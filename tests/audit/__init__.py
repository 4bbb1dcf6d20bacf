"""The log, its audit and its proofs."""
