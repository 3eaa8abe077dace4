"""Reads a file of persons for ``anahtar-gate people``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, model_validator

from anahtar_gate.config import ConfigWrong, read_secret
from anahtar_gate.people.rules import PersonRecord, PersonWrong


class PersonEntry(BaseModel):
    """One person as written in the file; exactly one of ``password`` and ``password_file``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    tckn: str = Field(repr=False)
    given_name: str
    family_name: str
    birth_date: date
    mobile: str = Field(repr=False)
    password: SecretStr | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if (self.password is None) == (self.password_file is None):
            raise ValueError("give either password or password_file")
        return self

    def record(self) -> PersonRecord:
        """The checked record. Raises PersonWrong."""
        return PersonRecord(
            tckn=self.tckn,
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            mobile=self.mobile,
        )

    def clear_password(self, *, folder: Path, rehearsal: bool) -> str:
        """The password in clear; a password inside the file is refused in earnest.

        folder: what a relative ``password_file`` is relative to. Raises ConfigWrong.
        """
        if self.password_file is not None:
            return read_secret(folder / self.password_file)
        if not rehearsal:
            raise ConfigWrong("a password inside the file of persons is for rehearsal only: use password_file")
        assert self.password is not None
        return self.password.get_secret_value()


def read_people(path: Path, *, rehearsal: bool) -> list[tuple[PersonRecord, str]]:
    """All persons of the file with their passwords; all of them or none.

    Raises ConfigWrong naming the entry (counted from 1) and the field, never the value.
    """
    try:
        entries = TypeAdapter(list[PersonEntry]).validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigWrong(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise ConfigWrong(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    people = []
    for number, entry in enumerate(entries, start=1):
        try:
            people.append((entry.record(), entry.clear_password(folder=path.parent, rehearsal=rehearsal)))
        except PersonWrong as error:
            raise ConfigWrong(f"{path}: person {number}: {error}") from None
    return people
