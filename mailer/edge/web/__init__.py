"""The public pages: the archive of editions, its feeds, and the health of the service."""
