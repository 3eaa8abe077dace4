"""A desk for measuring: a private card service, the example card in it, a card that counts and can be slow."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from anahtar_card.card_service import CardService
from anahtar_card.families.akis import names
from anahtar_card.families.akis.example import example_card
from anahtar_card.virtual import Memory, VirtualCard
from anahtar_card.vpcd import VpcdBridge

PINS = ("739150", "482916")
NOTICED = 1.5
"""pcscd looks for cards every 0.4 s."""
OPENSC = """
app default {
    card_drivers = old, internal;
    card_atr %s { name = "Anahtar"; driver = "akis"; }
    framework pkcs15 { use_file_caching = no; }
}
"""
PROGRAM = 'rehearsal = true\nreaders = "pcsc"\njournal = "journal"\n'


class CountingCard:
    """A virtual card that counts its commands and takes `delay` seconds more for each, as plastic does."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        self.commands = 0
        self.delay = 0.0

    def power_on(self) -> bytes:
        """See VirtualCard.power_on."""
        return self._card.power_on()

    def power_off(self) -> None:
        """See VirtualCard.power_off."""
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """See VirtualCard.transmit."""
        self.commands += 1
        if self.delay:
            time.sleep(self.delay)
        return self._card.transmit(command)


@dataclass
class Desk:
    """One reader with the card in it; programs change its PIN back and forth between two."""

    folder: Path
    reader: str
    environment: dict[str, str]
    card: CountingCard
    pin: str = PINS[0]
    counts: dict[str, int] = field(default_factory=dict)

    def change(self) -> float:
        """`eimza change`, typed at once; returns milliseconds of the whole process."""
        old, new = self._pins()
        eimza = str(Path(sys.executable).parent / "eimza")
        return self._run("eimza change", [eimza, "change"], f"{old}\n{new}\n{new}\n", new)

    def unlock(self) -> float:
        """The card's part of our unlock, in a process of its own."""
        _, new = self._pins()
        return self._run("unlock", [sys.executable, "-m", "bench.parts.card_part", self.reader], "", new, NEW=new)

    def opensc(self) -> float:
        """`pkcs15-tool --change-pin`."""
        old, new = self._pins()
        words = ["--change-pin", "--pin", "env:OLD", "--new-pin", "env:NEW", "--reader", self.reader]
        return self._run("pkcs15-tool --change-pin", ["pkcs15-tool", *words], "", new, OLD=old, NEW=new)

    def verify(self) -> float:
        """`pkcs15-tool --verify-pin`: a program that no one here wrote finds the PIN right, or this raises."""
        words = ["--verify-pin", "--pin", "env:OLD", "--reader", self.reader]
        return self._run("pkcs15-tool --verify-pin", ["pkcs15-tool", *words], "", self.pin, OLD=self.pin)

    def bare(self) -> float:
        """Bare pyscard: the two commands that a change needs."""
        old, new = self._pins()
        return self._run(
            "bare pyscard", [sys.executable, "-m", "bench.parts.bare_change", self.reader], "", new, OLD=old, NEW=new
        )

    def _pins(self) -> tuple[str, str]:
        return self.pin, PINS[1 - PINS.index(self.pin)]

    def _run(self, name: str, command: list[str], typed: str, pin: str, **environment: str) -> float:
        self.card.commands = 0
        began = time.perf_counter()
        done = subprocess.run(
            command,
            input=typed,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            start_new_session=True,  # without a terminal the questions are read from the standard input
        )
        took = (time.perf_counter() - began) * 1000
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stdout[-500:]}{done.stderr[-500:]}")
        self.pin = pin
        self.counts[name] = self.card.commands
        return took


@contextmanager
def desk() -> Iterator[Desk]:
    """Yield the desk; raises NoReaderService."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anahtar-", dir="/tmp")))
        service = stack.enter_context(CardService(folder, readers=2))
        card = CountingCard(example_card(Memory(), key=rsa.generate_private_key(65537, 2048), pin=PINS[0]))
        stack.enter_context(VpcdBridge(card, service.ports[0]))
        (folder / "opensc.conf").write_text(OPENSC % names.ATR.hex(":"), encoding="utf-8")
        (folder / "eimza.toml").write_text(PROGRAM, encoding="utf-8")
        time.sleep(NOTICED)
        places = {
            "OPENSC_CONF": str(folder / "opensc.conf"),
            "EIMZA_CONFIG": str(folder / "eimza.toml"),
            "HOME": str(folder),
        }
        yield Desk(folder, service.reader_names[0], {**service.environment, **places}, card)
