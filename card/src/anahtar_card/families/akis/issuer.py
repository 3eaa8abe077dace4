"""The authority's side of the family `akis`: what a card must prove, and the cryptogram that lets it reset its PIN."""

from __future__ import annotations

import hmac

from anahtar_card.errors import MalformedResponse
from anahtar_card.families.akis import messages, names
from anahtar_card.families.akis.messages import Counters, Direction, Nonces
from anahtar_card.family import CardRecord, Grant, Mac, ProofWrong, Statement


class AkisIssuer:
    """Checks and answers cards of the family `akis`; key version, serial and PIN reference come from the register."""

    family = names.FAMILY

    def read_proof(self, card: CardRecord, grant: Grant, proof: bytes, mac: Mac) -> Statement:
        """Check N_C (16) ‖ counters (5) ‖ MAC (16) over `grant.nonce`; raises ProofWrong.

        The caller must also see that `key_tries` leaves room for a failure (`names.LEAST_RESET_KEY_TRIES`) before it
        consents, and that it has never seen `card_nonce` from this card.
        """
        if len(proof) != messages.PROOF_LENGTH:
            raise ProofWrong
        card_nonce, rest = proof[: messages.NONCE_LENGTH], proof[messages.NONCE_LENGTH :]
        counters = _authentic(Direction.CARD_PROVES_ITSELF, card, _nonces(grant, card_nonce), rest, mac)
        if counters.flags:
            raise ProofWrong
        return _statement(card_nonce, counters)

    def consent(self, card: CardRecord, grant: Grant, statement: Statement, mac: Mac) -> bytes:
        """Return the cryptogram (16 bytes) for the card that made `statement` over the same `grant`.

        Calls `mac` with the reset key: record first. Raises ProofWrong when the statement is no beginning.
        """
        if statement.reset or statement.verified:
            raise ProofWrong
        counters = Counters(statement.pin_tries, statement.key_tries, statement.pin_max, names.RESET_KEY_TRIES, 0)
        nonces = _nonces(grant, statement.card_nonce)
        consent = messages.message(Direction.AUTHORITY_CONSENTS, card, nonces, counters)
        return mac(names.RESET_KEY, messages.context(card), consent)

    def answer(self, cryptogram: bytes, next_nonce: bytes) -> bytes:
        """Return cryptogram (16) ‖ nonce for the evidence (16); raises ValueError for other lengths."""
        if (len(cryptogram), len(next_nonce)) != (messages.MAC_LENGTH, messages.NONCE_LENGTH):
            raise ValueError("a cryptogram and a nonce have sixteen bytes each")
        return cryptogram + next_nonce

    def read_evidence(self, card: CardRecord, grant: Grant, card_nonce: bytes, evidence: bytes, mac: Mac) -> Statement:
        """Check counters (5) ‖ MAC (16) over `grant.nonce`, the nonce given with the consent, and the card nonce of the
        consented proof; raises ProofWrong.

        Only a statement with `reset` and `verified` shows that the unlock happened.
        """
        if len(evidence) != messages.EVIDENCE_LENGTH:
            raise ProofWrong
        counters = _authentic(Direction.CARD_REPORTS, card, _nonces(grant, card_nonce), evidence, mac)
        return _statement(card_nonce, counters)


def _nonces(grant: Grant, card_nonce: bytes) -> Nonces:
    return Nonces(grant.nonce, card_nonce, grant.session)


def _authentic(direction: Direction, card: CardRecord, nonces: Nonces, proof: bytes, mac: Mac) -> Counters:
    """Return the counters if the card's own key vouches for them; raises ProofWrong."""
    try:
        counters = Counters.decode(proof[: messages.COUNTERS_LENGTH])
    except MalformedResponse:
        raise ProofWrong from None
    expected = mac(names.CARD_KEY, messages.context(card), messages.message(direction, card, nonces, counters))
    if not hmac.compare_digest(expected, proof[messages.COUNTERS_LENGTH :]):
        raise ProofWrong
    if (counters.pin_max, counters.key_max) != (names.PIN_TRIES, names.RESET_KEY_TRIES):
        raise ProofWrong  # no card of ours was ever made with other counters
    return counters


def _statement(card_nonce: bytes, counters: Counters) -> Statement:
    return Statement(
        card_nonce,
        pin_tries=counters.pin_tries,
        pin_max=counters.pin_max,
        key_tries=counters.key_tries,
        reset=bool(counters.flags & messages.FLAG_RESET),
        verified=bool(counters.flags & messages.FLAG_VERIFIED),
    )
