"""The unlock from the open portal page to the card with a new PIN, and what is refused on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from unlock_stage import LIMITS, SERIAL, TCKN, AProgram, Stage, make_stage, signed_in

from anahtar_card.errors import MalformedResponse, WrongPin
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import Grant
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_server.audit.models import AuditEntry
from anahtar_server.audit.names import Act
from anahtar_server.cards.acts import flag_dead, flag_lost, note_proved
from anahtar_server.cards.models import HSM, LedgerEntry
from anahtar_server.custody.seals import Seals, new_key
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.acts import add_contact_line, register_holder
from anahtar_server.people.objections import take_objection
from anahtar_server.signin.stand_in import Signer
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import (
    ConfirmationAnswer,
    ConfirmationRequest,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Method,
    Outcome,
    Report,
    SettleProof,
    State,
)
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)
NEW_PIN = "482916"


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


def claimed(stage: Stage) -> Unlock:
    """An unlock bound to the stage's program."""
    _, code = stage.open()
    return stage.claim(code)


def ask_sms(stage: Stage, unlock: Unlock) -> str:
    """Ask for the SMS and return its code from the outbox."""
    stage.ask("ask-confirmation", "confirmation", ConfirmationRequest(method=Method.SMS, card_serial=SERIAL), unlock)
    message = OutboxMessage.objects.order_by("-pk").first()
    assert message is not None
    found = re.search(r"\b\d{8}\b", message.text)
    assert found is not None
    return found.group()


def answer(stage: Stage, unlock: Unlock, text: str) -> str:
    """Answer the confirmation."""
    return stage.answer(text, unlock)


def confirmed(stage: Stage) -> Unlock:
    """A confirmed unlock."""
    unlock = claimed(stage)
    answer(stage, unlock, ask_sms(stage, unlock))
    return unlock


def grant_for(stage: Stage, unlock: Unlock) -> Grant:
    """Session and nonce from the key service."""
    text = stage.ask("grant", "grant", GrantRequest(card_serial=SERIAL), unlock)
    given = GrantGiven.model_validate_json(text)
    return Grant(given.session, given.nonce)


def consent_for(stage: Stage, unlock: Unlock, challenge: bytes) -> bytes:
    """The authority's answer to the card."""
    text = stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock)
    return bytes.fromhex(json.loads(text)["answer"])


def set_pin(stage: Stage, unlock: Unlock, pin: str = NEW_PIN) -> bytes:
    """The card's side with the real answers; returns the evidence."""
    grant = grant_for(stage, unlock)
    return stage.unlock_card(grant, lambda challenge: consent_for(stage, unlock, challenge), pin)


def report(stage: Stage, unlock: Unlock, outcome: Outcome, evidence: bytes = b"") -> dict[str, object]:
    """Report and return the standing."""
    loaded = json.loads(stage.ask("report", "report", Report(outcome=outcome, evidence=evidence), unlock))
    assert isinstance(loaded, dict)
    return loaded


def settle(stage: Stage) -> dict[str, object]:
    """Settle as any program that holds the card."""
    grant = acts.begin_settling(card_serial=SERIAL, actor="anyone", now=stage.clock())
    stage.plastic.power_off()
    stage.plastic.power_on()
    proof = converse(AkisDriver().prove(grant), stage.plastic)
    body = SettleProof(card_serial=SERIAL, proof=proof)
    unlock = acts.settle(card_serial=SERIAL, proof=body.proof, custody=stage.custody, actor="x", now=stage.clock())
    return queries.standing(unlock).model_dump(mode="json")


