"""Marks between the statements of an unlock, so that it is known which belong to which step."""

from __future__ import annotations

import os
from collections.abc import Callable

import psycopg

from bench.parts.postgres import US

MARK = "SELECT 'step "


def opened(told: str) -> Callable[[str], None]:
    """Return what marks a step: in the log of `postgresql:FOLDER`, in the trace `file:PATH`, or nowhere."""
    kind, _, where = told.partition(":")
    if kind == "postgresql":
        link = psycopg.connect(f"host={where} user=postgres dbname=postgres application_name={US}", autocommit=True)
        return lambda step: _in_log(link, step)
    if kind == "file":
        trace = os.open(where, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return lambda step: _in_trace(trace, step)
    return lambda step: None


def _in_log(link: psycopg.Connection[tuple[object, ...]], step: str) -> None:
    link.execute(f"{MARK}{step}'".encode(), prepare=False)  # a prepared one would be logged by another name


def _in_trace(trace: int, step: str) -> None:
    os.write(trace, f"{MARK}{step}'\0".encode())
