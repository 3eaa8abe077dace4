"""Cards and their states as people read them."""

from __future__ import annotations

from anahtar_card.family import Look, PinState
from anahtar_desktop.failures import problem_of
from anahtar_desktop.holders import Holder
from anahtar_desktop.plainly import plain
from anahtar_desktop.ports import Seen, masked
from anahtar_desktop.texts import Text, say
from anahtar_wire.problems import explain


def state_of(seen: Seen, language: str) -> str:
    """Return one line: reader, whose card, masked serial, family, PIN state, tries left; or why there is none."""
    reader = plain(seen.reader)
    if seen.look is None:
        title = explain(problem_of(seen.trouble)[0], language).title if seen.trouble else ""
        return say(Text.READER, language, reader=reader, state=title)
    facts = {"reader": reader, "serial": masked(seen.look.serial), "family": seen.look.family}
    facts["state"] = " · ".join(_states(seen.look, language))
    if seen.holder is None:
        return say(Text.CARD, language, **facts)
    return say(Text.CARD_OF, language, **facts, holder=name_of(seen.holder))


def name_of(holder: Holder) -> str:
    """Return name and number of a holder, as they may be shown."""
    return " · ".join(str(plain(part)) for part in (holder.name, holder.shown_number) if part)


def _states(look: Look, language: str) -> list[str]:
    states = [_pin_state(look, language)]
    if look.puk_tries is not None:
        states.append(say(Text.PUK_TRIES, language, tries=look.puk_tries))
    return states


def _pin_state(look: Look, language: str) -> str:
    match look.pin:
        case PinState.LOCKED:
            return say(Text.PIN_LOCKED, language)
        case PinState.NONE_YET:
            return say(Text.PIN_NONE_YET, language)
        case PinState.CARD_DEAD:
            return say(Text.PIN_DEAD, language)
        case PinState.ACTIVE if look.pin_tries is None:
            return say(Text.PIN_TRIES_UNTOLD, language)
        case PinState.ACTIVE:
            return say(Text.PIN_ACTIVE, language, tries=look.pin_tries)
