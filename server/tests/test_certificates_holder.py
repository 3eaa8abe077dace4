"""What holders may do with their own certificates, and what they must show for it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from certificates_stage import Stage, make_stage

from anahtar_server.cards.queries import cards_for
from anahtar_server.certificates import acts, holder_acts, lifecycle
from anahtar_server.certificates.lifecycle import Event
from anahtar_server.certificates.models import Certificate
from anahtar_server.config import config
from anahtar_server.people.acts import register_holder
from anahtar_server.people.models import Holder, Representation
from anahtar_server.portal.life import published
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import Level
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db(transaction=True)
FRESH = config().signin


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def signed_in(
    stage: Stage, *, minutes_ago: float = 0, level: Level = Level.SUBSTANTIAL, who: Holder | None = None
) -> SignIn:
    """A sign-in of that age and level."""
    at = stage.now - timedelta(minutes=minutes_ago)
    return SignIn.objects.create(
        holder=who or stage.holder, issuer="http://localhost:8401", method="e-devlet-sifresi", level=level.value,
        authenticated_at=at, signed_in_at=at, address="127.0.0.1", assertion="", nonce="",
    )  # fmt: skip


def refused(problem: Problem) -> pytest.RaisesExc[Refusal]:
    """Expect exactly this refusal."""
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.problem is problem)


def state(certificate: Certificate) -> str:
    return Certificate.objects.get(pk=certificate.pk).state


def lift(
    stage: Stage,
    certificate: Certificate,
    sign_in: SignIn,
    *,
    confirmed: float | None = 0,
    offered: Level = Level.SUBSTANTIAL,
) -> None:
    at = None if confirmed is None else stage.now - timedelta(minutes=confirmed)
    holder_acts.lift_own(
        serial=certificate.serial, sign_in=sign_in, confirmed_at=at, offered=offered, freshness=FRESH, now=stage.now
    )


def test_a_holder_suspends_lifts_and_revokes_the_own_certificate(stage: Stage) -> None:
    certificate, sign_in = stage.issue(), signed_in(stage)
    holder_acts.suspend_own(serial=certificate.serial, sign_in=sign_in, freshness=FRESH, now=stage.now)
    assert state(certificate) == "suspended"
    lift(stage, certificate, sign_in)
    assert state(certificate) == "valid"
    holder_acts.revoke_own(
        serial=certificate.serial, sign_in=sign_in, confirmed_at=stage.now, freshness=FRESH, now=stage.now
    )
    assert state(certificate) == "revoked"


def test_a_representative_acts_for_the_firm_only_while_registered(stage: Stage) -> None:
    certificate, sign_in = stage.issue(stage.card(stage.firm)), signed_in(stage)
    holder_acts.suspend_own(serial=certificate.serial, sign_in=sign_in, freshness=FRESH, now=stage.now)
    Representation.objects.update(until=stage.now)
    with refused(Problem.PAGE_NOT_FOUND):
        lift(stage, certificate, sign_in)


def test_the_cards_of_a_holder_are_asked_for_by_keys_that_have_an_index(stage: Stage) -> None:
    own, firms = stage.card(), stage.card(stage.firm)
    found = cards_for(stage.holder, stage.now)
    assert set(found) == {own, firms}
    # A question within the question, beside another condition, makes the database read every card there is.
    assert str(found.query).count("SELECT") == 1


def test_anothers_certificate_looks_like_none(stage: Stage) -> None:
    certificate = stage.issue()
    stranger = register_holder(
        tckn="10000000078", given_name="Işıl", family_name="Örnek", birth_date=date(1980, 2, 3), language="tr",
        actor="rehearsal", now=stage.now,
    )  # fmt: skip
    sign_in = signed_in(stage, who=stranger)
    for serial in (certificate.serial, "ab" * 10, "x" * 1000):
        with refused(Problem.PAGE_NOT_FOUND):
            holder_acts.suspend_own(serial=serial, sign_in=sign_in, freshness=FRESH, now=stage.now)
    with refused(Problem.PAGE_NOT_FOUND):
        holder_acts.lose_own_card(card_serial=certificate.card.serial, sign_in=sign_in, freshness=FRESH, now=stage.now)
    assert state(certificate) == "valid"


def test_suspending_asks_the_least_and_lifting_the_most(stage: Stage) -> None:
    asked = [
        (needs.step_up, needs.confirmation, needs.high_where_offered)
        for needs in (lifecycle.NEEDS[event] for event in (Event.SUSPEND, Event.REVOKE, Event.LIFT))
    ]
    assert asked == sorted(asked) == [(False, False, False), (True, True, False), (True, True, True)]


def test_an_older_sign_in_suspends_but_does_not_lift(stage: Stage) -> None:
    certificate, ten, twenty = stage.issue(), signed_in(stage, minutes_ago=10), signed_in(stage, minutes_ago=20)
    with refused(Problem.SIGN_IN_STALE):
        holder_acts.suspend_own(serial=certificate.serial, sign_in=twenty, freshness=FRESH, now=stage.now)
    holder_acts.suspend_own(serial=certificate.serial, sign_in=ten, freshness=FRESH, now=stage.now)
    with refused(Problem.SIGN_IN_STALE):
        lift(stage, certificate, ten)


@pytest.mark.parametrize("confirmed", [None, 6, -1])
def test_lifting_and_revoking_need_a_confirmation_given_just_now(stage: Stage, confirmed: float | None) -> None:
    certificate, sign_in = stage.issue(), signed_in(stage)
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with refused(Problem.CONFIRMATION_NOT_ASKED):
        lift(stage, certificate, sign_in, confirmed=confirmed)
    at = None if confirmed is None else stage.now - timedelta(minutes=confirmed)
    with refused(Problem.CONFIRMATION_NOT_ASKED):
        holder_acts.revoke_own(
            serial=certificate.serial, sign_in=sign_in, confirmed_at=at, freshness=FRESH, now=stage.now
        )
    assert state(certificate) == "suspended"


def test_where_level_high_is_offered_lifting_asks_for_it(stage: Stage) -> None:
    certificate = stage.issue()
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with refused(Problem.SIGN_IN_STALE):
        lift(stage, certificate, signed_in(stage), offered=Level.HIGH)
    lift(stage, certificate, signed_in(stage, level=Level.HIGH), offered=Level.HIGH)


def test_an_ended_sign_in_does_nothing(stage: Stage) -> None:
    certificate, sign_in = stage.issue(), signed_in(stage)
    sign_in.ended_at = stage.now
    with refused(Problem.SIGN_IN_STALE):
        holder_acts.suspend_own(serial=certificate.serial, sign_in=sign_in, freshness=FRESH, now=stage.now)


def test_a_holder_loses_and_finds_the_own_card(stage: Stage) -> None:
    certificate, sign_in = stage.issue(), signed_in(stage)
    holder_acts.lose_own_card(card_serial=certificate.card.serial, sign_in=sign_in, freshness=FRESH, now=stage.now)
    assert state(certificate) == "suspended"
    facts = {"card_serial": certificate.card.serial, "sign_in": sign_in, "freshness": FRESH, "now": stage.now}
    with refused(Problem.CONFIRMATION_NOT_ASKED):
        holder_acts.find_own_card(**facts, confirmed_at=None, offered=Level.LOW)
    found = holder_acts.find_own_card(**facts, confirmed_at=stage.now, offered=Level.LOW)
    assert (found.condition, state(certificate)) == ("in-use", "suspended")
    lift(stage, certificate, sign_in)


def test_the_page_shows_what_the_published_bytes_say_and_since_when(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    before = published(certificate, stage.now)
    assert (str(before.said), before.answered_at, before.listed_at) == ("geçerli", stage.now, None)
    stage.pass_time(seconds=5)
    held = acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    during = published(held, stage.now)
    assert (str(during.said), during.answered_at, during.listed_at) == ("askıda", None, None)
    stage.pass_time(seconds=1)
    stage.publish()
    after = published(held, stage.now)
    assert (str(after.said), after.answered_at, after.listed_at) == ("askıda", stage.now, stage.now)
