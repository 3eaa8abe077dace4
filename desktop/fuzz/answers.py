"""Answers of a card or reader, made up by a fuzzer that watches which lines they reach (atheris, libFuzzer).

    script/fuzz [SECONDS]

Whatever the answers, a conversation ends in a result or a named error. The first byte chooses the family, the second
the conversation; then each answer is a length and so many bytes. The same promise is kept with chance instead of
coverage in `desktop/tests/test_desktop_hostile.py`, in every run of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import atheris

with atheris.instrument_imports(include=["anahtar_card", "anahtar_desktop"]):
    from anahtar_card import errors
    from anahtar_card.families.akis import names
    from anahtar_card.family import Grant
    from anahtar_card.flow import converse
    from anahtar_card.identify import driver_for
    from anahtar_card.pin import Pin
    from anahtar_desktop import viewer
    from anahtar_desktop.holders import holder_in

FOREIGN = bytes.fromhex("3B9F978131FE4580655443D2210831C073F6218081055B")
LONGEST_ANSWER = 300
SUCCESS = b"\x90\x00"


class Answers:
    """A card without a card: what the fuzzer says, and no card at all when it has no more to say."""

    def __init__(self, said: Any) -> None:
        self.said = said

    def transmit(self, command: bytes) -> bytes:
        """Return the next answer, half of them with 9000 at the end so that the parsers behind it are reached."""
        if not self.said.remaining_bytes():
            raise errors.CardGone
        answer: bytes = self.said.ConsumeBytes(self.said.ConsumeIntInRange(0, LONGEST_ANSWER))
        return answer + SUCCESS if self.said.ConsumeBool() else answer


def talks(atr: bytes) -> list[Callable[[], Any]]:
    """Return every conversation that the program has with a card of this family."""
    driver, grant = driver_for(atr), Grant(bytes(16), bytes(16))
    return [
        driver.look,
        lambda: driver.verify(Pin("739154")),
        lambda: driver.change(Pin("739154"), Pin("482916")),
        lambda: driver.prove(grant),
        lambda: driver.unlock(grant, Pin("482916")),
        driver.certificate,
        lambda: viewer.certificates_of(driver),
    ]


TALKS = [talks(atr) for atr in (names.ATR, FOREIGN)]


def one(data: bytes) -> None:
    """Have one conversation; any error without a name ends the run and is kept by the fuzzer."""
    said = atheris.FuzzedDataProvider(data)
    family = TALKS[said.ConsumeIntInRange(0, len(TALKS) - 1)]
    talk = family[said.ConsumeIntInRange(0, len(family) - 1)]
    try:
        result = converse(talk(), Answers(said), answer=lambda challenge: bytes(32))
    except errors.CardError:
        return
    if isinstance(result, bytes):
        holder_in(result)
    if isinstance(result, list):
        for certificate in result:
            viewer.read(certificate)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