def refused(problem: Problem) -> pytest.RaisesExc[Refusal]:
    """Expect exactly this refusal."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.problem is problem)


def test_a_locked_card_gets_a_new_pin_and_the_card_proves_it(stage: Stage) -> None:
    unlock = confirmed(stage)
    evidence = set_pin(stage, unlock)
    standing = report(stage, unlock, Outcome.DONE, evidence)
    assert (standing["state"], standing["evidence"], standing["pin"]) == ("done", "G1", "new")
    assert json.loads(AuditEntry.objects.get(act=Act.EVIDENCE_ACCEPTED).facts)["grade"] == "G1"
    converse(AkisDriver().verify(Pin(NEW_PIN)), stage.plastic)
    with pytest.raises(WrongPin):
        converse(AkisDriver().verify(Pin("271828")), stage.plastic)


def test_a_card_without_a_pin_gets_its_first_one(folder: Path, now: datetime) -> None:
    stage = make_stage(folder, now, pin=None)
    unlock = confirmed(stage)
    assert report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))["evidence"] == "G1"


def test_no_consent_without_its_audit_row(stage: Stage) -> None:
    unlock = confirmed(stage)
    set_pin(stage, unlock)
    assert AuditEntry.objects.filter(act="released", subject=f"unlock:{unlock.name}").count() == 1


def test_every_channel_is_told_when_it_is_done(stage: Stage) -> None:
    unlock = confirmed(stage)
    report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))
    told = OutboxMessage.objects.filter(key__startswith="done:").values_list("address", flat=True)
    assert list(told) == ["+905321234567"]


def test_the_notice_of_a_changed_pin_carries_a_code_that_objects_to_it(stage: Stage) -> None:
    unlock = confirmed(stage)
    report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))
    notice = OutboxMessage.objects.get(key__startswith="done:")
    assert notice.secret
    objection = take_objection(code=notice.text.rsplit(" ", 1)[1], now=stage.clock())
    assert objection is not None
    assert (objection.subject, objection.about) == (f"card:{stage.card.pk}", f"unlock:{unlock.name}")


def test_a_wrong_code_is_counted_and_the_fifth_ends_the_unlock(stage: Stage) -> None:
    unlock, code = stage.open()
    wrong = VerificationCode(code.reference, "A" * 8 if code.secret != "A" * 8 else "B" * 8)
    for _ in range(LIMITS.code_tries):
        with refused(Problem.CODE_WRONG):
            stage.claim(wrong)
    assert queries.by_name(unlock.name).now_in is State.REFUSED
    with refused(Problem.CODE_EXPIRED):
        stage.claim(code)


def test_an_unknown_code_reads_like_a_wrong_one_and_an_address_has_ten(stage: Stage) -> None:
    unknown = VerificationCode("ZZZZ", "ABCDEFGH")
    for _ in range(LIMITS.codes_per_address):
        with refused(Problem.CODE_WRONG):
            stage.claim(unknown)
    with refused(Problem.TOO_MANY):
        stage.claim(unknown)
    with refused(Problem.CODE_WRONG):
        stage.claim(unknown, address="127.0.0.2")


def test_guessing_from_everywhere_shuts_the_door_for_an_hour_and_raises_one_alarm(stage: Stage) -> None:
    few, unknown = LIMITS.model_copy(update={"codes_overall_an_hour": 3}), VerificationCode("ZZZZ", "ABCDEFGH")
    alarms = AuditEntry.objects.filter(act=Act.CODES_GUESSED.value)
    for number in range(3):
        assert not alarms.exists()
        with refused(Problem.CODE_WRONG):
            stage.claim(unknown, address=f"127.0.0.{number}", limits=few)
        stage.clock.pass_seconds(60)
    with refused(Problem.TOO_MANY):
        stage.claim(unknown, address="127.0.0.9", limits=few)
    stage.clock.pass_seconds(3600 - 180 + 1)  # the first is an hour old: one more is heard, the third again
    with refused(Problem.CODE_WRONG):
        stage.claim(unknown, limits=few)
    assert alarms.count() == 1


def test_a_code_works_once_and_its_second_use_is_said_loudly(stage: Stage) -> None:
    unlock, code = stage.open()
    stage.claim(code)
    with refused(Problem.CODE_USED):
        stage.claim(code, AProgram())
    assert queries.by_name(unlock.name).claimed_again_at == stage.clock()


def test_a_code_is_over_after_ten_minutes(stage: Stage) -> None:
    _, code = stage.open()
    stage.clock.pass_seconds(LIMITS.code_seconds)
    with refused(Problem.CODE_EXPIRED):
        stage.claim(code)


def test_the_database_never_holds_a_code(stage: Stage) -> None:
    unlock, code = stage.open()
    kept = Unlock.objects.filter(pk=unlock.pk).values().get()
    assert code.secret not in repr(kept)
    assert code.secret.encode() not in bytes(kept["code_mac"])


def test_a_second_unlock_of_the_card_waits_for_the_first(stage: Stage) -> None:
    stage.open()
    with refused(Problem.UNLOCK_LIVE):
        stage.open()


def test_nothing_opens_without_the_duties(stage: Stage) -> None:
    with refused(Problem.DUTIES_NOT_ACCEPTED):
        stage.open(duties=False)
    assert not Unlock.objects.exists()


def test_a_card_is_opened_by_whoever_may_act_on_it_in_their_own_sign_in(stage: Stage) -> None:
    own, long_ago = (stage.holder, stage.sign_in), stage.clock() - timedelta(days=30)
    other = register_holder(
        tckn="10000000214", given_name="Başka", family_name="Kişi", birth_date=date(1981, 3, 4), language="tr",
        actor="rehearsal", now=long_ago,
    )  # fmt: skip
    stage.holder, stage.sign_in = other, signed_in(other, stage.provider, stage.clock())
    with refused(Problem.CARD_NOT_YOURS):
        stage.open()
    stage.holder = own[0]
    with refused(Problem.SIGN_IN_STALE):
        stage.open()
    stage.sign_in = own[1]
    assert stage.open()[0].holder == own[0]


def test_a_seal_in_a_hardware_module_has_no_pin_here(stage: Stage) -> None:
    stage.card.family = HSM
    stage.card.save()
    with refused(Problem.SEAL_ON_HSM):
        stage.open()


@pytest.mark.parametrize("serial", [SERIAL, "00" * 12])
def test_a_card_without_an_open_outcome_has_nothing_to_settle(stage: Stage, serial: str) -> None:
    with refused(Problem.NOTHING_TO_SETTLE):
        acts.begin_settling(card_serial=serial, actor="anyone", now=stage.clock())


def test_a_forgotten_unlock_makes_way_when_its_time_is_over(stage: Stage) -> None:
    first, _ = stage.open()
    stage.clock.pass_seconds(LIMITS.code_seconds)
    second, _ = stage.open()
    assert queries.by_name(first.name).now_in is State.EXPIRED
    assert second.now_in is State.OPENED


def test_an_old_sign_in_opens_nothing(stage: Stage) -> None:
    stage.clock.pass_seconds(15 * 60 + 1)
    with refused(Problem.SIGN_IN_STALE):
        stage.open()


def test_another_card_in_the_reader_changes_nothing(stage: Stage) -> None:
    unlock = claimed(stage)
    with refused(Problem.CARD_OTHER):
        stage.ask(
            "ask-confirmation",
            "confirmation",
            ConfirmationRequest(method=Method.SMS, card_serial="AA" * 12),
            unlock,
        )
    assert queries.by_name(unlock.name).now_in is State.CLAIMED


def test_the_fifth_wrong_sms_code_ends_the_unlock_and_a_new_code_does_not_help(stage: Stage) -> None:
    unlock = claimed(stage)
    for left in (4, 3, 2, 1):
        wrong = f"{(int(ask_sms(stage, unlock)) + 1) % 10**8:08d}"
        with pytest.raises(Refusal) as caught:
            answer(stage, unlock, wrong)
        assert caught.value.facts == {"tries_left": left}
    with refused(Problem.CONFIRMATION_OVER):
        answer(stage, unlock, "00000000")
    assert queries.by_name(unlock.name).now_in is State.REFUSED


def test_a_right_answer_may_be_sent_again_and_makes_the_time_no_longer(stage: Stage) -> None:
    unlock = claimed(stage)
    code = ask_sms(stage, unlock)
    first = answer(stage, unlock, code)
    stage.clock.pass_seconds(LIMITS.consent_seconds - 1)
    assert answer(stage, unlock, code) == first
    stage.clock.pass_seconds(1)
    with refused(Problem.UNLOCK_OVER):
        answer(stage, unlock, code)


def test_an_answer_that_another_program_sealed_is_not_opened_uses_no_try_and_raises_an_alarm(stage: Stage) -> None:
    unlock = claimed(stage)
    code = ask_sms(stage, unlock)
    foreign = AProgram().sealed(code, unlock.name)
    with refused(Problem.CONFIRMATION_NOT_OPENED):
        stage.ask("answer-confirmation", "confirmation/answer", foreign, unlock)
    assert queries.by_name(unlock.name).now_in is State.CONFIRMING
    assert AuditEntry.objects.filter(act=Act.CONFIRMATION_NOT_OPENED.value, subject=f"unlock:{unlock.name}").exists()
    for _ in range(LIMITS.confirmation_tries - 1):
        with refused(Problem.CONFIRMATION_WRONG):
            answer(stage, unlock, "00000000")
    answer(stage, unlock, code)


def test_an_answer_sealed_to_a_key_of_before_is_opened_and_to_one_of_nobodys_asks_for_an_update(stage: Stage) -> None:
    unlock = claimed(stage)
    code = ask_sms(stage, unlock)
    older, nobodys = new_key(), new_key()
    face = replace(stage.face, seals=Seals([new_key(), older]))

    def answered(key: bytes) -> str:
        sealed = ConfirmationAnswer.of(
            code, method=Method.SMS, unlock=unlock.name, program_key=stage.program.public, to=Seals([key]).public
        )
        return face.answer(
            stage.program.errand("answer-confirmation", unlock.name, "confirmation/answer", sealed)
        ).problem

    assert answered(nobodys) == Problem.UPDATE_NEEDED.value
    assert answered(older) == ""


def test_an_sms_code_is_late_after_three_minutes_and_a_new_one_counts(stage: Stage) -> None:
    unlock = claimed(stage)
    late = ask_sms(stage, unlock)
    stage.clock.pass_seconds(LIMITS.sms_code_seconds)
    with refused(Problem.CONFIRMATION_EXPIRED):
        answer(stage, unlock, late)
    answer(stage, unlock, ask_sms(stage, unlock))
    assert queries.by_name(unlock.name).now_in is State.CONFIRMED


def test_the_code_goes_to_the_number_that_was_added_last(stage: Stage) -> None:
    newer, known = "+905321234568", stage.clock() - timedelta(days=2)
    add_contact_line(holder=stage.holder, channel="sms", address=newer, actor="rehearsal", now=known)
    ask_sms(stage, claimed(stage))
    assert OutboxMessage.objects.get(key__startswith="confirmation:").address == newer


def test_the_web_password_that_was_never_set_is_refused(stage: Stage) -> None:
    unlock = claimed(stage)
    with refused(Problem.METHOD_NOT_SET):
        stage.ask(
            "ask-confirmation", "confirmation", ConfirmationRequest(method=Method.WEB, card_serial=SERIAL), unlock
        )


def test_a_program_with_another_key_gets_nothing(stage: Stage) -> None:
    unlock = claimed(stage)
    stage.program = AProgram()
    with refused(Problem.PROGRAM_PROOF_WRONG):
        ask_sms(stage, unlock)


def test_released_is_unreachable_without_a_confirmation(stage: Stage) -> None:
    unlock = claimed(stage)
    with refused(Problem.UNLOCK_NOT_READY):
        grant_for(stage, unlock)
    with refused(Problem.UNLOCK_NOT_READY):
        consent_for(stage, unlock, bytes(37))


def test_a_confirmation_counts_for_five_minutes(stage: Stage) -> None:
    unlock = confirmed(stage)
    grant = grant_for(stage, unlock)
    stage.clock.pass_seconds(LIMITS.consent_seconds)
    with refused(Problem.CONSENT_LATE):
        stage.unlock_card(grant, lambda challenge: consent_for(stage, unlock, challenge), NEW_PIN)


def test_the_third_wrong_proof_ends_the_unlock(stage: Stage) -> None:
    unlock = confirmed(stage)
    for _ in range(LIMITS.wrong_proofs):
        grant_for(stage, unlock)
        with refused(Problem.CARD_PROOF_WRONG):
            consent_for(stage, unlock, bytes(37))
    assert queries.by_name(unlock.name).now_in is State.REFUSED


@pytest.mark.parametrize(("flag", "problem"), [(flag_lost, Problem.CARD_LOST), (flag_dead, Problem.CARD_DEAD)])
def test_a_lost_or_dead_card_gets_no_consent(stage: Stage, flag: Callable[..., None], problem: Problem) -> None:
    unlock = confirmed(stage)
    flag(card=stage.card, actor="operator:test", now=stage.clock())
    with refused(problem):
        set_pin(stage, unlock)
    assert queries.by_name(unlock.name).now_in is State.CONFIRMED


def test_few_tries_of_the_authority_key_lead_to_the_desk(stage: Stage) -> None:
    unlock = confirmed(stage)
    stage.memory.write(reset_key_tries=2)
    with refused(Problem.CARD_TO_THE_DESK):
        set_pin(stage, unlock)


def test_a_cryptogram_that_the_card_did_not_accept_leads_to_the_desk_for_a_day(stage: Stage) -> None:
    for key_tries in (5, 4, 4):  # as the card proves them: one was lost in between, once
        note_proved(card=stage.card, pin_tries=0, key_tries=key_tries, now=stage.clock())
    assert LedgerEntry.objects.filter(what=LedgerEntry.What.CRYPTOGRAM_FAILED).count() == 1
    stage.memory.write(reset_key_tries=4)
    unlock = confirmed(stage)
    with refused(Problem.CARD_TO_THE_DESK):
        set_pin(stage, unlock)
    acts.cancel(unlock_id=unlock.pk, actor="holder:1", now=stage.clock())
    stage.clock.pass_seconds(LIMITS.failed_cryptogram_hours * 3600)
    stage.sign_in_again()
    unlock = confirmed(stage)
    assert report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))["state"] == "done"


def test_a_grant_is_for_the_unlocks_own_card_and_there_are_few(stage: Stage) -> None:
    unlock = confirmed(stage)
    with refused(Problem.CARD_OTHER):
        stage.ask("grant", "grant", GrantRequest(card_serial="00" * 12), unlock)
    for _ in range(LIMITS.consents * 3):
        grant_for(stage, unlock)
    with refused(Problem.CONSENT_SPENT):
        grant_for(stage, unlock)


def test_wrong_proofs_after_the_release_are_counted_and_leave_the_outcome_open(stage: Stage) -> None:
    unlock = confirmed(stage)
    consent_for(stage, unlock, converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic))
    for _ in range(LIMITS.wrong_proofs + 1):
        with refused(Problem.CARD_PROOF_WRONG):
            consent_for(stage, unlock, bytes(37))
    unlock.refresh_from_db()
    assert (unlock.state, unlock.wrong_proofs) == (State.RELEASED, LIMITS.wrong_proofs + 1)


def test_no_consent_is_repeated_while_the_outcome_is_uncertain(stage: Stage) -> None:
    unlock = confirmed(stage)
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    consent_for(stage, unlock, challenge)
    report(stage, unlock, Outcome.UNKNOWN)
    with refused(Problem.SETTLE_FIRST):
        consent_for(stage, unlock, challenge)


def test_a_silent_program_makes_the_outcome_uncertain_and_the_card_settles_it(stage: Stage) -> None:
    unlock = confirmed(stage)
    set_pin(stage, unlock)  # and no report comes
    stage.clock.pass_seconds(LIMITS.silence_seconds)
    acts.sweep(limits=LIMITS, now=stage.clock())
    assert queries.by_name(unlock.name).now_in is State.UNCERTAIN
    standing = settle(stage)
    assert (standing["state"], standing["evidence"], standing["pin"]) == ("done", "G1", "new")


def test_a_consent_that_never_reached_the_card_is_settled_as_not_done_and_given_again(stage: Stage) -> None:
    unlock = confirmed(stage)
    grant = grant_for(stage, unlock)
    consent_for(stage, unlock, converse(AkisDriver().prove(grant), stage.plastic))
    assert report(stage, unlock, Outcome.FAILED)["state"] == "uncertain"
    with refused(Problem.SETTLE_FIRST):
        grant_for(stage, unlock)
    assert settle(stage)["state"] == "not-done"
    assert not OutboxMessage.objects.filter(
        key__startswith="done:"
    ).exists()  # nobody is told of a PIN that is not there
    assert report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))["state"] == "done"


def test_a_second_unlock_may_open_while_uncertain_but_its_consent_waits(stage: Stage) -> None:
    first = confirmed(stage)
    set_pin(stage, first)
    report(stage, first, Outcome.UNKNOWN)
    second = confirmed(stage)
    with refused(Problem.SETTLE_FIRST):
        set_pin(stage, second, "975310")
    settle(stage)
    assert report(stage, second, Outcome.DONE, set_pin(stage, second, "975310"))["state"] == "done"


def test_a_cancel_after_the_release_ends_consent_and_the_outcome_is_still_settled(stage: Stage) -> None:
    unlock = confirmed(stage)
    evidence = set_pin(stage, unlock)
    acts.cancel(unlock_id=unlock.pk, actor="holder:x", now=stage.clock())
    with refused(Problem.UNLOCK_OVER):
        set_pin(stage, unlock)
    assert report(stage, unlock, Outcome.DONE, evidence)["state"] == "done"


def test_old_evidence_of_another_unlock_proves_nothing(stage: Stage) -> None:
    first = confirmed(stage)
    evidence = set_pin(stage, first)
    report(stage, first, Outcome.DONE, evidence)
    second = confirmed(stage)
    set_pin(stage, second)
    with refused(Problem.CARD_PROOF_WRONG):
        report(stage, second, Outcome.DONE, evidence)
    assert queries.by_name(second.name).now_in is State.UNCERTAIN


@dataclass
class Skipping:
    """A program in the reader's place that keeps some commands from the card and says that they went well."""

    card: AkisCard
    skipped: tuple[int, ...]
    last: bytes = b""

    def transmit(self, command: bytes) -> bytes:
        """Pass a command on, or pretend."""
        if command[1] in self.skipped:
            return b"\x90\x00"
        self.last = self.card.transmit(command)
        return self.last


