"""The name of every act that leaves an audit row. A name never changes its meaning."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """Who : on what : did what. The value is what the journal stores."""

    # people, sign-in
    HOLDER_REGISTERED = "holder-registered"
    FIRM_REGISTERED = "firm-registered"
    REPRESENTATIVE_REGISTERED = "representative-registered"
    CONTACT_LINE_ADDED = "contact-line-added"
    CONTACT_LINE_ENDED = "contact-line-ended"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    WEB_PASSWORD_SET = "web-password-set"  # noqa: S105  # the name of an act
    OBJECTED = "objected"
    AGREEMENT_ASKED = "agreement-asked"
    AGREEMENT_ANSWERED = "agreement-answered"
    AGREEMENT_REACHED = "agreement-reached"
    AGREEMENT_REFUSED = "agreement-refused"
    AGREEMENT_LAPSED = "agreement-lapsed"
    AGREEMENT_USED = "agreement-used"
    # cards, certificates
    CARD_ISSUED = "card-issued"
    CARD_LOST = "card-lost"
    CARD_DEAD = "card-dead"
    CERTIFICATE_ISSUED = "certificate-issued"
    CERTIFICATE_SUSPENDED = "certificate-suspended"
    CERTIFICATE_LIFTED = "certificate-lifted"
    CERTIFICATE_OPENED = "certificate-opened"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CARD_FOUND = "card-found"
    AUTHORITY_MADE = "authority-made"
    LIST_PUBLISHED = "list-published"
    # the unlock
    DUTIES_ACCEPTED = "duties-accepted"
    UNLOCK_OPENED = "unlock-opened"
    LINK_MADE = "link-made"
    LINK_TRADED = "link-traded"
    CODE_WRONG = "code-wrong"
    CODE_CLAIMED = "code-claimed"
    CODE_CLAIMED_AGAIN = "code-claimed-again"
    CODES_GUESSED = "codes-guessed"
    CONFIRMATION_ASKED = "confirmation-asked"
    CONFIRMATION_WRONG = "confirmation-wrong"
    CONFIRMATION_NOT_OPENED = "confirmation-not-opened"
    CONFIRMED = "confirmed"
    PROOF_WRONG = "proof-wrong"
    RELEASED = "released"
    EVIDENCE_ACCEPTED = "evidence-accepted"
    EVIDENCE_WRONG = "evidence-wrong"
    UNLOCK_MOVED = "unlock-moved"
    UNLOCK_CLOSED = "unlock-closed"
    CONTRADICTION = "contradiction"
    # notices
    MESSAGE_QUEUED = "message-queued"
    MESSAGE_SENT = "message-sent"
    MESSAGE_GIVEN_UP = "message-given-up"
    # keys
    MASTER_MADE = "master-made"
    CARD_KEYS_WRAPPED = "card-keys-wrapped"


ALARMING: Final = frozenset(
    {
        Act.CODE_CLAIMED_AGAIN,
        Act.CODES_GUESSED,
        Act.CONFIRMATION_NOT_OPENED,
        Act.PROOF_WRONG,
        Act.EVIDENCE_WRONG,
        Act.CONTRADICTION,
        Act.MESSAGE_GIVEN_UP,
    }
)
"""Acts that somebody on duty should look at; whoever links such a row says so in the log."""
