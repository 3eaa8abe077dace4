"""What stands in our certificates, read by openssl and by the library, and the names that are not ours refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from asn1crypto import core
from certificates_stage import SETTINGS, TITLE, Stage, make_stage, p384_key, rsa_key
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID

from anahtar_server.certificates import profiles, rules
from anahtar_server.certificates.issuing import issue
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.certificates.profiles import PROFILES, KeyRefused
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.config import OUR_ARC

pytestmark = pytest.mark.django_db(transaction=True)
CHECKS = ("-x509_strict", "-policy_check", "-CAfile", "root.pem", "-untrusted", "issuing.pem")


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def read(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(bytes(certificate.der))


def issued(stage: Stage, profile: profiles.Profile) -> Certificate:
    firm = profile.name.startswith("seal")
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    device = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return issue(
        card=stage.card(stage.firm if firm else stage.holder), authority=stage.authority, profile=profile,
        public_key={"nes": rsa_key(), "card-device": device}.get(profile.name) or p384_key(),
        custody=stage.custody, actor="rehearsal", now=stage.now, settings=SETTINGS,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["nes", "seal-sign", "seal-encrypt", "card-device"])
def test_openssl_accepts_every_chain_under_its_own_policy_alone(stage: Stage, name: str) -> None:
    leaf = stage.pem(issued(stage, PROFILES[name]))
    stage.chain()
    own = rules.oid_of(name, SETTINGS.arc, {})
    assert "leaf.pem: OK" in stage.openssl("verify", *CHECKS, leaf)
    assert "leaf.pem: OK" in stage.openssl("verify", *CHECKS, "-explicit_policy", "-policy", own, leaf)
    other = rules.oid_of("statement", SETTINGS.arc, {})
    stage.openssl("verify", *CHECKS, "-explicit_policy", "-policy", other, leaf, fails=True)


def test_openssl_accepts_the_authority_and_its_responder(stage: Stage) -> None:
    stage.issue()
    stage.publish()
    stage.chain()
    assert "issuing.pem: OK" in stage.openssl(
        "verify", "-x509_strict", "-policy_check", "-CAfile", "root.pem", "issuing.pem"
    )
    responder = Authority.objects.get(kind="ocsp")
    stage.file("ocsp.cer", bytes(responder.der))
    stage.openssl("x509", "-inform", "DER", "-in", "ocsp.cer", "-out", "ocsp.pem")
    assert "ocsp.pem: OK" in stage.openssl("verify", *CHECKS, "-purpose", "ocsphelper", "ocsp.pem")


def test_a_nes_names_the_person_and_carries_its_statements_in_the_order_given(stage: Stage) -> None:
    certificate = read(stage.issue())
    assert [(one.oid, one.value) for one in certificate.subject] == [
        (NameOID.COUNTRY_NAME, "TR"),
        (NameOID.COMMON_NAME, "Ayşe Deneme"),
        (NameOID.SERIAL_NUMBER, stage.holder.tckn),
    ]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and usage.value.content_commitment
    assert not usage.value.key_encipherment and not usage.value.key_agreement and not usage.value.key_cert_sign
    raw = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")).value
    assert isinstance(raw, x509.UnrecognizedExtension)
    statements = [one.native for one in core.SequenceOf.load(raw.value, spec=core.Sequence)]
    assert [one["0"] for one in statements] == [
        "1.3.6.1.5.5.7.11.1",
        "0.4.0.1862.1.1",
        f"{OUR_ARC}.2.1",
    ]
    assert statements[2]["1"] == SETTINGS.statement


def test_a_nes_carries_its_policy_with_the_notice_and_both_ways_to_its_status(stage: Stage) -> None:
    said = stage.openssl("x509", "-in", stage.pem(stage.issue()), "-noout", "-text")
    for line in (
        f"Policy: {OUR_ARC}.1.1",
        "CPS: http://localhost:8403/",
        "OCSP - URI:http://localhost:8403/ocsp",
        "CA Issuers - URI:http://localhost:8403/ca/issuing-1.cer",
        "URI:http://localhost:8403/crl/issuing-1-0.crl",
        "X509v3 Authority Key Identifier",
    ):
        assert line in said
    certificate = x509.load_pem_x509_certificate((stage.folder / "leaf.pem").read_bytes())
    policy = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value[0]
    notice = policy.policy_qualifiers[1] if policy.policy_qualifiers else None
    assert isinstance(notice, x509.UserNotice) and notice.explicit_text == SETTINGS.notice


def test_a_seal_names_number_and_title_only_and_cuts_a_long_title_at_a_word(stage: Stage) -> None:
    kept = stage.issue(stage.card(stage.firm))
    names = {one.oid: one.value for one in read(kept).subject}
    assert set(names) == {NameOID.COMMON_NAME, NameOID.SERIAL_NUMBER}
    assert names[NameOID.SERIAL_NUMBER] == stage.firm.tax_number
    cut = str(names[NameOID.COMMON_NAME])
    assert len(cut.encode()) <= 64 < len(TITLE.encode())
    assert TITLE.startswith(cut) and TITLE[len(cut)] == " "
    assert kept.title == TITLE


def test_the_two_seals_differ_in_what_their_keys_may_do(stage: Stage) -> None:
    for profile, signs in ((profiles.SEAL_SIGN, True), (profiles.SEAL_ENCRYPT, False)):
        usage = read(issued(stage, profile)).extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
        assert isinstance(usage.value, x509.KeyUsage) and usage.critical
        assert (usage.value.digital_signature, usage.value.key_agreement) == (signs, not signs)
        assert not usage.value.content_commitment


@pytest.mark.parametrize("kind", ["RSA-1024", "P-521", "exponent 3", "RSA for a seal"])
def test_a_key_that_the_profile_does_not_take_is_refused(stage: Stage, kind: str) -> None:
    made = {
        "RSA-1024": lambda: rsa.generate_private_key(65537, 1024).public_key(),
        "P-521": lambda: ec.generate_private_key(ec.SECP521R1()).public_key(),
        "exponent 3": lambda: rsa.generate_private_key(3, 2048).public_key(),
        "RSA for a seal": lambda: rsa.generate_private_key(65537, 2048).public_key(),
    }[kind]()
    card = stage.card(stage.firm if kind == "RSA for a seal" else stage.holder)
    spki = made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(KeyRefused):
        issue(
            card=card, authority=stage.authority, public_key=spki, custody=stage.custody, actor="rehearsal",
            now=stage.now, settings=SETTINGS,
        )  # fmt: skip
    assert not Certificate.objects.exists()


def test_no_certificate_outlives_its_issuer(stage: Stage) -> None:
    stage.pass_time(days=9.5 * 365)
    issuer = x509.load_der_x509_certificate(bytes(stage.authority.der))
    assert stage.issue().not_after == issuer.not_valid_after_utc


@pytest.mark.parametrize(
    "wrong",
    [
        {"arc": "2.16.792.1.2.1.1.5.7"},
        {"arc": "2.25.x"},
        {"arc": f"2.25.{2**128}"},
        {"oids": {"nes": "2.16.792.1.2.1.1.5.7.1.1"}},
        {"oids": {"statement": "1.3.6.1.4.1.311.1"}},
        {"oids": {"nes": f"{OUR_ARC}1.1"}},
        {"oids": {"unknown": f"{OUR_ARC}.9"}},
    ],
)
def test_policies_and_statements_outside_our_arc_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="outside our arc"):
        CertificateSettings.model_validate(wrong)


def test_own_places_under_the_arc_and_standard_statements_are_taken(stage: Stage) -> None:
    own = CertificateSettings(oids={"nes": f"{OUR_ARC}.7.3", "statement": rules.QC_COMPLIANCE})
    stage.settings = own
    said = stage.openssl("x509", "-in", stage.pem(stage.issue()), "-noout", "-text")
    assert f"Policy: {OUR_ARC}.7.3" in said
