"""Memory of each process of a rehearsal: after it came up, and after fifty unlocks."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anahtar_server.rehearsal import folder as rehearsal
from bench.frame import FOR_INFORMATION, Measure
from bench.parts import load, machine
from bench.parts.stage import Stage, free_ports, listens, server_environment, stage, stop

UNLOCKS = 50
SEATS, CALLERS = 8, 2
SETTLE = 2.0
"""Seconds after the last step, so that the worker has sent and linked everything."""
WHY = "process with its children, pages shared with others divided among them (PSS); SQLite, {keys}"


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield each process's memory; one round says it all."""
    keys = rehearsal.best_keys()
    why = f"{FOR_INFORMATION}; {WHY.format(keys='SoftHSM' if keys == 'pkcs11' else 'software keys')}"
    with stage(keys=keys, seats=SEATS) as one, one.running("worker", "inbox"), _gate() as gate:
        pids = {**one.pids, "gate": gate}
        time.sleep(SETTLE)
        yield from _taken(pids, "after start", why)
        _ = load.run(_fifty(one)).rate
        time.sleep(SETTLE)
        yield from _taken(pids, f"after {UNLOCKS} unlocks", f"{why}; the gate signed nobody in meanwhile")


def _fifty(one: Stage) -> load.Order:
    return load.Order(str(one.folder), one.port, f"inbox:{one.folder / 'inbox'}", unlocks=UNLOCKS, callers=CALLERS)


def _taken(pids: dict[str, int], when: str, why: str) -> Iterator[Measure]:
    for name, pid in pids.items():
        mebibytes = machine.proportional_memory(pid)
        yield Measure(bench="memory", name=f"{name} {when}", unit="MiB", ours=mebibytes, verdict="met", why=why)


@contextmanager
def _gate() -> Iterator[int]:
    """Run the gate in a rehearsal of its own, for the stage's provider is a page with its keys; yield its number."""
    port = free_ports(4)
    with tempfile.TemporaryDirectory(prefix="anahtar-bench-") as there:
        settings = rehearsal.make(Path(there) / "gate", keys="software", readers="direct", first_port=port)
        gate, environment = str(Path(sys.executable).parent / "anahtar-gate"), server_environment(settings)
        subprocess.run([gate, "prepare"], env=environment, check=True, capture_output=True)
        quiet = subprocess.DEVNULL
        process = subprocess.Popen([gate, "serve"], env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            deadline = time.monotonic() + 10
            while not listens(port + 1) and time.monotonic() < deadline:
                time.sleep(0.05)
            yield process.pid
        finally:
            stop([process])
