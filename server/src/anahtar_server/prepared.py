"""Statements whose SQL is made once: the unlock asks the same questions in every step, and making a question anew costs
Django's ORM several times what the database takes to answer it (decision 0019).

What is read stays a queryset, written where it was written before; only its SQL is kept. This stands on three parts of
Django that are no promise of its own (a query's compiler, a queryset's kind of rows, a field's value for saving), so
`test_prepared.py` holds every answer against the plain queryset's: an upgrade that changes them turns it red.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import Expression
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
_FIELDS: dict[type, models.Field[Any, Any]] = {
    UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
    bytes: models.BinaryField(),
}
"""Who makes a value fit for the database; what is not named here goes as it is."""
_MARK = "(slot %s)"
"""What stands for a slot until its SQL is whole; Django would put brackets round anything else."""


class _Slot(Expression):
    """Stands in a queryset for a value that comes with each use."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the mark of a slot, and this slot as its parameter."""
        return _MARK, [self]


@dataclass(frozen=True, slots=True)
class _Made:
    """A queryset, its compiler after the work, and what that made."""

    queryset: models.QuerySet[Any, Any]
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    converters: Any


@dataclass(frozen=True, slots=True)
class _Asked:
    """One use, in the shape in which Django's kinds of rows ask a queryset for it."""

    db: str
    model: type[models.Model]
    compiler: Any
    _known_related_objects: dict[Any, Any]

    @property
    def query(self) -> _Asked:
        """The query: this use as well."""
        return self

    def get_compiler(self, using: str) -> Any:
        """Return the compiler that has its SQL already."""
        return self.compiler


class Prepared(Generic[Row]):
    """A queryset of fixed shape, asked again and again with other values.

    `shape` gets a stand-in for each of its parameters and returns the queryset; it may compare them, nothing else.
    A stand-in is never None (SQL compares nothing with it) and no list: these are other shapes.
    """

    def __init__(self, shape: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self._shape = shape
        self._names = frozenset(inspect.signature(shape).parameters)
        self._made: _Made | None = None

    def all(self, **values: UUID | datetime | bytes | str | int) -> list[Row]:
        """Return all rows; raises TypeError for other names than the shape's or a value that it cannot compare, and
        TransactionManagementError when the shape locks its rows and no transaction is open."""
        if values.keys() != self._names:
            raise TypeError(f"the shape compares {sorted(self._names)}, given are {sorted(values)}")
        made = self._made = self._made or self._make()
        _refuse_lock(made.queryset)
        compiler = copy.copy(made.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        bound = [_fit(values[one.name]) if isinstance(one, _Slot) else one for one in made.parameters]
        compiler.as_sql = lambda: (made.sql, bound)
        compiler.get_converters = lambda _columns: made.converters
        asked: Any = _Asked(DEFAULT_DB_ALIAS, made.queryset.model, compiler, {})
        rows: Any = made.queryset._iterable_class(asked)
        return list(rows)

    def first(self, **values: UUID | datetime | bytes | str | int) -> Row | None:
        """Return the first row, if there is one; raises as `all` does."""
        rows = self.all(**values)
        return rows[0] if rows else None

    def one(self, **values: UUID | datetime | bytes | str | int) -> Row:
        """Return the only row; raises ObjectDoesNotExist or MultipleObjectsReturned, and as `all` does."""
        rows = self.all(**values)
        if not rows:
            raise ObjectDoesNotExist("no row matches")
        if len(rows) > 1:
            raise MultipleObjectsReturned(f"{len(rows)} rows match")
        return rows[0]

    def _make(self) -> _Made:
        queryset = self._shape(**{name: _Slot(name) for name in self._names})
        _refuse_lock(queryset)
        compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiler.connection = None  # it belongs to a thread
        return _Made(queryset, compiler, sql.replace(_MARK, "%s"), tuple(parameters), converters)


def _refuse_lock(queryset: models.QuerySet[Any, Any]) -> None:
    if queryset.query.select_for_update and not connection.in_atomic_block:
        raise TransactionManagementError("rows stay locked until a transaction ends: open one")


def _fit(value: Any) -> Any:
    if value is None or isinstance(value, (list, tuple, set, models.Model)):
        raise TypeError(f"a prepared statement compares with no {type(value).__name__}")
    field = _FIELDS.get(type(value))
    return value if field is None else field.get_db_prep_value(value, connection)


def insert(row: models.Model, *, unless: str = "") -> bool:
    """Store a new row by one statement; the database gives it its number, where that is the key.

    With `unless`, the name of a unique column, nothing is stored where a row with its value is there already: returns
    whether it was stored. Raises IntegrityError for what the table refuses, ValueError for a row that is stored.
    """
    if not row._state.adding:
        raise ValueError("this row is stored already")
    sql, fields, numbered = _insertion(type(row), unless)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        stored: bool = cursor.rowcount == 1
        if numbered:
            given = cursor.fetchone()
            stored, row.pk = given is not None, given[0] if given else None
    row._state.adding, row._state.db = not stored, DEFAULT_DB_ALIAS
    return stored


def rewrite(row: models.Model, *names: str) -> None:
    """Store the columns `names` of a row that is there (all of them without any) by one statement.

    Raises ObjectDoesNotExist when the row is gone, IntegrityError for what the table refuses, TypeError for a table
    whose rows guard their own saving.
    """
    if type(row).save is not models.Model.save:
        raise TypeError(f"{type(row).__name__} guards its saving: nothing is written past it")
    sql, fields = _rewriting(type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount != 1:
            raise ObjectDoesNotExist("no row was rewritten")


@cache
def _insertion(model: type[models.Model], unless: str) -> tuple[str, list[Any], bool]:
    numbered = isinstance(model._meta.pk, models.AutoField)
    fields: list[Any] = [one for one in model._meta.concrete_fields if not (numbered and one.primary_key)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({", ".join(["%s"] * len(fields))})'  # noqa: S608  # names of our own columns
    if unless:
        sql += f' ON CONFLICT ("{unless}") DO NOTHING'
    if numbered:
        sql += f' RETURNING "{model._meta.pk.column}"'
    return sql, fields, numbered


@cache
def _rewriting(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    fields = fields or [one for one in model._meta.concrete_fields if not one.primary_key]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    sql = f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s'  # noqa: S608  # names of our own columns
    return sql, [*fields, key]
