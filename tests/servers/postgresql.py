"""PostgreSQL, with a new database for everyone who asks."""

import secrets
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg

from tests.servers.running import Process, program


class PostgreSQL(Process):
    """A cluster that may lose everything when the power goes, and is fast for it."""

    account = "postgres"
    ending = signal.SIGINT  # "fast shutdown": does not wait for clients

    def __init__(self) -> None:
        self.program = program("postgres", "PostgreSQL", "postgresql", "/usr/lib/postgresql/*/bin")
        super().__init__()
        self.password = secrets.token_hex(8)

    def command(self) -> list[str | Path]:
        (self.directory / "password").write_text(self.password)
        self.give_away()
        data = self.directory / "data"
        subprocess.run(
            [
                self.program.with_name("initdb"),
                *("--pgdata", data),
                *("--username", "mailer"),
                *("--pwfile", self.directory / "password"),
                *("--auth", "scram-sha-256"),
                *("--encoding", "UTF8"),
                *("--locale", "C.UTF-8"),
                "--no-sync",
            ],
            check=True,
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            **self.identity(),
        )
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.directory,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        return [
            self.program,
            *("-D", data),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]

    def answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{secrets.token_hex(8)}"
        with closing(psycopg.connect(self._url("postgres"), autocommit=True)) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql://mailer:{self.password}@127.0.0.1:{self.port}/{database}"
