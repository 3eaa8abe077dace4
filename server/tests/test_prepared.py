"""Statements made once: each asks what its queryset would ask, and answers what that would answer."""

from __future__ import annotations

import importlib
import pkgutil
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from test_unlock_path import confirmed, set_pin
from unlock_stage import Stage, make_stage

import anahtar_server
from anahtar_server.audit.models import AppendOnly, AuditEntry
from anahtar_server.cards.models import Card
from anahtar_server.limits.acts import _hits
from anahtar_server.limits.models import Hit
from anahtar_server.people.models import ContactLine, HiddenDigits
from anahtar_server.prepared import Prepared, insert, rewrite
from anahtar_server.unlock.models import Consent, Grant, Unlock

pytestmark = pytest.mark.django_db(transaction=True)
Shape = Callable[..., models.QuerySet[Any, Any]]


def _all() -> dict[str, Prepared[Any]]:
    """Every prepared statement of the server by its module and name."""
    found: dict[str, Prepared[Any]] = {"limits.acts._hits": _hits(2)}
    for module in pkgutil.walk_packages(anahtar_server.__path__, "anahtar_server."):
        if not module.name.endswith(("wsgi", "migrations")) and ".migrations." not in module.name:
            held = vars(importlib.import_module(module.name)).items()
            here = module.name.removeprefix("anahtar_server.")
            found |= {f"{here}.{name}": one for name, one in held if isinstance(one, Prepared)}
    return found


EVERY = _all()


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


def _values(stage: Stage, now: datetime) -> dict[str, Any]:
    """What the shapes compare, by their parameters' names, after an unlock that got its consent."""
    unlock = confirmed(stage)
    set_pin(stage, unlock)
    unlock.refresh_from_db()
    for seconds in range(3):
        insert(Hit(kind="code", key="here", at=now - timedelta(seconds=seconds)))
    kept = HiddenDigits(made_of="0" * 64, holder=stage.holder, salt=b"s" * 16, digests=b"d" * 16)
    kept.save()
    consent = Consent.objects.get(unlock=unlock)
    return {
        "unlock": unlock.pk,
        "but": uuid.uuid4(),
        "card": stage.card.pk,
        "holder": stage.holder.pk,
        "sign_in": stage.sign_in.pk,
        "since": now - timedelta(days=1),
        "reference": unlock.code_reference,
        "nonce": bytes(consent.card_nonce),
        "grant": consent.grant_id,
        "purpose": Grant.Purpose.CONSENT.value,
        "about": f"unlock:{unlock.name}",
        "method": "sms",
        "kind": "code",
        "key": "here",
        "made_of": "0" * 64,
    }


def _told(row: Any) -> Any:
    """A row with all that came with it."""
    if not isinstance(row, models.Model):
        return row
    columns = {name: value for name, value in vars(row).items() if name != "_state"}
    came = [field.name for field in row._meta.concrete_fields if field.is_relation and field.is_cached(row)]
    return type(row), columns, {name: _told(getattr(row, name)) for name in came}


def test_each_asks_and_answers_as_its_queryset(stage: Stage, now: datetime) -> None:
    values, empty = _values(stage, now), set()
    assert len(EVERY) > 20
    for name, prepared in EVERY.items():
        given = {slot: values[slot] for slot in prepared._names}
        for _ in range(2):  # made, and kept
            with transaction.atomic(), CaptureQueriesContext(connection) as asked:
                ours = prepared.all(**given)
                plain = list(prepared._shape(**given))
            assert asked[0]["sql"] == asked[1]["sql"], name
            assert [_told(row) for row in ours] == [_told(row) for row in plain], name
        if not ours:
            empty.add(name)
    assert {name.rpartition(".")[2] for name in empty} <= {
        "_OPEN_WITH", "_UNSETTLED", "_OTHER_UNSETTLED", "_ELSEWHERE", "_FAILED", "_OPEN_OUTCOMES", "_OPEN", "_PASSWORD",
        "_STATES",
    }  # fmt: skip


