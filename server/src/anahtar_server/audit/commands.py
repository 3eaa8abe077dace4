"""`anahtar audit export FILE` and `anahtar audit verify [FILE] [--head FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from anahtar_server.audit.verify import Head, NotAnExport, Report, read_head, verify


def add_arguments(audit: argparse.ArgumentParser) -> None:
    """Give the command `audit` its two parts; each sets `run`, a function of the arguments that returns the status."""
    parts = audit.add_subparsers(required=True, metavar="export|verify")
    part = parts.add_parser("export", help="write the audit to a file, one row a line, the chain's head last")
    part.add_argument("file", type=Path)
    part.set_defaults(run=export_command)
    part = parts.add_parser("verify", help="check the audit: of the database, or offline of an exported file")
    part.add_argument("file", type=Path, nargs="?")
    part.add_argument("--head", type=Path, help="an earlier export (or its last line): the chain must still contain it")
    part.add_argument("--json", action="store_true", help="print the report as JSON")
    part.set_defaults(run=verify_command)


def export_command(args: argparse.Namespace) -> int:
    """Write the export to `args.file` (mode 0600), whole or not at all; needs Django set up."""
    from anahtar_server.audit.export import export

    new = args.file.with_name(args.file.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        rows = sum(out.write(line + "\n") > 0 for line in export()) - 1
    new.replace(args.file)
    print(f"{rows} rows")
    return 0


def verify_command(args: argparse.Namespace) -> int:
    """Print what a verification found and return 0 if the audit holds, else 1.

    With `args.file` it works offline and touches no database; without, it reads the database (Django set up).
    """
    try:
        checkpoint = _head_of(args.head) if args.head else None
        report = verify(_lines(args.file), checkpoint=checkpoint)
    except (NotAnExport, OSError, UnicodeDecodeError) as error:
        print(f"this cannot be verified: {error}", file=sys.stderr)
        return 1
    print(json.dumps(_facts(report)) if args.json else "\n".join(report.lines()))
    return 0 if report.holds else 1


def _lines(file: Path | None) -> Iterator[str]:
    if file is None:
        from anahtar_server.audit.export import export

        yield from export()
        return
    with file.open(encoding="utf-8") as lines:
        yield from lines


def _head_of(file: Path) -> Head:
    return read_head(_lines(file))


def _facts(report: Report) -> dict[str, object]:
    return {"holds": report.holds} | vars(report)
