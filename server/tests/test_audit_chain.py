"""The audit in the database: rows commit with their act, are never changed, and form one chain."""

from __future__ import annotations

import json
import threading
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from structlog.testing import capture_logs

from anahtar_server.audit.acts import AT_ONCE, chain, record
from anahtar_server.audit.commands import export_command, verify_command
from anahtar_server.audit.export import export
from anahtar_server.audit.models import AppendOnly, AuditEntry, AuditHead
from anahtar_server.audit.names import Act
from anahtar_server.audit.verify import verify

NOW = datetime(2026, 11, 23, 14, 55, 1, 120, tzinfo=timezone(timedelta(hours=3)))


def _record(count: int = 1, **facts: int | str | bool | None) -> None:
    with transaction.atomic():
        for number in range(count):
            record(actor="worker", act=Act.CONFIRMED, subject=f"unlock:{number}", now=NOW, **facts)


@pytest.mark.django_db
class TestChain:
    @pytest.mark.django_db(transaction=True)
    def test_a_row_outside_of_a_transaction_is_refused(self) -> None:
        with pytest.raises(TransactionManagementError):
            record(actor="worker", act=Act.CONFIRMED, subject="x", now=NOW)

    def test_a_row_goes_back_with_its_act(self) -> None:
        with transaction.atomic():
            record(actor="worker", act=Act.CONFIRMED, subject="x", now=NOW)
            transaction.set_rollback(True)
        assert not AuditEntry.objects.exists()

    def test_facts_are_stored_in_one_spelling(self) -> None:
        _record(tries_left=2, grade="G1", late=False, ended=None, text="ş")
        assert AuditEntry.objects.get().facts == '{"ended":null,"grade":"G1","late":false,"text":"ş","tries_left":2}'

    @pytest.mark.parametrize("value", [b"bytes", 1.5, ["list"]])
    def test_a_fact_that_is_no_plain_value_is_refused(self, value: object) -> None:
        with pytest.raises(TypeError):
            _record(fact=value)  # type: ignore[arg-type]

    def test_whoever_links_a_row_that_somebody_should_look_at_says_so_once(self) -> None:
        _record()
        with transaction.atomic():
            record(actor="anyone", act=Act.CONTRADICTION, subject="unlock:ABCD", now=NOW, said="done")
        with capture_logs() as said:
            chain(now=NOW)
            chain(now=NOW)
        alarm = {"event": "alarm", "log_level": "error", "act": "contradiction", "subject": "unlock:ABCD", "row": 2}
        assert said == [alarm]

    def test_a_chain_of_recorded_rows_holds_when_exported(self) -> None:
        _record(3, tries_left=2)
        assert chain(now=NOW) == 3
        _record(2)
        assert chain(now=NOW) == 2
        assert chain(now=NOW) == 0
        report = verify(export())
        assert (report.holds, report.rows) == (True, 5)

    def test_more_rows_than_one_transaction_takes_are_linked_too(self) -> None:
        _record(AT_ONCE + 3)
        assert chain(now=NOW) == AT_ONCE + 3
        assert verify(export()).holds

    def test_a_backlog_is_linked_a_turn_at_a_time(self) -> None:
        _record(2 * AT_ONCE + 1)
        assert [chain(now=NOW, most=AT_ONCE + 1), chain(now=NOW, most=AT_ONCE), chain(now=NOW)] == [2 * AT_ONCE, 1, 0]

    def test_a_row_not_linked_yet_is_reported(self) -> None:
        _record(2)
        chain(now=NOW)
        _record()
        report = verify(export())
        assert (report.rows, report.unlinked, report.holds) == (2, 1, True)

    def test_a_row_changed_behind_our_back_is_seen(self) -> None:
        _record(3)
        chain(now=NOW)
        _sql("UPDATE audit_auditentry SET actor = 'somebody' WHERE sequence = 2")
        assert verify(export()).altered == [2]

    def test_a_row_deleted_behind_our_back_is_seen(self) -> None:
        _record(3)
        chain(now=NOW)
        _sql("DELETE FROM audit_auditentry WHERE sequence = 2")
        assert verify(export()).missing == [2]

    def test_an_end_deleted_behind_our_back_is_seen(self) -> None:
        _record(3)
        chain(now=NOW)
        _sql("DELETE FROM audit_auditentry WHERE sequence > 1")
        assert verify(export()).truncated == [2, 3]

    @pytest.mark.parametrize(
        "change",
        [
            lambda: AuditEntry.objects.update(actor="x"),
            lambda: AuditEntry.objects.all().delete(),
            lambda: AuditEntry.objects.filter(sequence=1).update(hash="x"),
            lambda: AuditEntry.objects.bulk_update([], ["actor"]),
            lambda: AuditEntry.objects.get().save(),
            lambda: AuditEntry.objects.get().delete(),
            lambda: AuditEntry.objects.link(AuditEntry.objects.get(), sequence=2, previous_hash="x", hash="y"),
        ],
        ids=["update", "delete", "hash", "bulk", "save", "delete-one", "link-twice"],
    )
    def test_a_row_cannot_be_changed_or_deleted_through_the_models(self, change: Callable[[], object]) -> None:
        _record()
        chain(now=NOW)
        before = list(export())
        with pytest.raises(AppendOnly):
            change()
        assert list(export()) == before

    def test_no_two_rows_have_one_place(self) -> None:
        _record(2)
        first, second = AuditEntry.objects.order_by("id")
        AuditEntry.objects.link(first, sequence=1, previous_hash="x", hash="y")
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditEntry.objects.link(second, sequence=1, previous_hash="x", hash="y")

    def test_the_commands_write_and_check_the_audit(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        _record(2)
        chain(now=NOW)
        file = tmp_path / "audit.jsonl"
        assert export_command(Namespace(file=file)) == 0
        assert file.stat().st_mode & 0o077 == 0
        for source in (file, None):
            assert verify_command(Namespace(file=source, head=None, json=True)) == 0
            assert json.loads(capsys.readouterr().out.splitlines()[-1])["rows"] == 2

    @pytest.mark.django_db(transaction=True)
    def test_chainers_at_once_make_one_chain(self) -> None:
        _record(40)
        failed: list[Exception] = []
        threads = [threading.Thread(target=_chain_and_close, args=(failed,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            _record(3)
        for thread in threads:
            thread.join(60)
        chain(now=NOW)
        report = verify(export())
        assert (failed, report.holds, report.rows, report.unlinked) == ([], True, 100, 0)
        assert AuditHead.objects.get().sequence == 100


def _chain_and_close(failed: list[Exception]) -> None:
    try:
        for _ in range(15):
            chain(now=NOW)
    except Exception as error:
        failed.append(error)
    finally:
        connection.close()


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
