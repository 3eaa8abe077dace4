"""An operator with a reader makes blank cards into holders' cards, and reports cards lost, dead and found."""

from __future__ import annotations

import io
import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from certificates_stage import OPERATOR, Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from anahtar_card import card_service
from anahtar_card.errors import StatusError
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.families.akis.workshop import CardInWorkshop
from anahtar_card.flow import converse
from anahtar_card.pcsc import PcscReaders
from anahtar_card.virtual import Memory
from anahtar_card.virtual_reader import FileReader, VirtualReader
from anahtar_card.vpcd import VpcdBridge
from anahtar_server.cards.models import Card
from anahtar_server.certificates import acts, card_commands
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.certificates.workshop import MadeAlready, NotTheirs, make_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An authority with a holder and a firm; the operator's commands use its keys."""
    stage = make_stage(folder)

    @contextmanager
    def custody() -> Iterator[object]:
        yield stage.custody

    monkeypatch.setattr(card_commands, "_custody", custody)
    return stage


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    """Run `anahtar cards …` with something typed."""
    parser = ArgumentParser()
    card_commands.add_arguments(parser)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def blank(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str = "blank") -> tuple[Path, Path]:
    """A blank card's file, and the list of transport keys."""
    card, keys = stage.folder / f"{name}.json", stage.folder / "transport-keys.json"
    assert run(monkeypatch, "blank", str(card), "--transport-keys", str(keys)) == 0
    return card, keys


def stored(card: Path) -> bytes:
    """The certificate on a card, read as any program would."""
    reader = FileReader("x", card, lambda path: AkisCard.open(Memory.open(path, rehearsal=True)))
    with reader.connect() as connection:
        return converse(AkisDriver().certificate(), connection)


@pytest.mark.parametrize("seal", [False, True])
def test_an_operator_makes_a_blank_card_into_a_holders(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seal: bool
) -> None:
    card, keys = blank(stage, monkeypatch)
    more = ["--seal"] if seal else []
    typed = stage.firm.tax_number if seal else stage.holder.tckn
    options = ["--card", str(card), "--transport-keys", str(keys), "--actor", OPERATOR]
    assert run(monkeypatch, "issue", *options, *more, typed=typed) == 0
    certificate = Certificate.objects.get()
    assert capsys.readouterr().out.split()[-3:] == [certificate.card.serial, certificate.serial, "valid"]
    assert (certificate.card.holder, certificate.card.firm) == ((None, stage.firm) if seal else (stage.holder, None))
    assert stored(card) == bytes(certificate.der)
    key = x509.load_der_x509_certificate(stored(card)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey if seal else rsa.RSAPublicKey)
    assert json.loads(card.read_text())["transport_key"] == {"hex": ""}


def test_openssl_accepts_the_chain_of_a_card_made_in_a_reader(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    card, keys = blank(stage, monkeypatch)
    options = ["--card", str(card), "--transport-keys", str(keys), "--actor", OPERATOR]
    assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 0
    stage.pass_time(seconds=10)  # the command's time is the clock's
    stage.chain()
    stage.publish()
    said = stage.openssl(
        "verify", "-x509_strict", "-policy_check", "-CAfile", "root.pem", "-untrusted", "issuing.pem",
        stage.pem(Certificate.objects.get()),
    )  # fmt: skip
    assert "leaf.pem: OK" in said
    assert "leaf.pem: good" in stage.ask(Certificate.objects.get())


def test_a_renewals_card_waits_for_the_end_of_the_old_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    old = stage.issue()
    card, keys = blank(stage, monkeypatch)
    options = ["--card", str(card), "--transport-keys", str(keys), "--actor", OPERATOR, "--renews", old.serial]
    assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 0
    new = Certificate.objects.exclude(pk=old.pk).get()
    assert (new.state, new.renews) == ("waiting", old)


def test_a_real_reader_makes_the_same_card(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert not card_service.missing(), "script/setup test installs what is missing"
    path, keys = blank(stage, monkeypatch)
    card = AkisCard.open(Memory.open(path, rehearsal=True))
    with ExitStack() as things:
        service = things.enter_context(card_service.CardService(str(tmp_path), readers=1))
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        things.enter_context(VpcdBridge(card, service.ports[0]))
        deadline = time.monotonic() + 5
        while not any(reader.has_card() for reader in PcscReaders().list()):  # type: ignore[attr-defined]
            assert time.monotonic() < deadline, "the card service sees no card"
            time.sleep(0.05)
        name = next(reader.name for reader in PcscReaders().list() if reader.has_card())  # type: ignore[attr-defined]
        options = ["--reader", name, "--transport-keys", str(keys), "--actor", OPERATOR]
        assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 0
    assert stored(path) == bytes(Certificate.objects.get().der)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"typed": "10000000000"}, "nobody of this number"),
        ({"--actor": "callcentre:ali"}, "act-not-allowed"),
        ({"--actor": "holder:ali"}, "act-not-allowed"),
        ({"--renews": "abc"}, "page-not-found"),
        ({"--card": "none.json"}, "NoCard"),
    ],
)
def test_what_cannot_be_issued_is_refused_and_leaves_nothing(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, str],
    said: str,
) -> None:
    card, keys = blank(stage, monkeypatch)
    options = {"--card": str(card), "--transport-keys": str(keys), "--actor": OPERATOR} | wrong
    typed = options.pop("typed", stage.holder.tckn)
    assert run(monkeypatch, "issue", *[part for pair in options.items() for part in pair], typed=typed) == 1
    assert said in capsys.readouterr().err
    assert not Card.objects.exists()


