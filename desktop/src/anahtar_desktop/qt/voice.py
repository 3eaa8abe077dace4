"""How the window speaks: every text, problem and state in one language, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from anahtar_card.family import Look, PinState
from anahtar_desktop.failures import problem_of
from anahtar_desktop.new_pin import FAULTS
from anahtar_desktop.ports import Seen, masked
from anahtar_desktop.qt.questions import CardShown, Faults, Said, Told, Trouble
from anahtar_desktop.qt.texts import Label, label
from anahtar_desktop.texts import Text, say
from anahtar_desktop.words import name_of, plain
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


@dataclass(frozen=True, slots=True)
class Message:
    """Something to show: its kind (`info`, `good`, `warning`, `bad`), a heading and lines."""

    kind: str
    heading: str
    lines: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ". ".join(part for part in (self.heading, *self.lines) if part)


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks `language`, `tr` or `en`."""

    language: str

    def __call__(self, text: Label | Text, **facts: object) -> str:
        """Return a text with its facts."""
        if isinstance(text, Label):
            return label(text, self.language, **facts)
        return say(text, self.language, **{name: plain(value) for name, value in facts.items()})

    def problem(self, problem: Problem, **facts: int | str) -> Message:
        """Return a problem as people read it: what happened, what it cost, what to do, its code."""
        paragraph = explain(problem, self.language, **{name: plain(value) for name, value in facts.items()})
        named = " ".join(str(plain(facts[name])) for name in ("code", "status_word") if name in facts)
        code = self(Text.CODE_LINE, code=f"{problem.value} {named}".strip())
        return Message("bad", paragraph.title, (paragraph.happened, paragraph.cost, paragraph.do, code))

    def messages(self, said: Said) -> list[Message]:
        """Return what is to be shown of something that was said."""
        match said:
            case Told(text, facts):
                kind = "good" if text in GOOD else "info"
                return [] if text in PROGRESS else [Message(kind, "", (self(text, **facts),))]
            case Trouble(problem, facts):
                return [self.problem(problem, **facts)]
            case Faults(faults):
                return [self.problem(FAULTS[fault]) for fault in faults]
            case CardShown():
                return []

    def whose(self, seen: Seen, holder: str | None = None) -> str:
        """Return whose card it is, as far as anyone knows."""
        return str(plain(holder)) if holder else name_of(seen.holder) if seen.holder else ""

    def where(self, seen: Seen) -> list[str]:
        """Return the masked serial and the reader's name."""
        serial = [self(Label.SERIAL, serial=masked(seen.look.serial))] if seen.look else []
        return [*serial, self(Label.IN_READER, reader=plain(seen.reader))]

    def trouble(self, seen: Seen) -> Message:
        """Return why a reader shows no card."""
        assert seen.trouble is not None
        return self.problem(*problem_of(seen.trouble)[:1])

    def tries(self, look: Look) -> list[tuple[str, int]]:
        """Return what has tries and how many are left, where the card tells them and they mean something."""
        shown = []
        if look.pin_tries is not None and look.pin in (PinState.ACTIVE, PinState.LOCKED):
            shown.append((self(Label.PIN_TRIES), look.pin_tries))
        if look.puk_tries is not None and look.pin is not PinState.CARD_DEAD:
            shown.append((self(Label.PUK_TRIES), look.puk_tries))
        return shown
