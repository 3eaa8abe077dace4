"""Two hundred at once: one code, one card, and a consent against whatever ends it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from anahtar_counts import Row
from django.db import transaction
from race_stage import at_once, certificate_of
from test_unlock_path import confirmed, consent_for, grant_for, settle
from unlock_stage import CODE_KEY, LIMITS, AProgram, Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_server import points
from anahtar_server.audit.models import AuditEntry
from anahtar_server.cards.acts import flag_lost
from anahtar_server.cards.models import Card, LedgerEntry
from anahtar_server.certificates.acts import revoke
from anahtar_server.certificates.card_acts import report_lost
from anahtar_server.certificates.models import Certificate
from anahtar_server.limits.models import Hit
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "200 at once: one code, one card, revoke against release"
MANY = 200
OFTEN = LIMITS.model_copy(update={"unlocks_per_card_a_day": 10**9})


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


@pytest.fixture
def few_rounds(counted: Callable[..., Row]) -> Row:
    """A tenth of the row, for rounds in which two hundred really take part; both databases have theirs."""
    return counted(ROW, small=200, large=10_000, share=10)


@pytest.fixture
def rounds(counted: Callable[..., Row]) -> Row:
    """Half of the row, for the order of two acts."""
    return counted(ROW, small=200, large=10_000, share=2)


def claiming(code: VerificationCode, program: AProgram, number: int, now: datetime) -> Callable[[], Unlock]:
    """A program on a computer of its own that brings a code."""
    request, address = program.claim_request(code), f"10.0.{number // 250}.{number % 250}"
    return lambda: acts.claim(request=request, code=code, address=address, code_key=CODE_KEY, limits=LIMITS, now=now)


def test_of_two_hundred_programs_with_one_code_one_wins(stage: Stage, few_rounds: Row) -> None:
    programs = [AProgram() for _ in range(MANY)]
    for _ in few_rounds.rounds():
        unlock, code = stage.open()
        found = at_once([claiming(code, one, number, stage.clock()) for number, one in enumerate(programs)])
        won = [one for one in found if isinstance(one, Unlock)]
        assert Counter(one for one in found if isinstance(one, Problem)) == {Problem.CODE_USED: MANY - 1}
        stands = queries.by_name(unlock.name)
        assert [bytes(one.program_key) for one in won] == [bytes(stands.program_key)]
        claimed = AuditEntry.objects.filter(act="code-claimed", subject=f"unlock:{unlock.name}")
        assert claimed.count() == 1
        acts.cancel(unlock_id=unlock.pk, actor="x", now=stage.clock())
        Hit.objects.all().delete()
        few_rounds.did(1)


def opening(stage: Stage) -> Callable[[], Unlock]:
    """The holder's button, pressed once."""
    return lambda: acts.open_unlock(
        card=stage.card, holder=stage.holder, sign_in=stage.sign_in, duties=True, code_key=CODE_KEY, limits=OFTEN,
        fresh_minutes=15, actor="holder:x", now=stage.clock(),
    )[0]  # fmt: skip


def test_of_two_hundred_openings_of_one_card_one_lives(stage: Stage, few_rounds: Row) -> None:
    for _ in few_rounds.rounds():
        found = at_once([opening(stage)] * MANY)
        won = [one for one in found if isinstance(one, Unlock)]
        assert Counter(one for one in found if isinstance(one, Problem)) == {Problem.UNLOCK_LIVE: MANY - 1}
        assert list(Unlock.objects.filter(card=stage.card, live=True)) == won
        acts.cancel(unlock_id=won[0].pk, actor="x", now=stage.clock())
        few_rounds.did(1)


def ends(stage: Stage, unlock: Unlock, certificate: Certificate) -> dict[str, Callable[[], object]]:
    """What ends an unlock from outside, each with the act that its audit row names."""
    now = stage.clock()
    return {
        "certificate-revoked": lambda: revoke(certificate=certificate, actor="operator:x", now=now),
        "card-lost": lambda: report_lost(card=stage.card, actor="operator:x", now=now),
        "unlock-closed": lambda: acts.cancel(unlock_id=unlock.pk, actor="holder:x", now=now),
    }


def begin_again(stage: Stage) -> Certificate:
    """The register as if the card were new, with one certificate that counts."""
    Card.objects.update(condition=Card.Condition.IN_USE)
    LedgerEntry.objects.all().delete()
    Hit.objects.all().delete()
    Certificate.objects.update(state=Certificate.State.REVOKED)  # the old ones are over: one more, and all are
    return certificate_of(stage, stage.clock(), serial=f"{Certificate.objects.count() + 1:02x}")


def ready_to_ask(stage: Stage, unlock: Unlock) -> Callable[[], bytes]:
    """The program holds the card's proof and asks for the consent."""
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    return lambda: consent_for(stage, unlock, challenge)


def later(act: Callable[[], object], seconds: float) -> Callable[[], object]:
    """The same act a moment later."""

    def waited() -> object:
        time.sleep(seconds)
        return act()

    return waited


def check_order(stage: Stage, unlock: Unlock, ended_by: str, consented: bool) -> None:
    """Rows are numbered under the card's lock, so their numbers tell which act came before which."""
    subjects = {"certificate-revoked": "certificate:", "card-lost": "card:", "unlock-closed": "unlock:"}
    end = AuditEntry.objects.filter(act=ended_by, subject__startswith=subjects[ended_by]).order_by("-pk").first()
    released = AuditEntry.objects.filter(act="released", subject=f"unlock:{unlock.name}")
    assert end is not None
    assert released.exists() == consented == unlock.consents.exists()
    assert not released.filter(pk__gt=end.pk).exists(), "a consent came after the end was committed"
    stands = queries.by_name(unlock.name)
    assert stands.closed if consented else stands.now_in in (State.REFUSED, State.CANCELLED)


