"""Changing a PIN on the card and the card's part of an unlock, in commands and in whole processes' time.

One private card service, one virtual card that counts; beside it `pkcs15-tool` (OpenSC's akis driver) and bare pyscard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from anahtar_card.card_service import missing
from bench.frame import Measure, Rounds, alternate, judge, not_measured
from bench.parts.desk import Desk, desk
from bench.parts.packages import lacking

ROUNDS = 9
DELAYS = (0, 30)
"""Milliseconds that the card takes more for each command."""
OURS: tuple[tuple[str, Callable[[Desk], float]], ...] = (("eimza change", Desk.change), ("unlock", Desk.unlock))
SHOWN = {"eimza change": "eimza change", "unlock": "the unlock's card part"}
PEER, LIMIT = "pkcs15-tool --change-pin", "bare pyscard"


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield commands and times of ours beside the peer and the limit."""
    why = lacking("opensc", "pcscd", "vsmartcard-vpcd") or ", ".join(missing())
    if why:
        for name in SHOWN.values():
            yield not_measured("card", name, "ms", why)
        return
    with desk() as one:
        one.verify()
        for name, act in OURS:
            for delay in DELAYS:
                one.card.delay = delay / 1000
                taken = alternate(partial(act, one), one.opensc, one.bare, rounds or ROUNDS)
                one.card.delay = 0.0
                one.verify()  # the PIN is what ours, the peer and the limit left, says OpenSC
                if delay == DELAYS[0]:
                    yield _commands(one, name)
                how = "whole processes; after the rounds OpenSC verified the PIN that they left"
                yield judge("card", f"{SHOWN[name]}, {delay} ms a command", "ms", taken, to="peer", why=how)


def _commands(one: Desk, name: str) -> Measure:
    sent = Rounds([float(one.counts[name])], [float(one.counts[PEER])], [float(one.counts[LIMIT])])
    how = f"as the card counted them; {one.counts['pkcs15-tool --verify-pin']} of pkcs15-tool --verify-pin"
    return judge("card", f"{SHOWN[name]}: commands", "commands", sent, to="peer", why=how)
