"""Reports of figures that the office has sent at set times: what is in them, when they are due, each run."""
