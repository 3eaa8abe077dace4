"""A stage for tests of the pages: a holder with a card, who also represents a firm with a seal, and a stranger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Protocol

from bs4 import BeautifulSoup
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.test import Client
from django.utils import timezone

from anahtar_server.cards.acts import register_card
from anahtar_server.cards.models import Card
from anahtar_server.certificates.models import Certificate
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.acts import add_contact_line, register_firm, register_holder, register_representative
from anahtar_server.people.models import Firm, Holder
from anahtar_server.signin.acts import sign_in
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.port import Identity
from anahtar_server.signin.rules import Level
from anahtar_server.signin.session import HOLDER, SIGN_IN

HOLDER_TCKN, STRANGER_TCKN = "10000000146", "10000000078"
MOBILE, EMAIL = "+905301234567", "ayse@example.org"
TITLE = "Örnek Çiçekçilik ve Işıklandırma Limited Şirketi"


@dataclass
class Stage:
    """Who and what is there, and the browser of the holder (not signed in yet)."""

    client: Client
    holder: Holder
    stranger: Holder
    firm: Firm
    card: Card
    seal: Card
    certificate: Certificate
    seal_certificate: Certificate

    def sign_in(self, *, holder: Holder | None = None, ago: timedelta = timedelta(0)) -> SignIn:
        """Sign somebody in and give the browser that session."""
        return sign_in_browser(self.client, holder or self.holder, ago)

    def confirm(self, address: str, method: str = "sms") -> str:
        """Confirm at the address of an Onay by SMS and return where that leads."""
        assert self.client.post(address, {"yontem": method}).headers["Location"] == address
        answer = self.client.post(address, {"onay": last_code()})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.headers["Location"])

    def open(self) -> str:
        """Open an unlock for the holder's card through the pages and return its address."""
        answer = self.client.post("/nes/pin/", {"card": self.card.serial, "duties": "on"})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.headers["Location"])


def last_code() -> str:
    """Return the confirmation code of the newest SMS."""
    found = re.search(r"\b\d{8}\b", OutboxMessage.objects.filter(channel="sms").latest("pk").text)
    assert found is not None
    return found.group()


def sign_in_browser(client: Client, holder: Holder, ago: timedelta = timedelta(0)) -> SignIn:
    """Sign `holder` in, who proved it `ago`, and give the browser that session."""
    now = timezone.now()
    identity = Identity(
        tckn=holder.tckn,
        given_name=holder.given_name,
        family_name=holder.family_name,
        birth_date=holder.birth_date,
        issuer="http://localhost:8401",
        method="e-devlet-sifresi",
        level=Level.SUBSTANTIAL,
        authenticated_at=now - ago,
        assertion="",
        nonce="a-nonce",
    )
    entered = sign_in(identity=identity, address="127.0.0.1", actor="gate", now=now)
    session = client.session
    session[SIGN_IN], session[HOLDER] = str(entered.pk), str(holder.pk)
    session.save()
    client.cookies["anahtar_oturum"] = str(session.session_key)
    return entered


def make_stage() -> Stage:
    """Register everybody and everything."""
    now = timezone.now()
    before = now - timedelta(days=30)
    holder = _holder(HOLDER_TCKN, "Ayşe", "Deneme", before)
    stranger = _holder(STRANGER_TCKN, "Işıl", "Örnek", before)
    firm = register_firm(tax_number="4540536920", title=TITLE, actor="rehearsal", now=before)
    register_representative(holder=holder, firm=firm, since=before, until=None, actor="rehearsal", now=before)
    for channel, address in (("sms", MOBILE), ("email", EMAIL)):
        add_contact_line(holder=holder, channel=channel, address=address, actor="rehearsal", now=before)
    card, seal = a_card("A0" * 12, holder), a_card("B0" * 12, firm)
    return Stage(Client(), holder, stranger, firm, card, seal, a_certificate(card, "0a01"), a_certificate(seal, "0b01"))


def a_card(serial: str, owner: Holder | Firm) -> Card:
    """Register one more card."""
    now = timezone.now() - timedelta(days=20)
    return register_card(
        serial=serial, family="akis", key_version=1, pin_reference=0x81, owner=owner, actor="rehearsal", now=now
    )


def a_certificate(card: Card, serial: str) -> Certificate:
    """Put a certificate on a card, signed by its own key: good enough to be listed and read."""
    now = timezone.now()
    subject = "Ayşe Deneme" if card.holder_id else TITLE
    certificate = _self_signed(subject, int(serial, 16), now)
    return Certificate.objects.create(
        card=card,
        serial=serial,
        profile="nes" if card.holder_id else "seal-sign",
        subject=f"CN={subject}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        state=Certificate.State.VALID,
        state_since=now - timedelta(days=20),
        der=certificate.public_bytes(Encoding.DER),
    )


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _self_signed(subject: str, serial: int, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    begins, ends = now - timedelta(days=20), now + timedelta(days=700)
    builder = x509.CertificateBuilder(name, name, _key().public_key(), serial, begins, ends)
    return builder.sign(_key(), SHA256())


class Answered(Protocol):
    """An answer as the test's browser has it."""

    @property
    def content(self) -> bytes:
        """The page."""

    @property
    def status_code(self) -> int:
        """The status."""


def soup(answer: Answered) -> BeautifulSoup:
    """Read a page."""
    return BeautifulSoup(answer.content, "html.parser")


def problem_of(answer: Answered) -> tuple[int, str]:
    """Return the status and the code that a problem's page shows."""
    shown = soup(answer).find(id="problem")
    return answer.status_code, shown.get_text() if shown else "no problem shown"


def _holder(tckn: str, given: str, family: str, now: datetime) -> Holder:
    return register_holder(
        tckn=tckn,
        given_name=given,
        family_name=family,
        birth_date=date(1980, 2, 3),
        language="tr",
        actor="rehearsal",
        now=now,
    )
