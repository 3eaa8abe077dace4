"""The builds of E-İmza Uygulaması that an authority publishes: one file, `builds.json`, in the folder it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from anahtar_server.config import config

SYSTEMS = {"windows": "Windows", "linux": "Pardus, Debian, Ubuntu", "macos": "macOS"}
"""Every system that the page names, whether it has a build or not."""


class Build(BaseModel):
    """A file to download: `size` in bytes, `sha256` of the whole file in hex, `address` on this host or another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    name: str = Field(max_length=120)
    size: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    address: str = Field(pattern="^(https://|/)")


_BUILDS = TypeAdapter(list[Build])


def downloads() -> list[tuple[str, Build | None]]:
    """Return each system with its build; None where none is published."""
    published = {build.system: build for build in _published(getattr(config().portal, "builds", None))}
    return [(name, published.get(system)) for system, name in SYSTEMS.items()]


def _published(file: Path | None) -> Iterator[Build]:
    if file is None:
        return
    try:
        yield from _BUILDS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return  # a page about a PIN must not fail over a download
