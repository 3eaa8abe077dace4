"""The life of a certificate: its table, who may do what, and what stays behind of each act."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from certificates_stage import OPERATOR, SECOND, Stage, make_stage

from anahtar_server.audit.models import AuditEntry
from anahtar_server.cards.models import Card
from anahtar_server.certificates import acts, card_acts, lifecycle, queries
from anahtar_server.certificates.acts import lift, open_due, revoke, suspend
from anahtar_server.certificates.lifecycle import TABLE, Event, Party, Reason, State
from anahtar_server.certificates.models import Answer, Certificate, Change
from anahtar_server.certificates.texts import News, told
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.rules import SMS_TEXT
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def refused(problem: Problem) -> pytest.RaisesExc[Refusal]:
    """Expect exactly this refusal."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.problem is problem)


def again(certificate: Certificate) -> Certificate:
    return Certificate.objects.get(pk=certificate.pk)


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_register_stores_every_state_but_the_one_that_follows_from_the_date() -> None:
    assert {state.value for state in State} - {"expired"} == set(Certificate.State.values)


def test_nothing_leaves_the_final_states_and_every_other_pair_moves_or_is_refused() -> None:
    for state, event in product(State, Event):
        if (state, event) in TABLE:
            assert state not in lifecycle.FINAL
            assert lifecycle.move(state, event) is TABLE[state, event]
        else:
            with pytest.raises(Refusal):
                lifecycle.move(state, event)


@pytest.mark.parametrize(
    ("state", "event", "problem"),
    [
        (State.SUSPENDED, Event.SUSPEND, Problem.CERTIFICATE_SUSPENDED),
        (State.VALID, Event.LIFT, Problem.CERTIFICATE_NOT_SUSPENDED),
        (State.WAITING, Event.LIFT, Problem.CERTIFICATE_WAITING),
        (State.REVOKED, Event.LIFT, Problem.CERTIFICATE_REVOKED),
        (State.REVOKED, Event.REVOKE, Problem.CERTIFICATE_REVOKED),
        (State.EXPIRED, Event.SUSPEND, Problem.CERTIFICATE_EXPIRED),
    ],
)
def test_an_act_in_the_wrong_state_says_why(state: State, event: Event, problem: Problem) -> None:
    with refused(problem):
        lifecycle.move(state, event)


ACTOR = {party: f"{party.value}:x" for party in Party} | {Party.AUTHORITY: "worker"}
MAY = {
    # (event, performs, asked by): the promise of the house, written down a second time
    *((Event.SUSPEND, Party.OPERATOR, asked) for asked in Party),
    *((Event.REVOKE, Party.OPERATOR, asked) for asked in Party),
    *((Event.LIFT, Party.OPERATOR, asked) for asked in Party),
    (Event.SUSPEND, Party.HOLDER, Party.HOLDER),
    (Event.LIFT, Party.HOLDER, Party.HOLDER),
    (Event.REVOKE, Party.HOLDER, Party.HOLDER),
    (Event.SUSPEND, Party.CALL_CENTRE, Party.HOLDER),
    (Event.SUSPEND, Party.OFFICER, Party.OFFICER),
    (Event.SUSPEND, Party.OFFICER, Party.HOLDER),
    (Event.SUSPEND, Party.AUTHORITY, Party.HOLDER),
    (Event.SUSPEND, Party.AUTHORITY, Party.AUTHORITY),
    (Event.REVOKE, Party.AUTHORITY, Party.AUTHORITY),
    (Event.OPEN, Party.AUTHORITY, Party.AUTHORITY),
}


@pytest.mark.parametrize("event", [Event.SUSPEND, Event.LIFT, Event.REVOKE, Event.OPEN])
def test_everyone_may_do_what_the_table_says_and_nothing_else(event: Event) -> None:
    for performs, asked in product(Party, Party):
        facts = {"actor": ACTOR[performs], "asked_by": ACTOR[asked], "second": f"{performs.value}:y"}
        if (event, performs, asked) in MAY:
            lifecycle.refuse_stranger(event, **facts, suspended_by=Party.HOLDER.value if event is Event.LIFT else "")
        else:
            with refused(Problem.ACT_NOT_ALLOWED):
                lifecycle.refuse_stranger(event, **facts)


