"""What cannot be signed in advance: answers that the publisher signs while somebody waits, over its socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates_stage import Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from test_certificates_ocsp import asked, failure, get

from anahtar_server.certificates import acts, der
from anahtar_server.certificates.issuing import make_authority
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Answer, Authority
from anahtar_server.certificates.ocsp import requests
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.ocsp.live import answer
from anahtar_server.certificates.publishing import Watch, metrics
from anahtar_server.certificates.responder.store import NotNow
from anahtar_server.certificates.signer import SignerLine, SignerServer

pytestmark = pytest.mark.django_db(transaction=True)
NONCE = bytes(range(32))


@pytest.fixture
def stage(folder: Path) -> Iterator[Stage]:
    """An authority whose responder has a line to the signer; nonces are ignored unless a test says otherwise."""
    stage = make_stage(folder)
    server = SignerServer(
        folder / "signer.sock",
        lambda request: answer(
            request, custody=stage.custody, now=stage.now, settings=stage.settings, actor="publisher"
        ),
    )
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    stage.live = SignerLine(folder / "signer.sock", per_second=1000)
    try:
        yield stage
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def read(stage: Stage, request: bytes) -> ocsp.OCSPResponse:
    """The answer to a request."""
    return ocsp.load_der_ocsp_response(stage.reply(request).body)


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256()])
def test_what_we_did_not_issue_is_unknown(stage: Stage, digest: hashes.SHA1 | hashes.SHA256) -> None:
    certificate = stage.issue()
    stage.publish()
    said = read(stage, asked(stage, certificate, serial=4711, digest=digest))
    assert (said.certificate_status, said.serial_number) == (ocsp.OCSPCertStatus.UNKNOWN, 4711)


def test_openssl_reads_unknown_and_checks_who_signed_it(stage: Stage) -> None:
    stage.issue()
    stage.publish()
    stage.chain()
    names = ["-issuer", "issuing.pem", "-serial", "0x1267"]
    stage.openssl("ocsp", *names, "-no_nonce", "-reqout", "request.der")
    stage.file("answer.der", stage.reply((stage.folder / "request.der").read_bytes()).body)
    said = stage.openssl(
        "ocsp", *names, "-no_nonce", "-respin", "answer.der", "-CAfile", "root.pem", "-verify_other", "issuing.pem",
        *stage.time(),
    )  # fmt: skip
    assert "Response verify OK" in said
    assert "0x1267: unknown" in said


def test_unknown_is_kept_by_nobody(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    request = asked(stage, certificate, serial=4711)
    _, headers, _ = get(
        stage, "/ocsp", method="POST", headers={"content-type": "application/ocsp-request"}, body=request
    )
    assert headers["cache-control"] == "no-store"


def test_another_issuers_certificate_is_never_unknown(stage: Stage) -> None:
    certificate = stage.issue()
    root = certificate.authority.parent if certificate.authority else None
    assert root is not None
    assert failure(stage, asked(stage, certificate, issuer=root)) is Failure.UNAUTHORIZED
    assert failure(stage, asked(stage, certificate, issuer=root, serial=4711)) is Failure.UNAUTHORIZED


def test_what_is_ours_but_has_no_answer_is_never_unknown(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.pass_time(days=3 * 365 + 1)
    stage.publish()
    assert not Answer.objects.exists()
    assert failure(stage, asked(stage, certificate)) is Failure.UNAUTHORIZED
    own = x509.load_der_x509_certificate(bytes(Authority.objects.filter(kind=Authority.Kind.OCSP)[0].der))
    assert failure(stage, asked(stage, certificate, serial=own.serial_number)) is Failure.UNAUTHORIZED


def test_several_certificates_are_answered_in_one_answer_each_under_its_own_hash(stage: Stage) -> None:
    good, held = stage.issue(), stage.issue()
    acts.suspend(certificate=held, actor=stage.by_holder, now=stage.now)
    stage.publish()
    one, other = (asked(stage, good, held), asked(stage, held, digest=hashes.SHA256()))
    said = list(read(stage, one).responses)
    assert [single.certificate_status.name for single in said] == ["GOOD", "REVOKED"]
    assert said[1].revocation_reason is x509.ReasonFlags.certificate_hold
    assert read(stage, other).certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_two_issuers_in_one_request_are_answered_by_none(stage: Stage) -> None:
    first = stage.authority
    one = stage.issue()
    stage.authority = make_authority(
        name="issuing-2", title="Anahtar Prova 2", custody=stage.custody, actor="rehearsal", now=stage.now
    )
    other = stage.issue()
    stage.publish()
    certids = [
        requests.read(asked(stage, one, issuer=first)).certids[0],
        requests.read(asked(stage, other)).certids[0],
    ]
    both = der.sequence(der.sequence(der.sequence(*(der.sequence(certid) for certid in certids))))
    assert failure(stage, both) is Failure.UNAUTHORIZED


def test_a_nonce_is_ignored_until_the_setting_says_otherwise(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    ignored = read(stage, asked(stage, certificate, nonce=NONCE))
    assert not list(ignored.extensions)
    stage.nonces = True
    signed = read(stage, asked(stage, certificate, nonce=NONCE))
    assert signed.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    assert signed.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_openssl_finds_its_nonce_in_the_answer(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.chain()
    names = ["-issuer", "issuing.pem", "-cert", stage.pem(certificate)]
    stage.openssl("ocsp", *names, "-nonce", "-reqout", "request.der")
    stage.nonces = True
    stage.file("answer.der", stage.reply((stage.folder / "request.der").read_bytes()).body)
    said = stage.openssl(
        "ocsp", "-reqin", "request.der", "-respin", "answer.der",
        "-CAfile", "root.pem", "-verify_other", "issuing.pem", *stage.time(),
    )  # fmt: skip
    assert "Response verify OK" in said
    assert "nonce" not in said.lower(), said


def test_what_is_signed_live_is_never_older_than_the_act(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.nonces = True
    request = asked(stage, certificate, nonce=NONCE)
    assert read(stage, request).certificate_status is ocsp.OCSPCertStatus.GOOD
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now, reason=Reason.KEY_COMPROMISE)
    said = read(stage, request)  # before any publishing
    assert said.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert said.revocation_reason is x509.ReasonFlags.key_compromise


def test_without_the_signer_a_nonce_is_ignored_and_unknown_has_to_wait(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.nonces, stage.live = True, SignerLine(stage.folder / "none.sock", per_second=1000)
    assert read(stage, asked(stage, certificate, nonce=NONCE)).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert failure(stage, asked(stage, certificate, serial=4711)) is Failure.TRY_LATER


def test_with_the_authoritys_key_gone_the_signer_stays_and_says_later(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    keys = stage.folder / "keys.json"
    keys.rename(stage.folder / "away.json")
    assert failure(stage, asked(stage, certificate, serial=4711)) is Failure.TRY_LATER
    assert read(stage, asked(stage, certificate)).certificate_status is ocsp.OCSPCertStatus.GOOD
    (stage.folder / "away.json").rename(keys)
    assert read(stage, asked(stage, certificate, serial=4711)).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_a_flood_reaches_the_signer_only_so_often(stage: Stage) -> None:
    ticks = [0.0]
    line = SignerLine(stage.folder / "signer.sock", per_second=3, clock=lambda: ticks[0])
    request = asked(stage, stage.issue(), serial=4711)

    def passed() -> int:
        count = 0
        for _ in range(10):
            try:
                line(request)
            except NotNow:
                continue
            count += 1
        return count

    assert passed() == 3
    ticks[0] += 0.5
    assert passed() == 1
    ticks[0] += 60
    assert passed() == 3


def test_nobody_else_opens_the_signers_socket(stage: Stage) -> None:
    assert (stage.folder / "signer.sock").stat().st_mode & 0o777 == 0o600


def test_a_critical_extension_is_not_passed_over_by_the_signer(stage: Stage) -> None:
    certid = requests.read(asked(stage, stage.issue())).certids[0]
    strange = der.tlv(0xA2, der.sequence(der.extension("1.2.3.4", b"\x05\x00", critical=True)))
    whole = der.sequence(der.sequence(der.sequence(der.sequence(certid)), strange))
    said = answer(whole, custody=stage.custody, now=stage.now, settings=stage.settings, actor="publisher")
    assert said == Failure.UNAUTHORIZED.answer


def test_rubbish_on_the_signers_line_is_malformed(stage: Stage) -> None:
    assert SignerLine(stage.folder / "signer.sock", per_second=5)(b"rubbish") == Failure.MALFORMED_REQUEST.answer
    with pytest.raises(NotNow):
        SignerLine(stage.folder / "signer.sock", per_second=5)(bytes(20_000))


def test_the_metrics_say_how_late_publishing_is_and_the_watch_logs_it(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(stage.settings)
    certificate = stage.issue()
    stage.publish()
    assert "anahtar_publishing_late 0\n" in metrics(now=stage.now, settings=stage.settings)
    assert watch.look(stage.now) is False
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    stage.pass_time(seconds=90)
    status, headers, text = get(stage, "/metrics")
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert b"anahtar_publishing_answers_late_seconds 90\n" in text
    assert b"anahtar_publishing_late 1\n" in text
    assert watch.look(stage.now) and watch.look(stage.now)
    stage.publish()
    assert watch.look(stage.now) is False
    said = capsys.readouterr().out
    assert (said.count("publishing is late"), said.count("publishing is in time")) == (1, 1)
