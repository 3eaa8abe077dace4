"""nginx, which no one here wrote, lets clients in by our chain and keeps them out by our lists."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from certificates_stage import Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from nginx_here import free_port, nginx

from anahtar_server.certificates import acts
from anahtar_server.certificates.crl.published import published_list
from anahtar_server.certificates.issuing import issue
from anahtar_server.certificates.models import Certificate

pytestmark = pytest.mark.django_db(transaction=True)
SERVER = """server {{ listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    ssl_client_certificate {folder}/authorities.pem; ssl_crl {folder}/lists.pem;
    ssl_verify_client on; ssl_verify_depth 3;
    location / {{ return 200 "$ssl_client_s_dn"; }} }}"""


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm, and nginx's own certificate beside them."""
    stage = make_stage(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string("CN=localhost")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, stage.now, stage.now + timedelta(days=1))
    keep(stage, "server", builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER), key)
    stage.chain()
    (folder / "authorities.pem").write_bytes((folder / "issuing.pem").read_bytes() + (folder / "root.pem").read_bytes())
    return stage


def keep(stage: Stage, name: str, der: bytes, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a certificate and its key for programs that read PEM."""
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    stage.file(f"{name}.pem", pem)
    stage.file(f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def client(stage: Stage, name: str) -> Certificate:
    """Issue a certificate whose key this test holds, as a card would."""
    key = ec.generate_private_key(ec.SECP256R1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = issue(
        card=stage.card(), authority=stage.authority, public_key=spki, custody=stage.custody, actor="rehearsal",
        now=stage.now,
    )  # fmt: skip
    keep(stage, name, bytes(certificate.der), key)
    return certificate


@contextmanager
def guarded(stage: Stage) -> Iterator[int]:
    """nginx with the lists as they are published now; it wants the root's as well as the issuing authority's."""
    stage.publish()
    lists = [published_list(name, 0) for name in ("root-1", "issuing-1")]
    whole = b"".join(x509.load_der_x509_crl(one.der).public_bytes(Encoding.PEM) for one in lists if one)
    stage.file("lists.pem", whole)
    port = free_port()
    with nginx(stage.folder, SERVER.format(folder=stage.folder, port=port), port):
        yield port


def comes_in(stage: Stage, port: int, name: str) -> bool:
    """Knock with a client's certificate."""
    context = ssl.create_default_context(cafile=str(stage.folder / "server.pem"))
    context.check_hostname = False
    context.load_cert_chain(stage.folder / f"{name}.pem", stage.folder / f"{name}.key")
    link = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)
    link.request("GET", "/")
    reply = link.getresponse()
    said = reply.read()
    link.close()
    assert reply.status in (200, 400), said
    return reply.status == 200


def test_nginx_takes_the_good_one_and_refuses_what_was_suspended_or_revoked(stage: Stage) -> None:
    certificate = client(stage, "one")
    client(stage, "other")
    told = []
    with guarded(stage) as port:
        told.append((comes_in(stage, port, "one"), comes_in(stage, port, "other")))
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with guarded(stage) as port:
        told.append((comes_in(stage, port, "one"), comes_in(stage, port, "other")))
    acts.lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with guarded(stage) as port:
        told.append((comes_in(stage, port, "one"), comes_in(stage, port, "other")))
    acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now)
    with guarded(stage) as port:
        told.append((comes_in(stage, port, "one"), comes_in(stage, port, "other")))
    assert told == [(True, True), (False, True), (True, True), (False, True)]