@pytest.mark.parametrize("from_the", ["beginning", "signing"])
def test_with_the_authoritys_keys_gone_no_card_is_made_and_the_next_try_makes_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], from_the: str
) -> None:
    card, keys = blank(stage, monkeypatch)
    options = ["--card", str(card), "--transport-keys", str(keys), "--actor", OPERATOR]
    lost = stage.custody._file.with_name("lost")
    with monkeypatch.context() as gone:
        if from_the == "beginning":
            gone.setattr(stage.custody, "_file", lost)
        else:
            gone.setattr(stage.authority, "key", "lost")
            Authority.objects.filter(pk=stage.authority.pk).update(key="lost")
        assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 1
    assert ("CustodyGone" if from_the == "beginning" else "KeyMissing") in capsys.readouterr().err
    assert not Card.objects.exists()
    Authority.objects.filter(pk=stage.authority.pk).update(key=stage.authority.key)
    assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 0


def test_a_list_that_others_may_read_or_that_lacks_the_card_makes_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card, keys = blank(stage, monkeypatch)
    options = ["--card", str(card), "--transport-keys", str(keys), "--actor", OPERATOR]
    keys.chmod(0o644)
    assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 1
    assert "others may read it" in capsys.readouterr().err
    keys.chmod(0o600)
    keys.write_text("{}")
    assert run(monkeypatch, "issue", *options, typed=stage.holder.tckn) == 1
    assert "does not know this card" in capsys.readouterr().err
    assert not Card.objects.exists()


def test_keys_for_another_card_make_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = blank(stage, monkeypatch)
    reader = VirtualReader("x", AkisCard.open(Memory.open(path, rehearsal=True)))
    with reader.connect() as connection, pytest.raises(StatusError):
        make_card(
            card=CardInWorkshop(connection), transport_key=bytes(16), owner=stage.holder, authority=stage.authority,
            custody=stage.custody, actor=OPERATOR, now=stage.now,
        )  # fmt: skip
    assert not Card.objects.exists()
    assert not Certificate.objects.exists()


def test_a_card_that_will_not_be_finished_has_its_certificate_revoked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, keys = blank(stage, monkeypatch)
    key = bytes.fromhex(next(iter(json.loads(keys.read_text()).values())))
    reader = VirtualReader("x", AkisCard.open(Memory.open(path, rehearsal=True)))
    with reader.connect() as connection:
        card = CardInWorkshop(connection)

        def torn() -> None:
            raise StatusError(0x6F00, 0x44)

        monkeypatch.setattr(card, "finish", torn)
        with pytest.raises(StatusError):
            make_card(
                card=card, transport_key=key, owner=stage.holder, authority=stage.authority, custody=stage.custody,
                actor=OPERATOR, now=stage.now,
            )  # fmt: skip
        assert Certificate.objects.get().state == "revoked"
        with pytest.raises(MadeAlready):
            make_card(
                card=card, transport_key=key, owner=stage.holder, authority=stage.authority, custody=stage.custody,
                actor=OPERATOR, now=stage.now,
            )  # fmt: skip


def test_nobody_renews_anothers_certificate(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = blank(stage, monkeypatch)
    reader = VirtualReader("x", AkisCard.open(Memory.open(path, rehearsal=True)))
    with reader.connect() as connection, pytest.raises(NotTheirs):
        make_card(
            card=CardInWorkshop(connection), transport_key=bytes(16), owner=stage.firm, authority=stage.authority,
            custody=stage.custody, actor=OPERATOR, now=stage.now, renews=stage.issue(),
        )  # fmt: skip


def test_a_loss_told_by_telephone_is_the_holders_and_the_holder_lifts_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = stage.issue()
    serial = certificate.card.serial
    by_phone = ["--actor", "callcentre:ali", "--asked-by", stage.by_holder]
    assert run(monkeypatch, "lost", serial, *by_phone) == 0
    assert capsys.readouterr().out.split() == [serial, "lost"]
    certificate.refresh_from_db()
    assert (certificate.state, certificate.suspended_by) == ("suspended", "holder")
    assert run(monkeypatch, "found", serial, *by_phone) == 1
    assert run(monkeypatch, "found", serial, "--actor", OPERATOR, "--asked-by", stage.by_holder) == 0
    acts.lift(certificate=certificate, actor=stage.by_holder, now=stage.now)
    assert run(monkeypatch, "dead", serial, "--actor", OPERATOR) == 0
    assert run(monkeypatch, "lost", "ABC", *by_phone) == 1
    certificate.refresh_from_db()
    assert (certificate.state, Card.objects.get().condition) == ("suspended", "dead")