def test_threads_have_their_own_connections(stage: Stage) -> None:
    by_key: Prepared[Card] = Prepared(lambda card: Card.objects.filter(pk=card))
    found, told = by_key.one(card=stage.card.pk), []

    def ask() -> None:
        told.append(_told(by_key.one(card=stage.card.pk)))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [_told(found)] * 4


def test_a_lock_needs_a_transaction_each_time(stage: Stage) -> None:
    locked: Prepared[Card] = Prepared(lambda card: Card.objects.select_for_update().filter(pk=card))
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            locked.one(card=stage.card.pk)
        with transaction.atomic():
            assert locked.one(card=stage.card.pk) == stage.card


def test_what_sql_compares_with_nothing_is_refused(stage: Stage) -> None:
    lines: Prepared[ContactLine] = Prepared(lambda holder, at: ContactLine.objects.filter(holder=holder, ended_at=at))
    for wrong in (None, [1], stage.holder):
        with pytest.raises(TypeError, match="compares with no"):
            lines.all(holder=stage.holder.pk, at=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the shape compares"):
        lines.all(holder=stage.holder.pk)
    with pytest.raises(TypeError, match="the shape compares"):
        lines.all(holder=stage.holder.pk, at=1, other=2)


def test_one_row_is_one_row(now: datetime) -> None:
    of_kind: Prepared[Hit] = Prepared(lambda kind: Hit.objects.filter(kind=kind).order_by("pk"))
    assert of_kind.first(kind="a") is None
    with pytest.raises(ObjectDoesNotExist):
        of_kind.one(kind="a")
    first, second = Hit(kind="a", key="1", at=now), Hit(kind="a", key="2", at=now)
    assert insert(first) and of_kind.one(kind="a") == first
    assert insert(second) and of_kind.first(kind="a") == first
    with pytest.raises(MultipleObjectsReturned):
        of_kind.one(kind="a")


def test_a_stored_row_is_the_row_that_save_would_store(stage: Stage, now: datetime) -> None:
    hit = Hit(kind="a", key="1", at=now)
    insert(hit)
    assert _told(Hit.objects.get()) == _told(hit) and hit.pk
    with pytest.raises(ValueError, match="stored already"):
        insert(hit)
    unlock = Unlock(
        card=stage.card, holder=stage.holder, sign_in=stage.sign_in, state="done", live=False, opened_at=now,
        moved_at=now, code_reference="ABCD", code_mac=b"\x00\xff", code_expires_at=now,
    )  # fmt: skip
    insert(unlock)
    kept = Unlock.objects.get()
    kept.code_mac = bytes(kept.code_mac)
    stored = {name: value for name, value in vars(unlock).items() if name != "_state"}
    assert {name: value for name, value in vars(kept).items() if name != "_state"} == stored
    again = Unlock.objects.get()
    again._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(again)


def test_a_row_that_is_there_stays_as_it_is(stage: Stage, now: datetime) -> None:
    def kept(salt: bytes) -> HiddenDigits:
        return HiddenDigits(made_of="0" * 64, holder=stage.holder, salt=salt, digests=b"")

    first, second = kept(b"1"), kept(b"2")
    assert insert(first, unless="made_of") and first.pk
    assert not insert(second, unless="made_of") and second.pk is None
    assert bytes(HiddenDigits.objects.get().salt) == b"1"


def test_rewriting_writes_what_is_named_and_misses_no_row(now: datetime) -> None:
    hit = Hit(kind="a", key="1", at=now)
    insert(hit)
    hit.kind, hit.key = "b", "2"
    rewrite(hit, "kind")
    assert (Hit.objects.get().kind, Hit.objects.get().key) == ("b", "1")
    rewrite(hit)
    assert (Hit.objects.get().kind, Hit.objects.get().key) == ("b", "2")
    Hit.objects.all().delete()
    with pytest.raises(ObjectDoesNotExist):
        rewrite(hit)


def test_no_audit_row_is_rewritten(now: datetime) -> None:
    entry = AuditEntry(at=now, actor="a", act="b", subject="c")
    insert(entry)
    for write in (lambda: rewrite(entry, "actor"), entry.save, lambda: insert(entry)):
        with pytest.raises((TypeError, AppendOnly, ValueError)):
            write()
    assert AuditEntry.objects.get().actor == "a"
