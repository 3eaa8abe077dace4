"""Certificates signed by keys in custody; and who may have keys in a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anahtar_server.custody import Curve, CustodyGone, RehearsalOnly
from anahtar_server.custody.issuing_key import IssuingKey
from anahtar_server.custody.software import SoftwareCustody


@pytest.fixture
def custody(tmp_path: Path) -> SoftwareCustody:
    custody = SoftwareCustody(tmp_path / "keys.json", rehearsal=True)
    custody.make_signing_key("issuer")
    return custody


def _certificate(key: IssuingKey, algorithm: hashes.SHA256 | hashes.SHA384) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prova Kök")])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2026, 1, 1), datetime(2027, 1, 1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, algorithm)
    )


@pytest.mark.parametrize(("curve", "algorithm"), [("P-256", hashes.SHA256()), ("P-384", hashes.SHA384())])
def test_a_certificate_signed_in_custody_verifies(
    custody: SoftwareCustody, curve: Curve, algorithm: hashes.SHA256 | hashes.SHA384
) -> None:
    custody.make_signing_key("root", curve)
    certificate = _certificate(IssuingKey(custody, "root"), algorithm)
    certificate.verify_directly_issued_by(certificate)


def test_a_list_of_revoked_certificates_signed_in_custody_verifies(custody: SoftwareCustody) -> None:
    key = IssuingKey(custody, "issuer")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    revoked = (
        x509.CertificateRevocationListBuilder(x509.Name([]), last_update=now, next_update=now.replace(day=2))
    ).sign(key, key.hash)
    assert revoked.is_signature_valid(key.public_key())


def test_an_issuing_key_signs_with_its_own_hash_only(custody: SoftwareCustody) -> None:
    with pytest.raises(ValueError, match="sha256"):
        _certificate(IssuingKey(custody, "issuer"), hashes.SHA384())


def test_an_issuing_key_shows_and_gives_away_nothing(custody: SoftwareCustody) -> None:
    key = IssuingKey(custody, "issuer")
    with pytest.raises(TypeError, match="custody"):
        key.private_numbers()
    with pytest.raises(TypeError, match="custody"):
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises(TypeError, match="signs"):
        key.exchange(ec.ECDH(), key.public_key())
    assert "issuer" in repr(key)


def test_software_keys_refuse_to_work_in_earnest(tmp_path: Path) -> None:
    with pytest.raises(RehearsalOnly):
        SoftwareCustody(tmp_path / "keys.json", rehearsal=False)


def test_a_key_file_is_for_its_owner_alone(custody: SoftwareCustody, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o644)
    with pytest.raises(CustodyGone, match="chmod"):
        custody.check()


@pytest.mark.parametrize("content", [None, b"{"])
def test_a_key_file_that_is_absent_or_torn_is_no_custody(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "keys.json"
    if content is not None:
        file.touch(mode=0o600)
        file.write_bytes(content)
    with pytest.raises(CustodyGone):
        SoftwareCustody(file, rehearsal=True).check()
