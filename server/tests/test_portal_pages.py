"""What holds for all pages: markup that every browser and screen reader can use, headers, and where a code may be."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.sessions.models import Session
from django.db import connection
from portal_stage import Stage, make_stage, soup

from anahtar_server.portal import rules
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import State

pytestmark = pytest.mark.django_db
OPEN = (
    "/",
    "/online-islemler/",
    "/giris/",
    "/yardim/",
    "/yardim/?ara=puk",
    "/yardim/konu/ilk-pin/",
    "/yardim/konu/erisilebilirlik/",
    "/yardim/internal/",
    "/itiraz/",
    "/nowhere/",
)
HOLDERS = (
    "/nes/",
    "/nes/sertifika/",
    "/nes/sertifika/?islem=iptal",
    "/nes/sertifika/0a01/",
    "/nes/sertifika/0a01/askiya-al/",
    "/nes/sertifika/0a01/askidan-indir/",
    "/nes/sertifika/0a01/iptal/",
    "/nes/gecmis/",
    "/nes/pin/",
    "/muhur/",
    "/oturumlar/",
    "/iletisim/",
    "/web-parola/",
)


@pytest.fixture
def stage() -> Stage:
    """A holder who is not signed in."""
    return make_stage()


def every_page(stage: Stage) -> list[tuple[str, BeautifulSoup]]:
    found = [(address, soup(stage.client.get(address))) for address in OPEN]
    stage.sign_in()
    firm = f"/muhur/{stage.firm.pk}/"
    card = f"/nes/kart/{stage.card.serial}/"
    addresses = [
        *HOLDERS,
        card + "kayip/",
        card + "bulundu/",
        firm,
        firm + "sertifika/",
        firm + "gecmis/",
        firm + "pin/",
        stage.open(),
        waiting(stage),
    ]
    found += [(address, soup(stage.client.get(address))) for address in addresses]
    sent: dict[str, dict[str, str]] = {
        firm + "pin/": {},
        "/nes/sertifika/0a01/iptal/": {"last_four": "x"},
        "/iletisim/": {"channel": "sms", "address": "x"},
        "/itiraz/": {"kod": "x"},
        addresses[-1]: {"onay": "1"},
    }
    found += [(f"POST {address}", soup(stage.client.post(address, fields))) for address, fields in sent.items()]
    return found


def waiting(stage: Stage) -> str:
    """An act that waits for its confirmation, the code sent."""
    address = str(stage.client.post("/web-parola/").headers["Location"])
    stage.client.post(address, {"yontem": "sms"})
    return address


def test_no_page_has_script_or_style_of_its_own(stage: Stage) -> None:
    for address, page in every_page(stage):
        assert page.find("style") is None, address
        assert all(script.get("src") and not script.get_text() for script in page.find_all("script")), address
        styled = [tag.name for tag in page.find_all(True) if "style" in tag.attrs or _handlers(tag)]
        assert styled == [], address


def _handlers(tag: Tag) -> list[str]:
    return [name for name in tag.attrs if name.startswith("on")]


def test_every_page_has_one_heading_a_title_and_a_way_past_the_menu(stage: Stage) -> None:
    for address, page in every_page(stage):
        assert len(page.find_all("h1")) == 1, address
        assert page.title is not None
        assert page.title.get_text().strip(" –"), address
        skip = page.select_one("a.skip")
        assert skip is not None
        assert page.find(id=str(skip["href"])[1:]) is not None, address


def test_no_id_stands_twice_and_every_reference_is_met(stage: Stage) -> None:
    for address, page in every_page(stage):
        ids = [str(tag["id"]) for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), address
        named = {
            name
            for tag in page.find_all(True)
            for attribute in ("for", "aria-describedby", "aria-labelledby", "data-kopyala")
            for name in str(tag.get(attribute) or "").split()
        }
        local = {str(link["href"])[1:] for link in page.select("a[href^='#']")}
        assert (named | local) <= set(ids), address


def test_every_field_has_a_label_and_says_how_it_may_be_filled(stage: Stage) -> None:
    for address, page in every_page(stage):
        for field in page.select("input:not([type=hidden])"):
            assert page.select_one(f"label[for='{field['id']}']") is not None, (address, field)
            assert field.has_attr("autocomplete"), (address, field)


def test_a_page_has_one_main_button_at_most(stage: Stage) -> None:
    for address, page in every_page(stage):
        main = page.select("main button:not(.second, .bad), main a.button:not(.second)")
        assert len(main) <= (2 if address == "/" else 1), address


def test_every_form_that_changes_something_carries_its_token(stage: Stage) -> None:
    for address, page in every_page(stage):
        for form in page.find_all("form"):
            if form["method"] == "get":
                assert form.get("role") == "search", address  # a search changes nothing
                continue
            assert form.select_one("[name=csrfmiddlewaretoken]") is not None, address


def test_every_answer_has_its_security_headers(stage: Stage) -> None:
    for address in OPEN:
        headers = stage.client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_holders_pages_are_kept_by_nobody(stage: Stage) -> None:
    stage.sign_in()
    for address in (*HOLDERS, stage.open(), "/nowhere/"):
        assert "no-store" in stage.client.get(address).headers["Cache-Control"], address


def test_the_code_is_nowhere_in_the_database(stage: Stage) -> None:
    stage.sign_in()
    shown = soup(stage.client.get(stage.open())).find(id="code")
    assert shown is not None
    code = VerificationCode.parse(shown.get_text())
    stored = everything_stored()
    assert code.reference in stored  # the search does look where the unlock is kept
    assert code.secret not in stored
    assert code.secret not in "".join(str(one.get_decoded()) for one in Session.objects.all())


def everything_stored() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [
                bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v) for r in cursor for v in r
            ]
    return "\n".join(found)


def test_steps_are_done_in_their_order() -> None:
    way = [State.OPENED, State.CLAIMED, State.CONFIRMING, State.CONFIRMED, State.RELEASED, State.DONE]
    done = [rules.steps_done(state, None, None) for state in way]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, rules.STEPS)


def test_every_state_has_its_steps() -> None:
    assert all(0 <= rules.steps_done(state, None, None) <= rules.STEPS for state in State)
