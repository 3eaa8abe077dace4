"""Commands and responses of ISO/IEC 7816-4 section 5, short and extended."""

from __future__ import annotations

from anahtar_card.errors import MalformedResponse
from anahtar_card.record import record

MAX_SHORT_DATA = 255
MAX_EXTENDED_DATA = 65535


@record
class Command:
    """One command; it prints its head and the length of its data only, for the data may be a PIN.

    `data` is the command data field (at most 65535 bytes); `le` the number of bytes expected: None for none, 0 for as
    many as there are (256 short, 65536 extended).
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def __repr__(self) -> str:
        return f"<Command {self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X} Lc={len(self.data)} Le={self.le}>"

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes([self.cla, self.ins, self.p1, self.p2])

    @property
    def needs_extended(self) -> bool:
        """Whether the short form cannot hold this command (section 5.1)."""
        return len(self.data) > MAX_SHORT_DATA or (self.le is not None and self.le > 256)

    def encode(self, *, extended: bool = False) -> bytes:
        """Return the command as bytes; `extended` asks for long length fields. Raises ValueError when too long."""
        extended = extended or self.needs_extended
        if len(self.data) > MAX_EXTENDED_DATA:
            raise ValueError("a command holds at most 65535 bytes of data")
        return self.header + (self._extended_body() if extended else self._short_body())

    def _short_body(self) -> bytes:
        body = bytes([len(self.data)]) + self.data if self.data else b""
        return body if self.le is None else body + bytes([self.le & 0xFF])

    def _extended_body(self) -> bytes:
        body = b"\0" + len(self.data).to_bytes(2, "big") + self.data if self.data else b""
        if self.le is None:
            return body
        return body + (b"" if self.data else b"\0") + (self.le & 0xFFFF).to_bytes(2, "big")

    @classmethod
    def decode(cls, raw: bytes) -> Command:
        """Read a command as a card does, cases 1 to 4, short and extended (section 5.1); raises ValueError."""
        if len(raw) < 4:
            raise ValueError("a command has a header of four bytes")
        (cla, ins, p1, p2), body = raw[:4], raw[4:]
        if not body:
            return cls(cla, ins, p1, p2)
        if len(body) == 1:
            return cls(cla, ins, p1, p2, le=body[0] or 256)
        if body[0] != 0:
            return cls(cla, ins, p1, p2, *_split(body, size=1))
        if len(body) == 3:
            return cls(cla, ins, p1, p2, le=int.from_bytes(body[1:], "big") or 65536)
        return cls(cla, ins, p1, p2, *_split(body[1:], size=2))


def _split(body: bytes, size: int) -> tuple[bytes, int | None]:
    length = int.from_bytes(body[:size], "big")
    data, rest = body[size : size + length], body[size + length :]
    if length == 0 or len(data) != length or len(rest) not in (0, size):
        raise ValueError("lengths and bytes of the command do not agree")
    return data, (int.from_bytes(rest, "big") or 256**size) if rest else None


@record
class Response:
    """A card's answer: its data and its status word `sw` (SW1 ‖ SW2 as one number)."""

    data: bytes
    sw: int

    def __repr__(self) -> str:
        return f"<Response {self.sw:04X} {len(self.data)} bytes>"

    def encode(self) -> bytes:
        """Return data ‖ SW1 ‖ SW2."""
        return self.data + self.sw.to_bytes(2, "big")

    @classmethod
    def decode(cls, raw: bytes) -> Response:
        """Read an answer; raises MalformedResponse when it has no status word or one that ISO/IEC 7816-3 forbids."""
        if len(raw) < 2 or raw[-2] & 0xF0 not in (0x60, 0x90) or raw[-2] == 0x60:
            raise MalformedResponse("an answer without a status word")
        return cls(raw[:-2], int.from_bytes(raw[-2:], "big"))
