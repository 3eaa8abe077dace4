"""Writes the program's bill of materials (CycloneDX 1.5, JSON): every part that comes with it, with the version and the
check sums of the lock file, and which part needs which.

    desktop/packaging/sbom.py requirements/build.txt [out/desktop/eimza] > out/desktop/eimza.cdx.json

Parts and what they need are read from the packages that are installed where this runs; versions and sums from the lock.
It holds no time and no random number, so the same lock makes the same file.

With the built folder as second argument the bill has what PyInstaller took from the system too: the interpreter, and
libraries of Debian's packages. Qt itself comes inside pyside6-essentials.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = "anahtar-desktop"
EXTRAS = {PROGRAM: {"window", "pcsc", "updates"}, "anahtar-card": {"pcsc"}}
OWN = ("anahtar-desktop", "anahtar-card", "anahtar-wire")
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Locked = dict[str, tuple[str, list[str]]]


def locked(text: str) -> Locked:
    """Return each part of a lock file with its version and check sums."""
    parts: Locked = {}
    name = ""
    for line in text.splitlines():
        pinned = PINNED.match(line)
        if pinned:
            name = canonicalize_name(pinned[1])
            parts[name] = (pinned[2], [])
        if name and not line.lstrip().startswith("#"):
            parts[name][1].extend(HASH.findall(line))
    return parts


def needs(name: str) -> list[str]:
    """Return what an installed part needs here, its extras among them."""
    wanted = EXTRAS.get(name, set()) | {""}
    try:
        requirements = [Requirement(one) for one in distribution(name).requires or []]
    except PackageNotFoundError:
        return []
    return sorted(
        canonicalize_name(one.name)
        for one in requirements
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in wanted)
    )


def closure(name: str) -> dict[str, list[str]]:
    """Return a part and everything below it, each with what it needs."""
    found: dict[str, list[str]] = {}
    waiting = [name]
    while waiting:
        part = waiting.pop()
        if part not in found:
            found[part] = needs(part)
            waiting += found[part]
    return dict(sorted(found.items()))


def of_system(built: Path) -> list[dict[str, Any]]:
    """Return what a built folder holds that no wheel brought; raises LookupError for a library of nobody's."""
    libraries = {one.name for one in (built / "_internal").glob("lib*.so*") if not one.is_symlink()}
    found = [("cpython", platform.python_version(), "generic")]
    found += _packages_of([name for name in libraries if not name.startswith("libpython")])
    return [
        {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        for name, version, kind in sorted(found)
        for purl in [f"pkg:{kind}/{name}@{quote(version, safe=':~')}"]
    ]


def _packages_of(libraries: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return name, version and kind of the packages that libraries of the system belong to."""
    lines = _dpkg("-S", *(f"*/{name}" for name in libraries))
    owners = {path.rpartition("/")[2]: package for package, _, path in (line.partition(": ") for line in lines)}
    if missing := set(libraries) - set(owners):
        raise LookupError(", ".join(sorted(missing)))
    shown = _dpkg("-W", "-f=${Package} ${Version}\\n", *sorted(set(owners.values())))
    return [(name, version, "deb/debian") for name, version in (line.split() for line in shown)]


def _dpkg(*words: str) -> list[str]:
    done = subprocess.run(["dpkg-query", *words], capture_output=True, text=True)  # noqa: S603, S607  Debian's own tool
    return done.stdout.splitlines()


def bill(lock: Locked, system: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the bill of materials with these parts of the system; raises KeyError for a part that the lock lacks."""
    parts = closure(PROGRAM)
    references = {name: f"pkg:pypi/{name}@{_version(name, lock)}" for name in parts}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _component(PROGRAM, references, lock, "application")},
        "components": [
            *(_component(name, references, lock, "library") for name in parts if name != PROGRAM),
            *system,
        ],
        "dependencies": [
            {"ref": references[name], "dependsOn": [references[one] for one in below]} for name, below in parts.items()
        ],
    }


def _component(name: str, references: dict[str, str], lock: Locked, kind: str) -> dict[str, Any]:
    hashes = [] if name in OWN else [{"alg": "SHA-256", "content": one} for one in lock[name][1]]
    whole = {"type": kind, "bom-ref": references[name], "name": name, "version": _version(name, lock)}
    return whole | {"purl": references[name]} | ({"hashes": hashes} if hashes else {})


def _version(name: str, lock: Locked) -> str:
    return distribution(name).version if name in OWN else lock[name][0]


if __name__ == "__main__":
    system = of_system(Path(sys.argv[2])) if len(sys.argv) > 2 else []
    print(json.dumps(bill(locked(Path(sys.argv[1]).read_text(encoding="utf-8")), system), indent=1))
