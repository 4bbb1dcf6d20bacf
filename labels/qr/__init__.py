"""QR symbols by the million: :class:`BatchEncoder` and nothing else."""

from labels.qr.batch import CROCKFORD, BatchEncoder

__all__ = ["CROCKFORD", "BatchEncoder"]
