"""Many at once: real threads, each with a connection of its own to the database, let go at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connections
from unlock_stage import SERIAL, Stage

from anahtar_server.certificates.models import Certificate
from anahtar_wire.problems import Problem, Refusal

Result = TypeVar("Result")
THREADS = 40
"""As many at a time; 200 take five turns, for a database has a limit of connections."""


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result | Problem]:
    """Do all acts as nearly at once as can be and return what each gave: its result, or the problem it was refused
    with. Anything else that an act raises is raised here."""
    results: list[Result | Problem | None] = [None] * len(acts)
    failures: list[BaseException] = []
    threads = min(THREADS, len(acts))
    ready = threading.Barrier(threads)

    def work(first: int) -> None:
        try:
            connections["default"].ensure_connection()
            ready.wait(timeout=30)
            for number in range(first, len(acts), threads):
                results[number] = _outcome(acts[number])
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    running = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]
    return [result for result in results if result is not None]


def _outcome(act: Callable[[], Result]) -> Result | Problem:
    try:
        return act()
    except Refusal as refusal:
        return refusal.problem


def certificate_of(stage: Stage, now: datetime, serial: str = "01") -> Certificate:
    """A certificate on the stage's card, as an import would lay it into the register."""
    assert stage.card.serial == SERIAL
    return Certificate.objects.create(
        card=stage.card,
        serial=serial,
        profile="nes",
        subject="CN=Deneme",
        not_before=now,
        not_after=now.replace(year=now.year + 3),
        state=Certificate.State.VALID,
        state_since=now,
        der=b"",
    )
