"""Keys and databases that fail where a test says so, around the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from anahtar_server.custody.port import Custody

Fault = Callable[[], object]


class FaultCustody:
    """Keys that behave like `inner`, but for one fault before the `at`-th use from now; `uses` counts the uses."""

    def __init__(self, inner: Custody) -> None:
        self._inner = inner
        self._plan: dict[int, Fault] = {}
        self.uses = 0

    def fail(self, fault: Fault, *, at: int = 1) -> None:
        """Let `fault` happen before the `at`-th use from now, and before every later one until `heal`."""
        self._plan = {self.uses + at: fault}

    def heal(self) -> None:
        """No fault any more."""
        self._plan = {}

    def mac(self, **asked: Any) -> bytes:
        """See Custody.mac."""
        self.uses += 1
        for number, fault in self._plan.items():
            if self.uses >= number:
                fault()
        return self._inner.mac(**asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextmanager
def full_disk() -> Iterator[None]:
    """The database takes no more: each row wants more room than there is (SQLITE_FULL, as the library itself finds);
    PostgreSQL refuses each with the error of a full disk (53100), for it cannot be told to have one."""
    tables = connection.introspection.table_names()
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in _FILLER if sqlite else _FULL:
            cursor.execute(statement)
        for table in tables:
            for statement in _SQLITE_TRIGGERS if sqlite else _POSTGRESQL_TRIGGERS:
                cursor.execute(statement.format(table))
    try:
        with each_connection("pragma max_page_count = 1") if sqlite else nullcontext():  # it keeps those that there are
            yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                for statement in _SQLITE_TRIGGERS if sqlite else _POSTGRESQL_TRIGGERS:
                    name = statement.format(table).split()[2]
                    cursor.execute(f"drop trigger {name}" if sqlite else f"drop trigger {name} on {table}")
            if sqlite:
                cursor.execute("drop table full_disk")


_FILLER = ("create table full_disk (filler blob)",)
_SQLITE_TRIGGERS = tuple(
    f"create trigger full_{event}_{{0}} before {event} on {{0}}"
    " begin insert into full_disk values (zeroblob(200000000)); end"
    for event in ("insert", "update")
)
_FULL = (
    """create or replace function full_disk() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '53100', message = 'No space left on device'; end $$""",
)
_POSTGRESQL_TRIGGERS = (
    "create trigger full_{0} before insert or update on {0} for each row execute function full_disk()",
)


@contextmanager
def read_only() -> Iterator[None]:
    """The database may be read only, as a standby or a disk with errors."""
    sqlite = connection.vendor == "sqlite"
    with each_connection("pragma query_only = on" if sqlite else "set default_transaction_read_only = on"):
        yield


@contextmanager
def each_connection(statement: str) -> Iterator[None]:
    """Say this on the connection and on every one that is opened in its place; afterwards it is opened anew."""

    def say(connection: BaseDatabaseWrapper, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    say(connection)  # type: ignore[arg-type]  # a proxy of one
    connection_created.connect(say)
    try:
        yield
    finally:
        connection_created.disconnect(say)
        connection.close()


def everything_stored() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, to be compared before and after."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(set(connection.introspection.table_names()) - {"full_disk"}):
            cursor.execute(f"select * from {table}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found
