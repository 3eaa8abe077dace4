"""The program's API: routes from the server's own addresses, messages from the wire's own sources."""

from __future__ import annotations

import ast
import inspect
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from anahtar_desktop import client
from anahtar_wire import messages as wire
from anahtar_wire import names
from anahtar_wire.messages import Message
from drawn.part import NotDrawn, code, one_line, table

PREFIX = "/api/v1/"


class Route(NamedTuple):
    """One address of the API; `asks` is empty where nothing is sent."""

    method: str
    path: str
    does: str
    asks: str
    answers: str


def every_route() -> Iterator[Route]:
    """Yield every route; raises NotDrawn for one that the program does not call."""
    answers = _answers()
    for path, view in _views():
        method = inspect.getclosurevars(view).nonlocals["method"]
        if (method, path) not in answers:
            raise NotDrawn(f"{method} {path} is not called by the program")
        asks = _request(view) if method == "POST" else ""
        shown = path.replace("<str:name>", "{unlock}")
        yield Route(method, PREFIX + shown, one_line(view.__doc__), asks, answers[method, path])


def routes(root: Path) -> str:
    """Return every route with its method, request and answer; raises NotDrawn."""
    rows = [(code(f"{one.method} {one.path}"), one.does, _link(one.asks), _link(one.answers)) for one in every_route()]
    return table(("route", "what it does", "request", "answer"), rows)


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})" if name else ""


def _views() -> list[tuple[str, Callable[..., Any]]]:
    """Return the API's addresses with their views, under the settings of a rehearsal that is thrown away."""
    from anahtar_server.rehearsal.folder import make

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ANAHTAR_CONFIG"] = str(make(Path(folder), keys="software", readers="direct"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "anahtar_server.django_settings"
        import django

        django.setup()
        from anahtar_server.api.urls import urlpatterns

        return [(str(pattern.pattern), pattern.callback) for pattern in urlpatterns]


def _request(view: Callable[..., Any]) -> str:
    """Return the message that a view reads: the first one that its own code names."""
    inner = inspect.unwrap(view)
    names: tuple[str, ...] = inner.__code__.co_names
    for name in names:
        kind = inner.__globals__.get(name)
        if isinstance(kind, type) and issubclass(kind, Message):
            return name
    raise NotDrawn(f"{inner.__name__} reads no message")


def _answers() -> dict[tuple[str, str], str]:
    """Return what the program takes each answer for, read from the calls in its client."""
    tree = ast.parse(inspect.getsource(client))
    calls = [call for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for call in _calls(node)]
    return dict(calls)


def _calls(function: ast.FunctionDef) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield method, path and answer of each call that a function of the client makes."""
    assigned = {
        ast.unparse(node.targets[0]): ast.unparse(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._call":
            kind, method, path = (ast.unparse(argument) for argument in node.args[:3])
            yield (method.strip("'"), _as_served(assigned.get(path, path))), kind


def _as_served(written: str) -> str:
    """Return a path of the client as the server's table of addresses writes it."""
    return written.removeprefix("f").strip("'").replace("{unlock}", "<str:name>").removeprefix("/")


def messages(root: Path) -> str:
    """Return the names and every message of the wire with its fields."""
    return "\n\n".join(_message(node) for node in _classes())


def _classes() -> Iterator[ast.ClassDef]:
    for module in (names, wire):
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef):
                yield node


def _message(node: ast.ClassDef) -> str:
    head = f"### {node.name}\n\n{one_line(ast.get_docstring(node))}"
    if any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases):
        return f"{head}\n\n{', '.join(code(value) for value in _values(node))}"
    rows = [_field(one) for one in node.body if isinstance(one, ast.AnnAssign)]
    return f"{head}\n\n{table(('field', 'kind', 'bounds', 'default'), rows)}" if rows else head


def _values(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield ast.literal_eval(statement.value)


def _field(statement: ast.AnnAssign) -> tuple[str, str, str, str]:
    name, kind = ast.unparse(statement.target), ast.unparse(statement.annotation)
    bounds, default = "", "required"
    value = statement.value
    if isinstance(value, ast.Call):
        said = {one.arg or "": ast.unparse(one.value) for one in value.keywords}
        default = said.pop("default", "required") if "default_factory" not in said else "empty"
        bounds = ", ".join(f"{key} {text}" for key, text in said.items() if key not in ("repr", "default_factory"))
    elif value is not None:
        default = ast.unparse(value)
    return code(name), code(kind), bounds, default if default in ("required", "empty") else code(default)
