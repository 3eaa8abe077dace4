"""What people see: five labels, the host, two languages, errors beside the field, limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from anahtar_gate.pages.texts import TEXTS, Texts
from anahtar_wire.inbox import read

LABELS = ["E-Devlet Şifresi", "Mobil İmza", "E-İmza", "T.C. Kimlik Kartı", "İnternet Bankacılığı"]
TEMPLATES = Path(__file__).parent.parent / "src" / "anahtar_gate" / "pages" / "templates"


def soup(visitor: Any) -> BeautifulSoup:
    """The page."""
    return BeautifulSoup(visitor.text, "lxml")


@pytest.mark.parametrize(("language", "not_yet"), [("tr", "henüz yok"), ("en", "not yet")])
def test_the_page_lists_all_five_methods_and_four_are_no_links(visitor: Any, language: str, not_yet: str) -> None:
    items = soup(visitor.authorize(ui_locales=language)).select("ul.methods li")
    assert [item.get_text(" ", strip=True).removesuffix(f" {not_yet}") for item in items] == LABELS
    assert [link.get_text() for item in items for link in item.select("a")] == ["E-Devlet Şifresi"]
    assert [not_yet in item.get_text() for item in items] == [False, True, True, True, True]


def pages(visitor: Any) -> dict[str, str]:
    """Every kind of page, by name."""
    seen = {"methods": visitor.authorize().text}
    seen["password"] = visitor.choose_password().text
    seen["password wrong"] = visitor.password(password="another one").text
    seen["code"] = visitor.password().text
    seen["code wrong"] = visitor.code("abc").text
    seen["home"] = visitor.open("/").text
    seen["missing"] = visitor.open("/nowhere").text
    seen["gone"] = visitor.open("/giris/nothing").text
    seen["refused"] = visitor.authorize(client_id="nobody").text
    seen["form"] = visitor.browser.post("/logout/leave").content.decode()
    return seen


def test_every_page_names_its_host_warns_and_shows_prova(visitor: Any) -> None:
    for name, text in pages(visitor).items():
        page = BeautifulSoup(text, "lxml")
        warning = page.select_one("#host")
        assert warning is not None, name
        assert "localhost:8401" in warning.get_text()
        assert "turkiye.gov.tr değildir" in warning.get_text()
        assert "PROVA" in page.get_text()


def test_every_page_has_language_title_one_heading_labels_and_no_script(visitor: Any) -> None:
    for name, text in pages(visitor).items():
        page = BeautifulSoup(text, "lxml")
        assert page.html is not None and page.html["lang"] == "tr", name
        assert page.title is not None and page.title.get_text(strip=True)
        assert len(page.select("h1")) == 1
        assert len(page.select("button:not(.secondary), a.button")) <= 1
        assert not page.select("script, [style], [onclick]")
        for field in page.select("input:not([type=hidden])"):
            assert page.select_one(f"label[for={field['id']}]"), field
            described = str(field["aria-describedby"]).split()
            assert all(page.select_one(f"#{one}") for one in described)


def test_an_error_is_named_at_the_field_and_in_the_summary(visitor: Any) -> None:
    visitor.authorize().choose_password().password(tckn="1", password="")
    page = soup(visitor)
    assert [link["href"] for link in page.select(".summary a")] == ["#tckn", "#password"]
    assert "tckn-error" in str(page.select_one("input#tckn")["aria-describedby"])  # type: ignore[index]
    assert page.title is not None and page.title.get_text().startswith("Hata: ")
    assert "Deneme hakkınız azalmadı" in page.get_text()


def test_the_language_switch_keeps_the_place_and_is_remembered(visitor: Any) -> None:
    visitor.authorize().choose_password()
    here = visitor.page.request["PATH_INFO"]
    switch = soup(visitor).select_one("nav a")
    assert switch is not None
    visitor.open(str(switch["href"]))
    assert visitor.page.request["PATH_INFO"] == here
    assert soup(visitor).html["lang"] == "en"  # type: ignore[index]
    assert "do not type your real e-Devlet password" in visitor.text
    visitor.password()
    assert "Type the code that came by SMS" in visitor.text
    assert read(visitor.folder / "inbox")[-1].text.startswith("e-Devlet (PROVA) sign-in code: ")


def test_wrong_password_and_unknown_number_get_the_same_answer(new_visitor: Callable[[], Any]) -> None:
    known, unknown = new_visitor(), new_visitor()
    for _ in range(6):
        answers = []
        for visitor, tckn in ((known, known.tckn), (unknown, known.unknown_tckn)):
            visitor.authorize().choose_password().password(tckn=tckn, password="another one")
            plain = re.sub(r'value="[^"]*"|/giris/[^/"]+', "", visitor.text)
            answers.append((visitor.page.status_code, plain, sorted(visitor.page.headers)))
        assert answers[0] == answers[1]
    assert known.page.status_code == 429
    assert "Bekleme süresi: 15 dakika" in known.text
    known.password()
    assert known.page.status_code == 429
    assert not known.codes()


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_starts_over(visitor: Any) -> None:
    visitor.authorize().choose_password().password()
    other = "000000" if visitor.codes()[-1] != "000000" else "000001"
    for left in (4, 3, 2, 1):
        visitor.code(other)
        assert visitor.page.status_code == 422
        assert f"Kalan deneme hakkı: {left}." in visitor.text
    visitor.code(other)
    assert "Şifrenizi yeniden yazarak baştan başlayın" in visitor.text
    assert visitor.password().code().answer["code"]


def test_a_late_code_can_be_replaced(visitor: Any) -> None:
    from django.utils import timezone

    from anahtar_gate.methods.models import SmsCode

    visitor.authorize().choose_password().password()
    SmsCode.objects.update(expires_at=timezone.now())
    visitor.code()
    assert "Bu kodun süresi doldu" in visitor.text
    visitor.submit("yeni-kod")
    assert "Yeni bir kod gönderildi" in visitor.text
    assert visitor.code().answer["code"]


def test_the_code_page_shows_two_digits_of_the_telephone_only(visitor: Any) -> None:
    visitor.authorize().choose_password().password()
    assert "Son iki rakamı 42 olan" in visitor.text
    assert visitor.mobile[-4:] not in visitor.text


def test_the_sms_names_the_act_first_and_is_short(visitor: Any) -> None:
    visitor.authorize().choose_password().password()
    message = read(visitor.folder / "inbox")[-1]
    assert (message.channel, message.sender, message.to) == ("sms", "ANAHTAR-KAPI", visitor.mobile)
    assert message.text.startswith("e-Devlet (PROVA) giriş kodu: ")
    for key in ("sms", "sms_rehearsal"):
        assert all(len(Texts(language).fill(key, code="123456")) <= 134 for language in ("tr", "en"))


def test_an_inbox_that_cannot_be_written_is_told_and_signs_nobody_in(
    visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anahtar_gate.config import current_config
    from anahtar_gate.signin import e_devlet_sifresi as views

    broken = current_config().model_copy(update={"inbox": visitor.folder / "anahtar.toml" / "no folder"})
    monkeypatch.setattr(views, "current_config", lambda: broken)
    visitor.authorize().choose_password().password()
    assert visitor.page.status_code == 503
    assert "Kod şu anda gönderilemiyor" in visitor.text


def test_a_form_without_its_token_is_refused(visitor: Any) -> None:
    visitor.authorize().choose_password()
    answer = visitor.browser.post(visitor.page.request["PATH_INFO"], {"tckn": visitor.tckn, "password": "x"})
    assert answer.status_code == 403
    assert "Hiçbir şey gönderilmedi" in answer.content.decode()


def test_the_policy_is_strict_and_lets_a_form_lead_back_to_its_client_only(visitor: Any) -> None:
    policy = visitor.authorize().page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost:8400;" in f"{policy};"
    assert "unsafe" not in policy
    assert "localhost:8400" not in visitor.open("/").page["Content-Security-Policy"]
    assert visitor.page["X-Frame-Options"] == "DENY"
    assert visitor.page["Cache-Control"] == "no-store"


def test_cookies_have_names_of_the_gates_own(visitor: Any) -> None:
    visitor.authorize().choose_password()
    assert set(visitor.browser.cookies) == {"anahtar_kapi_session", "anahtar_kapi_csrf"}
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in visitor.browser.cookies.values())


def test_a_sign_in_changes_the_sessions_key(visitor: Any) -> None:
    visitor.authorize().choose_password().password()
    before = visitor.browser.cookies["anahtar_kapi_session"].value
    visitor.code()
    assert visitor.browser.cookies["anahtar_kapi_session"].value != before


def test_the_style_sheet_is_served_and_may_be_kept(visitor: Any) -> None:
    link = soup(visitor.open("/")).select_one("link[rel=stylesheet]")
    assert link is not None
    answer = visitor.browser.get(str(link["href"]))
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]


def test_a_broken_gate_says_nothing_of_why(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from anahtar_gate.pages import views

    def fail(*arguments: Any, **more: Any) -> None:
        raise RuntimeError("a secret reason")

    visitor.browser.raise_request_exception = False
    monkeypatch.setattr("anahtar_gate.provider.views.read_asked", fail)
    visitor.authorize()
    assert visitor.page.status_code == 500
    assert "secret" not in visitor.text
    assert "Kapıda bir aksaklık oldu" in visitor.text
    assert views.broken.__doc__


def test_every_text_that_templates_ask_for_exists_in_both_languages() -> None:
    asked = {
        key
        for template in TEMPLATES.rglob("*.html")
        for key in re.findall(r"\bt\.([a-z_]+)", template.read_text(encoding="utf-8"))
    }
    assert asked <= set(TEXTS)
    for key, (turkish, english) in TEXTS.items():
        assert turkish and english
        assert set(re.findall(r"{\w+}", turkish)) == set(re.findall(r"{\w+}", english)), key


def test_leaving_at_the_clients_wish_ends_the_session_and_goes_back(visitor: Any) -> None:
    hint = visitor.sign_in().trade().json()["id_token"]
    back = {"post_logout_redirect_uri": "http://localhost:8400/", "state": "s"}
    visitor.page = visitor.browser.get("/logout", {"id_token_hint": hint, **back})
    assert visitor.page["Location"] == "http://localhost:8400/?state=s"
    assert visitor.authorize(prompt="none").answer["error"] == "login_required"


@pytest.mark.parametrize("hint", ["", "x.y.z"])
def test_leaving_without_a_right_hint_asks_first(visitor: Any, hint: str) -> None:
    visitor.sign_in()
    visitor.open("/logout", id_token_hint=hint, post_logout_redirect_uri="https://evil.example/")
    assert "Kapıdan çıkmak istiyor musunuz?" in visitor.text
    assert visitor.authorize(prompt="none").answer["code"]
    visitor.open("/logout").submit("cikis")
    assert "Oturumunuz kapatıldı" in visitor.text
    assert visitor.authorize(prompt="none").answer["error"] == "login_required"


def test_leaving_never_goes_to_an_address_that_is_not_registered(visitor: Any) -> None:
    hint = visitor.sign_in().trade().json()["id_token"]
    visitor.open("/logout", id_token_hint=hint, post_logout_redirect_uri="https://evil.example/")
    assert "Oturumunuz kapatıldı" in visitor.text


def test_nothing_secret_is_logged(visitor: Any, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    for name in ("", "anahtar_gate", "django", "django.db.backends", "authlib"):
        if name not in ("django.db.backends", "authlib"):
            caplog.set_level(logging.DEBUG, logger=name)
    for name in ("anahtar_gate", "django", "authlib"):
        logging.getLogger(name).addHandler(caplog.handler)
    try:
        visitor.authorize().choose_password().password(password="wrong-canary").password()
        visitor.code("000000") if visitor.codes()[-1] != "000000" else None
        answer = visitor.code().trade()
        visitor.trade("another-canary")
    finally:
        for name in ("anahtar_gate", "django", "authlib"):
            logging.getLogger(name).removeHandler(caplog.handler)
    assert "signed in" in caplog.text
    secrets = [visitor.tckn, visitor.right_password, "canary", answer.json()["access_token"], *visitor.codes()]
    assert not [secret for secret in secrets if secret in caplog.text]
