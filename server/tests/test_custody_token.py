"""What only a token can show: its keys do not leave, and its going is noticed at once."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11._pkcs11 import WrapMixin  # type: ignore[attr-defined]

from anahtar_server.custody import CustodyGone, softhsm
from anahtar_server.custody.library import on_token_thread
from anahtar_server.custody.pkcs11 import Pkcs11Custody, master_label
from anahtar_server.custody.token import Session, Token

PIN = "11223344"
LABEL = "place"


@dataclass(frozen=True)
class Place:
    """A token of SoftHSM in a folder."""

    configuration: Path
    module: str

    def custody(self, pin: str = PIN) -> Pkcs11Custody:
        return Pkcs11Custody(module=self.module, token=LABEL, pin=lambda: pin, configuration=self.configuration)

    def ask(self, use: Callable[[Session], Any]) -> Any:
        return Token(module=self.module, label="place", pin=lambda: PIN, configuration=self.configuration).ask(use)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    configuration = softhsm.make_token(tmp_path_factory.mktemp("token"), label=LABEL, pin=PIN, so_pin="99887766")
    module = softhsm.module()
    assert module is not None
    place = Place(configuration, module)
    custody = place.custody()
    custody.make_master(1)
    custody.make_signing_key("issuer")
    custody.close()
    return place


@pytest.fixture
def place(made: Place) -> Iterator[Place]:
    yield made
    on_token_thread(lambda: None)


def _mac(custody: Pkcs11Custody) -> bytes:
    return custody.mac(key_version=1, label="AKIS-RESET", context=b"c", message=b"m")


def _master(session: Session) -> Any:
    return session.key(ObjectClass.SECRET_KEY, master_label(1))


def test_the_master_cannot_be_read(place: Place) -> None:
    def read(session: Session) -> object:
        with pytest.raises(pkcs11.AttributeSensitive):
            _master(session)[Attribute.VALUE]
        return _master(session)[Attribute.EXTRACTABLE]

    assert place.ask(read) is False


class _Mechanism(ctypes.Structure):
    """CK_MECHANISM without a parameter."""

    _fields_ = (("mechanism", ctypes.c_ulong), ("parameter", ctypes.c_void_p), ("length", ctypes.c_ulong))


@pytest.mark.parametrize(
    ("function", "mechanism"),
    [
        ("C_EncryptInit", Mechanism.AES_ECB),
        ("C_DecryptInit", Mechanism.AES_ECB),
        ("C_SignInit", Mechanism.AES_CMAC),
        ("C_VerifyInit", Mechanism.AES_CMAC),
    ],
)
def test_the_master_may_do_nothing_but_derive(place: Place, function: str, mechanism: Mechanism) -> None:
    def attempt(session: Session) -> int:
        # python-pkcs11 does not even offer the method, so the library itself is asked.
        entry = getattr(ctypes.CDLL(place.module), function)
        entry.restype = ctypes.c_ulong
        asked = _Mechanism(mechanism, None, 0)
        handles = ctypes.c_ulong(session.raw.handle), ctypes.c_ulong(_master(session).handle)
        return int(entry(handles[0], ctypes.byref(asked), handles[1]))

    assert place.ask(attempt) == 0x68  # CKR_KEY_FUNCTION_NOT_PERMITTED


def test_the_master_cannot_wrap_itself_out(place: Place) -> None:
    def attempt(session: Session) -> None:
        master = _master(session)
        with pytest.raises(pkcs11.PKCS11Error):
            WrapMixin.wrap_key(master, master, mechanism=Mechanism.AES_KEY_WRAP)

    place.ask(attempt)


def test_the_rights_of_the_master_cannot_be_widened(place: Place) -> None:
    def widen(session: Session) -> None:
        with pytest.raises(pkcs11.PKCS11Error):
            _master(session)[Attribute.SIGN] = True

    place.ask(widen)


def test_the_token_derives_the_card_key_of_the_vector(place: Place) -> None:
    vector = {
        Attribute.CLASS: ObjectClass.SECRET_KEY,
        Attribute.KEY_TYPE: KeyType.AES,
        Attribute.TOKEN: True,
        Attribute.LABEL: master_label(7),
        Attribute.DERIVE: True,
        Attribute.VALUE: bytes(range(32)),
    }
    place.ask(lambda session: session.raw.create_object(vector) and None)
    context = bytes.fromhex("02010ca000000000000000000000000c303132333435363738393a3b000000")
    wrapped = place.custody().wrap_card_key(key_version=7, label="AKIS-RESET", context=context, transport_key=bytes(16))
    # by sha256sum and `openssl enc -aes-256-ecb -nopad`
    assert aes_key_unwrap(bytes(16), wrapped).hex() == "121d93bdb517717f275271977e804fe3"


def test_an_issuing_key_stays_in_the_token(place: Place) -> None:
    def read(session: Session) -> None:
        with pytest.raises(pkcs11.AttributeSensitive):
            session.key(ObjectClass.PRIVATE_KEY, "issuer")[Attribute.VALUE]

    place.ask(read)


def test_a_card_key_is_gone_from_the_token_after_its_use(place: Place) -> None:
    custody = place.custody()
    _mac(custody)
    custody.wrap_card_key(key_version=1, label="AKIS-RESET", context=b"c", transport_key=bytes(16))
    left = place.ask(lambda session: list(session.raw.get_objects({Attribute.TOKEN: False})))
    assert left == []


def test_a_dropped_session_is_opened_again(place: Place) -> None:
    custody = place.custody()
    before = _mac(custody)
    place.ask(lambda session: pkcs11.lib(place.module).reinitialize())
    assert _mac(custody) == before


def test_a_finalised_library_is_initialised_again(place: Place) -> None:
    custody = place.custody()
    before = _mac(custody)
    place.ask(lambda session: pkcs11.lib(place.module).finalize())
    assert _mac(custody) == before


def test_a_token_that_goes_is_gone_within_two_seconds_and_serves_again_when_back(place: Place) -> None:
    custody = place.custody()
    before = _mac(custody)
    tokens = place.configuration.parent / "tokens"
    tokens.rename(tokens.with_name("away"))
    start = time.monotonic()
    with pytest.raises(CustodyGone):
        _mac(custody)
    with pytest.raises(CustodyGone):
        custody.check()
    assert time.monotonic() - start < 2
    shutil.rmtree(tokens, ignore_errors=True)
    tokens.with_name("away").rename(tokens)
    assert _mac(custody) == before


def test_an_empty_folder_of_tokens_is_no_custody(place: Place, tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    custody = Pkcs11Custody(module=place.module, token=LABEL, pin=lambda: PIN, configuration=configuration)
    with pytest.raises(CustodyGone):
        custody.check()
    place.custody().check()


def test_a_library_that_is_not_there_is_no_custody(tmp_path: Path) -> None:
    custody = Pkcs11Custody(module=str(tmp_path / "no.so"), token=LABEL, pin=lambda: PIN)
    with pytest.raises(CustodyGone):
        custody.check()


def test_a_refused_pin_is_not_tried_again(place: Place) -> None:
    asked = []

    def pin() -> str:
        asked.append(1)
        return "00000000"

    custody = Pkcs11Custody(module=place.module, token=LABEL, pin=pin, configuration=place.configuration)
    place.ask(lambda session: pkcs11.lib(place.module).reinitialize())  # end the logins that others left
    for _ in range(3):
        with pytest.raises(CustodyGone) as caught:
            custody.check()
        assert "00000000" not in repr(caught.value)
    assert len(asked) == 1


def test_a_slow_token_is_gone_and_what_nobody_waits_for_is_not_done() -> None:
    done = []
    with pytest.raises(CustodyGone):
        on_token_thread(lambda: time.sleep(0.3), seconds=0.05)
    with pytest.raises(CustodyGone):
        on_token_thread(lambda: done.append("used for nobody"), seconds=0.05)
    on_token_thread(lambda: None)
    assert done == []


FORKED = """
import os, sys
from pathlib import Path
from anahtar_server.custody.pkcs11 import Pkcs11Custody
pin = sys.stdin.read()
custody = Pkcs11Custody(module=sys.argv[1], token="place", pin=lambda: pin, configuration=Path(sys.argv[2]))
mac = lambda: custody.mac(key_version=1, label="AKIS-RESET", context=b"c", message=b"m")
before = mac()
child = os.fork()
if child == 0:
    os._exit(0 if mac() == before else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), mac() == before)
"""


def test_a_child_process_opens_the_token_for_itself(place: Place) -> None:
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-W", "ignore", "-c", FORKED, place.module, str(place.configuration)],
        input=PIN.encode(),
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert done.stdout.decode().split() == ["0", "True"]


def test_nothing_about_a_custody_shows_its_pin(place: Place) -> None:
    assert PIN not in repr(place.custody()) + repr(vars(place.custody()))
