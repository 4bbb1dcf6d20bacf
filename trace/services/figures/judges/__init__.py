"""What rows count for where the database can not say it alone, a file a subject."""