@pytest.mark.parametrize("actor", ["", "somebody", "Holder:1", "operators:1", " operator:1"])
def test_an_actor_of_no_known_party_may_nothing(actor: str) -> None:
    with refused(Problem.ACT_NOT_ALLOWED):
        lifecycle.party_of(actor)


@pytest.mark.parametrize("second", ["", OPERATOR, "holder:1", "officer:1"])
def test_an_operator_lifts_with_a_second_operator_only(stage: Stage, second: str) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=OPERATOR, now=stage.now)
    with refused(Problem.SECOND_PERSON_NEEDED):
        lift(certificate=certificate, actor=OPERATOR, second=second, now=stage.now)
    lift(certificate=certificate, actor=OPERATOR, second=SECOND, now=stage.now)
    assert Change.objects.latest("pk").second == SECOND


# --- suspending and lifting -------------------------------------------------------------------------------------------


def test_a_holder_lifts_what_the_holder_suspended(stage: Stage) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert again(certificate).state == "suspended"
    lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert (again(certificate).state, again(certificate).suspended_by, again(certificate).reason) == ("valid", "", None)


@pytest.mark.parametrize("by", ["operator:1", "officer:1", "worker"])
def test_a_holder_lifts_nobody_elses_suspension(stage: Stage, by: str) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=by, now=stage.now)
    with refused(Problem.SUSPENDED_BY_OTHER):
        lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert not queries.can_be_lifted_by_holder(stage.holder, stage.now).exists()


@pytest.mark.parametrize("by", ["callcentre:7", "officer:1", "operator:1", "portal"])
def test_a_suspension_asked_by_the_holder_counts_as_the_holders_whoever_performed_it(stage: Stage, by: str) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=by, asked_by=stage.by_holder, now=stage.now)
    change = Change.objects.latest("pk")
    assert (change.asked_by, change.performed_by) == (stage.by_holder, by)
    assert list(queries.can_be_lifted_by_holder(stage.holder, stage.now)) == [certificate]
    lift(certificate=certificate, actor=stage.by_holder, now=stage.now)


def test_an_act_done_twice_is_refused_and_changes_nothing(stage: Stage) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    since = again(certificate).state_since
    stage.pass_time(minutes=1)
    with refused(Problem.CERTIFICATE_SUSPENDED):
        suspend(certificate=certificate, actor=OPERATOR, now=stage.now)
    kept = again(certificate)
    assert (kept.state_since, kept.suspended_by) == (since, "holder")
    revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with refused(Problem.CERTIFICATE_REVOKED):
        revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert Change.objects.filter(certificate=certificate).count() == 3


# --- revoking ---------------------------------------------------------------------------------------------------------


def test_a_revocation_is_final_and_exact_to_the_microsecond(stage: Stage) -> None:
    certificate = stage.issue()
    stage.pass_time(seconds=90, microseconds=123456)
    revoke(certificate=certificate, actor=stage.by_holder, reason=Reason.KEY_COMPROMISE, now=stage.now)
    kept = again(certificate)
    assert (kept.state, kept.state_since, kept.reason) == ("revoked", stage.now, 1)
    for act in (suspend, lift, revoke):
        with refused(Problem.CERTIFICATE_REVOKED):
            act(certificate=certificate, actor=stage.by_holder, now=stage.now)


def test_a_clock_that_goes_back_makes_no_act_retroactive(stage: Stage) -> None:
    certificate = stage.issue()
    stage.pass_time(hours=2)
    suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    suspended_at, earlier = stage.now, stage.now - timedelta(hours=1)
    revoke(certificate=certificate, actor=stage.by_holder, now=earlier)
    assert again(certificate).state_since == suspended_at