@pytest.mark.parametrize("skipped", [(0x20,), (0x82, 0x2C)], ids=["no VERIFY", "no RESET"])
def test_a_card_that_did_only_half_proves_nothing(folder: Path, now: datetime, skipped: tuple[int, ...]) -> None:
    stage = make_stage(folder, now, pin=NEW_PIN, pin_tries=3)
    unlock = confirmed(stage)
    card = Skipping(stage.plastic, skipped)
    unlocking = AkisDriver().unlock(grant_for(stage, unlock), Pin(NEW_PIN))
    with pytest.raises(MalformedResponse):
        converse(unlocking, card, answer=lambda challenge: consent_for(stage, unlock, challenge))
    evidence = card.last.removesuffix(b"\x90\x00")  # the card's own, right for this unlock
    with refused(Problem.CARD_PROOF_WRONG):
        report(stage, unlock, Outcome.DONE, evidence)
    assert queries.by_name(unlock.name).now_in is State.UNCERTAIN


def test_a_contradiction_after_the_end_raises_an_alarm_and_changes_nothing(stage: Stage) -> None:
    unlock = confirmed(stage)
    report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))
    assert report(stage, unlock, Outcome.FAILED)["state"] == "done"
    assert AuditEntry.objects.filter(act="contradiction").count() == 1


