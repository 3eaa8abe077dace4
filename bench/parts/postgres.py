"""A PostgreSQL of the bench's own, as durable as in earnest, on the server's core, reached by a unix socket only."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.parts import machine
from bench.parts.packages import postgresql

US = "anahtar-bench"
"""The application name of the bench's own connections, so that their statements are told apart."""
LOGGED = ("log_destination=csvlog", "logging_collector=on", "log_directory=log", "log_filename=statements.log")
_STATEMENT, _APPLICATION = 13, 22  # columns of csvlog (PostgreSQL 15, section 20.8.4)


class Cluster:
    """A running cluster with every default of durability: fsync, full page writes, synchronous commit."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="anahtar-pg-", dir="/tmp"))
        self._as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_other:
            shutil.chown(self.folder, "postgres", "postgres")

    @property
    def data(self) -> Path:
        """Where it keeps its files."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The first process of the server."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    @property
    def settings(self) -> str:
        """The table `[database]` of the settings."""
        return f'kind = "postgresql"\nname = "postgres"\nuser = "postgres"\nhost = "{self.folder}"'

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
        options = ["listen_addresses=", f"unix_socket_directories={self.folder}", *LOGGED]
        joined = " ".join(f"-c {option}" for option in options)
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", f"{self.folder}/out", "-o", joined, "start")

    def stop(self) -> None:
        """Stop at once and delete everything."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the bench's own, each statement its own transaction."""
        return psycopg.connect(
            f"host={self.folder} user=postgres dbname=postgres application_name={US}", autocommit=True
        )

    def execute(self, *statements: str) -> None:
        """Run statements."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    @property
    def durability(self) -> str:
        """What the running server says of its durability."""
        with self.connect() as link:
            names = ("fsync", "synchronous_commit", "full_page_writes")
            rows = {name: link.execute(f"SHOW {name}".encode()).fetchone() for name in names}
        return ", ".join(f"{name} {row[0] if row else '?'}" for name, row in rows.items())

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Have the server log every statement while the block runs."""
        self.execute("ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")
        yield
        self.execute("ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")

    def logged(self, mark: str) -> list[str]:
        """Return the statements that others sent, in order, and among them our own that begin with `mark`."""
        with (self.data / "log" / "statements.csv").open(encoding="utf-8", newline="") as log:
            rows = [(row[_STATEMENT], row[_APPLICATION]) for row in csv.reader(log)]
        said = [(text.removeprefix("statement: "), who) for text, who in rows if text.startswith("statement: ")]
        return [text for text, who in said if who != US or text.startswith(mark)]

    def _run(self, program: str, *arguments: str) -> None:
        path = postgresql(program)
        assert path is not None
        command = machine.on_core(machine.SERVER, [*self._as_other, str(path), *arguments])
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a running cluster."""
    one = Cluster()
    one.start()
    try:
        yield one
    finally:
        one.stop()


def pgbench(one: Cluster, scripts: Sequence[Path], *options: str) -> list[str]:
    """Return the command that runs scripts as one client by the simple protocol, as our server does."""
    program = postgresql("pgbench")
    assert program is not None
    files = [word for script in scripts for word in ("-f", str(script))]
    command = [str(program), "-h", str(one.folder), "-U", "postgres", "-n", "-M", "simple", "-c", "1", *options]
    return machine.on_core(machine.LOAD, [*command, *files, "postgres"])
