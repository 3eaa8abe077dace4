"""OpenSC's own akis driver, which nobody here wrote, sees our virtual card through real PC/SC and agrees with it.

The driver is asleep in OpenSC 0.23 (it was dropped in 0.24): a configuration file wakes it and points it at our ATR.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from akis_authority import DRIVER, NEW_PIN, OLD_PIN, Authority, rsa_key
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anahtar_card.families.akis import example, names
from anahtar_card.families.akis.example import example_card
from anahtar_card.flow import converse
from anahtar_card.pcsc import PcscReader
from anahtar_card.virtual import Memory, VirtualCard

PutCard = Callable[[VirtualCard], str]
PKCS11 = "opensc-pkcs11.so"
CONFIGURATION = """
app default {
    card_drivers = old, internal;
    card_atr %s { name = "Anahtar"; driver = "akis"; }
    framework pkcs15 { use_file_caching = no; }
}
"""


class OpenSC:
    """OpenSC's tools, pointed at our card; PINs reach them by environment or standard input."""

    def __init__(self, folder: Path, reader: str) -> None:
        self.folder = folder
        self._reader = reader
        configuration = folder / "opensc.conf"
        configuration.write_text(CONFIGURATION % names.ATR.hex(":"), encoding="utf-8")
        self._environment = os.environ | {"OPENSC_CONF": str(configuration), "HOME": str(folder)}

    def run(self, tool: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one tool on the card's reader, with more environment where it is given."""
        command = [tool, *arguments]
        if tool != "pkcs11-tool":
            command += ["--reader", self._reader]
        return self.execute(command, environment.pop("stdin", ""), **environment)

    def execute(self, command: list[str], stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run any program with OpenSC's surroundings."""
        surroundings = self._environment | environment
        return subprocess.run(  # tools and paths of our own
            command, env=surroundings, input=stdin, capture_output=True, text=True, timeout=30, check=False
        )

    def verifies(self, pin: str) -> bool:
        """Tell whether pkcs15-tool finds the PIN right; a refusal must be the card's word on the PIN."""
        done = self.run("pkcs15-tool", "--verify-pin", "--pin", "env:CARD_PIN", CARD_PIN=pin)
        assert done.returncode == 0 or "PIN code or key incorrect" in done.stderr, done.stderr
        return done.returncode == 0

    def openssl_agrees(self, certificate: bytes, algorithm: str, signature: Path, message: Path) -> bool:
        """Let openssl check a signature against the card's certificate."""
        key = x509.load_der_x509_certificate(certificate).public_key()
        public = self.folder / "public.pem"
        public.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        command = [
            "openssl",
            "dgst",
            f"-{algorithm}",
            "-verify",
            str(public),
            "-signature",
            str(signature),
            str(message),
        ]
        return self.execute(command).stdout.strip() == "Verified OK"


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def reader(memory: Memory, put_card: PutCard) -> str:
    """A reader with a NES card whose PIN is known."""
    return put_card(example_card(memory, key=rsa_key(), pin=OLD_PIN))


@pytest.fixture
def opensc(tmp_path: Path, reader: str) -> OpenSC:
    return OpenSC(tmp_path, reader)


def certificate_in(reader: str) -> bytes:
    with PcscReader(reader).connect() as card:
        return converse(DRIVER.certificate(), card)


def test_opensc_takes_our_card_for_one_of_the_family(opensc: OpenSC, memory: Memory) -> None:
    before = {name: memory.read(name) for name in ("pin_tries", "puk_tries", "reset_key_tries")}
    assert opensc.run("opensc-tool", "--name").stdout.strip() == "AKIS"
    assert {name: memory.read(name) for name in before} == before
    serial = opensc.run("opensc-tool", "--serial").stdout
    assert serial.startswith(example.SERIAL.hex(" ").upper())


def test_opensc_finds_pin_key_and_certificate(opensc: OpenSC) -> None:
    dump = opensc.run("pkcs15-tool", "--dump").stdout
    for fact in (
        "PKCS#15 Card [NES]",
        f"Serial number  : {example.SERIAL.hex()}",
        "PIN [PIN]",
        "min_len:6, max_len:8",
        "Reference      : 129 (0x81)",
        "Private RSA Key [NES]",
        "ModLength      : 2048",
        "sign, nonRepudiation",
        "X.509 Certificate [NES]",
    ):
        assert fact in dump


def test_opensc_finds_a_seals_key_and_certificate(tmp_path: Path, put_card: PutCard) -> None:
    reader = put_card(example_card(Memory(), pin=OLD_PIN))
    opensc = OpenSC(tmp_path, reader)
    dump = opensc.run("pkcs15-tool", "--dump").stdout
    for fact in ("Private EC Key [Mali Mühür]", "FieldLength    : 384", "X.509 Certificate [Mali Mühür]"):
        assert fact in dump
    assert opensc.verifies(OLD_PIN)


def test_opensc_reads_the_certificate_that_our_driver_reads(opensc: OpenSC, reader: str) -> None:
    read = opensc.run("pkcs15-tool", "--read-certificate", "45").stdout
    certificate = x509.load_pem_x509_certificate(read.encode())
    assert certificate.public_bytes(Encoding.DER) == certificate_in(reader)
    assert certificate.public_key() == rsa_key().public_key()


def test_opensc_verifies_the_pin_and_a_wrong_one_costs_a_try(opensc: OpenSC, memory: Memory) -> None:
    assert opensc.verifies(OLD_PIN)
    assert memory.read("pin_tries") == 3
    assert not opensc.verifies(NEW_PIN)
    assert memory.read("pin_tries") == 2


def test_opensc_changes_the_pin(opensc: OpenSC) -> None:
    pins = {"OLD": OLD_PIN, "NEW": NEW_PIN}
    change = ("--change-pin", "--pin", "env:OLD", "--new-pin", "env:NEW")
    assert opensc.run("pkcs15-tool", *change, **pins).returncode == 0
    assert opensc.verifies(NEW_PIN)
    assert not opensc.verifies(OLD_PIN)
    assert opensc.run("pkcs15-tool", *change, **pins).returncode != 0  # the old PIN is not the PIN any more


def test_opensc_signs_and_openssl_agrees(opensc: OpenSC, reader: str) -> None:
    message, digest, signature = (opensc.folder / name for name in ("message", "digest", "signature"))
    message.write_bytes(b"a letter")
    opensc.execute(["openssl", "dgst", "-sha256", "-binary", "-out", str(digest), str(message)])
    files = ("-k", "45", "-i", str(digest), "-o", str(signature))
    form = ("--sign", "--pkcs1", "--sha-256", "--raw", "--pin", "-")
    done = opensc.run("pkcs15-crypt", *form, *files, stdin=f"{OLD_PIN}\n")
    assert done.returncode == 0, done.stderr
    assert opensc.openssl_agrees(certificate_in(reader), "sha256", signature, message)


def test_a_program_signs_through_pkcs11_and_openssl_agrees(opensc: OpenSC, reader: str) -> None:
    message, signature = opensc.folder / "message", opensc.folder / "signature"
    message.write_bytes(b"another letter")
    form = ("--module", PKCS11, "--login", "--pin", "env:CARD_PIN", "--sign", "--mechanism", "SHA256-RSA-PKCS")
    files = ("--id", "45", "--input-file", str(message), "--output-file", str(signature))
    done = opensc.run("pkcs11-tool", *form, *files, CARD_PIN=OLD_PIN)
    assert done.returncode == 0, done.stderr
    assert opensc.openssl_agrees(certificate_in(reader), "sha256", signature, message)


def test_after_our_unlock_opensc_knows_the_new_pin_and_refuses_the_old(tmp_path: Path, put_card: PutCard) -> None:
    reader = put_card(example_card(Memory(), key=rsa_key(), pin=OLD_PIN, pin_tries=0))
    opensc = OpenSC(tmp_path, reader)
    locked = opensc.run("pkcs15-tool", "--verify-pin", "--pin", "env:CARD_PIN", CARD_PIN=OLD_PIN)
    assert "Authentication method blocked" in locked.stderr
    with PcscReader(reader).connect() as card:
        assert Authority().unlock(card).verified
    assert opensc.verifies(NEW_PIN)
    assert not opensc.verifies(OLD_PIN)
