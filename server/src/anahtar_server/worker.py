"""The worker: sends the outbox, links the audit, and does what falls due, by sweeping over rows (decision 0003).

Every job is a question to the database ("what is due now?") and acts that hold whoever else does them too, so any
number of workers may run, and one that dies leaves nothing behind but rows that are still due.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from django.db import connection

from anahtar_server.clock import system_clock
from anahtar_server.config import Config
from anahtar_server.limits.acts import forget

if TYPE_CHECKING:
    from anahtar_server.notices.gateways import Gateways

INTERVAL = 0.1
"""Seconds between two looks at the outbox."""
SENDING = 1.0
"""Seconds that sending may take of a turn; the message under way is finished."""
LAST_MAIL = 15.0
"""Seconds that a mail under way has when the worker ends: more than its server has for one answer."""
LINKED = 1000
"""Audit rows that are linked in a turn: about a second's work. After an outage thousands wait, and so may a code."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to do every `every` seconds: `call` takes the time and finds by itself what is due."""

    name: str
    every: float
    call: Callable[[datetime], object]


@dataclass
class _Round:
    """The jobs, and when each is next due (seconds of the monotonic clock)."""

    jobs: list[Job]
    due: dict[str, float] = field(default_factory=dict)

    def run(self, *, ticks: float, now: datetime) -> None:
        """Run each job that is due; one that fails is logged and stops no other."""
        for job in self.jobs:
            if ticks >= self.due.get(job.name, ticks):
                self.due[job.name] = ticks + job.every
                attempt(job, now)


JOBS: list[Job] = [
    Job("forget old tries", 3600, lambda now: forget(before=now - timedelta(days=2))),
]
"""What other rooms want done now and then; they add to it before `run`."""


def attempt(job: Job, now: datetime) -> bool:
    """Run a job and say whether it went well; a failure is logged by its type only, for its text may hold facts."""
    try:
        job.call(now)
    except Exception as error:
        _log.error("job failed", job=job.name, error=type(error).__name__)
        connection.close_if_unusable_or_obsolete()
        return False
    return True


def run(config: Config, stop: threading.Event) -> None:
    """Work until `stop` is set; SIGTERM and SIGINT set it when this is the main thread. Raises SinkInEarnest.

    E-mails leave in a thread of their own: a mail server that hangs keeps no SMS code waiting.
    """
    from anahtar_server.audit.acts import chain
    from anahtar_server.notices.gateways import gateways

    ways = gateways(config, clock=system_clock)
    mail = threading.Thread(target=_turns, args=([_sending(ways, "email")], stop), name="e-mail", daemon=True)
    mail.start()
    try:
        links = Job("link the audit", 0.25, lambda now: chain(now=now, most=LINKED))
        work("worker", [_sending(ways, "sms"), links, *JOBS], stop)
    finally:
        stop.set()
        mail.join(LAST_MAIL)


def work(name: str, jobs: list[Job], stop: threading.Event) -> None:
    """Do these jobs, each when it is due, until `stop` is set; SIGTERM and SIGINT set it in the main thread."""
    _stop_on_signals(stop)
    _log.info(f"{name} began", jobs=len(jobs))
    _turns(jobs, stop)
    _log.info(f"{name} ended")


def _turns(jobs: list[Job], stop: threading.Event) -> None:
    turn = _Round(jobs)
    while not stop.is_set():
        turn.run(ticks=monotonic(), now=system_clock())
        stop.wait(INTERVAL)
    connection.close()


def _sending(ways: Gateways, channel: str) -> Job:
    """Return the job that sends what is due of a channel, for a second at most: then other jobs have their turn."""
    from anahtar_server.notices.sending import Channel, send_due

    def send(now: datetime) -> None:
        until = monotonic() + SENDING
        # A few at a time, so that the time given to them is still the time.
        while send_due(gateways=ways, now=system_clock(), most=5, channel=Channel(channel)) == 5:
            if monotonic() > until:
                break

    return Job(f"send {channel}", INTERVAL, send)


def _stop_on_signals(stop: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