def test_the_same_report_again_and_one_of_an_unlock_without_consent_raise_no_alarm(stage: Stage) -> None:
    unlock = confirmed(stage)
    evidence = set_pin(stage, unlock)
    for _ in range(2):
        assert report(stage, unlock, Outcome.DONE, evidence)["state"] == "done"
    over = claimed(stage)
    acts.cancel(unlock_id=over.pk, actor="holder:1", now=stage.clock())
    assert report(stage, over, Outcome.DONE, evidence)["state"] == "cancelled"
    assert not AuditEntry.objects.filter(act=Act.CONTRADICTION).exists()


def test_the_same_challenge_again_gets_the_same_answer_and_uses_no_further_nonce(stage: Stage) -> None:
    unlock = confirmed(stage)
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    assert consent_for(stage, unlock, challenge) == consent_for(stage, unlock, challenge)
    assert unlock.consents.count() == 1


def test_a_fourth_card_nonce_is_refused(stage: Stage) -> None:
    unlock = confirmed(stage)
    for _ in range(LIMITS.consents):
        challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
        answer = consent_for(stage, unlock, challenge)
    assert consent_for(stage, unlock, challenge) == answer  # the last one again is no fourth
    with refused(Problem.CONSENT_SPENT):
        consent_for(stage, unlock, converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic))


