"""Settings and a database for the server's tests: SQLite in a file, or a private PostgreSQL with
ANAHTAR_TEST_DATABASE=postgresql."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest
from postgres_here import PrivatePostgresql

_folder = Path(tempfile.mkdtemp(prefix="anahtar-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_database = os.environ.get("ANAHTAR_TEST_DATABASE", "sqlite")


def _secret(name: str) -> str:
    path = _folder / name
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return name


def _database_table() -> str:
    if _database == "sqlite":
        return '[database]\nkind = "sqlite"\npath = "anahtar.sqlite3"\n'
    cluster = PrivatePostgresql(_folder / "postgresql")
    cluster.start()
    atexit.register(cluster.stop)
    return f'[database]\nkind = "postgresql"\nname = "postgres"\nuser = "postgres"\nhost = "{cluster.socket_folder}"\n'


def _settings_file() -> Path:
    file = _folder / "anahtar.toml"
    file.write_text(
        f"""
rehearsal = true
{_database_table()}
[portal]
public_url = "http://localhost:8400"
secret_key_file = "{_secret("django")}"
code_key_file = "{_secret("codes")}"
[signin]
issuer = "http://localhost:8401"
client_id = "portal"
client_secret_file = "{_secret("client")}"
[keyservice]
socket = "keyservice.sock"
code_key_file = "{_secret("sms-codes")}"
sealing_key_files = ["sealing-key.pem"]
[custody]
kind = "software"
file = "keys.json"
[notices]
inbox = "inbox"
"""
    )
    return file


if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker inherits the settings of the first process, and its PostgreSQL
    os.environ["ANAHTAR_CONFIG"] = str(_settings_file())
os.environ["DJANGO_SETTINGS_MODULE"] = "anahtar_server.django_settings"
django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A file, not memory: threads of a test must see one database. Each process has its own, in the one PostgreSQL."""
    from django.conf import settings

    name = f"test-{os.getpid()}"
    settings.DATABASES["default"]["TEST"]["NAME"] = str(_folder / f"{name}.sqlite3") if _database == "sqlite" else name


@pytest.fixture(scope="session", autouse=True)
def _rows_are_deleted() -> Iterator[None]:
    """Between two tests PostgreSQL deletes the few rows there are: TRUNCATE makes every table and index anew, which
    takes longer than most tests."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def deleted(self: DatabaseOperations, _style: object, tables: list[str], **_more: bool) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    before = DatabaseOperations.sql_flush
    DatabaseOperations.sql_flush = deleted
    yield
    DatabaseOperations.sql_flush = before


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Argon2 as in earnest, with little work, so that a run of tests does not spend its time there."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    before = Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64
    yield
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = before


@pytest.fixture
def now() -> datetime:
    """The time of a test: acts take it as an argument."""
    return datetime(2026, 11, 23, 14, 55, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return tmp_path
