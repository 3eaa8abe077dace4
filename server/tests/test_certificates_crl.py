"""Lists: openssl verifies and obeys them, two parsers read the same, and full and delta lists fit together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from certificates_stage import SECOND, Stage, make_stage
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from anahtar_server.certificates import acts
from anahtar_server.certificates.crl import publishing, register
from anahtar_server.certificates.crl.entries import entry
from anahtar_server.certificates.crl.published import published_list
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Authority, Certificate, Piece, Publication
from anahtar_server.certificates.publishing import lateness
from anahtar_server.certificates.settings import CertificateSettings

pytestmark = pytest.mark.django_db(transaction=True)
H, R = x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl


@pytest.fixture
def stage(folder: Path) -> Stage:
    """An authority with a holder and a firm."""
    return make_stage(folder)


def entries(crl: bytes) -> dict[str, tuple[object, object]]:
    """What the library reads in a list: serial → (time, reason)."""
    read: dict[str, tuple[object, object]] = {}
    for one in x509.load_der_x509_crl(crl):
        reasons = one.extensions.get_extension_for_class(x509.CRLReason).value.reason if list(one.extensions) else None
        read[f"{one.serial_number:x}"] = (one.revocation_date_utc, reasons)
    return read


def number_and_base(crl: bytes) -> tuple[int, int | None]:
    extensions = x509.load_der_x509_crl(crl).extensions
    number = extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    try:
        base = extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    except x509.ExtensionNotFound:
        return number, None
    assert base.critical
    return number, base.value.crl_number


def suspend(stage: Stage, certificate: Certificate) -> None:
    acts.suspend(certificate=certificate, actor=stage.by_holder, now=stage.now)


def lift(stage: Stage, certificate: Certificate) -> None:
    acts.lift(certificate=certificate, actor="operator:1", second=SECOND, now=stage.now)


def revoke(stage: Stage, certificate: Certificate, reason: Reason = Reason.UNSPECIFIED) -> None:
    acts.revoke(certificate=certificate, actor=stage.by_holder, reason=reason, now=stage.now)


def checked(stage: Stage, certificate: Certificate, *, fails: bool = False) -> str:
    """Let openssl check the whole chain against the lists of root and issuing authority."""
    stage.chain()
    lists = []
    for authority in Authority.objects.exclude(kind="ocsp"):
        crl = published_list(authority.name, certificate.partition if authority.parent else 0)
        assert crl is not None
        stage.file(f"{authority.name}.crl", crl.der)
        stage.openssl("crl", "-inform", "DER", "-in", f"{authority.name}.crl", "-out", f"{authority.name}.crl.pem")
        lists += ["-CRLfile", f"{authority.name}.crl.pem"]
    return stage.openssl(
        "verify", "-x509_strict", "-crl_check_all", *lists, *stage.time(),
        "-CAfile", "root.pem", "-untrusted", "issuing.pem", stage.pem(certificate), fails=fails,
    )  # fmt: skip


def test_openssl_verifies_every_list(stage: Stage) -> None:
    suspend(stage, stage.issue())
    stage.publish()
    stage.chain()
    for name, der, issuer in (("full", stage.full(), "issuing"), ("delta", stage.delta(), "issuing")):
        stage.file(f"{name}.crl", der)
        said = stage.openssl(
            "crl", "-inform", "DER", "-in", f"{name}.crl", "-CAfile", f"{issuer}.pem", "-noout", "-text"
        )
        assert "verify OK" in said
        for line in ("X509v3 CRL Number", "X509v3 Issuing Distribution Point: critical", "Certificate Hold"):
            assert line in said
        assert ("Delta CRL Indicator: critical" in said) is (name == "delta")
        assert ("X509v3 Freshest CRL" in said) is (name == "full")


def test_openssl_obeys_the_list_after_each_act(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    assert "leaf.pem: OK" in checked(stage, certificate)
    for act, fails in ((suspend, True), (lift, False), (revoke, True)):
        stage.pass_time(minutes=1)
        act(stage, certificate)
        stage.publish()
        said = checked(stage, certificate, fails=fails)
        assert ("certificate revoked" in said) is fails


def test_two_parsers_read_what_the_register_says(stage: Stage) -> None:
    held, gone, plain, valid = (stage.issue() for _ in range(4))
    stage.pass_time(seconds=10)
    suspend(stage, held)
    revoke(stage, gone, Reason.KEY_COMPROMISE)
    revoke(stage, plain)
    stage.publish()
    crl = stage.full()
    assert entries(crl) == {
        held.serial: (stage.now, H),
        gone.serial: (stage.now, x509.ReasonFlags.key_compromise),
        plain.serial: (stage.now, None),
    }
    read = x509.load_der_x509_crl(crl)
    issuer = x509.load_der_x509_certificate(bytes(stage.authority.der))
    key = issuer.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert read.is_signature_valid(key)
    assert (read.issuer, read.last_update_utc) == (issuer.subject, stage.now)
    assert read.next_update_utc == stage.now + timedelta(hours=24)
    said = stage.openssl("crl", "-inform", "DER", "-in", stage.file("full.crl", crl), "-noout", "-text")
    assert said.count("Serial Number:") == 3
    assert all(f"{int(one.serial, 16):X}" in said.replace(":", "") for one in (held, gone, plain))
    assert valid.serial not in entries(crl)


def test_the_lists_point_is_the_one_that_certificates_name(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    point = x509.load_der_x509_crl(stage.full()).extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    named = x509.load_der_x509_certificate(bytes(certificate.der)).extensions.get_extension_for_class(
        x509.CRLDistributionPoints
    )
    assert point.critical
    assert point.value.full_name == named.value[0].full_name


def test_an_empty_list_has_no_entries_at_all(stage: Stage) -> None:
    stage.publish()
    assert entries(stage.full()) == {}
    assert "No Revoked Certificates" in stage.openssl(
        "crl", "-inform", "DER", "-in", stage.file("full.crl", stage.full()), "-noout", "-text"
    )


# --- full and delta ---------------------------------------------------------------------------------------------------


def test_full_and_delta_share_one_numbering_that_only_grows(stage: Stage) -> None:
    certificate = stage.issue()
    numbers = []
    for act in (None, suspend, lift, revoke):
        if act is not None:
            act(stage, certificate)
        stage.publish()
        full, delta = number_and_base(stage.full()), number_and_base(stage.delta())
        assert full[0] == delta[0] and full[1] is None and delta[1] == 1
        numbers.append(full[0])
    assert numbers == [1, 2, 3, 4]


def test_lifting_is_told_in_the_delta_and_gone_from_the_next_full_list(stage: Stage) -> None:
    certificate = stage.issue()
    suspend(stage, certificate)
    stage.publish()
    assert entries(stage.full())[certificate.serial][1] is H
    stage.pass_time(minutes=30)
    lift(stage, certificate)
    stage.publish()
    assert entries(stage.full()) == {}
    assert entries(stage.delta()) == {certificate.serial: (stage.now, R)}


def test_a_full_list_and_a_later_delta_make_the_next_full_list(stage: Stage) -> None:
    certificates = [stage.issue() for _ in range(6)]
    suspend(stage, certificates[0])
    suspend(stage, certificates[1])
    revoke(stage, certificates[2])
    stage.publish()
    base = entries(stage.full())
    stage.pass_time(minutes=20)
    lift(stage, certificates[0])
    revoke(stage, certificates[1])
    stage.publish()
    stage.pass_time(minutes=20)
    suspend(stage, certificates[3])
    suspend(stage, certificates[4])
    lift(stage, certificates[4])
    stage.publish()
    changes = entries(stage.delta())
    applied = {s: e for s, e in {**base, **changes}.items() if e[1] is not R}
    assert applied == entries(stage.full())
    assert set(changes) >= {one.serial for one in (certificates[0], certificates[1], certificates[3])}
    assert certificates[5].serial not in changes


def test_after_a_scheduled_list_the_delta_still_serves_who_has_the_list_before(stage: Stage) -> None:
    certificate = stage.issue()
    stage.publish()
    stage.pass_time(hours=6)
    suspend(stage, certificate)
    stage.publish()
    stage.pass_time(hours=6)
    stage.publish()
    assert (number_and_base(stage.full()), number_and_base(stage.delta())) == ((3, None), (3, 1))
    assert certificate.serial in entries(stage.delta())
    stage.pass_time(hours=12)
    stage.publish()
    assert number_and_base(stage.delta()) == (4, 3)
    assert entries(stage.delta()) == {}
    assert certificate.serial in entries(stage.full())


def test_a_renewal_that_opens_leaves_the_list(stage: Stage) -> None:
    old = stage.issue()
    new = stage.issue(renews=old)
    stage.publish()
    assert entries(stage.full())[new.serial][1] is H
    stage.pass_time(minutes=30)
    revoke(stage, old)
    acts.open_due(stage.now)
    stage.publish()
    assert set(entries(stage.full())) == {old.serial}
    assert entries(stage.delta())[new.serial] == (stage.now, R)


def test_an_expired_certificate_stays_on_one_list_after_its_end_and_then_leaves(stage: Stage) -> None:
    certificate = stage.issue()
    revoke(stage, certificate)
    stage.now = certificate.not_after - timedelta(hours=1)
    stage.publish()
    stage.pass_time(hours=13)
    stage.publish()
    assert certificate.serial in entries(stage.full())
    stage.pass_time(hours=13)
    stage.publish()
    assert certificate.serial not in entries(stage.full())


# --- when lists are published -----------------------------------------------------------------------------------------


def test_lists_come_at_the_half_of_their_life_and_at_once_after_an_act(stage: Stage) -> None:
    certificate = stage.issue()
    assert stage.publish().lists == 2  # the root's and ours
    assert stage.publish().lists == 0
    suspend(stage, certificate)
    assert stage.publish().lists == 1
    stage.pass_time(hours=11)
    assert stage.publish().lists == 0
    stage.pass_time(hours=1)
    assert stage.publish().lists == 2


def test_issuing_what_is_valid_asks_for_no_new_list(stage: Stage) -> None:
    stage.publish()
    stage.issue()
    assert stage.publish().lists == 0


def test_a_late_list_raises_the_alarm(stage: Stage) -> None:
    stage.publish()
    suspend(stage, stage.issue())
    stage.pass_time(seconds=30)
    assert not lateness(now=stage.now).alarm
    stage.pass_time(seconds=600)
    assert lateness(now=stage.now).alarm
    stage.publish()
    assert lateness(now=stage.now).alarm is False
    stage.pass_time(hours=25)
    assert lateness(now=stage.now).dead > 0


def test_a_clock_that_went_back_does_not_silence_the_lists(stage: Stage) -> None:
    stage.pass_time(hours=48)
    stage.publish()
    stage.pass_time(hours=-48)
    suspend(stage, stage.issue())
    assert stage.publish().lists == 2
    assert len(entries(stage.full())) == 1


def test_a_list_that_another_worker_published_meanwhile_is_not_overwritten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish()
    suspend(stage, stage.issue())
    write = publishing.write

    def slow(**facts: object) -> bytes:
        monkeypatch.undo()
        stage.publish()
        return write(**facts)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "write", slow)
    assert stage.publish().lists == 0
    assert number_and_base(stage.full())[0] == 2


def test_an_act_reads_and_writes_one_piece_of_a_list(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = [stage.issue() for _ in range(12)]
    for certificate in certificates[:6]:
        revoke(stage, certificate)
    stage.publish()
    before = dict(Piece.objects.filter(publication__kind="full").values_list("place", "der"))
    read, by_slot = list[object](), publishing.register.entries_by_slot
    monkeypatch.setattr(publishing.register, "entries_by_slot", lambda *scope: read.append(scope[2]) or by_slot(*scope))
    stage.pass_time(seconds=5)
    suspend(stage, certificates[7])
    stage.publish()
    after = dict(Piece.objects.filter(publication__kind="full").values_list("place", "der"))
    places = {publishing.FRONT, publishing.FIRST + certificates[7].slot, publishing.TAIL}
    assert read == [[certificates[7].slot]]
    assert {place for place in after if before.get(place) != after[place]} == places
    assert set(entries(stage.full())) == {one.serial for one in (*certificates[:6], certificates[7])}
    lift(stage, certificates[7])
    stage.publish()
    assert set(entries(stage.full())) == {one.serial for one in certificates[:6]}


def test_the_database_joins_entries_byte_for_byte(stage: Stage) -> None:
    model = stage.issue()
    serials = [0x40000000_00FF0080_C300ED00 + number * 0x0001_00FF_0080_0001 for number in range(300)]
    rows = [
        Certificate(
            card=model.card, authority=model.authority, slot=7, serial=f"{serial:x}", profile=model.profile,
            subject=model.subject, not_before=model.not_before, not_after=stage.now + timedelta(days=number % 5),
            state="revoked", state_since=stage.now, listed=entry(serial, stage.now, number % 2), der=b"",
        )
        for number, serial in enumerate(serials)
    ]  # fmt: skip
    Certificate.objects.bulk_create(rows)
    bounds = stage.now + timedelta(days=1)
    kept = sorted((one.not_after, bytes(one.listed or b"")) for one in rows if one.not_after >= bounds)
    read = dict(register.entries_by_slot(stage.authority, 0, [6, 7], bounds))
    assert read == {6: b"", 7: b"".join(listed for _, listed in kept)}


def test_a_database_that_joins_otherwise_makes_no_list(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    revoke(stage, stage.issue())
    for wrongly in ("count(listed)", "min(not_after)"):
        monkeypatch.setattr(register, "_JOINED", dict.fromkeys(("sqlite", "postgresql"), wrongly))
        with pytest.raises(register.JoinedWrongly):
            stage.publish()
    assert not Publication.objects.filter(authority=stage.authority).exists()
    monkeypatch.undo()
    stage.publish()
    assert len(entries(stage.full())) == 1


def test_a_large_list_gathers_acts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "SMALL", 1)
    certificate = stage.issue()
    suspend(stage, certificate)
    stage.publish()
    stage.settings = CertificateSettings(gather_seconds_per_megabyte=100_000)
    stage.pass_time(seconds=5)
    lift(stage, certificate)
    assert stage.publish().lists == 0
    stage.pass_time(seconds=300)
    assert stage.publish().lists == 1


def test_each_partition_has_a_list_of_its_own(folder: Path) -> None:
    stage = make_stage(folder, CertificateSettings(partitions=3))
    certificates = [stage.issue() for _ in range(9)]
    for certificate in certificates:
        revoke(stage, certificate)
    stage.publish()
    assert {one.partition for one in certificates} <= {0, 1, 2}
    for partition in range(3):
        listed = set(entries(stage.full(partition)))
        assert listed == {one.serial for one in certificates if one.partition == partition}
    assert "certificate revoked" in checked(stage, certificates[0], fails=True)
    stage.settings = CertificateSettings(partitions=1)
    stage.pass_time(hours=12)
    assert stage.publish().lists == 3 + 1  # what certificates may name is published for ever; and the root's


def test_openssl_applies_our_delta_to_an_older_full_list(stage: Stage) -> None:
    certificate, other = stage.issue(), stage.issue()
    suspend(stage, certificate)
    stage.publish()
    stage.chain()
    old = stage.file("old.crl", stage.full())
    stage.pass_time(minutes=15)
    lift(stage, certificate)
    revoke(stage, other)
    stage.publish()
    for name, der in (("old", old), ("delta", stage.file("delta.crl", stage.delta()))):
        stage.openssl("crl", "-inform", "DER", "-in", der, "-out", f"{name}.pem")
    for one, fails in ((certificate, False), (other, True)):
        said = stage.openssl(
            "verify", "-extended_crl", "-crl_check", "-use_deltas", "-CRLfile", "old.pem", "-CRLfile", "delta.pem",
            *stage.time(), "-CAfile", "root.pem", "-untrusted", "issuing.pem", stage.pem(one), fails=fails,
        )  # fmt: skip
        assert ("certificate revoked" in said) is fails
