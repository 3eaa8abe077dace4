"""The key service's face: it takes errands about unlocks, never "sign this", and checks everything for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anahtar_server.clock import Clock
from anahtar_server.config import Limits
from anahtar_server.custody.errors import CustodyError
from anahtar_server.custody.port import Custody
from anahtar_server.custody.seals import KeyUnknown, Seals
from anahtar_server.keyservice.vouching import Vouching
from anahtar_server.limits import acts as limit
from anahtar_server.unlock import acts, queries
from anahtar_server.unlock.consent import Errand, Reply
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.proof import check_proof
from anahtar_server.unlock.rules import program_name
from anahtar_wire.messages import (
    ConfirmationAnswer,
    ConfirmationRequest,
    Confirmed,
    Consented,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Message,
    Report,
    SettleProof,
)
from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.sealing import About, NotSealed


@dataclass(frozen=True, slots=True, repr=False)
class Face:
    """Answers errands with the keys it was given; `code_key` is the HMAC key of the SMS codes, `seals` open what
    programs sealed."""

    custody: Custody
    code_key: bytes
    seals: Seals
    limits: Limits
    clock: Clock
    vouching: Vouching

    def answer(self, errand: Errand) -> Reply:
        """Do one errand; a refusal and a key store that is gone become problems, anything else is raised."""
        try:
            message = self._message(errand)
        except Refusal as refusal:
            return Reply(problem=refusal.problem.value, facts=refusal.facts)
        except CustodyError:
            return Reply(problem=Problem.KEY_SERVICE_GONE.value)
        return Reply(message=message.model_dump_json())

    def _message(self, errand: Errand) -> Message:
        body = bytes.fromhex(errand.body)
        if errand.act in _OF_CARD:
            return _OF_CARD[errand.act](self, errand, body)
        unlock = queries.by_name(errand.unlock)
        if errand.path != f"/api/v1/unlock/{unlock.name}/{ENDS[errand.act]}" or not unlock.program_key:
            raise Refusal(Problem.UNLOCK_UNKNOWN)  # what the program signed is this act on this unlock, and no other
        check_proof(
            program_key=bytes(unlock.program_key),
            method=errand.method,
            path=errand.path,
            body=body,
            proof=errand.proof,
        )
        if errand.act in _VOUCHED:
            self.vouching.vouch(unlock, self.clock())
        return _OF_UNLOCK[errand.act](self, unlock, body)

    def ask_confirmation(self, unlock: Unlock, body: bytes) -> Message:
        """Make the SMS code or ask for the web password."""
        return acts.ask_confirmation(
            unlock_id=unlock.pk,
            request=ConfirmationRequest.model_validate_json(body),
            code_key=self.code_key,
            limits=self.limits,
            actor=_actor(unlock),
            now=self.clock(),
        )

    def answer_confirmation(self, unlock: Unlock, body: bytes) -> Message:
        """Check what the holder typed and the program sealed."""
        request = ConfirmationAnswer.model_validate_json(body)
        until = acts.answer_confirmation(
            unlock_id=unlock.pk,
            method=request.method,
            typed=self._opened(request, unlock),
            code_key=self.code_key,
            limits=self.limits,
            actor=_actor(unlock),
            now=self.clock(),
        )
        return Confirmed(expires_at=until)

    def _opened(self, request: ConfirmationAnswer, unlock: Unlock) -> str:
        """Return what was typed, if the program that claimed the unlock sealed it for this unlock and method: else it
        was changed on the way, or another key than the program's stands in the register."""
        about = About(unlock.name, request.method.value, bytes(unlock.program_key))
        try:
            return self.seals.open(request.sealed, to=request.key, about=about)
        except KeyUnknown:
            raise Refusal(Problem.UPDATE_NEEDED) from None
        except NotSealed:
            acts.keep_not_opened(unlock, actor=_actor(unlock), now=self.clock())
            raise Refusal(Problem.CONFIRMATION_NOT_OPENED) from None

    def give_grant(self, unlock: Unlock, body: bytes) -> Message:
        """Give session and nonce before the card is opened."""
        request = GrantRequest.model_validate_json(body)
        grant = acts.give_grant(
            unlock_id=unlock.pk,
            card_serial=request.card_serial,
            limits=self.limits,
            actor=_actor(unlock),
            now=self.clock(),
        )
        return GrantGiven(session=grant.session, nonce=grant.nonce)

    def consent(self, unlock: Unlock, body: bytes) -> Message:
        """Record RELEASED, then use the key."""
        request = ConsentRequest.model_validate_json(body)
        answer = acts.consent(
            unlock_id=unlock.pk,
            challenge=request.challenge,
            custody=self.custody,
            limits=self.limits,
            actor=_actor(unlock),
            now=self.clock(),
        )
        return Consented(answer=answer)

    def report(self, unlock: Unlock, body: bytes) -> Message:
        """Take the outcome with the card's evidence."""
        request = Report.model_validate_json(body)
        stands = acts.report(
            unlock_id=unlock.pk,
            outcome=request.outcome,
            evidence=request.evidence,
            custody=self.custody,
            actor=_actor(unlock),
            now=self.clock(),
        )
        return queries.standing(stands)

    def begin_settling(self, errand: Errand, body: bytes) -> Message:
        """Give a settling nonce to whoever holds the card."""
        request = GrantRequest.model_validate_json(body)
        now = self.clock()
        limit.take(kind="settle", key=errand.address, most=self.limits.settles_per_address, seconds=600, now=now)
        grant = acts.begin_settling(card_serial=request.card_serial, actor="anyone", now=now)
        return GrantGiven(session=grant.session, nonce=grant.nonce)

    def settle(self, errand: Errand, body: bytes) -> Message:
        """Read the card's statement."""
        request = SettleProof.model_validate_json(body)
        now, most = self.clock(), self.limits.settles_per_address
        limit.take(kind="settle-proof", key=errand.address, most=most, seconds=600, now=now)
        stands = acts.settle(
            card_serial=request.card_serial, proof=request.proof, custody=self.custody, actor="anyone", now=now
        )
        return queries.standing(stands)


def _actor(unlock: Unlock) -> str:
    return program_name(bytes(unlock.program_key))


_OF_UNLOCK: dict[str, Callable[[Face, Unlock, bytes], Message]] = {
    "ask-confirmation": Face.ask_confirmation,
    "answer-confirmation": Face.answer_confirmation,
    "grant": Face.give_grant,
    "consent": Face.consent,
    "report": Face.report,
}
ENDS = {
    "ask-confirmation": "confirmation",
    "answer-confirmation": "confirmation/answer",
    "grant": "grant",
    "consent": "consent",
    "report": "report",
}
"""How the address ends to which a program sends each errand, signed."""
_VOUCHED = frozenset({"ask-confirmation", "consent"})
"""Errands before which the sign-in is checked once more."""
_OF_CARD: dict[str, Callable[[Face, Errand, bytes], Message]] = {
    "begin-settling": Face.begin_settling,
    "settle": Face.settle,
}
