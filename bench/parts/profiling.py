"""Where the server's time goes, found by cProfile on a running stage: said beside every goal that was missed."""

from __future__ import annotations

import pstats
from pathlib import Path
from typing import Any

from bench.parts import load
from bench.parts.stage import Stage

SECONDS = 20.0
PARTS: tuple[tuple[str, str, str], ...] = (
    ("building querysets", "django/db/models/query.py", "_filter_or_exclude"),
    ("building SQL", "django/db/models/sql/compiler.py", "as_sql"),
    ("asking the database", "django/db/backends/utils.py", "execute"),
    ("opening connections", "django/db/backends/base/base.py", "connect"),
    ("savepoints and commits", "django/db/transaction.py", "__exit__"),
    ("rows into objects", "django/db/models/base.py", "from_db"),
    ("rendering pages", "django/template/base.py", "render"),
    ("hiding personal digits", "anahtar_server/people/hidden.py", "_digest"),
    ("the program's proof", "anahtar_server/unlock/proof.py", "check_proof"),
    ("the sign-in's assertion", "anahtar_server/signin/assertion.py", "check_assertion"),
    ("the token", "anahtar_server/custody/pkcs11.py", "card_mac"),
)
"""What to look for: its name for people, the end of its file's path, its function. None lies inside another."""


def profiled(folder: Path) -> dict[str, str]:
    """Return the environment that has a stage's processes write their profiles into `folder`."""
    folder.mkdir(exist_ok=True)
    return {"DJANGO_SETTINGS_MODULE": "bench.parts.watched_settings", "BENCH_PROFILE": str(folder)}


def tracing(trace: Path) -> dict[str, str]:
    """Return the environment that has a stage's processes write their SQLite statements into `trace`."""
    return {"DJANGO_SETTINGS_MODULE": "bench.parts.watched_settings", "BENCH_TRACE": str(trace)}


def plain() -> dict[str, str]:
    """Return the environment that has a stage's processes send PostgreSQL statements with their values in them."""
    return {"DJANGO_SETTINGS_MODULE": "bench.parts.watched_settings", "BENCH_PLAIN": "1"}


def found(stage: Stage, codes: str) -> str:
    """Live some unlocks under the profiler and return where the processor time went, for each process."""
    folder = stage.folder / "profile"
    with stage.running(**profiled(folder)):
        load.run(load.Order(str(stage.folder), stage.port, codes, seconds=SECONDS, callers=1))
    said = [f"{path.name.rpartition('-')[0]}: {shares(pstats.Stats(str(path)))}" for path in sorted(folder.iterdir())]
    return "profiled, " + "; ".join(said)


def shares(profile: pstats.Stats) -> str:
    """Return the parts' shares of a profile, the largest first."""
    table: Any = profile
    taken = {name: _share(table, end, function) for name, end, function in PARTS}
    ordered = sorted(taken.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.0%}" for name, share in ordered if share >= 0.01)


def _share(table: Any, end: str, function: str) -> float:
    rows = [row for (file, _, name), row in table.stats.items() if name == function and file.endswith(end)]
    return float(sum(row[3] for row in rows) / table.total_tt)
