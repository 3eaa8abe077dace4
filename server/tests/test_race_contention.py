"""Whole unlocks side by side, with the worker at its jobs: nobody waits for ever, nobody hears that the database is
locked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections
from race_cards import another_card, whole_unlock
from race_stage import at_once
from unlock_stage import LIMITS, make_stage

from anahtar_server.audit.acts import chain
from anahtar_server.audit.export import export
from anahtar_server.audit.verify import verify
from anahtar_server.notices.gateways import Gateways
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.sending import send_due
from anahtar_server.notices.sink import MailSink, SmsSink
from anahtar_server.unlock.acts import sweep
from anahtar_server.unlock.models import Unlock

pytestmark = pytest.mark.django_db(transaction=True)
AT_A_TIME = 8
EACH = 3


@contextmanager
def working(job: Callable[[], object]) -> Iterator[list[BaseException]]:
    """Do a job again and again beside the block; the list holds what went wrong in it."""
    stop, failures = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            while not stop.wait(0.02):
                job()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield failures
    finally:
        stop.set()
        thread.join()


def test_eight_unlocks_at_a_time_and_the_worker_hear_of_no_locked_database(folder: Path, now: datetime) -> None:
    first = make_stage(folder, now)
    stages = [another_card(first, number) for number in range(1, AT_A_TIME + 1)]
    sinks = {"sender": "ANAHTAR", "clock": first.clock, "rehearsal": True}
    ways = Gateways(sms=SmsSink(folder, **sinks), email=MailSink(folder, **sinks))

    def one_holder(number: int) -> Callable[[], list[str]]:
        return lambda: [whole_unlock(stages[number], pin) for pin in ("482916", "974026", "618305")[:EACH]]

    def job() -> None:
        send_due(gateways=ways, now=now, most=5)
        sweep(limits=LIMITS, now=now)
        chain(now=now)

    with working(job) as failures:
        ended = at_once([one_holder(number) for number in range(AT_A_TIME)])
    assert not failures
    assert ended == [["done"] * EACH] * AT_A_TIME
    job()
    assert verify(export()).holds
    assert Unlock.objects.filter(state="done", live=False).count() == AT_A_TIME * EACH
    told = OutboxMessage.objects.filter(key__startswith="done:").count()
    assert told == AT_A_TIME * EACH, "one message an act"