@pytest.mark.parametrize("reason", [Reason.CERTIFICATE_HOLD, Reason.REMOVE_FROM_CRL])
def test_no_revocation_takes_a_reason_that_is_not_final(stage: Stage, reason: Reason) -> None:
    with pytest.raises(ValueError, match="reason"):
        revoke(certificate=stage.issue(), actor=OPERATOR, reason=reason, now=stage.now)


def test_what_has_expired_is_not_changed_any_more(stage: Stage) -> None:
    certificate = stage.issue()
    stage.now = certificate.not_after
    for act in (suspend, revoke):
        with refused(Problem.CERTIFICATE_EXPIRED):
            act(certificate=certificate, actor=stage.by_holder, now=stage.now)


def test_revoking_the_last_certificate_of_a_card_closes_it_for_the_rooms_above(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[tuple[Card, str]] = []
    monkeypatch.setattr(acts, "on_closed", [lambda *, card, actor, now: closed.append((card, actor))])
    card = stage.card()
    first, second = stage.issue(card), stage.issue(card)
    revoke(certificate=first, actor=OPERATOR, now=stage.now)
    assert closed == []
    revoke(certificate=second, actor=OPERATOR, now=stage.now)
    assert closed == [(card, OPERATOR)]


# --- a renewal --------------------------------------------------------------------------------------------------------


def test_a_renewal_waits_until_the_old_certificate_ends_and_then_opens_by_itself(stage: Stage) -> None:
    old = stage.issue()
    stage.now = old.not_after - timedelta(days=80)
    new = stage.issue(renews=old)
    assert (new.state, open_due(stage.now)) == ("waiting", 0)
    with refused(Problem.CERTIFICATE_WAITING):
        lift(certificate=new, actor=stage.by_holder, now=stage.now)
    with refused(Problem.CERTIFICATE_WAITING):
        acts.open_renewal(certificate=new, actor="worker", now=stage.now)
    stage.now = old.not_after
    assert (open_due(stage.now), open_due(stage.now)) == (1, 0)
    assert again(new).state == "valid"


def test_a_renewal_opens_when_the_old_certificate_is_revoked(stage: Stage) -> None:
    old = stage.issue()
    new = stage.issue(renews=old)
    revoke(certificate=old, actor=stage.by_holder, now=stage.now)
    assert open_due(stage.now) == 1
    assert again(new).state == "valid"


def test_a_renewal_of_an_ended_certificate_is_valid_at_once(stage: Stage) -> None:
    old = stage.issue()
    revoke(certificate=old, actor=OPERATOR, now=stage.now)
    assert stage.issue(renews=old).state == "valid"


def test_a_suspended_renewal_goes_back_to_waiting_and_does_not_open_while_suspended(stage: Stage) -> None:
    old = stage.issue()
    stage.pass_time(days=1000)
    new = stage.issue(renews=old)
    suspend(certificate=new, actor=stage.by_holder, now=stage.now)
    assert lift(certificate=new, actor=stage.by_holder, now=stage.now).state == "waiting"
    suspend(certificate=new, actor=stage.by_holder, now=stage.now)
    stage.now = old.not_after
    assert open_due(stage.now) == 0
    assert lift(certificate=new, actor=stage.by_holder, now=stage.now).state == "valid"


# --- lost, dead and found cards ---------------------------------------------------------------------------------------


def test_a_lost_card_suspends_its_certificates_and_finding_it_lifts_nothing(stage: Stage) -> None:
    certificate = stage.issue()
    card_acts.report_lost(card=certificate.card, actor="callcentre:1", asked_by=stage.by_holder, now=stage.now)
    assert again(certificate).state == "suspended"
    with refused(Problem.CARD_LOST):
        lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    card_acts.report_found(card=certificate.card, actor=stage.by_holder, now=stage.now)
    assert (again(certificate).state, Card.objects.get().condition) == ("suspended", "in-use")
    assert lift(certificate=certificate, actor=stage.by_holder, now=stage.now).state == "valid"


def test_a_dead_card_suspends_its_certificates_for_good(stage: Stage) -> None:
    certificate = stage.issue()
    card_acts.report_dead(card=certificate.card, actor="worker", now=stage.now)
    assert again(certificate).state == "suspended"
    with refused(Problem.CARD_DEAD):
        lift(certificate=certificate, actor=OPERATOR, second=SECOND, now=stage.now)
    with refused(Problem.CARD_DEAD):
        card_acts.report_lost(card=certificate.card, actor=stage.by_holder, now=stage.now)
    with refused(Problem.CARD_NOT_LOST):
        card_acts.report_found(card=certificate.card, actor=stage.by_holder, now=stage.now)


def test_a_lost_card_leaves_an_operators_suspension_the_operators(stage: Stage) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=OPERATOR, now=stage.now)
    card_acts.report_lost(card=certificate.card, actor=stage.by_holder, now=stage.now)
    assert again(certificate).suspended_by == "operator"


