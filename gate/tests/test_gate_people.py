"""Persons: what the register takes, and the file it is told from."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from anahtar_gate.config import ConfigWrong, current_config, write_secret
from anahtar_gate.people.acts import record_person
from anahtar_gate.people.intake import read_people
from anahtar_gate.people.models import Person
from anahtar_gate.people.queries import refuse_rehearsal_data
from anahtar_gate.people.rules import PersonRecord, PersonWrong, is_mobile, is_tckn

ENTRY: dict[str, str | None] = {
    "tckn": "10000000146",
    "given_name": "Işıl",
    "family_name": "Örnek",
    "birth_date": "1990-02-03",
    "mobile": "+905550000042",
    "password": "prova-parolası-2",
}


def file_of(folder: Path, *entries: dict[str, str | None]) -> Path:
    """A file with these persons; None takes a key out."""
    kept = [{key: value for key, value in entry.items() if value is not None} for entry in entries]
    (folder / "people.json").write_text(json.dumps(kept), encoding="utf-8")
    return folder / "people.json"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("10000000146", True),
        ("10000000147", False),
        ("1000000014", False),
        ("00000000000", False),
        ("١٠٠٠٠٠٠٠١٤٦", False),
        ("1000 0000146", False),
        ("", False),
    ],
)
def test_an_identity_number_is_eleven_ascii_digits_with_right_check_digits(text: str, right: bool) -> None:
    assert is_tckn(text) is right


@pytest.mark.parametrize(("text", "right"), [("+905550000042", True), ("05550000042", False), ("+0555000004", False)])
def test_a_telephone_number_is_in_e164(text: str, right: bool) -> None:
    assert is_mobile(text) is right


def test_a_file_of_persons_is_read(tmp_path: Path) -> None:
    ((record, password),) = read_people(file_of(tmp_path, ENTRY), rehearsal=True)
    assert (record.tckn, record.birth_date, password) == ("10000000146", date(1990, 2, 3), "prova-parolası-2")
    assert "10000000146" not in repr(record)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tckn": "10000000147"}, "person 2: tckn is not acceptable"),
        ({"mobile": "0555"}, "person 2: mobile"),
        ({"given_name": " "}, "person 2: given_name"),
        ({"birth_date": "yesterday"}, "1.birth_date"),
        ({"password": None}, "password"),
        ({"nickname": "x"}, "nickname"),
    ],
)
def test_one_wrong_person_refuses_the_file_without_repeating_the_value(
    tmp_path: Path, change: dict[str, str | None], said: str
) -> None:
    with pytest.raises(ConfigWrong, match=said) as refused:
        read_people(file_of(tmp_path, ENTRY, {**ENTRY, **change}), rehearsal=True)
    assert "10000000147" not in str(refused.value)
    assert "prova" not in str(refused.value)


def test_a_password_may_come_from_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    write_secret(tmp_path / "password", "from-a-file-1")
    people = file_of(tmp_path, {**ENTRY, "password": None, "password_file": "password"})
    assert read_people(people, rehearsal=False)[0][1] == "from-a-file-1"
    (tmp_path / "password").chmod(0o644)
    with pytest.raises(ConfigWrong, match="chmod 600"):
        read_people(people, rehearsal=False)


def test_a_password_inside_the_file_is_refused_in_earnest(tmp_path: Path) -> None:
    with pytest.raises(ConfigWrong, match="rehearsal only"):
        read_people(file_of(tmp_path, ENTRY), rehearsal=False)


def test_a_known_person_is_corrected_and_keeps_the_pairwise_seed(person: Any) -> None:
    record = PersonRecord(
        tckn=person.tckn, given_name="Işıl", family_name="Yeni", birth_date=person.birth_date, mobile=person.mobile
    )
    again = record_person(actor="test", record=record, password="another-one-1", rehearsal=True, now=datetime.now(UTC))
    assert (again.pk, again.family_name) == (person.pk, "Yeni")
    assert Person.objects.get().subject_seed == person.subject_seed


def test_a_short_password_is_refused(person: Any) -> None:
    record = PersonRecord(
        tckn=person.tckn, given_name="A", family_name="B", birth_date=person.birth_date, mobile=person.mobile
    )
    with pytest.raises(PersonWrong, match="password"):
        record_person(actor="test", record=record, password="short", rehearsal=True, now=datetime.now(UTC))


def test_a_gate_in_earnest_refuses_persons_of_a_rehearsal(person: Any) -> None:
    refuse_rehearsal_data(current_config())
    with pytest.raises(ConfigWrong, match="rehearsal"):
        refuse_rehearsal_data(current_config().model_copy(update={"rehearsal": False}))
