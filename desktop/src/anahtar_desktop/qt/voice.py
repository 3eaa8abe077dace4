"""How the window speaks: every text in one language. What needs more than a text stands in `wording`, and is loaded
when it is said, so that the first page shows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anahtar_card.record import record
from anahtar_desktop.plainly import plain
from anahtar_desktop.qt.texts import Label, label
from anahtar_desktop.texts import Text, say

if TYPE_CHECKING:
    from anahtar_desktop.qt.questions import Said
    from anahtar_wire.problems import Problem


@record
class Message:
    """Something to show: its kind (`info`, `good`, `warning`, `bad`), a heading and lines."""

    kind: str
    heading: str
    lines: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ". ".join(part for part in (self.heading, *self.lines) if part)


@record
class Voice:
    """Speaks `language`, `tr` or `en`."""

    language: str

    def __call__(self, text: Label | Text, **facts: object) -> str:
        """Return a text with its facts."""
        if isinstance(text, Label):
            return label(text, self.language, **facts)
        return say(text, self.language, **{name: plain(value) for name, value in facts.items()})

    def problem(self, which: Problem, **facts: int | str) -> Message:
        """Return a problem as people read it: what happened, what it cost, what to do, its code."""
        from anahtar_desktop.qt import wording

        return wording.problem(self, which, **facts)

    def messages(self, said: Said) -> list[Message]:
        """Return what is to be shown of something that was said."""
        from anahtar_desktop.qt import wording

        return wording.messages(self, said)
