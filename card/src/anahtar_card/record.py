"""Values with named fields, as `@dataclass(frozen=True, slots=True)` makes them, without the price of its start.

`dataclasses` brings `inspect` and compiles the text of six methods for each class: a third of all that a look at a card
costs (docs/decisions/0014). Here all records share the same few methods.

A record has a field for each annotation of its class, in that order, with a default where the class gives one. Fields
are given by position or by name and are never set again; records are equal when class and fields are, print their
fields, and are matched by position. What the class writes itself stands, and `__post_init__` is called. An exception
may be one too. The class is made anew, as with `dataclass(slots=True)`: no `super()` without arguments in its methods.
"""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True)
def record(plain: type[Kind]) -> type[Kind]:
    """Return the class as a record."""
    own = {name: value for name, value in vars(plain).items() if name not in ("__dict__", "__weakref__")}
    fields = tuple(own.get("__annotations__", ()))
    defaults = {name: own.pop(name) for name in fields if name in own}
    shape = {"__slots__": fields, "__match_args__": fields, "_defaults": defaults}
    metaclass: Any = type(plain)
    made: type[Kind] = metaclass(plain.__name__, plain.__bases__, {**_SHARED, **own, **shape})
    return made


def replace(one: Kind, **changes: Any) -> Kind:
    """Return another record of the same class that differs in these fields; raises TypeError for what is no field."""
    return type(one)(**{**as_dict(one), **changes})


def as_dict(one: object) -> dict[str, Any]:
    """Return the fields and their values."""
    return {name: getattr(one, name) for name in type(one).__match_args__}  # type: ignore[attr-defined]  # every record has it


def _init(self: Any, *given: Any, **named: Any) -> None:
    fields, defaults = self.__match_args__, self._defaults
    for name, value in zip(fields, given, strict=False):
        object.__setattr__(self, name, value)
    for name in fields[len(given) :]:
        if name not in named and name not in defaults:
            raise TypeError(f"{type(self).__name__} needs {name}")
        object.__setattr__(self, name, named.pop(name) if name in named else defaults[name])
    if named or len(given) > len(fields):
        raise TypeError(f"{type(self).__name__}: {', '.join(named) or 'more values than fields'} cannot be taken")
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in self.__match_args__])


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in as_dict(self).items())})"


def _equal(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash((type(self), _values(self)))


def _set(self: Any, name: str, value: object) -> None:
    if name in self.__match_args__:
        raise AttributeError(f"{type(self).__name__}.{name} is never set again")
    object.__setattr__(self, name, value)


def _delete(self: Any, name: str) -> None:
    if name in self.__match_args__:
        raise AttributeError(f"{type(self).__name__}.{name} is never deleted")
    object.__delattr__(self, name)


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), _values(self)


_SHARED: dict[str, Any] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _equal,
    "__hash__": _hash,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__reduce__": _reduce,
}
