"""The method E-Devlet Şifresi through its acts, with the clock and the code as arguments."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from anahtar_gate.methods import e_devlet_sifresi
from anahtar_gate.methods.models import CountedTry, SmsCode
from anahtar_gate.methods.rules import CodeLate, CodeSpent, CodeWrong, Counted, LimitReached, PasswordWrong, is_code

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """That many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


class Telephone:
    """Remembers the codes sent to it."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, person: Any, code: str) -> None:
        self.codes.append(code)


@pytest.fixture
def telephone() -> Telephone:
    return Telephone()


@pytest.fixture
def step(person: Any, telephone: Telephone) -> SmsCode:
    """A second step begun at noon with the code 111111."""
    return e_devlet_sifresi.begin_second_step(person=person, send=telephone, now=NOON, draw=lambda: "111111")


def wrong(tckn: str, seconds: float) -> int:
    """A wrong password at that time; the tries left."""
    with pytest.raises(PasswordWrong) as refused:
        e_devlet_sifresi.check_person(tckn=tckn, password="not this", now=at(seconds))
    return refused.value.tries_left


def test_the_fifth_wrong_password_closes_the_number_for_fifteen_minutes(person: Any, visitor: Any) -> None:
    for tckn in (visitor.tckn, visitor.unknown_tckn):
        assert [wrong(tckn, second) for second in range(5)] == [4, 3, 2, 1, 0]
        with pytest.raises(LimitReached) as refused:
            e_devlet_sifresi.check_person(tckn=tckn, password=visitor.right_password, now=at(899))
        assert refused.value.until == at(900)
        assert refused.value.minutes(at(899)) == 1
    found = e_devlet_sifresi.check_person(tckn=visitor.tckn, password=visitor.right_password, now=at(900))
    assert found == person


def test_a_right_password_uses_no_try(person: Any, visitor: Any) -> None:
    e_devlet_sifresi.check_person(tckn=visitor.tckn, password=visitor.right_password, now=NOON)
    assert not CountedTry.objects.exists()


def test_no_number_of_a_stranger_is_kept(visitor: Any) -> None:
    wrong(visitor.unknown_tckn, 0)
    assert visitor.unknown_tckn not in str(list(CountedTry.objects.values()))


def test_an_unknown_number_is_checked_with_the_same_work_as_a_known_one(
    person: Any, visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = Argon2PasswordHasher.verify

    def watched(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        checked.append(encoded)
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "verify", watched)
    wrong(visitor.tckn, 0)
    wrong(visitor.unknown_tckn, 0)
    mine, nobodys = checked
    assert mine == person.password
    hasher = Argon2PasswordHasher()
    assert hasher.decode(mine)["params"] == hasher.decode(nobodys)["params"]
    assert len(mine) == len(nobodys)


def test_the_right_code_signs_in_once(step: SmsCode, person: Any) -> None:
    assert e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(1)) == person
    with pytest.raises(CodeSpent):
        e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(2))


def test_a_sign_in_forgets_wrong_passwords(step: SmsCode, visitor: Any) -> None:
    wrong(visitor.tckn, 0)
    e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(1))
    assert not CountedTry.objects.filter(counted=Counted.PASSWORD).exists()


def test_a_code_lives_three_minutes_and_a_late_one_uses_no_try(step: SmsCode, person: Any) -> None:
    with pytest.raises(CodeLate):
        e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(180))
    step.refresh_from_db()
    assert step.tries_left == 5
    assert e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(179)) == person


def test_the_fifth_wrong_code_ends_the_step(step: SmsCode) -> None:
    left = []
    for second in range(5):
        with pytest.raises(CodeWrong) as refused:
            e_devlet_sifresi.check_code(step_id=step.pk, typed="222222", now=at(second))
        left.append(refused.value.tries_left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeSpent):
        e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(6))


def test_a_new_code_replaces_the_old_one_and_gives_no_tries_back(step: SmsCode, telephone: Telephone) -> None:
    with pytest.raises(CodeWrong):
        e_devlet_sifresi.check_code(step_id=step.pk, typed="222222", now=at(1))
    e_devlet_sifresi.send_again(step_id=step.pk, send=telephone, now=at(170), draw=lambda: "333333")
    assert telephone.codes == ["111111", "333333"]
    with pytest.raises(CodeWrong) as refused:
        e_devlet_sifresi.check_code(step_id=step.pk, typed="111111", now=at(171))
    assert refused.value.tries_left == 3
    assert e_devlet_sifresi.check_code(step_id=step.pk, typed="333333", now=at(340))


def test_a_person_gets_five_codes_in_fifteen_minutes(step: SmsCode, telephone: Telephone) -> None:
    for second in range(1, 5):
        e_devlet_sifresi.send_again(step_id=step.pk, send=telephone, now=at(second))
    with pytest.raises(LimitReached) as refused:
        e_devlet_sifresi.send_again(step_id=step.pk, send=telephone, now=at(5))
    assert (refused.value.counted, refused.value.until) == (Counted.SMS, at(900))
    assert len(telephone.codes) == 5


def test_guessing_is_bounded_over_many_sign_ins(person: Any, telephone: Telephone) -> None:
    guesses = 0
    with pytest.raises(LimitReached) as refused:
        for hour in range(4):
            step = e_devlet_sifresi.begin_second_step(
                person=person, send=telephone, now=at(hour * 3600), draw=lambda: "111111"
            )
            for second in range(5):
                with pytest.raises(CodeWrong):
                    e_devlet_sifresi.check_code(step_id=step.pk, typed="222222", now=at(hour * 3600 + second))
                guesses += 1
    assert (refused.value.counted, guesses) == (Counted.CODE, 15)


def test_the_stored_code_is_not_the_code(step: SmsCode) -> None:
    assert "111111" not in str(SmsCode.objects.values().get())


def test_drawn_codes_are_six_ascii_digits() -> None:
    assert all(is_code(e_devlet_sifresi.draw_code()) for _ in range(50))
    assert not is_code("١١١١١١")
    assert not is_code("12345")


@pytest.mark.django_db
def test_a_step_that_never_was_is_spent() -> None:
    with pytest.raises(CodeSpent):
        e_devlet_sifresi.check_code(step_id=uuid.uuid4(), typed="111111", now=NOON)
