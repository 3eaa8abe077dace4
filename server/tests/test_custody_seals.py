"""The files of the keys that confirmations are sealed to."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from anahtar_server.config import SettingsWrong
from anahtar_server.custody.seals import Seals, new_key


def test_a_key_made_by_openssl_is_read_as_openssl_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "sealing-key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", file], check=True)
    told = subprocess.run(
        ["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"], check=True, capture_output=True
    )
    assert told.stdout.endswith(Seals([file.read_bytes()]).public)


def test_the_first_file_is_for_new_builds() -> None:
    first, second = new_key(), new_key()
    assert Seals([first, second]).public == Seals([first]).public != Seals([second]).public


def test_what_is_no_x25519_key_is_refused_and_not_shown() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (b"", b"no pem", other, new_key()[:-40]):
        with pytest.raises(SettingsWrong) as caught:
            Seals([pem])
        assert "PRIVATE" not in str(caught.value)
