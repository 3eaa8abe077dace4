"""Registering on Linux: a desktop entry in the user's data folder (Desktop Entry Specification 1.5) and the scheme's
default application (xdg-mime; where it is missing, mimeapps.list of the MIME Applications Associations 1.0)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ENTRY = "eimza.desktop"
TYPE = "x-scheme-handler/eimza"
PLAIN = re.compile(r"[A-Za-z0-9_./+:@-]+", re.ASCII)
"""What can stand in Exec as it is."""
SECTION = "[Default Applications]"


def register(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Write the entry, make it the scheme's application, and return the entry's name; raises OSError."""
    folder = _folder(environment, "XDG_DATA_HOME", ".local/share") / "applications"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ENTRY).write_text(_entry(command), encoding="utf-8")
    _make_default(environment)
    return ENTRY


def unregister(environment: Mapping[str, str] = os.environ) -> str:
    """Take the entry away; what names it as a default then names nothing. Raises OSError."""
    path = _folder(environment, "XDG_DATA_HOME", ".local/share") / "applications" / ENTRY
    path.unlink(missing_ok=True)
    return ENTRY


def _entry(command: Sequence[str]) -> str:
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Name=E-İmza Uygulaması",
        "Comment=PIN Oluşturma/Kilit Çözme",
        "Comment[en]=Set or unlock a signature card's PIN",
        f"Exec={' '.join(_quoted(part) for part in command)} open %u",
        "Icon=eimza",
        "Terminal=false",
        "Categories=Utility;Security;",
        f"MimeType={TYPE};",
    ]
    return "\n".join(lines) + "\n"


def _quoted(argument: str) -> str:
    """Quote one argument of Exec where it needs that (Desktop Entry Specification, "The Exec key"); xdg-open starts no
    program whose name stands in quotes."""
    if PLAIN.fullmatch(argument):
        return argument
    escaped = "".join("\\" + one if one in '"`$\\' else one for one in argument).replace("%", "%%")
    return f'"{escaped}"'.replace("\\", "\\\\")


def _make_default(environment: Mapping[str, str]) -> None:
    tool = shutil.which("xdg-mime", path=environment.get("PATH"))
    if tool is None:
        _write_default(_folder(environment, "XDG_CONFIG_HOME", ".config") / "mimeapps.list")
        return
    command = [tool, "default", ENTRY, TYPE]
    done = subprocess.run(command, env=dict(environment), capture_output=True, timeout=20)  # noqa: S603  words of ours
    if done.returncode != 0:
        raise OSError(done.returncode, "xdg-mime")


def _write_default(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [line for line in lines if not line.startswith(f"{TYPE}=")]
    if SECTION not in lines:
        lines.append(SECTION)
    lines.insert(lines.index(SECTION) + 1, f"{TYPE}={ENTRY}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _folder(environment: Mapping[str, str], variable: str, otherwise: str) -> Path:
    """Return a folder of the XDG Base Directory Specification; a relative value counts as unset (section 3)."""
    named = environment.get(variable, "")
    return Path(named) if named.startswith("/") else Path(environment.get("HOME", str(Path.home()))) / otherwise
