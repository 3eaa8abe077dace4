"""What listens inside the server's processes when a bench asks for it: statements, and where the time goes."""

from __future__ import annotations

import cProfile
import os
import pstats
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

EVERY = 20
"""Requests between two writings of a process's profile."""


def trace_sqlite(path: str) -> None:
    """Append every statement of every SQLite connection of this process to a file, each ended by a zero byte."""
    out = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def listen(connection: Any, **_: Any) -> None:
        connection.connection.set_trace_callback(lambda statement: os.write(out, statement.encode() + b"\0"))

    connection_created.connect(listen, weak=False)


class Profile:
    """The profile of one process: each thread is profiled by itself, the sum is written now and then."""

    def __init__(self, name: str) -> None:
        self._file = Path(os.environ["BENCH_PROFILE"]) / f"{name}-{os.getpid()}"
        self._sum: pstats.Stats | None = None
        self._guard = threading.Lock()
        self._count = 0

    def run(self, act: Callable[[], Any]) -> Any:
        """Run something under the profiler and return what it returns."""
        profile = cProfile.Profile(time.thread_time)
        try:
            return profile.runcall(act)
        finally:
            self._add(profile)

    def _add(self, profile: cProfile.Profile) -> None:
        with self._guard:
            if self._sum is None:
                self._sum = pstats.Stats(profile)
            else:
                self._sum.add(profile)
            self._count += 1
            if self._count % EVERY == 0:
                self._sum.dump_stats(self._file)


class Profiled:
    """The outermost middleware: each request under the profiler."""

    def __init__(self, rest: Callable[[HttpRequest], HttpResponse]) -> None:
        self._rest = rest
        self._profile = Profile("web")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        answer: HttpResponse = self._profile.run(lambda: self._rest(request))
        return answer


class Ear(AppConfig):
    """Puts each errand of the key service under the profiler, once its modules can be imported."""

    name = "bench.parts"
    label = "bench_ear"

    def ready(self) -> None:
        """See AppConfig.ready."""
        from anahtar_server.keyservice import serve

        plain, profile = serve.answer_line, Profile("keyservice")
        serve.answer_line = lambda face, line: profile.run(lambda: plain(face, line))
