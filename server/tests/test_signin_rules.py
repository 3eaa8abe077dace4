"""What a provider's answer must satisfy, each check broken once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from anahtar_server.signin.rules import (
    AnswerWrong,
    Asked,
    Level,
    Reason,
    check_asked,
    check_response,
    is_fresh,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://kapi.example"
ANSWER = {"code": "c", "state": "s", "iss": ISSUER}


def reason_of_response(**changed: str | None) -> Reason:
    params = {name: value for name, value in {**ANSWER, **changed}.items() if value is not None}
    with pytest.raises(AnswerWrong) as caught:
        check_response(params, state="s", issuer=ISSUER)
    return caught.value.reason


def test_a_right_answer_yields_its_code() -> None:
    assert check_response(ANSWER, state="s", issuer=ISSUER) == "c"


@pytest.mark.parametrize("iss", ["https://other.example", "", ISSUER + "/", None])
def test_an_answer_that_does_not_name_our_issuer_is_refused(iss: str | None) -> None:
    assert reason_of_response(iss=iss) is Reason.ISSUER_PARAMETER


@pytest.mark.parametrize("state", ["other", "", "ş", None])
def test_an_answer_to_another_beginning_is_refused(state: str | None) -> None:
    assert reason_of_response(state=state) is Reason.STATE


def test_giving_up_is_told_from_an_error_of_the_provider() -> None:
    assert reason_of_response(code=None, error="access_denied") is Reason.GIVEN_UP
    assert reason_of_response(code=None, error="server_error") is Reason.PROVIDER_ERROR


def test_an_error_is_believed_only_from_our_issuer() -> None:
    assert reason_of_response(code=None, error="access_denied", iss=None) is Reason.ISSUER_PARAMETER


@pytest.mark.parametrize("code", [None, "", "x" * 5000])
def test_an_answer_without_a_usable_code_is_refused(code: str | None) -> None:
    assert reason_of_response(code=code) is Reason.PARAMETERS


def test_levels_are_ordered() -> None:
    reached = [(have.value, want.value) for have in Level for want in Level if have.satisfies(want)]
    assert reached == [
        ("low", "low"),
        ("substantial", "low"),
        ("substantial", "substantial"),
        ("high", "low"),
        ("high", "substantial"),
        ("high", "high"),
    ]


def reason_of_asked(asked: Asked, *, level: Level = Level.SUBSTANTIAL, ago: timedelta = timedelta(0)) -> Reason | None:
    try:
        check_asked(asked, level=level, authenticated_at=NOW - ago, begun_at=NOW - timedelta(minutes=2), now=NOW)
    except AnswerWrong as wrong:
        return wrong.reason
    return None


def test_a_lower_level_than_asked_is_refused() -> None:
    assert reason_of_asked(Asked(level=Level.HIGH)) is Reason.LEVEL
    assert reason_of_asked(Asked(level=Level.SUBSTANTIAL)) is None


def test_signing_in_again_must_have_happened_after_we_asked() -> None:
    assert reason_of_asked(Asked(again=True), ago=timedelta(minutes=4)) is Reason.AUTH_TIME
    assert reason_of_asked(Asked(again=True), ago=timedelta(minutes=1)) is None
    assert reason_of_asked(Asked(), ago=timedelta(hours=9)) is None


def test_a_sign_in_older_than_the_asked_age_is_refused() -> None:
    quarter = Asked(max_age=timedelta(minutes=15))
    assert reason_of_asked(quarter, ago=timedelta(minutes=17)) is Reason.AUTH_TIME
    assert reason_of_asked(quarter, ago=timedelta(minutes=14)) is None


def test_a_sign_in_from_the_future_is_refused() -> None:
    assert reason_of_asked(Asked(), ago=-timedelta(minutes=2)) is Reason.AUTH_TIME


@pytest.mark.parametrize(("seconds_ago", "fresh"), [(0, True), (900, True), (901, False), (-30, True), (-61, False)])
def test_a_sign_in_is_fresh_for_its_minutes_and_never_from_the_future(seconds_ago: int, fresh: bool) -> None:
    assert is_fresh(NOW - timedelta(seconds=seconds_ago), NOW, 15) is fresh
