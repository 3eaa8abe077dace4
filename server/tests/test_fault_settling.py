"""Settling under bad will and bad luck: old statements, rubbish from strangers, an outcome that nothing can prove."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from race_cards import another_card, confirm, grant_for, set_pin
from unlock_stage import CODE_KEY, LIMITS, SERIAL, Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant as CardGrant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_server.audit.models import AuditEntry
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.acts import closing, opening
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import (
    ConfirmationRequest,
    ConsentRequest,
    GrantRequest,
    Method,
    Outcome,
    Report,
    SettleProof,
    State,
)
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


def confirmed(stage: Stage) -> Unlock:
    """A confirmed unlock."""
    _, code = stage.open()
    unlock = stage.claim(code)
    confirm(stage, unlock)
    return unlock


def consent(stage: Stage, unlock: Unlock) -> bytes:
    """A consent for a fresh nonce of the card."""
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    return stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock).encode()


def begin(stage: Stage) -> CardGrant:
    """A settling nonce."""
    return acts.begin_settling(card_serial=SERIAL, actor="x", now=stage.clock())


def statement(stage: Stage, grant: CardGrant) -> bytes:
    """What the card says over it."""
    stage.plastic.power_off()
    stage.plastic.power_on()
    return converse(AkisDriver().prove(grant), stage.plastic)


def hand_in(stage: Stage, proof: bytes) -> Unlock:
    """Settle with a statement."""
    return acts.settle(card_serial=SERIAL, proof=proof, custody=stage.custody, actor="x", now=stage.clock())


def refused(problem: Problem) -> pytest.RaisesExc[Refusal]:
    """Expect exactly this refusal."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.problem is problem)


def test_a_statement_from_before_the_newest_consent_settles_nothing(stage: Stage) -> None:
    unlock = confirmed(stage)
    consent(stage, unlock)
    locked_still = statement(stage, begin(stage))
    set_pin(stage, unlock, "482916")  # a second consent, and the card took it
    with refused(Problem.CARD_PROOF_WRONG):
        hand_in(stage, locked_still)
    assert queries.by_name(unlock.name).now_in is State.RELEASED
    assert hand_in(stage, statement(stage, begin(stage))).now_in is State.DONE


def test_rubbish_from_a_stranger_keeps_no_holder_from_settling(stage: Stage) -> None:
    unlock = confirmed(stage)
    set_pin(stage, unlock, "482916")
    proof = statement(stage, begin(stage))
    for _ in range(3):
        with refused(Problem.CARD_PROOF_WRONG):
            hand_in(stage, bytes(37))
    assert hand_in(stage, proof).now_in is State.DONE


def test_a_right_statement_counts_once(folder: Path, now: datetime) -> None:
    stage = make_stage(folder, now, pin_tries=3)
    consent(stage, confirmed(stage))
    proof = statement(stage, begin(stage))
    assert hand_in(stage, proof).now_in is State.UNCERTAIN
    with refused(Problem.CARD_PROOF_WRONG):
        hand_in(stage, proof)


def test_proof_of_the_opposite_changes_nothing_and_raises_an_alarm(stage: Stage) -> None:
    """No honest card can give both; a copy of one could."""
    unlock = confirmed(stage)
    copy = AkisCard.open(stage.memory)
    copy.power_on()

    def settled_beside(challenge: bytes) -> bytes:
        answer = stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock)
        assert hand_in(stage, converse(AkisDriver().prove(begin(stage)), copy)).now_in is State.NOT_DONE
        return bytes.fromhex(json.loads(answer)["answer"])

    unlocking = AkisDriver().unlock(grant_for(stage, unlock), Pin("482916"))
    evidence = converse(unlocking, stage.plastic, answer=settled_beside)
    stage.ask("report", "report", Report(outcome=Outcome.DONE, evidence=evidence), unlock)
    assert queries.by_name(unlock.name).now_in is State.NOT_DONE
    alarm = AuditEntry.objects.get(act="contradiction", subject=f"unlock:{unlock.name}")
    assert (json.loads(alarm.facts)["said"], json.loads(alarm.facts)["stands"]) == ("happened", "not-done")


def test_a_strangers_proofs_have_a_limit(stage: Stage) -> None:
    consent(stage, confirmed(stage))
    begin(stage)
    face = replace(stage.face, limits=LIMITS.model_copy(update={"settles_per_address": 2}))
    errand = stage.program.errand("settle", "", "settle", SettleProof(card_serial=SERIAL, proof=bytes(37)))
    answers = [face.answer(errand.model_copy(update={"address": "10.0.0.1"})).problem for _ in range(3)]
    assert answers == ["card-proof-wrong", "card-proof-wrong", "too-many"]


