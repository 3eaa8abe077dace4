"""Cards that leave the workshop: key made on the card, proved, certified; and acts at once from two places."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from certificates_stage import Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from anahtar_card.families.akis.signing_key import SigningKey
from anahtar_card.virtual import Memory
from anahtar_server.certificates import acts, possession, workshop
from anahtar_server.certificates.models import Certificate, Change
from anahtar_server.certificates.possession import NoProof
from anahtar_wire.problems import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def make_card(stage: Stage, *, seal: bool = True, renews: Certificate | None = None) -> tuple[Memory, Certificate]:
    """A card from the workshop, with its certificate."""
    memory = Memory()
    card = workshop.make_virtual_card(
        memory=memory, owner=stage.firm if seal else stage.holder, authority=stage.authority, custody=stage.custody,
        actor="operator:1", now=stage.now, renews=renews, ready=SigningKey.make("p384" if seal else "rsa2048"),
    )  # fmt: skip
    return memory, Certificate.objects.get(card=card)


@pytest.mark.parametrize("seal", [True, False])
def test_a_card_leaves_with_the_certificate_of_the_key_it_holds(stage: Stage, seal: bool) -> None:
    memory, certificate = make_card(stage, seal=seal)
    public = x509.load_der_x509_certificate(bytes(certificate.der)).public_key()
    held = SigningKey.load(memory.read("signing_key")).public()
    assert public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == held
    assert (certificate.profile, certificate.state) == ("seal-sign" if seal else "nes", "valid")


def test_a_renewals_card_leaves_with_a_certificate_that_waits(stage: Stage) -> None:
    _, old = make_card(stage)
    _, new = make_card(stage, renews=old)
    assert (new.state, new.renews) == ("waiting", old)


def test_a_card_that_cannot_prove_its_key_gets_no_certificate(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SigningKey.make("p384")
    monkeypatch.setattr(workshop.Personalisation, "sign_request", lambda self, message: other.sign_message(message))
    with pytest.raises(NoProof):
        make_card(stage)
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_openssl_takes_the_request_that_proves_possession(stage: Stage, kind: str) -> None:
    key = SigningKey.make("rsa2048" if kind == "rsa2048" else "p384")
    subject = x509.Name.from_rfc4514_string("CN=Deneme")
    request = possession.prove(subject, key.public(), key.sign_message)
    said = stage.openssl("req", "-inform", "DER", "-in", stage.file("r.csr", request), "-verify", "-noout")
    assert "verify OK" in said


def test_a_request_for_another_key_proves_nothing() -> None:
    key, other = SigningKey.make("p384"), SigningKey.make("p384")
    subject = x509.Name.from_rfc4514_string("CN=Deneme")
    request = possession.prove(subject, key.public(), key.sign_message)
    for wrong, public in ((request, other.public()), (request[:-1], key.public()), (b"", key.public())):
        with pytest.raises(NoProof):
            possession.check(wrong, public)


def test_acts_at_once_from_two_places_leave_one_life(stage: Stage) -> None:
    certificate = stage.issue()
    tried = [
        lambda: acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now),
        lambda: acts.suspend(certificate=certificate, actor="operator:1", now=stage.now),
        lambda: acts.revoke(certificate=certificate, actor=stage.by_holder, now=stage.now),
        lambda: acts.revoke(certificate=certificate, actor="operator:1", now=stage.now),
        lambda: stage.publish(),
    ]
    ready, done = threading.Barrier(len(tried)), list[str]()

    def attempt(act: Callable[[], object]) -> None:
        ready.wait()
        try:
            act()
            done.append("done")
        except Refusal as refusal:
            done.append(refusal.problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(act,)) for act in tried]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == len(tried)
    life = list(Change.objects.order_by("pk").values_list("before", "after"))
    assert all(one[1] == following[0] for one, following in pairwise(life))
    assert [after for _, after in life].count("revoked") == 1
    assert Certificate.objects.get().state == "revoked"
    stage.publish()
    assert "revoked" in stage.ask(certificate)
