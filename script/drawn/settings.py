"""The settings as tables: name, kind and default from the models, their meaning from the code or from here."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from anahtar_card.record import as_dict
from anahtar_desktop import settings as program_settings
from anahtar_gate import config as gate_config
from anahtar_server import config as server_config
from drawn.meanings import MEANINGS
from drawn.part import NotDrawn, code, one_line, table

HEAD = ("setting", "kind", "default", "meaning")
SERVER_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", server_config.Config),
    ("database", server_config.Sqlite),
    ("database", server_config.Postgresql),
    ("portal", server_config.Portal),
    ("signin", server_config.SignIn),
    ("keyservice", server_config.KeyService),
    ("custody", server_config.SoftwareKeys),
    ("custody", server_config.Pkcs11Keys),
    ("notices", server_config.Notices),
    ("limits", server_config.Limits),
    ("certificates", server_config.Certificates),
)
GATE_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("gate", gate_config.GateConfig),
    ("gate.clients", gate_config.ClientConfig),
)


class NoMeaning(NotDrawn):
    """A setting has neither a docstring in the code nor a sentence in `drawn/meanings.py`."""


def server(root: Path) -> str:
    """Return the tables of `anahtar.toml` that the server reads; raises NoMeaning."""
    return _sections(SERVER_TABLES)


def gate(root: Path) -> str:
    """Return the gate's tables; raises NoMeaning."""
    return _sections(GATE_TABLES)


def program(root: Path) -> str:
    """Return the program's settings; raises NoMeaning."""
    model = program_settings.Settings
    kinds = _annotations(model)
    rows = [
        (code(name), kinds[name], _shown(default), _meaning("eimza", model, name))
        for name, default in as_dict(model()).items()
    ]
    return table(HEAD, rows)


def _sections(tables: tuple[tuple[str, type[BaseModel]], ...]) -> str:
    return "\n\n".join(_section(name, model, tables) for name, model in tables)


def _section(name: str, model: type[BaseModel], tables: tuple[tuple[str, type[BaseModel]], ...]) -> str:
    title = f"[[{name}]]" if name == "gate.clients" else f"[{name}]" if name else "at the top"
    inner = {model for _, model in tables}
    rows = list(_rows(name, model, inner))
    kind = _literal_kind(model)
    head = (
        f"### `{title}`{kind}\n\n{one_line(model.__doc__)}" if name else f"### At the top\n\n{one_line(model.__doc__)}"
    )
    return f"{head}\n\n{table(HEAD, rows)}"


def _rows(name: str, model: type[BaseModel], inner: set[type[BaseModel]]) -> Iterator[tuple[str, str, str, str]]:
    kinds = _annotations(model)
    for field, info in model.model_fields.items():
        if any(table_model.__name__ in kinds[field] for table_model in inner if table_model is not model):
            continue  # a table of its own
        default = "required" if info.is_required() else _shown(info.default)
        yield code(field), kinds[field], default, _meaning(name, model, field)


def _literal_kind(model: type[BaseModel]) -> str:
    kind = _annotations(model).get("kind", "")
    return f" with kind = {kind}" if kind else ""


def _annotations(model: type[Any]) -> dict[str, str]:
    """Return each field's type as it is written in the source, shortened to what an operator writes."""
    return {
        statement.target.id: _kind(ast.unparse(statement.annotation))
        for statement in _class(model).body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def _kind(annotation: str) -> str:
    if annotation.startswith("Annotated["):
        annotation = annotation.removeprefix("Annotated[").split(",")[0]
    words = annotation.replace("SecretFile", "path of a secret file").replace("Path", "path")
    words = words.replace("Literal[", "").replace("'", '"') if words.startswith("Literal[") else words
    return words.removesuffix("]") if annotation.startswith("Literal[") else words


def _class(model: type[Any]) -> ast.ClassDef:
    parsed = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(parsed, ast.ClassDef)
    return parsed


def _docstrings(model: type[Any]) -> dict[str, str]:
    """Return the sentences that stand under fields in the source."""
    found, last = {}, ""
    for statement in _class(model).body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            last = statement.target.id
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and last:
            found[last] = one_line(str(statement.value.value))
        else:
            last = ""
    return found


def _meaning(name: str, model: type[Any], field: str) -> str:
    said = _docstrings(model).get(field) or MEANINGS.get(f"{name}.{field}".lstrip("."))
    if said is None:
        raise NoMeaning(f"the setting {name}.{field} has no sentence: add one under the field or in drawn/meanings.py")
    return said


def _shown(value: object) -> str:
    if value is None or value == () or isinstance(value, BaseModel):
        return "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(f'"{value}"' if isinstance(value, str | Path) else str(value))
