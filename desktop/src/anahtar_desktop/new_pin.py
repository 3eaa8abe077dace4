"""Choosing a new PIN: everything is checked here, before anything is sent anywhere, so no try is ever used by it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from anahtar_card.pin import Pin, PinFault, PinRule
from anahtar_desktop.ports import Seen, View
from anahtar_desktop.texts import Text
from anahtar_wire.problems import Problem

if TYPE_CHECKING:
    from anahtar_wire.messages import PersonalDigits

DIGEST_LENGTH = 16
BLOCK_SIZE = 8
PARALLEL = 1

FAULTS: dict[PinFault, Problem] = {
    PinFault.NOT_DIGITS: Problem.PIN_NOT_DIGITS,
    PinFault.TOO_SHORT: Problem.PIN_LENGTH,
    PinFault.TOO_LONG: Problem.PIN_LENGTH,
    PinFault.ONE_DIGIT: Problem.PIN_ONE_DIGIT,
    PinFault.RUN: Problem.PIN_RUN,
    PinFault.PERSONAL: Problem.PIN_PERSONAL,
}
"""What each line of the rule is called where it is explained."""


def typed(text: str) -> Pin:
    """Return what a keyboard gave as a PIN. A character that is no digit is refused by the rule; "?" stands for what a
    PIN's bytes cannot hold."""
    return Pin(text.encode("ascii", "replace").decode())


def choose(view: View, seen: Seen, is_personal: Callable[[Pin], bool] = lambda pin: False) -> Pin:
    """Ask for a new PIN twice until it meets the rule and both entries agree; raises Cancelled from the view.

    What was typed and not taken is wiped; the PIN returned is the caller's to wipe.
    """
    rule = rule_for(seen)
    while True:
        pin, again = view.ask_new_pin(seen, rule)
        faults = rule.faults(pin)
        if not faults and is_personal(pin):
            faults = [PinFault.PERSONAL]
        same = pin == again
        again.wipe()
        if not faults and same:
            view.tell(Text.RULE_TAKEN)
            return pin
        pin.wipe()
        if faults:
            view.rule_broken(faults)
        else:
            view.problem(Problem.PINS_DIFFER)


def rule_for(seen: Seen) -> PinRule:
    """Return our rule within the card's own bounds."""
    return PinRule().within(seen.look.shortest_pin, seen.look.longest_pin) if seen.look else PinRule()


def personal_among(personal: PersonalDigits) -> Callable[[Pin], bool]:
    """Return the check whether a PIN is one of the runs of digits that the server named by their digests (scrypt, RFC
    7914, over the ASCII digits)."""
    import hashlib

    def check(pin: Pin) -> bool:
        digest = hashlib.scrypt(
            pin.reveal(),
            salt=personal.salt,
            n=personal.cost,
            r=BLOCK_SIZE,
            p=PARALLEL,
            dklen=DIGEST_LENGTH,
            maxmem=2 * 128 * BLOCK_SIZE * personal.cost,
        )
        return any([hmac.compare_digest(digest, one) for one in personal.digests])

    return check
