"""Status answers: openssl reads them after each act, rubbish gets a standard error, and nothing old is served."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from anahtar_counts import Row
from certificates_stage import SECOND, Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from django.db import DatabaseError

from anahtar_server.certificates import acts, der
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Answer, Authority, Certificate, Change
from anahtar_server.certificates.ocsp import publishing, requests
from anahtar_server.certificates.ocsp.answers import Responder, Writer
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.publishing import lateness
from anahtar_server.certificates.read_back import read_back
from anahtar_server.certificates.responder import store as stores
from anahtar_server.custody.errors import CustodyGone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def loaded(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(bytes(certificate.der))


def asked(
    stage: Stage,
    *certificates: Certificate,
    digest: hashes.SHA1 | hashes.SHA256 | None = None,
    nonce: bytes | None = None,
    serial: int | None = None,
    issuer: Authority | None = None,
) -> bytes:
    """A request as the library writes it (one certificate), or as we put several together."""
    authority = x509.load_der_x509_certificate(bytes((issuer or stage.authority).der))
    digest = digest or hashes.SHA1()
    wholes = []
    for certificate in certificates:
        builder = ocsp.OCSPRequestBuilder().add_certificate(loaded(certificate), authority, digest)
        if serial is not None:
            key = authority.public_key()
            name = hashes.Hash(digest)
            name.update(authority.subject.public_bytes())
            bits = hashes.Hash(digest)
            bits.update(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
            builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
                name.finalize(), bits.finalize(), serial, digest
            )
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        wholes.append(builder.build().public_bytes(Encoding.DER))
    if len(wholes) == 1:
        return wholes[0]
    certids = [requests.read(whole).certids[0] for whole in wholes]
    return der.sequence(der.sequence(der.sequence(*(der.sequence(certid) for certid in certids))))


def failure(stage: Stage, request: bytes) -> Failure | None:
    """The standard error that a request gets, None for an answer."""
    body = stage.reply(request).body
    return next((one for one in Failure if one.answer == body), None)


@dataclass
class Asked:
    """A request as a server hands it on."""

    method: str
    path: str
    headers: dict[str, str]
    whole: bytes = b""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    async def body(self) -> bytes | None:
        return self.whole


def get(
    stage: Stage, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """Ask as over HTTP and return (status, headers, body)."""
    reply = asyncio.run(stage.service.reply(Asked(method, path, headers or {}, body)))
    return reply.status, dict(reply.headers), reply.body


# --- openssl says the same after each act -----------------------------------------------------------------------------


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_openssl_sees_each_act(stage: Stage, digest: str) -> None:
    certificate = stage.issue()
    stage.publish()
    said = stage.ask(certificate, digest)
    assert "Response verify OK" in said and "leaf.pem: good" in said
    for act, expected in (
        (lambda: acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now), "certificateHold"),
        (lambda: acts.lift(certificate=certificate, actor=stage.by_holder, now=stage.now), "good"),
        (
            lambda: acts.revoke(
                certificate=certificate, actor=stage.by_holder, reason=Reason.KEY_COMPROMISE, now=stage.now
            ),
            "keyCompromise",
        ),
    ):
        stage.pass_time(minutes=1)
        act()
        stage.publish()
        said = stage.ask(certificate, digest)
        assert "Response verify OK" in said
        assert ("leaf.pem: good" in said) is (expected == "good")
        assert expected in said
    assert "Revocation Time: " + stage.now.strftime("%b %e %H:%M:%S %Y GMT") in said


def test_a_renewal_that_waits_is_on_hold_for_relying_parties(stage: Stage) -> None:
    new = stage.issue(renews=stage.issue())
    stage.publish()
    assert "certificateHold" in stage.ask(new)


def test_a_nonce_is_ignored_and_both_parsers_read_the_same(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    plain, with_nonce = stage.reply(asked(stage, certificate)), stage.reply(asked(stage, certificate, nonce=b"n" * 32))
    assert plain.body == with_nonce.body
    answer = ocsp.load_der_ocsp_response(plain.body)
    assert answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.serial_number == loaded(certificate).serial_number
    assert answer.next_update_utc == stage.now + timedelta(hours=12)
    responder = answer.certificates[0]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    assert answer.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(responder.public_key()).digest  # type: ignore[arg-type]
    assert "leaf.pem: good" in stage.ask(certificate, "sha1", "-nonce")


def test_a_revocation_is_never_shown_earlier_than_it_was_decided(stage: Stage) -> None:
    certificate = stage.issue()
    stage.pass_time(seconds=1, microseconds=1)
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    stage.publish()
    shown = ocsp.load_der_ocsp_response(stage.reply(asked(stage, certificate)).body).revocation_time_utc
    assert shown is not None and stage.now <= shown < stage.now + timedelta(seconds=1)


# --- never good for what is revoked -----------------------------------------------------------------------------------


def test_from_the_act_until_the_next_signing_there_is_no_answer_rather_than_an_old_one(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    request = asked(stage, certificate)
    assert failure(stage, request) is None
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert failure(stage, request) is Failure.TRY_LATER
    stage.publish()
    status = ocsp.load_der_ocsp_response(stage.reply(request).body).certificate_status
    assert status is ocsp.OCSPCertStatus.REVOKED


def test_an_answer_overtaken_by_an_act_while_it_was_signed_is_thrown_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = stage.issue()
    sign = stage.custody.sign

    def slow(*, key: str, data: bytes) -> bytes:
        if Certificate.objects.get().state == "valid":
            acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
        return sign(key=key, data=data)

    stage.publish()
    stage.pass_time(hours=7)
    monkeypatch.setattr(stage.custody, "sign", slow)
    publishing.sign_answers(custody=stage.custody, now=stage.now, settings=stage.settings, actor="worker")
    assert failure(stage, asked(stage, certificate)) is Failure.TRY_LATER
    stage.publish()
    said = ocsp.load_der_ocsp_response(stage.reply(asked(stage, certificate)).body)
    assert said.certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_an_old_answer_read_before_an_act_is_not_remembered_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = stage.issue()
    stage.publish()
    request = asked(stage, certificate)
    service, of = stage.service, stores.Served.of

    def overtaken(*facts: Any) -> stores.Served:
        monkeypatch.undo()
        acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
        stage.store.refresh()
        return of(*facts)

    monkeypatch.setattr(stores.Served, "of", overtaken)
    asyncio.run(service.answer(request))
    assert asyncio.run(service.answer(request)).body == Failure.TRY_LATER.answer


def test_a_random_life_is_never_answered_good_when_it_is_not(stage: Stage, counted: Callable[..., Row]) -> None:
    row = counted("revocation decided, then OCSP and CRL", small=20, large=1000, share=2)
    chance, certificate, done = random.Random(7), stage.issue(), 0
    stage.publish()
    while row.goes_on(done):
        stage.pass_time(seconds=chance.choice((0, 0, 1, 1000, 30000)))
        if Certificate.objects.get(pk=certificate.pk).state == "revoked":
            certificate = stage.issue()
        act = chance.choice((acts.suspend, acts.lift, acts.revoke, None))
        if act is not None:
            try:
                act(certificate=certificate, actor=stage.by_holder, now=stage.now)
            except Exception as refusal:  # a step that the table does not have changes nothing
                assert type(refusal).__name__ == "Refusal"
            else:
                done += 1
        if chance.random() < 0.6:
            stage.publish()
        body = stage.reply(asked(stage, certificate)).body
        if body == Failure.TRY_LATER.answer:
            continue
        good = ocsp.load_der_ocsp_response(body).certificate_status is ocsp.OCSPCertStatus.GOOD
        assert good is (Certificate.objects.get(pk=certificate.pk).state == "valid")
    row.did(done)


def test_an_answer_past_its_end_is_not_served(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    request = asked(stage, certificate)
    stage.pass_time(hours=12)
    assert failure(stage, request) is Failure.TRY_LATER


def test_without_the_database_nothing_is_served_from_memory_for_long(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = stage.issue()
    stage.publish()
    request, service = asked(stage, certificate), stage.service
    assert asyncio.run(service.answer(request)).body != Failure.TRY_LATER.answer

    def gone(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(stores, "close_old_connections", gone)
    assert stage.store.refresh() is False
    assert asyncio.run(service.answer(request)).body != Failure.TRY_LATER.answer
    monkeypatch.setattr(stores, "BLIND_SECONDS", -1.0)
    assert asyncio.run(service.answer(request)).body == Failure.TRY_LATER.answer


# --- when answers are signed anew -------------------------------------------------------------------------------------


def test_answers_are_signed_anew_at_the_half_of_their_life_and_not_before(stage: Stage) -> None:
    stage.issue()
    assert stage.publish().answers == 2
    stage.pass_time(hours=5.9)
    assert stage.publish().answers == 0
    stage.pass_time(hours=0.2)
    assert stage.publish().answers == 2


def test_a_clock_that_went_far_back_has_everything_signed_anew(stage: Stage) -> None:
    stage.issue()
    right = stage.now
    stage.pass_time(hours=100)
    stage.publish()
    stage.now = right
    assert stage.publish().answers == 2


def test_the_answers_of_what_has_expired_are_taken_out(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.now = certificate.not_after
    stage.publish()
    assert not Answer.objects.exists()
    assert failure(stage, asked(stage, certificate)) is Failure.UNAUTHORIZED


def test_the_responder_changes_its_key_before_its_certificate_ends(stage: Stage) -> None:
    certificate = stage.issue()
    for _ in range(3):
        stage.publish()
        stage.ask(certificate)
        stage.pass_time(days=16)
    assert Authority.objects.filter(kind="ocsp").count() == 3


def test_with_the_keys_gone_publishing_is_late_and_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = stage.issue()
    stage.publish()
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    monkeypatch.setattr(stage.custody, "_file", stage.folder / "none")
    with pytest.raises(CustodyGone):
        stage.publish()
    assert failure(stage, asked(stage, certificate)) is Failure.TRY_LATER
    assert not lateness(now=stage.now, settings=stage.settings).alarm
    stage.pass_time(seconds=61)
    late = lateness(now=stage.now, settings=stage.settings)
    assert (late.answers_s, late.alarm) == (61, True)
    monkeypatch.undo()
    stage.publish()
    assert not lateness(now=stage.now, settings=stage.settings).alarm


def test_the_holders_page_reads_back_what_is_published_and_since_when(stage: Stage) -> None:
    certificate = stage.issue()
    assert read_back(certificate, stage.now).answer == ""
    stage.publish()
    assert (read_back(certificate, stage.now).answer, read_back(certificate, stage.now).listed) == ("good", False)
    stage.pass_time(minutes=1)
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    told = read_back(certificate, stage.now)
    assert (told.answer, told.answered_since, told.listed_since) == ("", None, None)
    stage.pass_time(seconds=2)
    stage.publish()
    told = read_back(certificate, stage.now)
    assert (told.answer, told.listed) == ("on-hold", True)
    assert (told.answered_since, told.listed_since) == (stage.now, stage.now)
    acts.lift(certificate=certificate, actor="operator:1", second=SECOND, now=stage.now)
    acts.revoke(certificate=certificate, actor="operator:1", now=stage.now)
    stage.publish()
    assert read_back(certificate, stage.now).answer == "revoked"


# --- bad input --------------------------------------------------------------------------------------------------------


def test_what_we_did_not_issue_is_not_answered(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    assert failure(stage, asked(stage, certificate, serial=4711)) is Failure.UNAUTHORIZED
    assert stage.authority.parent is not None
    assert failure(stage, asked(stage, certificate, issuer=stage.authority.parent)) is Failure.UNAUTHORIZED


def test_a_name_of_mixed_hashes_or_of_another_hash_is_not_answered(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    sha1, sha256 = (
        requests.read(asked(stage, certificate, digest=digest)).certids[0]
        for digest in (hashes.SHA1(), hashes.SHA256())
    )
    _, first, end = der.read(sha1, 0, len(sha1))
    _, _, after_algorithm = der.read(sha1, first, end)
    _, second, stop = der.read(sha256, 0, len(sha256))
    _, _, after_other = der.read(sha256, second, stop)
    mixed = der.sequence(sha1[first:after_algorithm], sha256[after_other:stop])
    assert failure(stage, der.sequence(der.sequence(der.sequence(der.sequence(mixed))))) is Failure.UNAUTHORIZED


def test_an_algorithm_without_parameters_is_the_same_name(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    certid = requests.read(asked(stage, certificate, digest=hashes.SHA256())).certids[0]
    _, first, end = der.read(certid, 0, len(certid))
    _, _, after = der.read(certid, first, end)
    bare = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), certid[after:end])
    assert failure(stage, der.sequence(der.sequence(der.sequence(der.sequence(bare))))) is None


def test_several_certificates_in_one_request_are_not_answered_by_what_was_signed_before(stage: Stage) -> None:
    first, second = stage.issue(), stage.issue()
    stage.publish()
    assert failure(stage, asked(stage, first, second)) is Failure.UNAUTHORIZED
    many = [first] * 17
    assert failure(stage, asked(stage, *many)) is Failure.MALFORMED_REQUEST


@pytest.mark.parametrize("length", [0, 129])
def test_a_nonce_of_a_length_that_none_has_is_malformed(stage: Stage, length: int) -> None:
    certificate = stage.issue()
    stage.publish()
    request = requests.read(asked(stage, certificate))
    nonce = der.tlv(der.OCTET_STRING, b"n" * length)
    extensions = der.tlv(0xA2, der.sequence(der.extension("1.3.6.1.5.5.7.48.1.2", nonce)))
    body = der.sequence(der.sequence(der.sequence(der.sequence(request.certids[0])), extensions))
    assert failure(stage, body) is Failure.MALFORMED_REQUEST


def test_a_critical_extension_that_nobody_knows_is_not_passed_over(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    certid = requests.read(asked(stage, certificate)).certids[0]
    for critical, expected in ((True, Failure.UNAUTHORIZED), (False, None)):
        strange = der.tlv(0xA2, der.sequence(der.extension("2.25.1", b"", critical=critical)))
        body = der.sequence(der.sequence(der.sequence(der.sequence(certid)), strange))
        assert failure(stage, body) is expected


@pytest.mark.parametrize(
    ("critical", "expected"),
    [
        (b"\x01\x01\x01", Failure.MALFORMED_REQUEST),
        (b"\x01\x00", Failure.MALFORMED_REQUEST),
        (b"\x01\x02\xff\xff", Failure.MALFORMED_REQUEST),
        (b"\x01\x01\x00", None),  # should be left away, and some write it
    ],
)
def test_a_critical_extension_is_not_hidden_by_writing_it_otherwise(
    stage: Stage, critical: bytes, expected: Failure | None
) -> None:
    certificate = stage.issue()
    stage.publish()
    certid = requests.read(asked(stage, certificate)).certids[0]
    one = der.sequence(der.oid("2.25.1"), critical, der.tlv(der.OCTET_STRING, b""))
    body = der.sequence(der.sequence(der.sequence(der.sequence(certid)), der.tlv(0xA2, der.sequence(one))))
    assert failure(stage, body) is expected


def test_rubbish_gets_a_standard_error_and_never_more(stage: Stage, counted: Callable[..., Row]) -> None:
    row = counted("rubbish to the status services", small=10_000, large=1_000_000)
    certificate = stage.issue()
    stage.publish()
    right, chance = asked(stage, certificate, nonce=b"n" * 16), random.Random(11)
    service = stage.service
    right_answer = asyncio.run(service.answer(right)).body
    allowed = {one.answer for one in (Failure.MALFORMED_REQUEST, Failure.UNAUTHORIZED)} | {right_answer}

    async def throw() -> None:
        for _ in row.rounds():
            reply = await service.answer(_damaged(right, chance))
            assert reply.status == 200 and reply.body in allowed
            row.did(1)

    asyncio.run(throw())


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    broken = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        at = chance.randrange(len(broken)) if broken else 0
        match chance.randrange(4):
            case 0:
                broken[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                del broken[at : at + chance.randrange(1, 9)]
            case 2:
                broken[at:at] = chance.randbytes(chance.randrange(1, 9))
            case _:
                broken[at:] = broken[at:] * chance.randrange(3)
    return bytes(broken)


# --- HTTP -------------------------------------------------------------------------------------------------------------


def _with_two_slashes(stage: Stage) -> tuple[Certificate, bytes, str]:
    """A request whose base64 holds "//": as good as any other."""
    certificate, chance = stage.issue(), random.Random(3)
    for _ in range(1000):
        # Three bytes of ones hold two whole "/" wherever base64's groups of six bits begin.
        request = asked(stage, certificate, nonce=b"\xff\xff\xff" + chance.randbytes(29))
        text = base64.b64encode(request).decode()
        if "//" in text and "+" in text:
            return certificate, request, text
    raise AssertionError


def test_a_request_by_get_is_answered_with_slashes_written_out_or_not(stage: Stage) -> None:
    _, request, text = _with_two_slashes(stage)
    stage.publish()
    expected = stage.reply(request).body
    for path in (f"/ocsp/{text}", f"/ocsp/{quote(text, safe='')}", f"/ocsp/{quote(text)}"):
        status, headers, body = get(stage, path)
        assert (status, headers["content-type"], body) == (200, "application/ocsp-response", expected)


def test_caches_are_told_what_they_may_keep_and_for_how_long(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    path = "/ocsp/" + quote(base64.b64encode(asked(stage, certificate)).decode(), safe="")
    status, headers, body = get(stage, path)
    assert headers["cache-control"] == "max-age=60, public, no-transform, must-revalidate"
    assert headers["last-modified"] == stage.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert headers["expires"] == (stage.now + timedelta(seconds=60)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    status, _, body = get(stage, path, headers={"if-none-match": headers["etag"]})
    assert (status, body) == (304, b"")
    stage.pass_time(hours=11, minutes=59, seconds=50)
    assert get(stage, path)[1]["cache-control"].startswith("max-age=10,")
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert get(stage, path)[1]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "kind", "size", "expected"),
    [
        ("POST", "/ocsp", "text/plain", 10, 415),
        ("POST", "/ocsp", "", 10, 415),
        ("POST", "/ocsp/MEUw", "application/ocsp-request", 10, 404),
        ("PUT", "/ocsp", "application/ocsp-request", 10, 405),
        ("DELETE", "/crl/issuing-1-0.crl", "", 0, 405),
        ("GET", "/ocsp/" + "A" * 5000, "", 0, 414),
        ("GET", "/ocsp", "", 0, 200),
        ("GET", "/ocsp/%%%", "", 0, 200),
        ("GET", "/ocsp/\u00fc", "", 0, 200),
        ("GET", "/crl/issuing-1-99.crl", "", 0, 404),
        ("GET", "/crl/issuing-1-\u0661.crl", "", 0, 404),
        ("GET", "/crl/.crl", "", 0, 404),
        ("GET", "/crl/\x00-0.crl", "", 0, 404),
        ("GET", "/ca/\x00.cer", "", 0, 404),
        ("GET", "/crl/../../etc/passwd.crl", "", 0, 404),
        ("GET", "/ca/nobody.cer", "", 0, 404),
        ("GET", "/wp-admin", "", 0, 404),
    ],
)
def test_what_is_asked_in_another_way_is_refused_plainly(
    stage: Stage, method: str, path: str, kind: str, size: int, expected: int
) -> None:
    status, headers, body = get(stage, path, method=method, headers={"content-type": kind}, body=b"x" * size)
    assert (status, headers["cache-control"]) == (expected, "no-store")
    if expected == 200:
        assert body == Failure.MALFORMED_REQUEST.answer


def test_the_authoritys_certificates_and_lists_are_given(stage: Stage) -> None:
    stage.publish()
    status, headers, body = get(stage, "/ca/issuing-1.cer")
    assert (status, headers["content-type"], body) == (200, "application/pkix-cert", bytes(stage.authority.der))
    for name, expected in (("issuing-1-0", stage.full()), ("issuing-1-0-delta", stage.delta())):
        status, headers, body = get(stage, f"/crl/{name}.crl")
        assert (status, headers["content-type"], body) == (200, "application/pkix-crl", expected)
    assert get(stage, "/crl/issuing-1-0.crl", method="HEAD")[0] == 200
    acts.suspend(certificate=stage.issue(), actor=stage.by_holder, now=stage.now)
    stage.publish()
    assert get(stage, "/crl/issuing-1-0.crl")[2] == stage.full()


def test_every_change_is_seen_by_relying_parties_in_the_end(stage: Stage) -> None:
    for _ in range(3):
        acts.suspend(certificate=stage.issue(), actor=stage.by_holder, now=stage.now)
    stage.publish()
    assert not Change.objects.filter(answered_at=None).exists()
    assert not Change.objects.filter(listed_at=None).exists()


def test_an_answer_is_the_same_written_short_or_long() -> None:
    chance = random.Random(5)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    for size in (1, 60, 100, 300, 70_000):
        responder = Responder("key", chance.randbytes(24), chance.randbytes(12), chance.randbytes(size))
        writer = Writer(responder, lambda data: data[:71], this_update=at, next_update=at + timedelta(hours=1))
        for certid in (chance.randbytes(70), chance.randbytes(130)):
            for status in (b"\x80\x00", chance.randbytes(22)):
                assert writer.answer(certid, status) == writer.answer_all([(certid, status)])
