"""The status service's word on a certificate: believed only from its issuer, or from whom the issuer named for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from anahtar_desktop.card_status import Life, Status, ask
from anahtar_desktop.transport import Answer, Request, Transport
from anahtar_wire.problems import Problem, Refusal

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVICE, ISSUER = "http://status.example.invalid/ocsp", "http://status.example.invalid/ca.cer"


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Ca:
    """An issuer with its own key."""

    def __init__(self, called: str = "Örnek Kök") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = name(called)
        self.certificate = self.issue(called, self.key, ca=True)

    def issue(
        self, called: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False, signs_ocsp: bool = False, ends: int = 9
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(name(called)).issuer_name(self.name)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(NOW - 9 * DAY).not_valid_after(NOW + ends * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if signs_ocsp:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        elif not ca:
            ways = {Access.OCSP: SERVICE, Access.CA_ISSUERS: ISSUER}
            said = [x509.AccessDescription(way, x509.UniformResourceIdentifier(at)) for way, at in ways.items()]
            builder = builder.add_extension(x509.AuthorityInformationAccess(said), critical=False)
        return builder.sign(self.key, hashes.SHA256())


class Web(Transport):
    """What stands at the two addresses; `answer` makes the service's answer of a request."""

    def __init__(self, ca: Ca, **says: Any) -> None:
        super().__init__()
        self.ca, self.says = ca, says
        self.asked: list[str] = []

    def send(self, request: Request, seconds: float) -> Answer:
        self.asked.append(request.address + request.path)
        if "problem" in self.says:
            raise Refusal(self.says["problem"])
        if request.body is None:
            return Answer(200, self.ca.certificate.public_bytes(Encoding.DER))
        return Answer(200, self.says.get("raw") or self._answer(ocsp.load_der_ocsp_request(request.body)))

    def _answer(self, request: ocsp.OCSPRequest) -> bytes:
        says = {"status": ocsp.OCSPCertStatus.GOOD, "at": NOW, "reason": None, "since": None} | self.says
        signer, key = says.get("by", (self.ca.certificate, self.ca.key))
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            request.issuer_name_hash,
            says.get("key_hash", request.issuer_key_hash),
            says.get("number", request.serial_number),
            request.hash_algorithm,
            says["status"],
            says["at"],
            says["at"] + DAY,
            says["since"],
            says["reason"],
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        builder = builder.certificates([signer]) if "by" in says else builder
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


CA = Ca()
KEY = ec.generate_private_key(ec.SECP256R1())
LEAF = CA.issue("Defne Karaçay", KEY).public_bytes(Encoding.DER)


def asked(**says: Any) -> Status:
    return ask(LEAF, Web(CA, **says), NOW)


def responder(ca: Ca = CA, **more: Any) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return ca.issue("ÇiSDuP", key, **({"signs_ocsp": True} | more)), key


REVOKED = {"status": ocsp.OCSPCertStatus.REVOKED, "since": NOW - DAY}


def test_what_the_issuer_says_is_told() -> None:
    assert asked() == Status(Life.GOOD)
    assert asked(status=ocsp.OCSPCertStatus.UNKNOWN) == Status(Life.UNKNOWN)
    assert asked(**REVOKED, reason=x509.ReasonFlags.key_compromise) == Status(Life.REVOKED, NOW - DAY)
    assert asked(**REVOKED, reason=x509.ReasonFlags.certificate_hold) == Status(Life.SUSPENDED, NOW - DAY)


def test_a_responder_that_the_issuer_named_is_believed() -> None:
    assert asked(by=responder()) == Status(Life.GOOD)


@pytest.mark.parametrize(
    "says",
    [
        {"by": responder(Ca())},
        {"by": responder(Ca(), signs_ocsp=True)},
        {"by": responder(signs_ocsp=False)},
        {"by": responder(ends=-1)},
        {"by": (CA.certificate, KEY)},
        {"number": 7},
        {"key_hash": bytes(20)},
        {"at": NOW - 3 * DAY},
        {"at": NOW + DAY},
        {"raw": b"rubbish"},
        {
            "raw": ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
                Encoding.DER
            )
        },
    ],
)
def test_any_other_answer_is_not_believed(says: dict[str, Any]) -> None:
    assert asked(**says) == Status(Life.NOT_BELIEVED)


def test_an_issuers_certificate_that_did_not_issue_this_one_is_not_believed() -> None:
    assert ask(LEAF, Web(Ca()), NOW) == Status(Life.NOT_BELIEVED)


@pytest.mark.parametrize("problem", [Problem.SERVER_GONE, Problem.SERVER_SLOW, Problem.SERVER_RUBBISH])
def test_a_service_out_of_reach_leaves_it_open(problem: Problem) -> None:
    assert asked(problem=problem) == Status(Life.NOT_REACHED)


def test_a_certificate_that_names_no_service_asks_nobody() -> None:
    web = Web(CA)
    assert ask(CA.certificate.public_bytes(Encoding.DER), web, NOW) == Status(Life.NO_SERVICE)
    assert ask(b"rubbish", web, NOW) == Status(Life.NOT_BELIEVED)
    assert web.asked == []
