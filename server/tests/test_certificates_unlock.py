"""A PIN may be set while a certificate is suspended or has not begun; that lifts nothing. Revoked is another thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from certificates_stage import rsa_key
from test_unlock_path import NEW_PIN, confirmed, report, set_pin
from unlock_stage import Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_card.pin import Pin
from anahtar_server.cards.acts import register_card
from anahtar_server.certificates import acts, card_acts
from anahtar_server.certificates.issuing import issue, make_authority
from anahtar_server.certificates.models import Certificate
from anahtar_wire.messages import Outcome
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked."""
    return make_stage(folder, now)


def certified(stage: Stage, *, renews: Certificate | None = None, begins_in: timedelta = timedelta(0)) -> Certificate:
    """A certificate on the stage's card."""
    authority = make_authority(
        name="issuing-1", title="Anahtar Prova", custody=stage.custody, actor="rehearsal", now=stage.clock()
    )
    return issue(
        card=stage.card, authority=authority, public_key=rsa_key(), custody=stage.custody, actor="rehearsal",
        now=stage.clock() + begins_in, renews=renews,
    )  # fmt: skip


def suspended(stage: Stage) -> Certificate:
    made = certified(stage)
    return acts.suspend(certificate=made, actor=f"holder:{stage.holder.pk}", now=stage.clock())


def waiting(stage: Stage) -> Certificate:
    own, stage.card = stage.card, register_card(
        serial="0" * 24, family="akis", key_version=1, pin_reference=0x81, owner=stage.holder, actor="rehearsal",
        now=stage.clock(),
    )  # fmt: skip
    old = certified(stage)
    stage.card = own
    return certified(stage, renews=old)


def not_begun(stage: Stage) -> Certificate:
    return certified(stage, begins_in=timedelta(days=1))


@pytest.mark.parametrize("made", [suspended, waiting, not_begun])
def test_a_pin_is_set_and_nothing_is_lifted(stage: Stage, made: Callable[[Stage], Certificate]) -> None:
    certificate = made(stage)
    unlock = confirmed(stage)
    told = report(stage, unlock, Outcome.DONE, set_pin(stage, unlock))
    assert told["state"] == "done"
    converse(AkisDriver().verify(Pin(NEW_PIN)), stage.plastic)
    after = Certificate.objects.get(pk=certificate.pk)
    assert (after.state, after.state_since) == (certificate.state, certificate.state_since)


def test_no_pin_is_set_on_a_card_whose_certificates_are_all_revoked(stage: Stage) -> None:
    certificate = certified(stage)
    unlock = confirmed(stage)
    acts.revoke(certificate=certificate, actor=f"holder:{stage.holder.pk}", now=stage.clock())
    with pytest.raises(Refusal):
        set_pin(stage, unlock)
    with pytest.raises(Refusal) as refused:
        stage.open()
    assert refused.value.problem is Problem.CERTIFICATE_REVOKED


@pytest.mark.parametrize(
    ("act", "problem"),
    [(card_acts.report_lost, Problem.CARD_LOST), (card_acts.report_dead, Problem.CARD_DEAD)],
)
def test_no_pin_is_set_on_a_lost_or_dead_card(stage: Stage, act: Callable[..., object], problem: Problem) -> None:
    certified(stage)
    unlock = confirmed(stage)
    act(card=stage.card, actor="operator:1", now=stage.clock())
    with pytest.raises(Refusal):
        set_pin(stage, unlock)
    with pytest.raises(Refusal) as refused:
        stage.open()
    assert refused.value.problem is problem