def test_whatever_ends_an_unlock_before_its_release_wins_and_after_it_nothing_more_is_consented(
    stage: Stage, rounds: Row
) -> None:
    chance, seen = random.Random(7), Counter[bool]()
    for number in rounds.rounds():
        certificate = begin_again(stage)
        unlock = confirmed(stage)
        asking = ready_to_ask(stage, unlock)
        ended_by, end = list(ends(stage, unlock, certificate).items())[number % 3]
        lead = (-1, 0, 1)[number // 3 % 3] * chance.random() * 0.02
        again = [] if lead > 0 else [asking]
        found = at_once([later(asking, max(0.0, lead)), later(end, max(0.0, -lead)), *again])
        consented = any(isinstance(one, bytes) for one in found)
        seen[consented] += 1
        check_order(stage, unlock, ended_by, consented)
        assert not isinstance(at_once([asking])[0], bytes)
        if consented:
            assert settle(stage)["state"] == "not-done"  # the card never got it, and proves its tries
        Unlock.objects.filter(pk=unlock.pk).update(live=False)
        rounds.did(1)


@pytest.mark.parametrize("ended_by", ["certificate-revoked", "card-lost", "unlock-closed"])
@pytest.mark.parametrize("before", [True, False])
def test_each_end_stands_before_and_after_the_release(stage: Stage, ended_by: str, before: bool) -> None:
    certificate = begin_again(stage)
    unlock = confirmed(stage)
    asking = ready_to_ask(stage, unlock)
    end = ends(stage, unlock, certificate)[ended_by]
    outcomes = at_once([end]) + at_once([asking]) if before else at_once([asking]) + at_once([end])
    assert isinstance(outcomes[0 if not before else 1], bytes) is not before
    check_order(stage, unlock, ended_by, consented=not before)
    assert isinstance(at_once([asking])[0], Problem)


def test_a_flagged_card_gets_no_consent_even_where_nobody_closed_its_unlock(stage: Stage) -> None:
    unlock = confirmed(stage)
    asking = ready_to_ask(stage, unlock)
    flag_lost(card=stage.card, actor="operator:x", now=stage.clock())
    assert at_once([asking]) == [Problem.CARD_LOST]


def test_a_revoked_certificate_gets_no_consent_even_where_nobody_closed_its_unlock(stage: Stage) -> None:
    certificate_of(stage, stage.clock())
    asking = ready_to_ask(stage, confirmed(stage))
    Certificate.objects.update(state=Certificate.State.REVOKED)
    assert at_once([asking]) == [Problem.CERTIFICATE_REVOKED]


PATIENCE = 0.4
"""Seconds after which an act that has not come to its end is held to be waiting for a lock."""


def test_a_consent_waits_for_a_loss_that_is_being_recorded_and_is_refused(stage: Stage) -> None:
    asking = ready_to_ask(stage, confirmed(stage))
    recorded, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def losing() -> None:
        with transaction.atomic():
            flag_lost(card=stage.card, actor="operator:x", now=stage.clock())
            recorded.set()
            assert go_on.wait(10)

    def consenting() -> bytes:
        assert recorded.wait(10)
        try:
            return asking()
        finally:
            ended.set()

    def watching() -> bool:
        waited = recorded.wait(10) and not ended.wait(PATIENCE)
        go_on.set()
        return waited

    assert at_once([losing, consenting, watching])[-2:] == [Problem.CARD_LOST, True]


def test_a_loss_waits_for_a_consent_that_is_being_recorded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = ready_to_ask(stage, confirmed(stage))
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def reach(point: points.Point) -> None:
        if point is points.Point.CONSENT_BEFORE_COMMIT:
            begun.set()
            assert go_on.wait(10)

    def losing() -> None:
        assert begun.wait(10)
        flag_lost(card=stage.card, actor="operator:x", now=stage.clock())
        ended.set()

    def watching() -> bool:
        waited = begun.wait(10) and not ended.wait(PATIENCE)
        go_on.set()
        return waited

    monkeypatch.setattr(points, "reach", reach)
    consented, waited = (one for one in at_once([asking, losing, watching]) if one is not None)
    assert isinstance(consented, bytes)
    assert waited is True
    assert at_once([asking]) == [Problem.CARD_LOST]


def test_twenty_wrong_codes_at_once_use_no_more_tries_than_there_are(stage: Stage) -> None:
    _, code = stage.open()
    wrong = VerificationCode(code.reference, "A" * 8 if code.secret != "A" * 8 else "B" * 8)
    found = at_once([claiming(wrong, AProgram(), number, stage.clock()) for number in range(20)])
    assert Counter(found) == {Problem.CODE_WRONG: 20}
    assert AuditEntry.objects.filter(act="code-wrong").count() == LIMITS.code_tries


def test_an_address_has_ten_wrong_codes_however_many_come_at_once(stage: Stage) -> None:
    stage.open()
    unknown = [VerificationCode(f"ZZZ{letter}", "ABCDEFGH") for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ"]
    found = at_once([claiming(code, AProgram(), 1, stage.clock()) for code in unknown])
    assert Counter(found)[Problem.CODE_WRONG] == LIMITS.codes_per_address


def test_one_confirmation_answered_by_many_at_once_counts_once(stage: Stage) -> None:
    unlock = confirmed(stage)
    confirmations = AuditEntry.objects.filter(act="confirmed", subject=f"unlock:{unlock.name}")
    assert confirmations.count() == 1
    asking = ready_to_ask(stage, unlock)
    found = at_once([asking] * 20)
    assert len({one for one in found if isinstance(one, bytes)}) == 1, "one nonce of the card has one answer"
    assert unlock.consents.count() == 1
