"""The life of an unlock as a Mermaid diagram and as tables, drawn from `anahtar_server.unlock.rules`."""

from __future__ import annotations

from collections import defaultdict

from anahtar_server.unlock.rules import (
    BEFORE_RELEASE,
    FINAL,
    TABLE,
    UNSETTLED_OUTCOME,
    Event,
    Move,
    is_live,
    pin_of,
)
from anahtar_wire.messages import State
from drawn.part import code
from drawn.part import table as markdown_table

BEFORE = "before_release"


def diagram() -> str:
    """Return the diagram; what every state before the release has in common starts from the box round them."""
    shared = _shared()
    lines = ["```mermaid", "stateDiagram-v2", f'    state "before the release" as {BEFORE} {{']
    inside, outside = _edges(shared)
    lines += [f"        [*] --> {State.OPENED.name}", *(f"        {edge}" for edge in inside), "    }"]
    lines += [f"    {BEFORE} --> {to.name} : {event.value}" for event, to in shared.items()]
    lines += [f"    {edge}" for edge in outside]
    lines += [f"    {state.name} --> [*]" for state in State if state in FINAL]
    return "\n".join([*lines, "```"])


def _shared() -> dict[Event, State]:
    """Return the events that lead from each state before the release to the same end."""
    shared = {}
    for event in Event:
        moves = {TABLE.get((state, event)) for state in BEFORE_RELEASE}
        if len(moves) == 1 and (move := moves.pop()) is not None:
            shared[event] = move.to
    return shared


def _edges(shared: dict[Event, State]) -> tuple[list[str], list[str]]:
    """Return the edges within the box and those outside; events between the same two states share an arrow."""
    labels: dict[tuple[State, State, bool], list[Event]] = defaultdict(list)
    for (state, event), move in TABLE.items():
        if not (state in BEFORE_RELEASE and event in shared):
            labels[state, move.to, move.closes].append(event)
    inside: list[str] = []
    outside: list[str] = []
    for (state, to, closes), events in labels.items():
        names = ", ".join(event.value for event in events) + (" (closed)" if closes else "")
        within = state in BEFORE_RELEASE and to in BEFORE_RELEASE
        (inside if within else outside).append(f"{state.name} --> {to.name} : {names}")
    return inside, outside


def table() -> str:
    """Return every move as a row."""
    rows = [
        (state.name, code(event.value), move.to.name + (", closed" if move.closes else ""))
        for (state, event), move in sorted(TABLE.items(), key=_order)
    ]
    return markdown_table(("state", "event", "next"), rows)


def _order(item: tuple[tuple[State, Event], Move]) -> tuple[int, int]:
    (state, event), _ = item
    return list(State).index(state), list(Event).index(event)


def states() -> str:
    """Return what each state means for others: does it block a second unlock, is it an end, which PIN is active."""
    rows = [
        (
            state.name,
            _blocks(state),
            "final" if state in FINAL else "open outcome" if state in UNSETTLED_OUTCOME else "under way",
            pin_of(state),
        )
        for state in State
    ]
    return markdown_table(
        ("state", "keeps a second unlock of the card from opening", "what it is", "PIN on the card"), rows
    )


def _blocks(state: State) -> str:
    if not is_live(state, closed=False):
        return "no"
    return "yes" if is_live(state, closed=True) else "until it is closed"
