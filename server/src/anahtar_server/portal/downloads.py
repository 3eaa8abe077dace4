"""The builds of E-İmza Uygulaması that an authority publishes: the folder `portal.downloads`, which
`desktop/packaging/release.py` fills with `builds.json` and, under TUF metadata, the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from anahtar_server.config import config

LIST = "builds.json"
PARTS = ("metadata", "targets")
"""The folders whose files everyone may fetch."""
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
    folder = config().portal.downloads
    published = {build.system: build for build in _published(folder and folder / LIST)}
    return [(name, published.get(system)) for system, name in SYSTEMS.items()]


def _published(file: Path | None) -> Iterator[Build]:
    if file is None:
        return
    try:
        yield from _BUILDS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return  # a page about a PIN must not fail over a download


def file_at(place: str) -> Path | None:
    """Return a published file by its place below `portal.downloads`; None for what is not there or not for everyone."""
    folder = config().portal.downloads
    if folder is None or "\0" in place or place.split("/")[0] not in PARTS:
        return None
    whole, path = folder.resolve(), (folder / place).resolve()
    inside = any(path.is_relative_to(whole / part) for part in PARTS)
    return path if inside and path.is_file() else None
