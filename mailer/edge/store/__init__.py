"""The durable memory: SQLite under the data directory, or PostgreSQL by URL.

`tables` draws the schema, `database` opens it and brings it up to date; each other module answers
one flow's port with transactions that are whole or did not happen.
"""
