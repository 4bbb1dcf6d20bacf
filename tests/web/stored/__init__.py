"""Scripts stored in every field: the strings, who sows them, who reads the pages, who judges what is read."""
