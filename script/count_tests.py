"""Adds up the groups' results and prints one closing line; a group that ran no test or skipped one is a failure."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(folder: Path) -> int:
    """Return 0 if every group ran tests and all passed; prints a row a group, then the sum."""
    passed = failed = skipped = 0
    empty = []
    for file in sorted(folder.glob("*.xml")):
        suite = ElementTree.parse(file).getroot().find("testsuite")  # noqa: S314  # pytest wrote it a moment ago
        assert suite is not None
        tests, wrong = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left_out = int(suite.get("skipped", 0))
        right = tests - wrong - left_out
        print(f"{file.stem:<20} {right:>5} passed {wrong:>4} failed {float(suite.get('time', 0)):>7.1f} s")
        passed, failed, skipped = passed + right, failed + wrong, skipped + left_out
        if tests == 0:
            empty.append(file.stem)
    if empty or skipped:
        print(f"no test ran in {empty}; {skipped} skipped: a part that the scripts install is never skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or empty or skipped or not passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