def test_a_card_nonce_of_an_unlock_before_is_refused(stage: Stage) -> None:
    stage.plastic = AkisCard.open(stage.memory, chance=bytes)  # a card whose chance has failed: always the same nonce
    stage.plastic.power_on()
    first = confirmed(stage)
    report(stage, first, Outcome.DONE, set_pin(stage, first))
    second = confirmed(stage)
    with refused(Problem.CARD_PROOF_WRONG):
        set_pin(stage, second, "739146")
    second.refresh_from_db()
    assert second.state == State.CONFIRMED and second.consents.count() == 0
    converse(AkisDriver().verify(Pin(NEW_PIN)), stage.plastic)


def test_the_clock_set_back_gives_no_consent(stage: Stage) -> None:
    unlock = confirmed(stage)
    grant = grant_for(stage, unlock)
    stage.clock.pass_seconds(-20)
    with refused(Problem.CONSENT_LATE):
        consent_for(stage, unlock, converse(AkisDriver().prove(grant), stage.plastic))


def test_the_key_service_does_not_take_the_web_tiers_word_for_a_sign_in(stage: Stage) -> None:
    unlock = claimed(stage)
    forged = Signer(issuer=stage.provider.issuer, client_id="portal", rehearsal=True)
    stage.sign_in.assertion = forged.sign(forged.claims(tckn=TCKN, nonce="n-1", now=stage.clock()))
    stage.sign_in.save()
    with refused(Problem.SIGN_IN_REFUSED):
        ask_sms(stage, unlock)


def test_another_persons_sign_in_vouches_for_nobody(stage: Stage) -> None:
    unlock = claimed(stage)
    other = stage.provider.claims(tckn="12345678950", nonce="n-1", now=stage.clock())
    stage.sign_in.assertion = stage.provider.sign(other)
    stage.sign_in.save()
    with refused(Problem.SIGN_IN_REFUSED):
        ask_sms(stage, unlock)


def test_an_old_sign_in_vouches_for_no_unlock(stage: Stage) -> None:
    unlock = claimed(stage)
    long_ago = stage.clock() - timedelta(minutes=16)
    claims = stage.provider.claims(tckn=TCKN, nonce="n-1", now=stage.clock(), authenticated_at=long_ago)
    stage.sign_in.assertion = stage.provider.sign(claims)
    stage.sign_in.save()
    with refused(Problem.SIGN_IN_STALE):
        ask_sms(stage, unlock)