def test_an_outcome_that_nothing_can_prove_makes_way_for_the_next_unlock(folder: Path, now: datetime) -> None:
    stage = make_stage(folder, now, pin_tries=3)  # a forgotten PIN, not a locked one
    first = confirmed(stage)
    consent(stage, first)
    stage.clock.pass_seconds(LIMITS.silence_seconds)
    acts.sweep(limits=LIMITS, now=stage.clock())
    second = confirmed(stage)
    with refused(Problem.SETTLE_FIRST):
        set_pin(stage, second, "482916")
    assert hand_in(stage, statement(stage, begin(stage))).now_in is State.UNCERTAIN
    evidence = set_pin(stage, second, "482916")
    stands = queries.by_name(first.name)
    assert (stands.now_in, stands.evidence) == (State.UNSETTLED, "G0")
    assert OutboxMessage.objects.filter(key__startswith="unsettled:").count() == 1
    stage.ask("report", "report", Report(outcome=Outcome.DONE, evidence=evidence), second)
    assert queries.by_name(second.name).now_in is State.DONE


def test_an_unclear_outcome_that_the_card_has_not_spoken_about_still_waits(folder: Path, now: datetime) -> None:
    stage = make_stage(folder, now, pin_tries=3)
    first = confirmed(stage)
    consent(stage, first)
    begin(stage)  # a nonce alone says nothing
    stage.clock.pass_seconds(LIMITS.silence_seconds)
    acts.sweep(limits=LIMITS, now=stage.clock())
    with refused(Problem.SETTLE_FIRST):
        set_pin(stage, confirmed(stage), "482916")
    assert queries.by_name(first.name).now_in is State.UNCERTAIN


def test_no_grant_is_given_after_a_cancel(stage: Stage) -> None:
    unlock = confirmed(stage)
    consent(stage, unlock)
    acts.cancel(unlock_id=unlock.pk, actor="x", now=stage.clock())
    with refused(Problem.UNLOCK_OVER):
        grant_for(stage, unlock)


def test_two_open_unlocks_never_share_the_first_group_of_a_code(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [
        VerificationCode("ABCD", "AAAAAAAA"),
        VerificationCode("ABCD", "BBBBBBBB"),
        VerificationCode("EFGH", "CCCCCCCC"),
    ]
    monkeypatch.setattr(VerificationCode, "make", lambda choose: made.pop(0))
    _, first = stage.open()
    _, second = another_card(stage, 5).open()
    assert (first.reference, second.reference) == ("ABCD", "EFGH")
    stage.claim(first)


def test_one_unlock_that_time_cannot_end_keeps_no_other_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _ = stage.open()
    good, _ = another_card(stage, 5).open()
    stage.clock.pass_seconds(LIMITS.code_seconds)
    whole = closing.move

    def failing(unlock: Unlock, *event: object, **named: object) -> None:
        if unlock.pk == bad.pk:
            raise ZeroDivisionError
        whole(unlock, *event, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "move", failing)
    with pytest.raises(ZeroDivisionError):
        acts.sweep(limits=LIMITS, now=stage.clock())
    assert queries.by_name(good.name).now_in is State.EXPIRED


@pytest.mark.parametrize("act", ["report", "consent", "answer-confirmation", "ask-confirmation"])
def test_what_a_program_signed_for_one_act_serves_no_other(stage: Stage, act: str) -> None:
    unlock = confirmed(stage)
    signed = stage.program.errand("grant", unlock.name, "grant", GrantRequest(card_serial=SERIAL))
    assert stage.face.answer(signed.model_copy(update={"act": act})).problem == Problem.UNLOCK_UNKNOWN


def test_an_answer_before_its_question_is_not_taken(stage: Stage) -> None:
    _, code = stage.open()
    unlock = stage.claim(code)
    stage.clock.pass_seconds(600)
    request = ConfirmationRequest(method=Method.SMS, card_serial=SERIAL)
    stage.ask("ask-confirmation", "confirmation", request, unlock)
    message = OutboxMessage.objects.get(secret=True)
    typed = next(word for word in message.text.split() if len(word) == LIMITS.sms_code_digits and word.isdigit())
    stage.clock.pass_seconds(-300)
    with refused(Problem.CONFIRMATION_EXPIRED):
        stage.answer(typed, unlock)


def test_a_code_from_the_future_opens_nothing(stage: Stage) -> None:
    _, code = stage.open()
    stage.clock.pass_seconds(-60)
    with refused(Problem.CODE_EXPIRED):
        acts.claim(
            request=stage.program.claim_request(code), code=code, address="x", code_key=CODE_KEY, limits=LIMITS,
            now=stage.clock(),
        )  # fmt: skip
    assert opening.SKEW.total_seconds() < 60
    assert AuditEntry.objects.filter(act="code-claimed").count() == 0


def test_an_outcome_settled_as_not_done_beside_a_newer_unlock_leaves_it_the_card(stage: Stage) -> None:
    first = confirmed(stage)
    consent(stage, first)
    stage.clock.pass_seconds(LIMITS.silence_seconds)
    acts.sweep(limits=LIMITS, now=stage.clock())
    second = confirmed(stage)
    assert hand_in(stage, statement(stage, begin(stage))).now_in is State.NOT_DONE
    stands = queries.by_name(first.name)
    assert (stands.closed, stands.live) == (True, False), "the newer one is the card's now"
    with refused(Problem.UNLOCK_OVER):
        grant_for(stage, first)
    set_pin(stage, second, "482916")
