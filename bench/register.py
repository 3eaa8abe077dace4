"""A list page with ten million certificates in the register, beside the same page with ten thousand."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.frame import Goal, Measure, Rounds, judge, not_measured
from bench.parts.packages import postgresql
from bench.parts.postgres import Cluster
from bench.parts.status import made, scaled, work

SMALL, LARGE = 10_000, scaled(10_000_000)
ROUNDS = 5
LOOKS = 300
_QUICKLY = "SET session_replication_role = replica; "
"""Rows that are right by their making need no check of their keys."""
_FILL = """INSERT INTO certificates_certificate (id, card_id, authority_id, partition, slot, renews_id, serial, profile,
 subject, title, not_before, not_after, state, state_since, suspended_by, reason, listed, der)
 SELECT gen_random_uuid(), c.id, a.id, 0, n % 256, NULL, to_hex(n) || md5(n::text), 'nes', 'CN=Deneme', '', now(),
 now() + interval '3 years', 'valid', now(), '', NULL, NULL, ''
 FROM generate_series({first}, {last}) n
 JOIN (SELECT id, row_number() OVER () - 1 AS place FROM cards_card WHERE serial LIKE 'C%') c ON c.place = n % {cards}
 CROSS JOIN (SELECT id FROM certificates_authority WHERE kind = 'issuing') a"""
_CARDS = """INSERT INTO cards_card (id, serial, family, kind, key_version, pin_reference, holder_id, firm_id, condition,
 issued_at)
 SELECT gen_random_uuid(), 'C' || n, 'akis', 'seal', 1, 129, NULL, f.id, 'in-use', now()
 FROM generate_series({first}, {last}) n CROSS JOIN people_firm f
 WHERE f.title = 'Deneme'"""
WHY = (
    "PostgreSQL, the queries of a holder's list (own cards and those of represented firms) with {shown} "
    "certificates shown; {small:,} and {large:,} rows in the register, two a card, statistics fresh, both warm"
)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield the page's time at ten million beside ten thousand."""
    name, goal = f"a holder's list at {LARGE:,}", Goal("<=", 1.3)
    if postgresql("initdb") is None:
        yield not_measured("register", name, "ms", "PostgreSQL is not installed", goal)
        return
    folder = Path(tempfile.mkdtemp(prefix="anahtar-bench-register-"))
    small, large = Cluster(), Cluster()
    small.start()
    large.start()
    try:
        settings = [_filled(folder / str(rows), cluster, rows) for rows, cluster in ((SMALL, small), (LARGE, large))]
        taken, shown = Rounds([], []), 0
        for _ in range(rounds or ROUNDS):
            facts = [work("look", one, rounds=LOOKS).facts for one in settings]
            taken.peer.append(float(facts[0]["seconds"]) * 1000)
            taken.ours.append(float(facts[1]["seconds"]) * 1000)
            shown = int(facts[1]["shown"])
        why = WHY.format(shown=shown, small=SMALL, large=LARGE)
        yield judge("register", name, "ms", taken, to="peer", goal=goal, why=why)
    finally:
        small.stop()
        large.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _filled(folder: Path, cluster: Cluster, rows: int) -> Path:
    """Make a register with so many certificates of other people, and a holder with three."""
    settings = made(folder, database=cluster.settings)
    work("fill", settings, count=3, listed=False)
    cards = rows // 2
    work("firms", settings)
    for first in range(1, cards + 1, 500_000):
        cluster.execute(_QUICKLY + _CARDS.format(first=first, last=min(first + 499_999, cards)))
    for first in range(1, rows + 1, 1_000_000):
        cluster.execute(_QUICKLY + _FILL.format(first=first, last=min(first + 999_999, rows), cards=cards))
    cluster.execute("VACUUM ANALYZE")
    return settings
