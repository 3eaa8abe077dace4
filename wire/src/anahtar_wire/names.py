"""The names that messages use. They stand apart, so that a process without messages starts without loading them."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How a holder confirms: SMS Onay or WEB Parola."""

    SMS = "sms"
    WEB = "web"


class Kind(StrEnum):
    """What the card is for: a person's signature (NES) or a taxpayer's seal (Mali Mühür)."""

    NES = "nes"
    SEAL = "seal"


class State(StrEnum):
    """The states of an unlock, as its table has them."""

    OPENED = "opened"
    CLAIMED = "claimed"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    UNCERTAIN = "uncertain"
    NOT_DONE = "not-done"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNSETTLED = "unsettled"


class Evidence(StrEnum):
    """How well it is proved that the PIN was set: by the card for this very reset (G2), by the card's statement over a
    fresh nonce (G1), by the program's word (G0)."""

    G2 = "G2"
    G1 = "G1"
    G0 = "G0"


class Outcome(StrEnum):
    """What the program believes became of the card."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
