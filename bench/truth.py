"""After a broken link the program says which PIN the card takes: ours beside what programs of others say.

One private card service; at CHANGE REFERENCE DATA the card leaves the reader, once before it saw the command and once
after it carried it out, and is put back. What a program said counts as right when it names the PIN that the card then
takes; the same words in both cases name none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import rsa

from anahtar_card.card_service import CardService, missing
from anahtar_card.families.akis import names
from anahtar_card.families.akis.example import example_card
from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.virtual import Memory, PowerLost, VirtualCard
from anahtar_card.vpcd import VpcdBridge
from anahtar_desktop.texts import Text, say
from bench.frame import Goal, Measure, not_measured
from bench.parts.desk import NOTICED, OPENSC, PINS, PROGRAM
from bench.parts.packages import lacking

CHANGE = 0x24
AKIS_FOREIGN = bytes.fromhex("3B9F978131FE4580655443D2210831C073F6218081055B")
FAMILIES = {"akis": names.ATR, "akis-foreign": AKIS_FOREIGN}
When = Literal["before", "after"]
CUTS: tuple[When, ...] = ("before", "after")
NAMES_NONE = {
    "ykman": "changes PINs of PIV, OpenPGP and FIDO applications; no card here has one of these",
    "yubico-piv-tool": "changes PINs of PIV applications; no card here has one",
}
"""Programs of others that no card here can speak to."""


class CutCard:
    """A card that loses its power at the first CHANGE REFERENCE DATA, before or after carrying it out."""

    def __init__(self, card: VirtualCard, when: When) -> None:
        self._card, self._when = card, when
        self.gone = threading.Event()

    def power_on(self) -> bytes:
        """See VirtualCard.power_on."""
        return self._card.power_on()

    def power_off(self) -> None:
        """See VirtualCard.power_off."""
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """See VirtualCard.transmit."""
        if command[1] != CHANGE or self.gone.is_set():
            return self._card.transmit(command)
        if self._when == "after":
            self._card.transmit(command)
        self.gone.set()
        raise PowerLost


@dataclass(frozen=True)
class Heard:
    """What a program said at the end, and whether the card takes the new PIN."""

    said: str
    status: int
    new: bool


@dataclass(frozen=True)
class Place:
    """One reader of a private card service, with room for files."""

    folder: Path
    port: int
    reader: str
    environment: dict[str, str]


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield how many statements of ours and of each peer were right; one round says it all."""
    why = lacking("opensc", "pcscd", "vsmartcard-vpcd") or ", ".join(missing())
    for family, atr in FAMILIES.items():
        name = f"change cut on {family}"
        if why:
            yield not_measured("truth", name, "right of 2", why)
            continue
        ours = {when: _lived(_eimza, atr, when) for when in CUTS}
        theirs = {when: _lived(_opensc, atr, when) for when in CUTS}
        right, others = sum(_named(one) for one in ours.values()), _told(theirs)
        how = f"peer: pkcs15-tool, which said {_quoted(theirs['before'])} and {_quoted(theirs['after'])}"
        verdict: Literal["met", "missed"] = "met" if right == len(CUTS) else "missed"
        yield Measure(
            bench="truth",
            name=name,
            unit="right of 2",
            ours=float(right),
            peer=float(others),
            goal=Goal(">=", float(len(CUTS))),
            verdict=verdict,
            why=how,
        )
    for program, reason in NAMES_NONE.items():
        yield not_measured("truth", f"change cut, {program}", "right of 2", reason)


def _named(one: Heard) -> bool:
    """Tell whether ours named the PIN that the card takes, in its text and in its exit status."""
    says_new, says_old = say(Text.TRUTH_NEW, "tr") in one.said, say(Text.TRUTH_OLD, "tr", tries=3) in one.said
    return (says_new, says_old, one.status) == (one.new, not one.new, 0 if one.new else 1)


def _told(heard: dict[When, Heard]) -> int:
    """Return in how many cases a peer's words tell which PIN is active: none where it says the same both times."""
    return 0 if heard["before"].said == heard["after"].said else len(CUTS)


def _quoted(one: Heard) -> str:
    return f"“{(one.said.splitlines() or ['nothing'])[-1]}” (status {one.status}, {'new' if one.new else 'old'} PIN)"


def _lived(program: Callable[[Place, Callable[[], None]], tuple[str, int]], atr: bytes, when: When) -> Heard:
    """Have one program change the PIN of a fresh card that is cut, and put the card back."""
    memory = Memory()
    example_card(memory, key=rsa.generate_private_key(65537, 2048), pin=PINS[0])
    card = CutCard(AkisCard.open(memory, atr=atr), when)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anahtar-", dir="/tmp")))
        service = stack.enter_context(CardService(folder, readers=1))
        bridge = stack.enter_context(VpcdBridge(card, service.ports[0]))
        place = Place(folder, service.ports[0], service.reader_names[0], _around(folder, atr, service.environment))
        time.sleep(NOTICED)

        def put_back() -> None:
            card.gone.wait(20)
            bridge.stop()
            time.sleep(NOTICED)
            stack.enter_context(VpcdBridge(card, place.port))
            time.sleep(NOTICED)

        said, status = program(place, put_back)
    return Heard(said.strip(), status, pin_of(memory).matches(PINS[1].encode()))


def _around(folder: Path, atr: bytes, service: dict[str, str]) -> dict[str, str]:
    (folder / "opensc.conf").write_text(OPENSC % atr.hex(":"), encoding="utf-8")
    (folder / "eimza.toml").write_text(PROGRAM, encoding="utf-8")
    places = {"OPENSC_CONF": str(folder / "opensc.conf"), "EIMZA_CONFIG": str(folder / "eimza.toml")}
    return {**os.environ, **service, **places, "HOME": str(folder)}


def _eimza(place: Place, put_back: Callable[[], None]) -> tuple[str, int]:
    """`eimza change`; when it asks for the card, the card is put back and Enter is pressed."""
    old, new = PINS
    process = _started([str(Path(sys.executable).parent / "eimza"), "change"], place.environment)
    assert process.stdin is not None
    process.stdin.write(f"{old}\n{new}\n{new}\n")
    process.stdin.flush()
    put_back()
    with suppress(BrokenPipeError):
        process.stdin.write("\n")
    said, _ = process.communicate(timeout=30)
    return said, process.returncode


def _opensc(place: Place, put_back: Callable[[], None]) -> tuple[str, int]:
    """`pkcs15-tool --change-pin`; it does not wait for the card."""
    words = ["--change-pin", "--pin", "env:OLD", "--new-pin", "env:NEW", "--reader", place.reader]
    process = _started(["pkcs15-tool", *words], {**place.environment, "OLD": PINS[0], "NEW": PINS[1]})
    said, _ = process.communicate(timeout=30)
    return said, process.returncode


def _started(command: list[str], around: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=around,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # without a terminal the questions are read from the standard input
    )
