"""`script/bench [NAME…] [--json FILE] [--rounds N]`: run what lies in this folder, show a table and a plot."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import time
from pathlib import Path
from typing import cast

from bench.frame import VERSION, Bench, Measure, not_measured
from bench.parts.shown import plot, said, table

NOT_BENCHES = ("__init__", "__main__", "frame")


def names() -> list[str]:
    """Return the benches: each file of this folder that is not part of the frame."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHES)


def main() -> int:
    """Run the benches; 0 when each ran to its end, whatever its verdict."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of every `with`, so that nothing stays behind
    began, taken, broken = time.monotonic(), list[Measure](), 0
    for name in options.names or names():
        print(f"── {name}", flush=True)
        try:
            bench = cast(Bench, importlib.import_module(f"bench.{name}"))
            for one in bench.measures(rounds=options.rounds):
                taken.append(one)
                print(f"   {one.name}: {said(one)}", flush=True)
        except Exception as error:
            broken = 1
            taken.append(not_measured(name, name, "", f"{type(error).__name__}: {error}"))
            print(f"   ✗ {type(error).__name__}: {error}", file=sys.stderr)
    print(f"\n{table(taken)}\n\n{plot(taken)}\n\n{len(taken)} measures in {time.monotonic() - began:.0f} s")
    if options.json:
        result = {"version": VERSION, "measures": [one.as_json() for one in taken]}
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return broken


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures")
    parser.add_argument("--rounds", type=int, metavar="N", help="instead of each bench's own number")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"no bench {', '.join(unknown)}: there are {', '.join(names())}")
    return options


if __name__ == "__main__":
    sys.exit(main())
