"""The worker: what falls due is done soon, a failing job stops no other, and it ends when asked."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from django.db import connection, transaction

from anahtar_server import worker
from anahtar_server.audit.models import AuditEntry
from anahtar_server.config import Config, config
from anahtar_server.notices.acts import tell
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.worker import JOBS, Job, attempt, run
from anahtar_wire.inbox import read

NOW = datetime(2026, 11, 23, 14, 55, tzinfo=UTC)


@pytest.fixture
def settings_here(folder: Path) -> Config:
    return config().model_copy(update={"notices": config().notices.model_copy(update={"inbox": folder})})


@pytest.fixture
def jobs() -> Iterator[list[Job]]:
    before = list(JOBS)
    yield JOBS
    JOBS[:] = before


def _until(true: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def _working(settings_here: Config, stop: threading.Event) -> threading.Thread:
    def work() -> None:
        try:
            run(settings_here, stop)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_message_is_sent_and_its_audit_linked_while_a_job_keeps_failing(
    settings_here: Config, jobs: list[Job], folder: Path
) -> None:
    ran: list[datetime] = []

    def failing(now: datetime) -> None:
        ran.append(now)
        raise RuntimeError("with facts")

    jobs.append(Job("failing", 0.0, failing))
    stop = threading.Event()
    thread = _working(settings_here, stop)
    try:
        _tell("sms", "+905551112233")
        _until(lambda: len(read(folder)) == 1)
        _until(lambda: AuditEntry.objects.filter(sequence=None).count() == 0 and AuditEntry.objects.count() == 2)
        _until(lambda: len(ran) > 2)
    finally:
        stop.set()
        thread.join(5)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_keeps_no_sms_waiting(settings_here: Config, folder: Path) -> None:
    """The mail server takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = settings_here.notices.model_copy(update={"email": "smtp", "smtp_port": silent.getsockname()[1]})
        stop = threading.Event()
        _tell("email", "a@ornek.invalid")
        thread = _working(settings_here.model_copy(update={"notices": asked}), stop)
        try:
            _until(lambda: OutboxMessage.objects.get(channel="email").state == "sending")
            _tell("sms", "+905551112233")
            _until(lambda: OutboxMessage.objects.get(channel="sms").state == "sent", seconds=3)
            assert OutboxMessage.objects.get(channel="email").state == "sending"
        finally:
            stop.set()
            silent.close()
            thread.join(20)
    assert not thread.is_alive()


def _tell(channel: Literal["sms", "email"], address: str) -> None:
    with transaction.atomic():
        tell(
            channel=channel,
            address=address,
            text="Merhaba",
            subject="Merhaba",
            about="unlock:1",
            actor="worker",
            now=NOW,
            not_after=None,
            key=channel,
        )


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_is_logged_without_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(now: datetime) -> None:
        raise RuntimeError("+905551112233")

    assert attempt(Job("fail", 1, fail), NOW) is False
    logged = "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert "905551112233" not in logged


def test_a_job_runs_when_it_is_due_and_not_before() -> None:
    ran: list[str] = []
    turn = worker._Round([Job("often", 1, lambda now: ran.append("o")), Job("seldom", 10, lambda now: ran.append("s"))])
    for ticks in (0.0, 0.5, 1.0, 2.0, 10.0):
        turn.run(ticks=ticks, now=NOW)
    assert "".join(ran) == "osooos"


PROGRAM = """
import threading, django
django.setup()
from anahtar_server.config import config
from anahtar_server.worker import run
print("ready", flush=True)
run(config(), threading.Event())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_worker(number: signal.Signals) -> None:
    process = subprocess.Popen(  # our own interpreter
        [sys.executable, "-c", PROGRAM],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    with process.stdout as out:
        while b"worker began" not in out.readline():
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(5) == 0
