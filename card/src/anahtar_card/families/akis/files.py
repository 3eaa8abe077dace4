"""The file system of a virtual card: transparent files below the MF and below one DF, selected as ISO/IEC 7816-4 and
AKİS have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anahtar_card import tlv
from anahtar_card.families.akis import names
from anahtar_card.status import FILE_NOT_FOUND, WRONG_DATA, WRONG_LENGTH, WRONG_P1_P2

NO_CURRENT_FILE = 0x6986
OFFSET_OUTSIDE = 0x6B00

PUBLIC = 0x12
"""Security byte of a file that anyone may read: valid (02) and readable (10), as OpenSC's driver names the bits."""

Path = tuple[int, ...]


class Refused(Exception):
    """The card answers a command with this status word and nothing else."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


@dataclass(frozen=True, slots=True)
class File:
    """A DF (`content` is None) or a transparent EF, with its place below the MF."""

    path: Path
    content: bytes | None = None
    name: bytes = b""

    @property
    def is_df(self) -> bool:
        return self.content is None

    def control_information(self) -> bytes:
        """Return the FCI template (section 7.4), with AKİS's security byte in tag 90; it never passes 127 bytes."""
        fields = [
            tlv.encode(0x80, len(self.content or b"").to_bytes(2, "big")),
            tlv.encode(0x82, b"\x38" if self.is_df else b"\x01"),
            tlv.encode(0x83, self.path[-1].to_bytes(2, "big")),
            tlv.encode(0x84, self.name) if self.name else b"",
            tlv.encode(0x8A, b"\x05"),
            tlv.encode(0x90, bytes([PUBLIC])),
        ]
        return tlv.encode(0x6F, b"".join(fields))


MF = File((names.MF,))
APPLICATION = File((names.MF, names.DF_PKCS15), name=names.AID)


class FileSystem:
    """The files of one card and which of them are current; the current files are lost with power."""

    def __init__(self, contents: Callable[[], dict[str, bytes]]) -> None:
        """`contents` returns each file's bytes by its path in hex, for instance "3F002F00"."""
        self._contents = contents
        self.directory: File = MF
        self.current: File | None = None

    def select(self, p1: int, data: bytes) -> File:
        """Make a file current and return it; raises Refused."""
        found = self._find(p1, data)
        if found.is_df:
            self.directory, self.current = found, None
        else:
            self.current = found
            self.directory = MF if len(found.path) == 2 else APPLICATION
        return found

    def read(self, offset: int, length: int) -> bytes:
        """Return at most `length` bytes of the current file; raises Refused."""
        if self.current is None or self.current.content is None:
            raise Refused(NO_CURRENT_FILE)
        if offset >= len(self.current.content):
            raise Refused(OFFSET_OUTSIDE)
        return self.current.content[offset : offset + length]

    def _find(self, p1: int, data: bytes) -> File:
        if p1 == 0x04:
            return self._by_name(data)
        if p1 not in (0x00, 0x02, 0x08):
            raise Refused(WRONG_P1_P2)
        if p1 == 0x00 and not data:
            return MF
        if len(data) % 2 or not data or (p1 != 0x08 and len(data) != 2):
            raise Refused(WRONG_LENGTH)
        steps = tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
        found = self._by_path(steps) if p1 == 0x08 else self._by_identifier(steps[0])
        if p1 == 0x02 and found.is_df:
            raise Refused(FILE_NOT_FOUND)  # AKİS tells EF and DF apart by P1
        return found

    def _by_name(self, name: bytes) -> File:
        if not name:
            raise Refused(WRONG_DATA)
        if name != names.AID:
            raise Refused(FILE_NOT_FOUND)
        return APPLICATION

    def _by_identifier(self, identifier: int) -> File:
        if identifier == names.MF:
            return MF
        below = self._get((*self.directory.path, identifier))
        found = below or self._get((names.MF, identifier))  # a brother DF may be named from anywhere
        if found is None or (below is None and not found.is_df):
            raise Refused(FILE_NOT_FOUND)
        return found

    def _by_path(self, path: Path) -> File:
        found = self._get(path if path[0] == names.MF else (names.MF, *path))
        if found is None:
            raise Refused(FILE_NOT_FOUND)
        return found

    def _get(self, path: Path) -> File | None:
        for directory in (MF, APPLICATION):
            if path == directory.path:
                return directory
        content = self._contents().get(key_of(path))
        return None if content is None else File(path, content)


def key_of(path: Path) -> str:
    """Return the name of a file in the card's memory: its path in capital hex."""
    return "".join(f"{step:04X}" for step in path)
