"""A web tier in hostile hands: it has the database by the ORM, the key service's socket, the portal's own secret, and a
stolen card. What must not follow is a consent outside a live, confirmed unlock.

`ATTACKS` are stopped, every time. `NOT_STOPPED_YET` are not: the key service believes the register there. They are
tested too, so that nobody claims more than holds, and so that a fix is noticed: then the line moves up.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from unlock_lives import SERIAL, Ground, Life, Plastic
from unlock_stage import TCKN, AProgram, make_stage

from anahtar_card.family import Grant
from anahtar_server.cards.models import Card
from anahtar_server.confirmation.models import Question, WebPassword
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.acts import register_holder
from anahtar_server.people.models import Holder
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.stand_in import Signer
from anahtar_server.unlock import acts
from anahtar_server.unlock.consent import Errand
from anahtar_server.unlock.models import Consent, Unlock
from anahtar_wire.messages import (
    ConfirmationRequest,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Method,
    State,
)
from anahtar_wire.problems import Refusal
from anahtar_wire.proof import HEADER, signed_bytes

THIEF_TCKN = "10000000078"


@dataclass
class Hands:
    """What the attacker has. `chance` chooses among the ways of one attack."""

    ground: Ground
    plastic: Plastic
    chance: random.Random
    thief: AProgram

    def opened(self) -> Life:
        """An unlock that the holder opened, its code still unused."""
        return self.ground.open("482916")

    def claimed(self, by: AProgram | None = None) -> Life:
        """The same, taken by the holder's own program or another."""
        life = self.opened()
        life.program = by or self.ground.programs[0]
        self.ground.claim(life.code, life.program)
        return life

    def asked(self, by: AProgram | None = None) -> Life:
        """The same, its SMS on the way."""
        life = self.claimed(by)
        self.ask(life, "ask-confirmation", "confirmation", ConfirmationRequest(method=Method.SMS, card_serial=SERIAL))
        return life

    def confirmed(self) -> Life:
        """An unlock that the holder confirmed."""
        life = self.asked()
        self.answer(life, self.outbox_code())
        return life

    def answer(self, life: Life, typed: str, method: Method = Method.SMS, by: AProgram | None = None) -> str:
        """Answer as the program does that holds the unlock, or as another one that believes it does."""
        sealed = (by or life.program or self.thief).sealed(typed, life.unlock.hex, method)
        return self.ask(life, "answer-confirmation", "confirmation/answer", sealed)

    def spoilt(self, sealed: bytes) -> bytes:
        """Return it with one bit changed."""
        place = self.chance.randrange(len(sealed))
        return sealed[:place] + bytes([sealed[place] ^ 1 << self.chance.randrange(8)]) + sealed[place + 1 :]

    def outbox_code(self) -> str:
        """Read the SMS code where it waits to be sent."""
        message = OutboxMessage.objects.filter(key__startswith="confirmation:").latest("pk")
        found = re.search(r"\b\d{8}\b", message.text)
        assert found is not None
        return found.group()

    def ask(self, life: Life, act: str, path: str, message: Any) -> str:
        """Send an errand over the socket."""
        return self.ground.ask(act, path, message, life)

    def row(self, life: Life) -> Any:
        """The unlock's row, to be written."""
        return Unlock.objects.filter(pk=life.unlock)

    def try_consent(self, life: Life) -> bool:
        """Do all that a program does to get a consent, with the card at hand; return whether one came."""
        try:
            given = GrantGiven.model_validate_json(self.ask(life, "grant", "grant", GrantRequest(card_serial=SERIAL)))
            challenge = self.plastic.begin_unlock(life, Grant(given.session, given.nonce))
        except Refusal:
            challenge = secrets.token_bytes(37)
        try:
            return bool(self.ask(life, "consent", "consent", ConsentRequest(challenge=challenge)))
        except Refusal:
            return False


Attack = Callable[[Hands], bool]
"""Returns whether a consent came that must not."""


def consent_before_the_confirmation(hands: Hands) -> bool:
    """The errand comes in any state before CONFIRMED."""
    return hands.try_consent(hands.chance.choice([hands.claimed, hands.asked])())


def consent_before_the_code_was_used(hands: Hands) -> bool:
    """Nobody has claimed the unlock: no program speaks for it."""
    return hands.try_consent(hands.opened())


def foreign_key_signs(hands: Hands) -> bool:
    """Another program's signature for a confirmed unlock."""
    life = hands.confirmed()
    life.program = hands.thief
    return hands.try_consent(life)


