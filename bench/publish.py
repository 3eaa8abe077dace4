"""Signing status answers before anyone asks, beside what the machine can sign at all."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.frame import Goal, Measure, alternate, judge
from bench.parts.status import made, work

ANSWERS = 10_000
ROUNDS = 3
WHY = (
    f"{ANSWERS:,} answers on P-256, signed with software keys and stored (SQLite, synchronous=FULL); the limit is "
    "`openssl speed ecdsap256`, which signs and does nothing else"
)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield answers signed and stored a second."""
    folder = Path(tempfile.mkdtemp(prefix="anahtar-bench-publish-"))
    try:
        settings = made(folder)
        work("fill", settings, count=ANSWERS, listed=False, answers=True)

        def ours() -> float:
            facts = work("sign", settings, count=ANSWERS).facts
            return float(facts["signed"]) / float(facts["seconds"])

        taken = alternate(ours, None, _signatures, rounds or ROUNDS)
        yield judge("publish", "answers signed and stored", "1/s", taken, to="limit", goal=Goal(">=", 0.25), why=WHY)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _signatures() -> float:
    said = subprocess.run(
        ["openssl", "speed", "-elapsed", "-seconds", "2", "ecdsap256"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(nistp256\)\s+\S+s\s+\S+s\s+([\d.]+)", said)
    if found is None:
        raise RuntimeError("openssl speed said nothing that can be read")
    return float(found[1])
