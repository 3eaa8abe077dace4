"""OpenSC as it comes, which knows nothing of our cards, tries its drivers one after the other and changes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from akis_authority import OLD_PIN, rsa_key

from anahtar_card.families.akis import names
from anahtar_card.families.akis.example import example_card
from anahtar_card.virtual import Memory, VirtualCard

COUNTERS = ("pin_tries", "puk_tries", "reset_key_tries", "life_cycle")


def told_by(tool: str, *arguments: str, reader: str) -> str:
    """Return what a tool says about the card in `reader`."""
    done = subprocess.run([tool, *arguments, "--reader", reader], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_opensc_sees_our_answer_to_reset_and_touches_no_counter(put_card: Callable[[VirtualCard], str]) -> None:
    memory = Memory()
    reader = put_card(example_card(memory, key=rsa_key(), pin=OLD_PIN))
    before = {name: memory.read(name) for name in COUNTERS}
    assert names.ATR.hex(":") in told_by("opensc-tool", "--atr", reader=reader).lower()
    for tool in ("opensc-tool --name", "opensc-tool --serial", "pkcs15-tool --dump", "pkcs15-tool --list-pins"):
        told_by(*tool.split(), reader=reader)
        assert {name: memory.read(name) for name in COUNTERS} == before, tool
