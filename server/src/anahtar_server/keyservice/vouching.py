"""The key service's own look at who opened an unlock: it trusts the provider's signature, not the web tier's row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from joserfc.jwk import KeySet

from anahtar_server.cards.queries import may_act_on
from anahtar_server.prepared import Prepared
from anahtar_server.signin.assertion import Claims, check_assertion
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import AnswerWrong, Reason, is_fresh
from anahtar_server.unlock.models import Unlock
from anahtar_wire.problems import Problem, Refusal

_SIGN_IN = Prepared(lambda sign_in: SignIn.objects.select_related("holder").filter(pk=sign_in))


class FetchesKeys(Protocol):
    """Returns the provider's public keys; `again` looks for new ones. Raises AnswerWrong."""

    def __call__(self, issuer: str, *, again: bool = False) -> KeySet: ...


@dataclass(frozen=True, slots=True)
class Vouching:
    """Checks the stored ID token of an unlock's sign-in. `fresh` is how old a sign-in may be when an unlock opens,
    `kept` how long after a token's end it still vouches for the unlock that it opened."""

    issuer: str
    client_id: str
    fresh_minutes: int
    kept: timedelta
    keys: FetchesKeys

    def vouch(self, unlock: Unlock, now: datetime) -> None:
        """Return if the provider said that this holder signed in freshly before opening, and may act on the card.

        Raises Refusal SIGN_IN_REFUSED, SIGN_IN_STALE, CARD_NOT_YOURS, or KEY_SERVICE_GONE when the provider's keys
        cannot be had.
        """
        sign_in = _SIGN_IN.one(sign_in=unlock.sign_in_id)
        claims = self._claims(sign_in, now)
        if sign_in.holder_id != unlock.holder_id or claims.tckn != sign_in.holder.tckn:
            raise Refusal(Problem.SIGN_IN_REFUSED)
        if not is_fresh(claims.authenticated_at, unlock.opened_at, self.fresh_minutes):
            raise Refusal(Problem.SIGN_IN_STALE)
        if not may_act_on(unlock.card, sign_in.holder, now):
            raise Refusal(Problem.CARD_NOT_YOURS)

    def _claims(self, sign_in: SignIn, now: datetime) -> Claims:
        try:
            try:
                return self._checked(sign_in, self.keys(self.issuer), now)
            except AnswerWrong as wrong:
                if wrong.reason is not Reason.KEY_UNKNOWN:
                    raise
                return self._checked(sign_in, self.keys(self.issuer, again=True), now)
        except AnswerWrong as wrong:
            gone = wrong.reason in (Reason.PROVIDER_GONE, Reason.METADATA)
            raise Refusal(Problem.KEY_SERVICE_GONE if gone else Problem.SIGN_IN_REFUSED) from None

    def _checked(self, sign_in: SignIn, keys: KeySet, now: datetime) -> Claims:
        return check_assertion(sign_in.assertion, keys, self.issuer, self.client_id, sign_in.nonce, now, kept=self.kept)
