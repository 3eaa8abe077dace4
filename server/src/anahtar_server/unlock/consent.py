"""What the web tier may ask of the key service, and the client that asks over its unix socket."""

from __future__ import annotations

import socket
from pathlib import Path
from time import monotonic
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from anahtar_server.points import Point, reach
from anahtar_wire.problems import Problem, Refusal

LONGEST_LINE = 64 * 1024


class Errand(BaseModel):
    """One request of a program, handed on exactly as it came: the key service checks the proof again for itself.

    `body` is the request's body in hex, `address` where it came from.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    act: str
    method: str
    path: str
    body: str = Field(repr=False)
    proof: str = Field(default="", repr=False)
    unlock: str = ""
    address: str = ""


class Reply(BaseModel):
    """The key service's answer: a wire message as JSON, or a problem with its facts."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    message: str = Field(default="", repr=False)
    problem: str = ""
    facts: dict[str, int | str] = Field(default_factory=dict)


class AsksKeyService(Protocol):
    """Anything that takes errands to the key service."""

    def run(self, errand: Errand) -> str:
        """Return the wire message as JSON; raises Refusal, KEY_SERVICE_GONE when nobody answers in time."""
        ...


class SocketClient:
    """Asks the key service over its unix socket: one connection an errand, an answer within `seconds` or none."""

    def __init__(self, path: Path, seconds: float = 2.0) -> None:
        self._path = path
        self._seconds = seconds

    def run(self, errand: Errand) -> str:
        """See `AsksKeyService.run`."""
        line = errand.model_dump_json().encode() + b"\n"
        reach(Point.ERRAND_BEFORE_SENT)
        try:
            reply = Reply.model_validate_json(self._exchange(line))
            refusal = Refusal(Problem(reply.problem), **reply.facts) if reply.problem else None
        except (OSError, ValueError, TypeError):  # gone, slow, or rubbish: nothing that can be told apart from outside
            raise Refusal(Problem.KEY_SERVICE_GONE) from None
        reach(Point.ERRAND_AFTER_ANSWER)
        if refusal is not None:
            raise refusal
        return reply.message

    def _exchange(self, line: bytes) -> bytes:
        deadline = monotonic() + self._seconds
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._seconds)
            connection.connect(str(self._path))
            connection.sendall(line)
            return _read_line(connection, deadline)


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    """Return one line that comes whole before `deadline`, however slowly its pieces come; raises OSError."""
    answer = b""
    while not answer.endswith(b"\n"):
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(LONGEST_LINE)
        answer += piece
        if not piece or len(answer) > LONGEST_LINE:
            raise ConnectionError
    return answer