def test_the_call_centre_finds_no_card(stage: Stage) -> None:
    certificate = stage.issue()
    card_acts.report_lost(card=certificate.card, actor=stage.by_holder, now=stage.now)
    with refused(Problem.ACT_NOT_ALLOWED):
        card_acts.report_found(card=certificate.card, actor="callcentre:1", asked_by=stage.by_holder, now=stage.now)


def test_lost_told_twice_is_told_once(stage: Stage) -> None:
    certificate = stage.issue()
    for _ in range(2):
        card_acts.report_lost(card=certificate.card, actor=stage.by_holder, now=stage.now)
    assert OutboxMessage.objects.count() == 2
    assert Change.objects.filter(event="suspend").count() == 1


# --- what stays behind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of_firm", [False, True])
def test_each_act_is_audited_told_on_every_line_and_takes_the_answer_back(stage: Stage, of_firm: bool) -> None:
    certificate = stage.issue(stage.card(stage.firm if of_firm else stage.holder))
    steps = (
        lambda: suspend(certificate=certificate, actor=stage.by_holder, now=stage.now),
        lambda: lift(certificate=certificate, actor=stage.by_holder, now=stage.now),
        lambda: revoke(certificate=certificate, actor=stage.by_holder, now=stage.now),
    )
    for number, (step, act, words) in enumerate(
        zip(
            steps,
            ("suspended", "lifted", "revoked"),
            ("askıya alındı", "askıdan indirildi", "iptal edildi"),
            strict=True,
        ),
        start=1,
    ):
        stage.publish()
        assert not Answer.objects.filter(der=b"").exists()
        stage.pass_time(minutes=1)
        step()
        assert AuditEntry.objects.filter(act=f"certificate-{act}", actor=stage.by_holder).count() == 1
        messages = OutboxMessage.objects.order_by("-pk")[:2]
        assert {message.channel for message in messages} == {"sms", "email"}
        assert all(words in message.text for message in messages)
        assert OutboxMessage.objects.count() == 2 * number
        assert not Answer.objects.exclude(der=b"").exists()


def test_the_journal_names_no_person(stage: Stage) -> None:
    certificate = stage.issue()
    suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    whole = "".join(f"{row.actor}{row.subject}{row.facts}" for row in AuditEntry.objects.all())
    assert stage.holder.tckn not in whole and "Ayşe" not in whole and "5321234567" not in whole


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("news", News)
def test_every_text_fits_an_sms_and_begins_with_what_happened(news: News, language: str) -> None:
    for portal in ("http://localhost:8400", "https://onlineislemler.kurumunadi.gov.tr"):
        subject, text = told(news, language, "sms", "A0" * 12, "23.11.2026 17:55", portal, "ABCDE-FGHJK")
        assert len(text) <= SMS_TEXT
        assert text.startswith(subject) and "…A0A0" in text and text.endswith("ABCDE-FGHJK")
