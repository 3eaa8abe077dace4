"""Whole unlocks a second over HTTP, beside the same statements run bare on the same database.

Eight callers live every step: the form is sent, the page shows the code, the program claims it, the SMS code is asked
for and answered, the card speaks and is consented to, its proof is reported. Signing in is left out: each holder
signed in once, through the act, before the clock started. The messages lie in the outbox, where the bench reads
the code; one measure more has the worker send and link as well.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from anahtar_server.custody import softhsm
from anahtar_server.rehearsal.folder import Keys
from bench.frame import Goal, Measure, Rounds, alternate, judge, not_measured
from bench.parts import load, machine, profiling
from bench.parts.packages import lacking
from bench.parts.postgres import Cluster, cluster
from bench.parts.rehearsed import CONSENT, Pgbench, SqliteScript, acts_rate, floor
from bench.parts.stage import Stage, stage

ROUNDS = 3
SECONDS, PEER_SECONDS, FLOOR_SECONDS = 20.0, 10.0, 5.0
SEATS = 32
"""At least two for each caller: pgbench tells of each script by itself only where there are several."""
ON_POSTGRESQL = Goal(">=", 0.25)
ON_SQLITE = Goal(">=", 0.6)
CONSENT_P99 = Goal("<=", 10.0)
WITH_WORKER = "PostgreSQL, software keys, with the worker"


@dataclass
class Trial:
    """Ours on one stage: what each round gave, and what the machine did meanwhile."""

    stage: Stage
    codes: str
    tidy: Callable[[], None]
    also: dict[str, int] = field(default_factory=dict)
    busy: machine.Busy = field(default_factory=machine.Busy)
    consents: list[float] = field(default_factory=list)
    unlocks: int = 0
    cpu: dict[str, float] = field(default_factory=dict)

    def rate(self) -> float:
        """Return the unlocks a second of one round."""
        self.tidy()
        before = self._cpu()
        with machine.watched(self.busy):
            result = load.run(load.Order(str(self.stage.folder), self.stage.port, self.codes, seconds=SECONDS))
        for name, seconds in self._cpu().items():
            self.cpu[name] = self.cpu.get(name, 0.0) + seconds - before[name]
        if result.failures:
            raise RuntimeError(f"unlocks failed under load: {result.failures}; logged: {self.stage.errors()}")
        self.unlocks += result.unlocks
        self.consents.append(statistics.quantiles(result.steps[CONSENT], n=100)[98] * 1000)
        return result.rate

    def _cpu(self) -> dict[str, float]:
        return {name: machine.cpu_seconds(pid) for name, pid in {**self.stage.pids, **self.also}.items()}

    @property
    def cost(self) -> str:
        """Processor time of each process for one unlock, and which side was saturated."""
        parts = ", ".join(f"{name} {seconds / self.unlocks * 1000:.0f} ms" for name, seconds in self.cpu.items())
        return f"processor time of an unlock: {parts}; {self.busy}"


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield the measures of each database and each kind of keys."""
    why = lacking("postgresql")
    kinds: list[Keys] = ["software", "pkcs11"] if softhsm.available() else ["software"]
    for keys in kinds:
        if why:
            yield not_measured("unlock", _name("PostgreSQL", keys), "unlocks/s", why, ON_POSTGRESQL)
        else:
            yield from _unbroken(_on_postgresql(keys, rounds or ROUNDS), _name("PostgreSQL", keys), ON_POSTGRESQL)
    if len(kinds) == 1:
        yield not_measured("unlock", _name("PostgreSQL", "pkcs11"), "unlocks/s", "SoftHSM is missing", ON_POSTGRESQL)
    yield from _unbroken(_on_sqlite(rounds or ROUNDS), _name("SQLite", "software"), ON_SQLITE)


def _unbroken(part: Iterator[Measure], name: str, goal: Goal | None = None) -> Iterator[Measure]:
    """Yield a part's measures; where an unlock or a peer failed, say so instead of a figure."""
    try:
        yield from part
    except RuntimeError as error:
        yield not_measured("unlock", name, "unlocks/s", str(error), goal)


def _name(database: str, keys: Keys) -> str:
    return f"{database}, {'SoftHSM' if keys == 'pkcs11' else 'software keys'}"


