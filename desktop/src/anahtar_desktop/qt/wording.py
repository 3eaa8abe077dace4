"""What is said of problems, cards and their states; loaded when there is something to say of them."""

from __future__ import annotations

from anahtar_card.family import Look, PinState
from anahtar_desktop.failures import problem_of
from anahtar_desktop.new_pin import FAULTS
from anahtar_desktop.plainly import plain
from anahtar_desktop.ports import Seen, masked
from anahtar_desktop.qt.questions import CardShown, Faults, Said, Told, Trouble
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Message, Voice
from anahtar_desktop.texts import Text
from anahtar_desktop.words import name_of
from anahtar_wire.problems import Problem, explain

STATES: dict[PinState, tuple[Label, str, str]] = {
    PinState.ACTIVE: (Label.STATE_ACTIVE, "open", "good"),
    PinState.LOCKED: (Label.STATE_LOCKED, "lock", "warning"),
    PinState.NONE_YET: (Label.STATE_NONE_YET, "none", "brand"),
    PinState.CARD_DEAD: (Label.STATE_DEAD, "dead", "bad"),
}
"""Each state of a PIN: its words, its sign, its colour."""
ADVICE = {
    PinState.LOCKED: Label.ADVICE_LOCKED,
    PinState.NONE_YET: Label.ADVICE_NONE_YET,
    PinState.CARD_DEAD: Label.ADVICE_DEAD,
}
PROGRESS = (Text.LOOKING, Text.LEAVE_CARD, Text.FINDING_OUT)
"""What is only true while it lasts, and means nothing on the page that follows."""

GOOD = (Text.RULE_TAKEN, Text.TRUTH_NEW, Text.DONE)


def problem(voice: Voice, which: Problem, **facts: int | str) -> Message:
    """Return a problem as people read it: what happened, what it cost, what to do, its code."""
    paragraph = explain(which, voice.language, **{name: plain(value) for name, value in facts.items()})
    named = " ".join(str(plain(facts[name])) for name in ("code", "status_word") if name in facts)
    code = voice(Text.CODE_LINE, code=f"{which.value} {named}".strip())
    return Message("bad", paragraph.title, (paragraph.happened, paragraph.cost, paragraph.do, code))


def messages(voice: Voice, said: Said) -> list[Message]:
    """Return what is to be shown of something that was said."""
    match said:
        case Told(text, facts):
            kind = "good" if text in GOOD else "info"
            return [] if text in PROGRESS else [Message(kind, "", (voice(text, **facts),))]
        case Trouble(which, facts):
            return [problem(voice, which, **facts)]
        case Faults(faults):
            return [problem(voice, FAULTS[fault]) for fault in faults]
        case CardShown():
            return []


def whose(voice: Voice, seen: Seen, holder: str | None = None) -> str:
    """Return whose card it is, as far as anyone knows."""
    return str(plain(holder)) if holder else name_of(seen.holder) if seen.holder else ""


def where(voice: Voice, seen: Seen) -> list[str]:
    """Return the masked serial and the reader's name."""
    serial = [voice(Label.SERIAL, serial=masked(seen.look.serial))] if seen.look else []
    return [*serial, voice(Label.IN_READER, reader=plain(seen.reader))]


def trouble(voice: Voice, seen: Seen) -> Message:
    """Return why a reader shows no card."""
    assert seen.trouble is not None
    return problem(voice, *problem_of(seen.trouble)[:1])


def tries(voice: Voice, look: Look) -> list[tuple[str, int]]:
    """Return what has tries and how many are left, where the card tells them and they mean something."""
    shown = []
    if look.pin_tries is not None and look.pin in (PinState.ACTIVE, PinState.LOCKED):
        shown.append((voice(Label.PIN_TRIES), look.pin_tries))
    if look.puk_tries is not None and look.pin is not PinState.CARD_DEAD:
        shown.append((voice(Label.PUK_TRIES), look.puk_tries))
    return shown
