"""Django's settings of the server with an ear put on: BENCH_TRACE names a file that takes every SQLite statement,
BENCH_PROFILE a folder that takes a profile of each thread's requests and errands; BENCH_PLAIN has PostgreSQL's
statements sent with their values in them, so that its log holds whole ones."""

from __future__ import annotations

import os

from anahtar_server.django_settings import *  # noqa: F403
from anahtar_server.django_settings import DATABASES, INSTALLED_APPS, MIDDLEWARE
from bench.parts import ear

if os.environ.get("BENCH_TRACE"):
    ear.trace_sqlite(os.environ["BENCH_TRACE"])
if os.environ.get("BENCH_PLAIN"):
    DATABASES["default"]["OPTIONS"] = {}
if os.environ.get("BENCH_PROFILE"):
    MIDDLEWARE = ["bench.parts.ear.Profiled", *MIDDLEWARE]
    INSTALLED_APPS = [*INSTALLED_APPS, "bench.parts.ear.Ear"]
