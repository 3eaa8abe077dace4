"""Runs pkilint's commands one after another in a process of its own, which loads them once: a list of
[command, arguments…] on standard input, a list of their findings on standard output."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys


def main() -> None:
    """Run and print; a command's exit status counts its findings, its output is CSV."""
    findings = []
    for command, *arguments in json.load(sys.stdin):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            importlib.import_module(f"pkilint.bin.{command}").main(["lint", "-f", "CSV", *arguments])
        findings.append(said.getvalue())
    print(json.dumps(findings))


if __name__ == "__main__":
    main()
