"""The indicators, a file a subject; ``catalogue`` has them all."""
