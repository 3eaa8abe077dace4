"""The card's side of vsmartcard's vpcd, which shows a virtual card to PC/SC as if it lay in a reader.

Every message is a length of two bytes (big-endian) and that many bytes. One byte is a control: 0 power off, 1 power on,
2 reset, 4 tell the answer to reset, which alone has an answer; anything longer is a command APDU (vsmartcard, vpcd.h).
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from anahtar_card.virtual import PowerLost, VirtualCard

POWER_OFF, POWER_ON, RESET, TELL_ATR = 0, 1, 2, 4
MUTE_ATR = b"\x00\x00"  # for vpcd a card without an answer is no card; one that no reader can read is as good as mute


class VpcdBridge:
    """Holds a virtual card in one of vpcd's readers, from connecting until `stop` or until vpcd closes.

    `host` and `port` are where vpcd listens. Raises OSError when it does not. A card that loses its power (PowerLost)
    leaves the reader; any other error of the card ends the bridge and comes out of `serve` or `stop`. Leave a reader
    empty for a second before the next card: pcscd looks every 0.4 s, and may miss a faster one for good.
    """

    def __init__(self, card: VirtualCard, port: int, host: str = "127.0.0.1") -> None:
        self._card = card
        self._atr = card.power_on() or MUTE_ATR
        card.power_off()
        self._serving = False
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._link = socket.create_connection((host, port), timeout=5)
        self._link.settimeout(None)
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self) -> None:
        """Answer vpcd until it closes or `stop` is called from another thread."""
        self._serving = True
        try:
            with self._link, contextlib.suppress(PowerLost, ConnectionError):
                while (message := self._receive()) is not None:
                    self._answer(message)
        finally:
            self._card.power_off()

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="vpcd", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Pull the card; may be called twice. Raises what the card raised, if its code broke."""
        with contextlib.suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
        elif not self._serving:
            self._link.close()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self.serve()
        except BaseException as error:
            self._error = error

    def _answer(self, message: bytes) -> None:
        if len(message) != 1:
            self._send(self._card.transmit(message))
        elif message[0] in (POWER_ON, RESET):
            self._card.power_on()
        elif message[0] == POWER_OFF:
            self._card.power_off()
        elif message[0] == TELL_ATR:
            self._send(self._atr)

    def _send(self, message: bytes) -> None:
        self._link.sendall(len(message).to_bytes(2, "big") + message)

    def _receive(self) -> bytes | None:
        """Return the next message, or None at the end."""
        length = self._exactly(2)
        return None if length is None else self._exactly(int.from_bytes(length, "big"))

    def _exactly(self, size: int) -> bytes | None:
        received = bytearray()
        while len(received) < size:
            piece = self._link.recv(size - len(received))
            if not piece:
                return None
            # Quick ACK falls off by itself (tcp(7)), and without it each command waits 40 ms for a delayed one.
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            received += piece
        return bytes(received)
