"""Sheets and rolls as PDF: streamed, equal bytes for an equal job, text that can be copied out."""

from labels.pdf.writer import pdf_chunks, write_pdf

__all__ = ["pdf_chunks", "write_pdf"]
