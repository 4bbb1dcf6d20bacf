"""Rows that figures count, a file a subject."""
