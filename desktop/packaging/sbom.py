"""Writes the program's bill of materials (CycloneDX 1.5, JSON): every part that comes with it, with the version and the
check sums of the lock file, and which part needs which.

    desktop/packaging/sbom.py requirements/test.txt > out/desktop/eimza.cdx.json

Parts and what they need are read from the packages that are installed where this runs; versions and sums from the lock.
It holds no time and no random number, so the same lock makes the same file.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

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


def bill(lock: Locked) -> dict[str, Any]:
    """Return the bill of materials; raises KeyError for a part that the lock does not hold."""
    parts = closure(PROGRAM)
    references = {name: f"pkg:pypi/{name}@{_version(name, lock)}" for name in parts}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _component(PROGRAM, references, lock, "application")},
        "components": [_component(name, references, lock, "library") for name in parts if name != PROGRAM],
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
    print(json.dumps(bill(locked(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1))
