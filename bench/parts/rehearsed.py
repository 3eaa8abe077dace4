"""What the unlock is compared with: the same statements run bare, and the same requests answered without work."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.parts import load, machine, statements
from bench.parts.marks import MARK
from bench.parts.postgres import Cluster, pgbench
from bench.parts.stage import Stage, free_ports, listens, stop

CONSENT = "consent"


@dataclass
class Pgbench:
    """Eight clients of pgbench on the load's core, each with cards of its own; `consents` holds its mean for the
    consent's statements in seconds, a round each."""

    cluster: Cluster
    scripts: list[tuple[Path, list[str]]]
    consents: list[float] = field(default_factory=list)

    @classmethod
    def record(cls, cluster: Cluster, stage: Stage, codes: str, seats: int) -> Pgbench:
        """Log one unlock of each seat on the running stage and make scripts of them."""
        cluster.execute(
            *(f"SELECT setval('{table}_id_seq', {first}, false)" for table, first in statements.FIRST.items())
        )
        with cluster.logging():
            order = load.Order(str(stage.folder), stage.port, codes, unlocks=seats, callers=1)
            _ = load.run(load.marked(order, f"postgresql:{cluster.folder}")).rate
        unlocks = statements.split(cluster.logged(MARK))
        folder = stage.folder / "pgbench"
        folder.mkdir()
        named = [(folder / f"{number:03d}.sql", one) for number, one in enumerate(unlocks)]
        return cls(cluster, [(path, statements.write_pgbench(one, path)) for path, one in named])

    @property
    def count(self) -> int:
        """Statements of one unlock."""
        return len(self.scripts[0][1]) - 1

    def rate(self, seconds: float) -> float:
        """Run the scripts and return unlocks a second; raises RuntimeError unless each ended DONE in the database."""
        before = self._done()
        running = [self._start(number, seconds) for number in range(load.CALLERS)]
        said = [process.communicate() for process in running]
        for process, (_, errors) in zip(running, said, strict=True):
            if process.returncode:
                raise RuntimeError(f"pgbench: {errors[-500:]}")
        told = [out for out, _ in said]
        ran = sum(_transactions(one) for one in told)
        if self._done() - before != ran:
            raise RuntimeError(f"pgbench says {ran} unlocks, the database {self._done() - before}")
        self.consents.append(self._consent(told) / 1000)
        return sum(float(_found(r"tps = ([\d.]+)", one)) for one in told)

    def _start(self, number: int, seconds: float) -> subprocess.Popen[str]:
        own = [path for path, _ in self.scripts[number :: load.CALLERS]]
        command = pgbench(self.cluster, own, "-r", "-T", str(max(1, round(seconds))))
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _done(self) -> int:
        with self.cluster.connect() as link:
            row = link.execute("SELECT count(*) FROM unlock_unlock WHERE state = 'done'").fetchone()
        assert row is not None
        return int(str(row[0]))

    def _consent(self, told: list[str]) -> float:
        """Return the mean of the consent's statements in milliseconds over all clients and scripts."""
        steps = {str(path): steps for path, steps in self.scripts}
        total = runs = 0.0
        for one in told:
            for part in one.split("SQL script ")[1:]:
                path, weight = _found(r"\d+: (.*)", part), float(_found(r"- (\d+) transactions", part))
                rows = [float(number) for number in re.findall(r"^ +([\d.]+) +\d+ +\S", part, re.MULTILINE)]
                means = [mean for mean, step in zip(rows, steps[path], strict=True) if step == CONSENT]
                total, runs = total + weight * sum(means), runs + weight
        return total / runs


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise LookupError(f"pgbench said nothing like {pattern}")
    return found.group(1)


def _transactions(told: str) -> int:
    return int(_found(r"transactions actually processed: (\d+)", told))


@dataclass
class SqliteScript:
    """The bare script on the server's core."""

    database: Path
    file: Path
    count: int

    @classmethod
    def record(cls, stage: Stage, codes: str, trace: Path, seats: int) -> SqliteScript:
        """Trace one unlock of each seat on the running stage, which writes its statements into `trace`."""
        database = stage.folder / "anahtar.sqlite3"
        with sqlite3.connect(database, timeout=20) as link:
            for table, first in statements.FIRST.items():
                link.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [first - 1, table])
        trace.write_bytes(b"")
        order = load.Order(str(stage.folder), stage.port, codes, unlocks=seats, callers=1)
        _ = load.run(load.marked(order, f"file:{trace}")).rate
        unlocks = statements.split(trace.read_text(encoding="utf-8").split("\0")[:-1])
        file = stage.folder / "statements.json"
        file.write_text(json.dumps([statements.for_sqlite(one) for one in unlocks]), encoding="utf-8")
        return cls(database, file, len(unlocks[0].statements))

    def tidy(self) -> None:
        """Take the counted tries away, as before each round."""
        with sqlite3.connect(self.database, timeout=20) as link:
            link.execute("DELETE FROM limits_hit")

    def rate(self, seconds: float) -> float:
        """Run the script and return unlocks a second; raises RuntimeError unless each ended DONE in the database."""
        before = self._done()
        command = [sys.executable, "-m", "bench.parts.sqlite_script", str(self.database), str(self.file), str(seconds)]
        done = subprocess.run(
            machine.on_core(machine.SERVER, command), stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        unlocks, took = json.loads(done)
        if self._done() - before != unlocks:
            raise RuntimeError(f"the script says {unlocks} unlocks, the database {self._done() - before}")
        return float(unlocks / took)

    def _done(self) -> int:
        with sqlite3.connect(self.database, timeout=20) as link:
            return int(link.execute("SELECT count(*) FROM unlock_unlock WHERE state = 'done'").fetchone()[0])


def acts_rate(stage: Stage, seconds: float) -> float:
    """Return the unlocks a second of the acts alone, called in one process on the server's core, without HTTP."""
    command = [sys.executable, "-m", "bench.parts.acts_script", str(stage.folder), str(seconds)]
    command = machine.on_core(machine.SERVER, command)
    done = subprocess.run(command, env=stage.environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    unlocks, took = json.loads(done)
    return float(unlocks / took)


@contextmanager
def floor() -> Iterator[int]:
    """Yield the port of the server that does no work, on the server's core."""
    port = free_ports(1)
    command = machine.on_core(machine.SERVER, [sys.executable, "-m", "bench.parts.floor_server", str(port)])
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not listens(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield port
    finally:
        stop([process])