def signature_of_another_act(hands: Hands) -> bool:
    """What the program signed for one address is sent as another errand."""
    life = hands.confirmed()
    assert life.program is not None
    path = hands.chance.choice(["grant", "report", "confirmation", "confirmation/answer"])
    signed = life.program.errand("consent", life.unlock.hex, path, ConsentRequest(challenge=secrets.token_bytes(37)))
    return _answers(hands, signed)


def signature_of_another_unlock(hands: Hands) -> bool:
    """A right consent's errand, its unlock's name exchanged for a confirmed one's."""
    life = hands.confirmed()
    assert life.program is not None
    other = secrets.token_hex(16)
    signed = life.program.errand("consent", other, "consent", ConsentRequest(challenge=secrets.token_bytes(37)))
    return _answers(hands, signed.model_copy(update={"unlock": life.unlock.hex}))


def altered_errand(hands: Hands) -> bool:
    """Any part of a signed errand is changed on its way."""
    life = hands.confirmed()
    assert life.program is not None
    signed = life.program.errand("consent", life.unlock.hex, "consent", ConsentRequest(challenge=bytes(37)))
    body = bytes.fromhex(signed.body)
    changed = hands.chance.choice(
        [{"method": "PUT"}, {"body": (body[:-1] + b" }").hex()}, {"proof": "00" * 70}, {"proof": ""}]
    )
    return _answers(hands, signed.model_copy(update=changed))


