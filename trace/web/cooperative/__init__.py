"""The cooperative's pages (``/htx``): one file and one door a subject."""
