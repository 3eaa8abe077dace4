"""A stage for tests of certificates: an authority with software keys, a holder and a firm with cards, and openssl as
the relying party that no one here wrote."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from anahtar_server.cards.acts import register_card
from anahtar_server.cards.models import Card
from anahtar_server.certificates.crl.published import published_list
from anahtar_server.certificates.issuing import issue, make_authority
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.certificates.publishing import Published, metrics, publish_due
from anahtar_server.certificates.responder.http import Reply
from anahtar_server.certificates.responder.service import Live, StatusService
from anahtar_server.certificates.responder.store import Store
from anahtar_server.certificates.settings import CertificateSettings
from anahtar_server.custody.software import SoftwareCustody
from anahtar_server.people.acts import add_contact_line, register_firm, register_holder, register_representative
from anahtar_server.people.models import Firm, Holder

SETTINGS = CertificateSettings()
TITLE = "Örnek Değirmencilik Gıda Sanayi, Çiçekçilik ve Işıklandırma Ticaret Limited Şirketi"
OPERATOR, SECOND = "operator:bir", "operator:iki"


@cache
def rsa_key() -> bytes:
    """A public key as NES cards have it; one for all tests, for it takes a while."""
    return _spki(rsa.generate_private_key(65537, 2048).public_key())


def p384_key() -> bytes:
    """A public key as seals have it."""
    return _spki(ec.generate_private_key(ec.SECP384R1()).public_key())


def _spki(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class _Closing(ThreadPoolExecutor):
    """A thread that keeps no connection between two questions, so that a test's database can be taken away."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See Executor.submit."""

        def asked() -> Any:
            try:
                return fn(*args, **kwargs)
            finally:
                connection.close()

        return super().submit(asked)


_THREAD = _Closing(1)


@dataclass
class Stage:
    """Who and what is there; `now` is moved by the test."""

    folder: Path
    now: datetime
    custody: SoftwareCustody
    authority: Authority
    holder: Holder
    firm: Firm
    cards: int = 0
    settings: CertificateSettings = SETTINGS
    store: Store = field(default_factory=Store)
    live: Live | None = None
    nonces: bool = False

    @property
    def by_holder(self) -> str:
        """The holder as an actor."""
        return f"holder:{self.holder.pk}"

    def card(self, owner: Holder | Firm | None = None) -> Card:
        """Register one more card."""
        self.cards += 1
        return register_card(
            serial=f"{self.cards:024X}", family="akis", key_version=1, pin_reference=0x81,
            owner=owner or self.holder, actor="rehearsal", now=self.now,
        )  # fmt: skip

    def issue(self, card: Card | None = None, *, renews: Certificate | None = None) -> Certificate:
        """Issue the certificate of a card."""
        card = card or self.card()
        return issue(
            card=card, authority=self.authority, public_key=p384_key() if card.firm else rsa_key(),
            custody=self.custody, actor="rehearsal", now=self.now, renews=renews, settings=self.settings,
        )  # fmt: skip

    def pass_time(self, **amount: float) -> None:
        """Let time pass."""
        self.now += timedelta(**amount)

    def publish(self) -> Published:
        """What the worker does."""
        return publish_due(custody=self.custody, now=self.now, settings=self.settings)

    @property
    def service(self) -> StatusService:
        """The responder, with a memory that outlives one question."""
        self.store.refresh()
        return StatusService(
            self.store,
            cache_seconds=60,
            clock=lambda: self.now.timestamp(),
            live=self.live,
            nonces=self.nonces,
            metrics=lambda: metrics(now=self.now, settings=self.settings),
            threads=_THREAD,
        )

    # --- openssl ------------------------------------------------------------------------------------------------------

    def file(self, name: str, content: bytes) -> str:
        """Write a file for openssl."""
        (self.folder / name).write_bytes(content)
        return name

    def chain(self) -> None:
        """Write root.pem and issuing.pem."""
        assert self.authority.parent is not None
        for name, der in (("root", self.authority.parent.der), ("issuing", self.authority.der)):
            self.file(f"{name}.cer", bytes(der))
            self.openssl("x509", "-inform", "DER", "-in", f"{name}.cer", "-out", f"{name}.pem")

    def pem(self, certificate: Certificate) -> str:
        """Write a certificate as PEM."""
        self.file("leaf.cer", bytes(certificate.der))
        self.openssl("x509", "-inform", "DER", "-in", "leaf.cer", "-out", "leaf.pem")
        return "leaf.pem"

    def openssl(self, *arguments: str, fails: bool = False) -> str:
        """Run openssl and return all that it says."""
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, said
        return said

    def time(self) -> list[str]:
        """The test's time as openssl takes it."""
        return ["-attime", str(int(self.now.timestamp()))]

    def ask(self, certificate: Certificate, digest: str = "sha1", *more: str) -> str:
        """Let openssl write a request, answer it, let openssl check and read the answer; return what it says."""
        self.chain()
        names = [f"-{digest}", "-issuer", "issuing.pem", "-cert", self.pem(certificate)]
        self.openssl("ocsp", *names, "-reqout", "request.der", *(more or ["-no_nonce"]))
        reply = self.reply((self.folder / "request.der").read_bytes())
        self.file("answer.der", reply.body)
        # The request is not given again: openssl would miss its nonce. Names and trust are checked all the same.
        return self.openssl(
            "ocsp", *names, "-no_nonce", "-respin", "answer.der", "-CAfile", "root.pem", "-verify_other", "issuing.pem",
            "-no_nonce", "-status_age", "999999999", *self.time(),
        )  # fmt: skip

    def reply(self, asked: bytes) -> Reply:
        """What the responder answers to a request (DER)."""
        return asyncio.run(self.service.answer(asked))

    def full(self, partition: int = 0) -> bytes:
        """The newest full list."""
        return self._list("full", partition)

    def delta(self, partition: int = 0) -> bytes:
        """The newest delta list."""
        return self._list("delta", partition)

    def _list(self, kind: str, partition: int) -> bytes:
        found = published_list(self.authority.name, partition, kind)
        assert found is not None
        return found.der


def make_stage(folder: Path, settings: CertificateSettings = SETTINGS) -> Stage:
    """Make the authority, a holder with two lines, and a firm that the holder represents. The time is now, to the
    second, for openssl has no other clock."""
    now = datetime.now(UTC).replace(microsecond=0)
    before = now - timedelta(days=30)
    custody = SoftwareCustody(folder / "keys.json", rehearsal=True)
    custody.make_master(1)
    authority = make_authority(
        name="issuing-1", title="Anahtar Prova", custody=custody, actor="rehearsal", now=before, settings=settings
    )
    holder = register_holder(
        tckn="10000000146", given_name="Ayşe", family_name="Deneme", birth_date=date(1980, 2, 3), language="tr",
        actor="rehearsal", now=before,
    )  # fmt: skip
    add_contact_line(holder=holder, channel="sms", address="+905321234567", actor="rehearsal", now=before)
    add_contact_line(holder=holder, channel="email", address="ayse@example.org", actor="rehearsal", now=before)
    firm = register_firm(tax_number="4540536920", title=TITLE, actor="rehearsal", now=before)
    register_representative(holder=holder, firm=firm, since=before, until=None, actor="rehearsal", now=before)
    return Stage(folder, now, custody, authority, holder, firm, settings=settings)