def forged_sign_in(hands: Hands) -> bool:
    """The provider's token is replaced by one that the web tier signed itself, for an unlock that it opened alone."""
    life = hands.asked(hands.thief)
    forger = Signer(issuer=hands.ground.stage.provider.issuer, client_id="portal", rehearsal=True)
    claims = forger.claims(tckn=TCKN, nonce="n-1", now=_now(hands))
    SignIn.objects.filter(unlocks=life.unlock).update(assertion=forger.sign(claims))
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def unsigned_sign_in(hands: Hands) -> bool:
    """No token, half a token, somebody's old session."""
    life = hands.claimed(hands.thief)
    kept = SignIn.objects.get(unlocks=life.unlock).assertion
    bad = hands.chance.choice(["", kept[: len(kept) // 2], kept.rsplit(".", 1)[0] + ".", kept[:-4] + "AAAA"])
    SignIn.objects.filter(unlocks=life.unlock).update(assertion=bad)
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def own_sign_in_for_anothers_card(hands: Hands) -> bool:
    """The thief signs in as himself, and the unlock's row is written to be his, for the victim's card."""
    life = hands.claimed(hands.thief)
    hands.row(life).update(holder=_thief(hands), sign_in=_thiefs_sign_in(hands))
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def own_sign_in_in_the_holders_name(hands: Hands) -> bool:
    """The thief's own token under the holder's unlock."""
    life = hands.claimed(hands.thief)
    hands.row(life).update(sign_in=_thiefs_sign_in(hands))
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def old_sign_in(hands: Hands) -> bool:
    """A token of the holder's from an hour ago or more, the unlock written to have opened then or now."""
    hands.ground.stage.clock.pass_seconds(-hands.chance.randrange(3600, 86400))
    life = hands.claimed(hands.thief)
    then = _now(hands)
    hands.ground.stage.clock.time = hands.ground.began
    opened = hands.chance.choice([then, _now(hands)])
    hands.row(life).update(opened_at=opened)
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def sms_code_guessed_in_the_register(hands: Hands) -> bool:
    """The kept code is replaced by a guess under a key that the web tier does not have."""
    life = hands.asked(hands.thief)
    guess = hands.chance.choice([secrets.token_bytes(32), b"", bytes(32)])
    Question.objects.filter(about=f"unlock:{life.unlock.hex}").update(code_mac=guess, tries_used=0)
    with contextlib.suppress(Refusal):
        hands.answer(life, "12345678")
    return hands.try_consent(life)


def replayed_proof(hands: Hands) -> bool:
    """A card's proof overheard in an earlier unlock, the card no longer at hand."""
    first = hands.confirmed()
    given = GrantGiven.model_validate_json(hands.ask(first, "grant", "grant", GrantRequest(card_serial=SERIAL)))
    overheard = hands.plastic.begin_unlock(first, Grant(given.session, given.nonce))
    acts.cancel(unlock_id=first.unlock, actor="holder:x", now=_now(hands))
    second = hands.confirmed()
    hands.ask(second, "grant", "grant", GrantRequest(card_serial=SERIAL))
    try:
        return bool(hands.ask(second, "consent", "consent", ConsentRequest(challenge=overheard)))
    except Refusal:
        return False


def after_the_end(hands: Hands) -> bool:
    """An unlock that is over, its row as it is."""
    life = hands.confirmed()
    over = hands.chance.choice([State.CANCELLED, State.EXPIRED, State.REFUSED, State.DONE, State.UNSETTLED])
    hands.row(life).update(state=over.value, live=False)
    return hands.try_consent(life)


def confirmation_from_long_ago(hands: Hands) -> bool:
    """Confirmed, and left lying for more than five minutes; or the clock was set back since."""
    life = hands.confirmed()
    hands.ground.stage.clock.pass_seconds(hands.chance.choice([301, 1801, -30]))
    return hands.try_consent(life)


def another_cards_unlock(hands: Hands) -> bool:
    """The unlock is written to be for another card than the one that proves itself."""
    life = hands.confirmed()
    stage = hands.ground.stage
    other = Card.objects.create(
        serial=secrets.token_hex(12).upper(), family="akis", key_version=1, pin_reference=0x81, kind="nes",
        holder=stage.holder, issued_at=hands.ground.began,
    )  # fmt: skip
    hands.row(life).update(card=other)
    return hands.try_consent(life)


def key_swapped_at_the_claim(hands: Hands) -> bool:
    """A code is claimed for the thief's key; the holder's own program believes that the claim was its own, and seals
    what the holder types, which is handed in with the thief's signature: as it came, in part, or for another method."""
    life = hands.asked(hands.thief)
    holders = hands.ground.programs[0]
    sealed = holders.sealed(hands.outbox_code(), life.unlock.hex)
    for change in (
        {},
        {"key": secrets.token_bytes(8)},
        {"method": Method.WEB},
        {"sealed": hands.spoilt(sealed.sealed)},
    ):
        with contextlib.suppress(Refusal):
            hands.ask(life, "answer-confirmation", "confirmation/answer", sealed.model_copy(update=change))
    return hands.try_consent(life)


def confirmation_of_another_unlock(hands: Hands) -> bool:
    """What the holder typed for an unlock of their own is handed in for one that the thief claimed."""
    first = hands.asked()
    sealed = hands.ground.programs[0].sealed(hands.outbox_code(), first.unlock.hex)
    acts.cancel(unlock_id=first.unlock, actor="holder:x", now=_now(hands))
    second = hands.asked(hands.thief)
    with contextlib.suppress(Refusal):
        hands.ask(second, "answer-confirmation", "confirmation/answer", sealed)
    return hands.try_consent(second)


ATTACKS: tuple[Attack, ...] = (
    consent_before_the_confirmation, consent_before_the_code_was_used, foreign_key_signs, signature_of_another_act,
    signature_of_another_unlock, altered_errand, forged_sign_in, unsigned_sign_in, own_sign_in_for_anothers_card,
    own_sign_in_in_the_holders_name, old_sign_in, sms_code_guessed_in_the_register, replayed_proof, after_the_end,
    confirmation_from_long_ago, another_cards_unlock, key_swapped_at_the_claim, confirmation_of_another_unlock,
)  # fmt: skip


def state_written(hands: Hands) -> bool:
    """The web tier writes CONFIRMED itself, with a sign-in that is true."""
    life = hands.claimed(hands.thief)
    _write_confirmed(hands, life)
    return hands.try_consent(life)


def sms_code_read_in_the_outbox(hands: Hands) -> bool:
    """A code is claimed for the thief's key, and the SMS code is read where it waits to be sent."""
    life = hands.asked(hands.thief)
    hands.answer(life, hands.outbox_code())
    return hands.try_consent(life)


def key_swapped_after_the_confirmation(hands: Hands) -> bool:
    """The row of a confirmed unlock gets the thief's key."""
    life = hands.confirmed()
    hands.row(life).update(program_key=hands.thief.public)
    life.program = hands.thief
    return hands.try_consent(life)


def web_password_replaced(hands: Hands) -> bool:
    """The web password's row is written anew and dated back."""
    long_ago = _now(hands) - timedelta(days=3)
    WebPassword.objects.update_or_create(
        holder=hands.ground.stage.holder, defaults={"encoded": make_password("of-the-thief-1"), "set_at": long_ago}
    )
    life = hands.claimed(hands.thief)
    hands.ask(life, "ask-confirmation", "confirmation", ConfirmationRequest(method=Method.WEB, card_serial=SERIAL))
    hands.answer(life, "of-the-thief-1", Method.WEB)
    return hands.try_consent(life)


def confirmation_dated_on(hands: Hands) -> bool:
    """The five minutes are made longer by writing the time of the confirmation."""
    life = hands.confirmed()
    hands.ground.stage.clock.pass_seconds(400)
    hands.row(life).update(confirmed_at=_now(hands))
    return hands.try_consent(life)


def cancel_taken_back(hands: Hands) -> bool:
    """The holder cancels; the row is written back."""
    life = hands.confirmed()
    acts.cancel(unlock_id=life.unlock, actor="holder:x", now=_now(hands))
    hands.row(life).update(state=State.CONFIRMED.value, live=True, closed=False)
    return hands.try_consent(life)


NOT_STOPPED_YET: tuple[Attack, ...] = (
    state_written, sms_code_read_in_the_outbox, key_swapped_after_the_confirmation, web_password_replaced,
    confirmation_dated_on, cancel_taken_back,
)  # fmt: skip


def _now(hands: Hands) -> datetime:
    return hands.ground.stage.clock()


def _write_confirmed(hands: Hands, life: Life) -> None:
    hands.row(life).update(state=State.CONFIRMED.value, confirmed_at=_now(hands))


def _answers(hands: Hands, errand: Errand) -> bool:
    return not hands.ground.face.answer(errand).problem


def _thief(hands: Hands) -> Holder:
    found = Holder.objects.filter(tckn=THIEF_TCKN).first()
    return found or register_holder(
        tckn=THIEF_TCKN, given_name="Öteki", family_name="Kişi", birth_date=date(1985, 5, 6), language="tr",
        actor="rehearsal", now=hands.ground.began,
    )  # fmt: skip


def _thiefs_sign_in(hands: Hands) -> SignIn:
    stage, now = hands.ground.stage, _now(hands)
    token = stage.provider.sign(stage.provider.claims(tckn=THIEF_TCKN, nonce="n-2", now=now))
    return SignIn.objects.create(
        holder=_thief(hands), issuer=stage.provider.issuer, method="e-devlet-sifresi", level="substantial",
        authenticated_at=now, signed_in_at=now, address="127.0.0.1", nonce="n-2", assertion=token,
    )  # fmt: skip


def carried_out(ground: Ground, attack: Attack, number: int) -> bool:
    """Live one attack on a fresh ground and say whether a consent came of it."""
    with transaction.atomic():
        hands = Hands(ground, ground.card("locked"), random.Random(number), AProgram())
        before = Consent.objects.count()
        came = attack(hands)
        came = came or Consent.objects.count() > before
        transaction.set_rollback(True)
    return came


@pytest.fixture
def ground(tmp_path: Path, now: datetime, db: None) -> Ground:
    """Everything real but the socket."""
    return Ground(make_stage(tmp_path, now))


def test_a_hostile_web_tier_gets_no_consent_outside_a_confirmed_unlock(
    ground: Ground, counted: Callable[..., Any]
) -> None:
    row = counted("hostile web tier with all its credentials", small=500, large=10_000)
    for number in row.rounds():
        attack = ATTACKS[number % len(ATTACKS)]
        assert not carried_out(ground, attack, number), attack.__name__
        row.did(1)


@pytest.mark.parametrize("attack", NOT_STOPPED_YET, ids=lambda attack: attack.__name__)
def test_what_is_not_stopped_yet_is_said_to_be_so(attack: Attack, ground: Ground) -> None:
    assert carried_out(ground, attack, 1), "stopped: move it to ATTACKS and say so in docs/threats"


def test_the_holders_own_way_leads_to_a_consent(ground: Ground) -> None:
    """Else nothing above would mean anything."""
    assert carried_out(ground, lambda hands: hands.try_consent(hands.confirmed()), 0)


@pytest.mark.parametrize("computer", ["a\x00b", "a\nb", "\u202eecivres", "a\u2028b"])
def test_a_name_with_control_characters_is_refused_and_uses_no_code(computer: str, ground: Ground) -> None:
    """PostgreSQL cannot store a NUL, and a name that turns the line round would lie in the SMS and on the page."""
    life, program = ground.open("482916"), AProgram()
    message = json.loads(program.claim_request(life.code).model_dump_json())
    message["program"]["computer"] = computer
    body = json.dumps(message).encode()
    proof = program.key.sign(signed_bytes("POST", "/api/v1/claim", body), ec.ECDSA(hashes.SHA256())).hex()
    answer = Client().post("/api/v1/claim", body, content_type="application/json", headers={HEADER: proof})
    assert (answer.status_code, answer.json()["code"]) == (400, "message-malformed")
    assert Unlock.objects.get(pk=life.unlock).now_in is State.OPENED
