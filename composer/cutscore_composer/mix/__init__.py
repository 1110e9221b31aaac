"""Mix: stems to the master, in blocks."""
