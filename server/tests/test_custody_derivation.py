"""How a card's key comes from a master, against a computation made here by hand."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from anahtar_server.custody.derivation import blocks
from anahtar_server.custody.software import SoftwareCustody

MASTER = bytes(range(32))
CONTEXT = bytes.fromhex("02010ca000000000000000000000000c") + bytes.fromhex("303132333435363738393a3b") + bytes(3)
CARD_KEY = "121d93bdb517717f275271977e804fe3"
"""By sha256sum and `openssl enc -aes-256-ecb -nopad`."""


@pytest.fixture
def custody(tmp_path: Path) -> SoftwareCustody:
    file = tmp_path / "keys.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"masters": {"1": MASTER.hex()}, "signing": {}}))
    return SoftwareCustody(file, rehearsal=True)


def _by_hand() -> bytes:
    block = b"\x11" + sha256(b"AKIS-RESET\x00" + CONTEXT).digest()[:15]
    encryptor = Cipher(algorithms.AES(MASTER), modes.ECB()).encryptor()  # the derivation
    return encryptor.update(block) + encryptor.finalize()


def test_the_card_key_of_the_vector_is_the_one_computed_by_hand(custody: SoftwareCustody) -> None:
    wrapped = custody.wrap_card_key(key_version=1, label="AKIS-RESET", context=CONTEXT, transport_key=bytes(16))
    assert aes_key_unwrap(bytes(16), wrapped).hex() == _by_hand().hex() == CARD_KEY


def test_the_mac_of_the_vector_is_cmac_under_that_key(custody: SoftwareCustody) -> None:
    cmac = CMAC(algorithms.AES(_by_hand()))
    cmac.update(b"message")
    answer = custody.mac(key_version=1, label="AKIS-RESET", context=CONTEXT, message=b"message")
    assert answer == cmac.finalize()


def test_blocks_count_from_one_and_say_how_many_they_are() -> None:
    three = blocks("AKIS-RESET", CONTEXT, key_bytes=48)
    assert [three[i] for i in (0, 16, 32)] == [0x31, 0x32, 0x33]
    assert three[1:16] == three[17:32] == sha256(b"AKIS-RESET\x00" + CONTEXT).digest()[:15]


@pytest.mark.parametrize("key_bytes", [0, 15, 17, 256])
def test_a_key_of_no_whole_number_of_blocks_is_refused(key_bytes: int) -> None:
    with pytest.raises(ValueError, match="blocks"):
        blocks("AKIS-RESET", CONTEXT, key_bytes=key_bytes)
