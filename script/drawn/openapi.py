"""The program's API as an OpenAPI 3.1 document, from the same routes and messages as the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from anahtar_wire import VERSION
from anahtar_wire import messages as wire
from anahtar_wire.proof import HEADER
from drawn.api import Route, every_route

_REF = "#/components/schemas/{model}"
_PROBLEM = "ProblemReport"


def document(root: Path) -> str:
    """Return the document as JSON; raises NotDrawn."""
    routes = list(every_route())
    names = sorted({name for one in routes for name in (one.asks, one.answers) if name} | {_PROBLEM})
    kinds = [(getattr(wire, name), "validation") for name in names]
    _, schemas = models_json_schema(kinds, ref_template=_REF)  # type: ignore[arg-type]  # pydantic's own Literal
    paths: dict[str, dict[str, Any]] = {}
    for one in routes:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Anahtar: what E-İmza Uygulaması calls", "version": str(VERSION)},
        "paths": paths,
        "components": {"schemas": {name: _carries_version(one) for name, one in schemas["$defs"].items()}},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _carries_version(schema: dict[str, Any]) -> dict[str, Any]:
    """A message's version has a default for whoever makes it; whoever sends it must say it."""
    if "version" not in schema.get("properties", {}):
        return schema
    return {**schema, "required": sorted({"version", *schema.get("required", ())})}


def _operation(route: Route) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": HEADER, "in": "header", "schema": {"type": "string"}}]
    if "{unlock}" in route.path:
        parameters.append({"name": "unlock", "in": "path", "required": True, "schema": {"type": "string"}})
    operation: dict[str, Any] = {
        "summary": route.does,
        "parameters": parameters,
        "responses": {
            "200": {"description": "done", "content": _content("application/json", route.answers)},
            "4XX": {"description": "refused; nothing was done", "content": _problem()},
            "503": {"description": "the key service cannot be asked now", "content": _problem()},
        },
    }
    if route.asks:
        operation["requestBody"] = {"required": True, "content": _content("application/json", route.asks)}
    return operation


def _problem() -> dict[str, Any]:
    return _content("application/problem+json", _PROBLEM)


def _content(kind: str, name: str) -> dict[str, Any]:
    return {kind: {"schema": {"$ref": _REF.format(model=name)}}}
