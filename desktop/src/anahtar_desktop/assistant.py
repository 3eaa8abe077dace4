"""The program without its window: three acts and the settling of what an earlier one left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from anahtar_card.errors import CardError
from anahtar_card.record import record
from anahtar_desktop.failures import problem_of, refusal_of
from anahtar_desktop.looking import survey
from anahtar_desktop.ports import Cancelled
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:  # an act brings its own; a look at the readers is over sooner
    from datetime import datetime

    from anahtar_card.reader import Readers
    from anahtar_desktop.ending import Ending
    from anahtar_desktop.ports import Entry, Journal, Seen, Server, View
    from anahtar_desktop.texts import Text
    from anahtar_desktop.truth import Truth


def now() -> datetime:
    """Return the time with its zone."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


@record
class Overview:
    """What can be seen at a glance: `problem` when no reader can be looked at, every reader with its card, and what an
    earlier act left open."""

    problem: Problem | None
    seen: Sequence[Seen]
    open_entries: Sequence[Entry]


class Flow(Protocol):
    """One act from its first question to its end; `left_behind` says what remains if it stops now."""

    left_behind: Text

    def run(self) -> Ending:
        """Live it; raises while the card is surely as it was."""
        ...


class Assistant:
    """Unlocks, changes, looks and settles. `server` may be None where no unlock is wanted."""

    def __init__(
        self,
        view: View,
        server: Server | None,
        readers: Readers,
        journal: Journal,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._view = view
        self._server = server
        self._readers = readers
        self._journal = journal
        self._clock = clock

    def unlock(self) -> Ending:
        """Set a PIN with the server's consent: the first one, a forgotten one, a locked one. Shows every problem itself
        and raises nothing but ValueError when there is no server."""
        from anahtar_desktop.unlocking import Unlocking

        if self._server is None:
            raise ValueError("an unlock needs a server")
        return self._ended(Unlocking(self._view, self._server, self._readers, self._journal, self._clock))

    def change(self) -> Ending:
        """Change a known PIN; needs no server. Shows every problem itself and raises nothing."""
        from anahtar_desktop.changing import Changing

        return self._ended(Changing(self._view, self._readers, self._journal, self._clock))

    def status(self) -> Overview:
        """Look at every reader; uses no try and asks nobody."""
        entries = self._journal.open_entries()
        try:
            return Overview(None, survey(self._readers, holders=True), entries)
        except CardError as error:
            return Overview(problem_of(error)[0], (), entries)

    def settle(self) -> list[tuple[Entry, Truth | None]]:
        """Settle what the journal says is open, at start or insertion, and say what was found; None where the card is
        not at hand. Uses no try and asks nobody."""
        entries = self._journal.open_entries()
        if not entries:
            return []
        from anahtar_desktop.settling import Settling

        settling = Settling(self._view, self._server, self._readers, self._journal)
        return [(entry, settling.later(entry)) for entry in entries]

    def _ended(self, flow: Flow) -> Ending:
        """Run an act; whatever it raises, it raises while the card is surely as it was."""
        from anahtar_desktop.ending import Ending, Outcome

        try:
            return flow.run()
        except (Cancelled, KeyboardInterrupt):
            self._view.problem(Problem.CANCELLED)
            self._view.tell(flow.left_behind)
            return Ending(Outcome.CANCELLED, Problem.CANCELLED)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal.problem is Problem.INTERNAL and not isinstance(error, Refusal):
                import logging

                # Its text and its locals may hold secrets.
                logging.getLogger(__name__).error("unforeseen: %s", type(error).__name__)
            self._view.problem(refusal.problem, **refusal.facts)
            self._view.tell(flow.left_behind)
            return Ending(Outcome.REFUSED, refusal.problem, refusal.facts)
