"""A conversation with a card is a generator without I/O.

It yields `Send(command)` and is sent the card's `Response`, or yields `Ask(challenge)` and is sent the bytes with which
the authority answers. It returns what it learned. So one driver serves real readers, virtual cards and tests that cut
it at every point.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol, TypeVar

from anahtar_card.apdu import Command, Response
from anahtar_card.errors import MalformedResponse
from anahtar_card.record import record, replace

MAX_RESPONSE = 65536
MAX_ROUNDS = 300


@record
class Send:
    """Ask for one command to be sent. `changes_card` marks the commands after which the card may have another PIN: the
    runner tells its journal before such a command leaves."""

    command: Command
    changes_card: bool = False


@record
class Ask:
    """Ask the authority. `challenge` holds the family's own bytes, made by its driver and read by its issuer."""

    challenge: bytes

    def __repr__(self) -> str:
        return "<Ask>"


Result = TypeVar("Result")
Conversation = Generator[Send | Ask, Response | bytes, Result]


class Transmits(Protocol):
    """Anything that takes a command's bytes and returns the answer's bytes."""

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU and return the response APDU; raises a CardError."""
        ...


def send(command: Command, *, changes_card: bool = False) -> Conversation[Response]:
    """Send one command from inside a conversation and return the card's answer: `response = yield from send(c)`."""
    answer = yield Send(command, changes_card)
    assert isinstance(answer, Response)
    return answer


def ask(challenge: bytes) -> Conversation[bytes]:
    """Ask the authority from inside a conversation and return its bytes: `consent = yield from ask(challenge)`."""
    answer = yield Ask(challenge)
    assert isinstance(answer, bytes)
    return answer


def converse(
    conversation: Conversation[Result],
    card: Transmits,
    *,
    answer: Callable[[bytes], bytes] | None = None,
    before_change: Callable[[Command], None] | None = None,
) -> Result:
    """Run a conversation against a card and return its result.

    `answer` gives the authority's bytes for a challenge; `before_change` is called, and must return, before a command
    that may change the card leaves (it writes the journal; if it raises, the command is not sent). Raises whatever the
    conversation, the card or the callables raise; the conversation is closed in every case.
    """
    try:
        step = next(conversation)
        while True:
            if isinstance(step, Ask):
                if answer is None:
                    raise RuntimeError("this conversation asks the authority, and none was given")
                step = conversation.send(answer(step.challenge))
            else:
                if step.changes_card and before_change is not None:
                    before_change(step.command)
                step = conversation.send(exchange(card, step.command))
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        conversation.close()


def exchange(card: Transmits, command: Command) -> Response:
    """Send one command and collect its whole answer: 61xx by GET RESPONSE, 6Cxx by asking again with the right Le
    (ISO/IEC 7816-4 section 5.6; ISO/IEC 7816-3 section 12). Raises MalformedResponse for an answer without end."""
    response = _ask_once(card, command)
    data = response.data
    for _ in range(MAX_ROUNDS):
        if response.sw >> 8 != 0x61:
            return Response(data, response.sw)
        # The same logical channel, without secure messaging and chaining (ISO/IEC 7816-4 section 5.4.1).
        response = _ask_once(card, Command(command.cla & 0xE3, 0xC0, 0x00, 0x00, le=response.sw & 0xFF))
        data += response.data
        if len(data) > MAX_RESPONSE:
            break
    raise MalformedResponse("an answer without end")


def _ask_once(card: Transmits, command: Command) -> Response:
    response = Response.decode(card.transmit(command.encode()))
    if response.sw >> 8 != 0x6C:
        return response
    return Response.decode(card.transmit(replace(command, le=response.sw & 0xFF).encode()))


def chain(command: Command, size: int = 255) -> list[Command]:
    """Split a command with long data into a chain of short ones (bit 5 of CLA, ISO/IEC 7816-4 section 5.3.3)."""
    pieces = [command.data[start : start + size] for start in range(0, len(command.data), size)] or [b""]
    linked = [Command(command.cla | 0x10, command.ins, command.p1, command.p2, piece) for piece in pieces[:-1]]
    return [*linked, Command(command.cla, command.ins, command.p1, command.p2, pieces[-1], command.le)]
