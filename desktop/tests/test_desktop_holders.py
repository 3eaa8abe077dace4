"""Whose card it is, as its certificate says: read without an X.509 library, and never trusted."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from desk import FOREIGN_ATR, Desk, card_memory, key
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card.errors import CardError
from anahtar_card.family import PinState
from anahtar_card.fault_reader import CUT_AFTER, FaultReader
from anahtar_desktop.holders import Holder, holder_in
from anahtar_desktop.looking import survey
from anahtar_desktop.words import state_of


def certificate(name: str, number: str = "") -> bytes:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    begin = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    end = begin + datetime.timedelta(days=900)
    builder = x509.CertificateBuilder(x509.Name(parts), x509.Name(parts), key().public_key(), 1, begin, end)
    return builder.sign(key(), hashes.SHA384()).public_bytes(Encoding.DER)


def test_a_person_and_a_firm_are_named_and_only_the_persons_number_is_masked() -> None:
    person, firm = (
        holder_in(certificate("Şükrü Işık", "10000000146")),
        holder_in(certificate("Ege Çiçekçilik", "4540536920")),
    )
    assert (person, firm) == (Holder("Şükrü Işık", "10000000146"), Holder("Ege Çiçekçilik", "4540536920"))
    assert person is not None
    assert firm is not None
    assert (person.shown_number, firm.shown_number) == ("*******0146", "4540536920")


def test_a_certificate_without_a_name_names_nobody() -> None:
    begin = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    nobody = x509.CertificateBuilder(x509.Name([]), x509.Name([]), public, 1, begin, begin.replace(year=2027))
    assert holder_in(nobody.sign(key(), hashes.SHA384()).public_bytes(Encoding.DER)) is None


@given(st.one_of(st.binary(max_size=200), st.integers(0, 300).map(lambda at: certificate("Ayşe", "1")[:at])))
def test_rubbish_names_nobody_and_raises_nothing(rubbish: bytes) -> None:
    assert holder_in(rubbish) is None or len(rubbish) > 100


def test_the_first_look_says_whose_card_it_is(tmp_path: Path) -> None:
    [seen] = Desk(tmp_path).assistant.status().seen
    assert seen.holder == Holder("Anahtar example card")
    assert "Anahtar example card" in state_of(seen, "tr")


def test_a_foreign_card_is_looked_at_without_its_holder(tmp_path: Path) -> None:
    [seen] = Desk(tmp_path, atr=FOREIGN_ATR).assistant.status().seen
    assert (seen.holder, seen.look and seen.look.pin) == (None, PinState.LOCKED)


@pytest.mark.parametrize("number", range(6, 9))
def test_a_card_that_leaves_while_its_certificate_is_read_is_still_a_card(number: int, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), [(number, CUT_AFTER)])
    assert isinstance(desk.reader, FaultReader)
    [seen] = survey(desk.readers, holders=True)
    assert (seen.look is not None, seen.holder) == (True, None)
    assert not isinstance(seen.trouble, CardError)
