"""Authorization requests that are refused, and when the gate's own session answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_gate.provider.rules import PROMPTS, RequestRefused, read_asked, single_values

REFUSED_TO_CLIENT = [
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token ş"}, "unsupported_response_type"),
    ({"response_mode": "form_post"}, "invalid_request"),
    ({"scope": "profile"}, "invalid_scope"),
    ({"scope": None}, "invalid_scope"),
    ({"prompt": "dance"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "none"}, "login_required"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "٣"}, "invalid_request"),
    ({"request": "x.y.z"}, "request_not_supported"),
    ({"request_uri": "https://example.org/r"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"nonce": "n" * 3000}, "invalid_request"),
    ({"nonce": "a\x00b"}, "invalid_request"),
]


@pytest.mark.parametrize(("change", "error"), REFUSED_TO_CLIENT)
def test_a_wrong_request_goes_back_with_its_error_state_and_issuer(
    visitor: Any, change: dict[str, str | None], error: str
) -> None:
    answer = visitor.authorize(**change).answer
    assert answer["error"] == error
    assert answer["state"] == "durum & state"
    assert answer["iss"] == visitor.issuer
    assert "code" not in answer


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": None},
        {"redirect_uri": "http://localhost:8400/giris/donus/"},
        {"redirect_uri": "http://localhost:8400/giris/donus?x=1"},
        {"redirect_uri": "https://evil.example/ş"},
        {"client_id": None},
        {"client_id": "nobody"},
    ],
)
def test_an_unknown_client_or_address_is_told_here_and_never_redirected(
    visitor: Any, change: dict[str, str | None]
) -> None:
    visitor.authorize(**change)
    assert visitor.page.status_code == 400
    assert "Giriş isteği kabul edilmedi" in visitor.text
    assert "invalid_" in visitor.text


def test_a_repeated_parameter_is_refused(visitor: Any) -> None:
    query = urlencode([*visitor.request().items(), ("scope", "openid")])
    visitor.page = visitor.browser.get(f"/authorize?{query}")
    assert visitor.answer["error"] == "invalid_request"
    query = urlencode([*visitor.request().items(), ("redirect_uri", "https://evil.example/")])
    assert visitor.browser.get(f"/authorize?{query}").status_code == 400


def test_a_request_may_be_posted(visitor: Any) -> None:
    assert visitor.browser.post("/authorize", visitor.request()).status_code == 302


def test_a_client_taken_out_of_the_settings_is_refused(visitor: Any) -> None:
    from anahtar_gate.provider.acts import register_clients

    visitor.sign_in()
    register_clients(actor="test", clients=[])
    assert visitor.trade().status_code == 401
    assert visitor.authorize().page.status_code == 400


def test_a_person_who_cancels_is_sent_back_without_a_code(visitor: Any) -> None:
    answer = visitor.authorize().choose_password().submit("vazgec").answer
    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == ("durum & state", visitor.issuer)


def test_a_second_request_is_answered_by_the_session_with_the_first_auth_time(visitor: Any) -> None:
    from anahtar_gate.provider.models import AuthorizationCode

    visitor.sign_in().trade()
    assert visitor.authorize(prompt="none").answer["code"]
    first, second = AuthorizationCode.objects.order_by("expires_at")
    assert (first.auth_time, first.sid) == (second.auth_time, second.sid)


@pytest.mark.parametrize("change", [{"prompt": "login"}, {"prompt": "consent"}, {"max_age": "0"}])
def test_the_person_is_asked_again_when_the_client_wants_it(
    visitor: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    visitor.sign_in()
    visitor.authorize(**change)
    assert "Nasıl giriş yapmak istersiniz?" in visitor.text
    assert visitor.choose_password().password().code().answer["code"]


def test_the_session_does_not_answer_another_browser(visitor: Any, new_visitor: Callable[[], Any]) -> None:
    visitor.sign_in()
    assert new_visitor().authorize(prompt="none").answer["error"] == "login_required"


def test_a_waiting_request_of_one_browser_is_nothing_in_another(visitor: Any, new_visitor: Callable[[], Any]) -> None:
    visitor.authorize()
    address = visitor.page.request["PATH_INFO"]
    assert new_visitor().open(address).page.status_code == 410


def test_a_level_out_of_reach_does_not_stop_the_sign_in_and_is_not_claimed(visitor: Any) -> None:
    visitor.sign_in(acr_values="high")
    assert visitor.authorize(acr_values="high", prompt="none").answer["code"]


@given(st.dictionaries(st.sampled_from(["prompt", "max_age", "acr_values", "ui_locales", "scope"]), st.text()))
def test_whatever_a_request_says_it_is_read_or_refused(parameters: dict[str, str]) -> None:
    right = {"response_type": "code", "scope": "openid", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    try:
        asked = read_asked({**right, **parameters})
    except RequestRefused as refused:
        assert refused.description.isascii()
    else:
        assert asked.prompt <= PROMPTS


@given(st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5), max_size=3)))
def test_only_parameters_given_once_are_kept(pairs: dict[str, list[str]]) -> None:
    values, refusal = single_values(pairs.items())
    assert all(pairs[name] == [value] for name, value in values.items())
    assert refusal is not None or all(len(several) == 1 for several in pairs.values())
