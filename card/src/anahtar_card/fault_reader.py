"""A reader that breaks where it is told to, around any other reader: for practice, rehearsal and the hostile tests.

    FaultReader(reader, [(3, CUT_AFTER), (is_verify, Rubbish(b""))])

Each line of the plan says at which command and what happens. Commands are counted over the reader's whole life,
through all its connections, the first is 1; instead of a number, a function of the command's head (CLA INS P1 P2) may
choose, and the first command it says yes to is taken. Every line happens once, except the lasting `MUTE` and `Swap`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from anahtar_card.errors import CardGone, CardMute
from anahtar_card.reader import Connection, Reader

At = int | Callable[[bytes], bool]


class Fault(Protocol):
    """Something that goes wrong at one command."""

    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        """Let it go wrong: return what the program gets for an answer, or raise."""
        ...


class _CutBefore:
    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        link.close()
        raise CardGone


class _CutAfter:
    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        link.pass_on(command)
        link.close()
        raise CardGone


class _Mute:
    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        link.close()
        link.reader.mute = True
        raise CardGone


class _ResetByOther(_CutBefore):
    """For the program it looks like a cut before the command; the name says what the test is about."""


CUT_BEFORE: Fault = _CutBefore()
"""The link breaks before the command: the card never saw it and lost its volatile state. Raises CardGone."""
CUT_AFTER: Fault = _CutAfter()
"""The card carried the command out, then the link broke and the answer is lost. Raises CardGone."""
MUTE: Fault = _Mute()
"""From this command on the card is mute: an open connection raises CardGone, connecting raises CardMute."""
RESET_BY_OTHER: Fault = _ResetByOther()
"""Another program reset the card before this command, which is not sent. Raises CardGone once."""


@dataclass(frozen=True)
class Swap:
    """From this command on the card in `other` answers, silently: a real service misses a swap of under 400 ms."""

    other: Reader

    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        link.swap_to(self.other)
        return link.pass_on(command)


@dataclass(frozen=True)
class Slow:
    """The command takes `seconds` longer; `sleep` is what waits (`time.sleep`, or a test's clock)."""

    seconds: float
    sleep: Callable[[float], object]

    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        self.sleep(self.seconds)
        return link.pass_on(command)


@dataclass(frozen=True, repr=False)
class Rubbish:
    """The card carries the command out, and the program gets these bytes for its answer."""

    answer: bytes

    def happen(self, link: FaultConnection, command: bytes) -> bytes:
        link.pass_on(command)
        return self.answer


class FaultReader:
    """A reader that behaves like `inner` but for its plan.

    `commands` counts the commands asked for, also those that a fault kept from the card; `log` holds their heads
    (CLA INS P1 P2) and never their data; `mute` is whether the card is mute now.
    """

    def __init__(self, inner: Reader, plan: Iterable[tuple[At, Fault]] = ()) -> None:
        self._whole = inner
        self._plan = list(plan)
        self.inner = inner
        self.commands = 0
        self.log: list[bytes] = []
        self.mute = False

    @property
    def name(self) -> str:
        return self._whole.name

    def heal(self) -> None:
        """Drop the rest of the plan and what lasts of it: from now on the first card answers as it should."""
        self._plan, self.mute, self.inner = [], False, self._whole

    def connect(self) -> FaultConnection:
        """Open the card; raises CardMute while mute, and whatever `inner` raises."""
        self.mute = self.mute or any(fault is MUTE and at == self.commands + 1 for at, fault in self._plan)
        if self.mute:
            raise CardMute
        return FaultConnection(self, self.inner.connect())

    def next_fault(self, head: bytes) -> Fault | None:
        """Count and log one command and take what is to go wrong at it out of the plan."""
        self.commands += 1
        self.log.append(head)
        for line in self._plan:
            at, fault = line
            if at(head) if callable(at) else at == self.commands:
                self._plan.remove(line)
                return fault
        return None


class FaultConnection:
    """An open card that a fault may take away at any command."""

    def __init__(self, reader: FaultReader, inner: Connection) -> None:
        self.reader = reader
        self._inner = inner
        self._atr = inner.atr
        self._dead = False

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, command: bytes) -> bytes:
        """Send one command, unless the plan says otherwise; raises CardGone, and whatever `inner` raises."""
        if self._dead:
            raise CardGone
        fault = self.reader.next_fault(command[:4])
        return self.pass_on(command) if fault is None else fault.happen(self, command)

    def pass_on(self, command: bytes) -> bytes:
        """Let the card see the command."""
        return self._inner.transmit(command)

    def swap_to(self, other: Reader) -> None:
        """Put another reader's card behind this connection, and behind those that follow."""
        self._inner.close()
        self.reader.inner = other
        self._inner = other.connect()

    def close(self) -> None:
        self._dead = True
        self._inner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