def _on_postgresql(keys: Keys, rounds: int) -> Iterator[Measure]:
    with ExitStack() as stack:
        database = stack.enter_context(cluster())
        one = stack.enter_context(stage(keys=keys, database=database.settings, seats=SEATS))
        codes = f"postgresql:{database.folder}"
        with one.running(**profiling.plain()):
            _live_each(one, codes)
            peer = Pgbench.record(database, one, codes, SEATS)
        with one.running():
            trial = Trial(one, codes, lambda: _tidy(database), {"PostgreSQL": database.pid})
            taken = _take(trial, lambda: peer.rate(PEER_SECONDS), rounds)
        how = (
            f"8 callers, 8 requests and {peer.count} statements an unlock; pgbench: 8 clients, the same statements by "
            f"the simple protocol, one more that draws the new values; {database.durability}; limit: the same requests "
            f"answered without work; {trial.cost}"
        )
        whole = judge("unlock", _name("PostgreSQL", keys), "unlocks/s", taken, to="peer", goal=ON_POSTGRESQL, why=how)
        late = Rounds(trial.consents, [seconds * 1000 for seconds in peer.consents])
        how = "each step from the caller's side under that load; pgbench's mean of the consent's statements in its run"
        consent = judge(
            "unlock", f"consent p99, {_name('PostgreSQL', keys)}", "ms", late, to="peer", goal=CONSENT_P99, why=how
        )
        yield from _explained([whole, consent], one, codes)
        if keys == "software":
            yield from _unbroken(_with_worker(one, database), WITH_WORKER)


def _on_sqlite(rounds: int) -> Iterator[Measure]:
    with stage(keys="software", seats=SEATS) as one:
        database, trace = one.folder / "anahtar.sqlite3", one.folder / "trace"
        codes = f"sqlite:{database}"
        with one.running(**profiling.tracing(trace)):
            _live_each(one, codes)
            peer = SqliteScript.record(one, codes, trace, SEATS)
        with one.running():
            trial = Trial(one, codes, peer.tidy)
            acts = alternate(lambda: acts_rate(one, PEER_SECONDS), lambda: peer.rate(PEER_SECONDS), None, rounds)
            taken = _take(trial, lambda: peer.rate(PEER_SECONDS), rounds)
        same = f"peer: {peer.count} statements in a bare process, prepared once; WAL, synchronous=FULL on both sides"
        how = f"{same}; ours: the acts in one process too, the key service's face among them, without HTTP's part"
        bare = judge("unlock", "SQLite, without HTTP's part", "unlocks/s", acts, to="peer", goal=ON_SQLITE, why=how)
        how = f"{same}; 8 callers over HTTP; limit: the same requests answered without work; {trial.cost}"
        whole = judge("unlock", _name("SQLite", "software"), "unlocks/s", taken, to="peer", why=how)
        yield from _explained([bare, whole], one, codes)


def _live_each(one: Stage, codes: str) -> None:
    """Live one unlock of every seat, so that what is made once (a holder's hidden digits) is made before it counts."""
    _ = load.run(load.Order(str(one.folder), one.port, codes, unlocks=SEATS, callers=1)).rate


def _take(trial: Trial, peer: Callable[[], float], rounds: int) -> Rounds:
    with floor() as port:
        order = load.Order(str(trial.stage.folder), port, floor=True, seconds=FLOOR_SECONDS)
        return alternate(trial.rate, peer, lambda: load.run(order).rate, rounds)


def _tidy(database: Cluster) -> None:
    """Bring the database into the same state before each round: counted tries gone, tables vacuumed."""
    database.execute("DELETE FROM limits_hit", "VACUUM ANALYZE")


def _explained(measures: list[Measure], one: Stage, codes: str) -> Iterator[Measure]:
    """Add to what was missed where the time goes."""
    reason = profiling.found(one, codes) if any(measure.verdict == "missed" for measure in measures) else ""
    for measure in measures:
        yield replace(measure, why=f"{measure.why}; {reason}") if measure.verdict == "missed" else measure


def _with_worker(one: Stage, database: Cluster) -> Iterator[Measure]:
    """The same with the worker sending, the codes read where the holder would: in the inbox."""
    trial = Trial(one, f"inbox:{one.folder / 'inbox'}", lambda: _tidy(database), {"PostgreSQL": database.pid})
    database.execute("DELETE FROM notices_outboxmessage")
    with one.running("worker"):
        taken = alternate(trial.rate, None, None, 1)
        with database.connect() as link:
            row = link.execute(
                "SELECT count(*) FROM notices_outboxmessage WHERE state IN ('queued', 'sending')"
            ).fetchone()
    waiting = row[0] if row else "?"
    how = f"codes come by the worker; {waiting} messages waited at the end; {trial.cost}"
    yield judge("unlock", WITH_WORKER, "unlocks/s", taken, to="peer", why=how)
