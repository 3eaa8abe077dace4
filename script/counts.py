"""Adds up what the faults and attacks really ran, prints the table, and keeps it as JSON when told where.

script/counts.py FOLDER [FILE.json]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def rows(folder: Path) -> dict[str, dict[str, int]]:
    """Return each row's counts: small and large as promised, done as run."""
    table: dict[str, dict[str, int]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            row = table.setdefault(told["row"], {"small": told["small"], "large": told["large"], "done": 0})
            row["done"] += told["done"]
    return dict(sorted(table.items()))


def main(folder: Path, keep: Path | None) -> None:
    """Print the table and keep it."""
    table = rows(folder)
    print(f"{'faults and attacks, nothing lost':<56} {'run':>8} {'small':>8} {'large':>8}")
    for name, row in table.items():
        print(f"{name:<56} {row['done']:>8} {row['small']:>8} {row['large']:>8}")
    if keep is not None:
        keep.write_text(
            json.dumps({"version": 1, "rows": table}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
