"""Counted tries: who comes too often waits, and is told how long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anahtar_server.limits import acts
from anahtar_server.limits.models import Hit
from anahtar_wire.problems import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = 600


def _count(now: datetime, *seconds_ago: int, key: str = "here") -> None:
    for seconds in seconds_ago:
        acts.count(kind="code", key=key, now=now - timedelta(seconds=seconds))


def _check(now: datetime, most: int) -> None:
    acts.check(kind="code", key="here", most=most, seconds=WINDOW, now=now)


def test_whoever_is_refused_waits_until_one_of_the_counted_is_old(now: datetime) -> None:
    _count(now, 540, 420, 300, 60)
    with pytest.raises(Refusal) as refused:
        _check(now, 2)  # the two newest count: of these the older is five minutes old
    assert refused.value.facts["minutes"] == 6
    _check(now, 5)


def test_only_tries_of_this_kind_and_key_within_the_time_count(now: datetime) -> None:
    _count(now, WINDOW, WINDOW + 1)
    _count(now, 1, 2, 3, key="there")
    acts.count(kind="link", key="here", now=now)
    _check(now, 1)


def test_a_try_too_many_is_not_counted(now: datetime) -> None:
    for _ in range(3):
        acts.take(kind="code", key="here", most=3, seconds=WINDOW, now=now)
    with pytest.raises(Refusal):
        acts.take(kind="code", key="here", most=3, seconds=WINDOW, now=now)
    assert Hit.objects.count() == 3
