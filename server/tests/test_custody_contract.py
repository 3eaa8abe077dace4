"""What every custody promises: software keys and a token of SoftHSM pass the same tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from anahtar_server.custody import Custody, KeyMissing, KeyThere
from anahtar_server.custody import softhsm as soft_token
from anahtar_server.custody.pkcs11 import Pkcs11Custody
from anahtar_server.custody.software import SoftwareCustody

CONTEXT = bytes.fromhex("0201 00 0c") + bytes(15)
MESSAGE = b"M(02)" * 19
TRANSPORT = bytes(range(16))
PIN = "92837465"
LABEL = "contract"


@pytest.fixture(scope="module", params=["software", "token"])
def custody(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Custody]:
    folder = tmp_path_factory.mktemp("keys")
    made: Custody = _software(folder) if request.param == "software" else _token(folder)
    made.make_master(1)
    made.make_master(2)
    made.make_signing_key("issuer")
    made.make_signing_key("issuer-384", "P-384")
    yield made
    made.close()


def _software(folder: Path) -> SoftwareCustody:
    return SoftwareCustody(folder / "keys.json", rehearsal=True)


def _token(folder: Path) -> Pkcs11Custody:
    configuration = soft_token.make_token(folder, label=LABEL, pin=PIN, so_pin="56473829")
    module = soft_token.module()
    assert module is not None
    return Pkcs11Custody(module=module, token=LABEL, pin=lambda: PIN, configuration=configuration)


def _mac(custody: Custody, *, key_version: int = 1, label: str = "AKIS-RESET", context: bytes = CONTEXT) -> bytes:
    return custody.mac(key_version=key_version, label=label, context=context, message=MESSAGE)


class TestCustody:
    def test_the_wrapped_card_key_makes_the_same_mac(self, custody: Custody) -> None:
        wrapped = custody.wrap_card_key(key_version=1, label="AKIS-RESET", context=CONTEXT, transport_key=TRANSPORT)
        card_key = aes_key_unwrap(TRANSPORT, wrapped)
        cmac = CMAC(AES(card_key))
        cmac.update(MESSAGE)
        assert len(card_key) == 16
        assert cmac.finalize() == _mac(custody)

    def test_a_mac_is_the_same_every_time(self, custody: Custody) -> None:
        assert _mac(custody) == _mac(custody)

    def test_label_context_and_version_each_choose_another_key(self, custody: Custody) -> None:
        macs = {
            _mac(custody),
            _mac(custody, label="AKIS-CARD"),
            _mac(custody, context=CONTEXT + b"\x01"),
            _mac(custody, key_version=2),
        }
        assert len(macs) == 4

    def test_an_unknown_key_version_is_missing(self, custody: Custody) -> None:
        with pytest.raises(KeyMissing):
            _mac(custody, key_version=9)
        with pytest.raises(KeyMissing):
            custody.wrap_card_key(key_version=9, label="AKIS-RESET", context=CONTEXT, transport_key=TRANSPORT)

    def test_an_unknown_signing_key_is_missing(self, custody: Custody) -> None:
        with pytest.raises(KeyMissing):
            custody.sign(key="nobody", data=b"x")
        with pytest.raises(KeyMissing):
            custody.public_key("nobody")

    @pytest.mark.parametrize("name", ["issuer", "issuer-384"])
    def test_a_signature_verifies_with_the_public_key_and_only_for_its_data(self, custody: Custody, name: str) -> None:
        public = serialization.load_der_public_key(custody.public_key(name))
        assert isinstance(public, ec.EllipticCurvePublicKey)
        algorithm = ec.ECDSA(hashes.SHA256() if name == "issuer" else hashes.SHA384())
        signature = custody.sign(key=name, data=b"certificate")
        public.verify(signature, b"certificate", algorithm)
        with pytest.raises(InvalidSignature):
            public.verify(signature, b"another", algorithm)

    def test_it_says_which_keys_there_are(self, custody: Custody) -> None:
        assert [custody.has(key_version=2), custody.has(key="issuer")] == [True, True]
        assert [custody.has(key_version=9), custody.has(key="nobody"), custody.has()] == [False] * 3

    def test_no_key_is_ever_overwritten(self, custody: Custody) -> None:
        before = _mac(custody), custody.public_key("issuer")
        with pytest.raises(KeyThere):
            custody.make_master(1)
        with pytest.raises(KeyThere):
            custody.make_signing_key("issuer")
        assert (_mac(custody), custody.public_key("issuer")) == before

    def test_a_transport_key_of_another_length_is_refused(self, custody: Custody) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            custody.wrap_card_key(key_version=1, label="AKIS-RESET", context=CONTEXT, transport_key=bytes(24))

    def test_two_threads_at_once_get_right_answers(self, custody: Custody) -> None:
        right = _mac(custody)
        answers: list[bytes] = []
        threads = [threading.Thread(target=lambda: answers.extend(_mac(custody) for _ in range(40))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert answers == [right] * 120

    def test_after_closing_it_answers_again(self, custody: Custody) -> None:
        before = _mac(custody)
        custody.close()
        assert _mac(custody) == before
        custody.check()
