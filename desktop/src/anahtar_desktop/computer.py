"""What the check page asks of the computer itself. On Linux it is read from /proc and /sys; elsewhere most is unknown.

Every place is an argument, so that tests give their own.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CARD_READER_CLASS = "0b"
"""bInterfaceClass of smart card readers (USB CCID specification, section 4.4)."""
LIBRARY = "libpcsclite"
"""What is loaded into each program that talks to the reader service."""
LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Computer:
    """`system` is as in sys.platform; `proc` and `usb` are the folders of Linux."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    system: str = sys.platform
    proc: Path = Path("/proc")
    usb: Path = Path("/sys/bus/usb/devices")
    own: int = field(default_factory=os.getpid)
    pcscd: Path = Path("/usr/sbin/pcscd")

    @property
    def start_service(self) -> str:
        """What installs or starts the reader service."""
        if self.system == "linux" and not self.pcscd.exists():
            return "sudo apt-get install pcscd libccid"
        if self.system == "win32":
            return "services.msc → Smart Card"
        return "sudo systemctl enable --now pcscd.socket" if self.system == "linux" else "sudo shutdown -r now"

    @property
    def is_remote(self) -> bool:
        """Whether the person sits at another computer."""
        remote = any(self.environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "XRDP_SESSION"))
        return remote or self.environment.get("SESSIONNAME", "").upper().startswith("RDP-")

    def card_readers_on_usb(self) -> list[str]:
        """Return the products on USB that say that they are card readers."""
        found = []
        for kind in _children(self.usb):
            if _line(kind / "bInterfaceClass").lower() == CARD_READER_CLASS:
                device = kind.parent / kind.name.split(":")[0]
                found.append(_line(device / "product") or kind.name)
        return sorted(found)

    def programs_with_cards(self) -> list[str]:
        """Return the names of the programs, other than this one, that have the reader library loaded."""
        names = set()
        for process in _children(self.proc):
            if process.name.isdigit() and int(process.name) != self.own and LIBRARY in _text(process / "maps"):
                names.add(_line(process / "comm") or process.name)
        return sorted(names)


def _children(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted(folder.iterdir())


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace")
    except OSError:  # another user's process, or one that just ended
        return ""


def _line(path: Path) -> str:
    return _text(path).strip().split("\n")[0][:80]
