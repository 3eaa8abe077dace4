"""Registering on macOS: the scheme stands in the application bundle's Info.plist (CFBundleURLTypes), which Launch
Services reads when the bundle is registered. UNTESTED: written to the documented interface, run by nobody here yet."""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

IDENTIFIER = "invalid.anahtar.eimza"
TOOL = Path("/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister")


def url_types() -> list[dict[str, Any]]:
    """Return the CFBundleURLTypes that the bundle's Info.plist needs."""
    return [{"CFBundleURLName": IDENTIFIER, "CFBundleURLSchemes": ["eimza"], "CFBundleTypeRole": "Viewer"}]


def register(command: Sequence[str]) -> str:
    """Put the scheme into the bundle that `command` lies in and register it; raises OSError outside a bundle."""
    bundle = _bundle(Path(command[0]))
    info = bundle / "Contents" / "Info.plist"
    properties = plistlib.loads(info.read_bytes())
    if properties.get("CFBundleURLTypes") != url_types():  # a packaged bundle has it, and a change breaks its signature
        properties["CFBundleURLTypes"] = url_types()
        info.write_bytes(plistlib.dumps(properties))
    subprocess.run([TOOL, "-f", bundle], check=False, timeout=30)  # noqa: S603  the system's own tool
    return bundle.name


def unregister() -> str:
    """Have Launch Services forget the bundle; raises OSError outside a bundle."""
    import sys

    bundle = _bundle(Path(sys.executable))
    subprocess.run([TOOL, "-u", bundle], check=False, timeout=30)  # noqa: S603  the system's own tool
    return bundle.name


def _bundle(program: Path) -> Path:
    for folder in program.parents:
        if folder.suffix == ".app":
            return folder
    raise OSError(2, "not inside an application bundle")
