"""What the pages send by SMS fits an SMS, in both languages and with the longest facts."""

from __future__ import annotations

import pytest

from anahtar_server.notices.rules import SMS_TEXT
from anahtar_server.people.texts import News, told
from anahtar_server.portal.texts import confirmation
from anahtar_server.portal.words_confirming import ACTS
from anahtar_server.unlock import texts as unlock_texts

PORTAL, CODE = "https://onlineislemler.kurumunadi.gov.tr", "ABCDE-FGHJK"


@pytest.mark.parametrize("language", ["tr", "en", "de"])
def test_every_act_that_is_confirmed_has_an_sms_that_fits_and_begins_with_the_act(language: str) -> None:
    for kind in ACTS:
        text = confirmation(language, kind, "12345678")
        assert len(text) <= SMS_TEXT, kind
        assert text.index("12345678") < 50


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("news", News)
def test_a_notice_fits_whatever_the_line_and_never_loses_its_way_to_object(language: str, news: News) -> None:
    for line in ("+90 *** *** ** 67", "a***@" + "uzun-" * 30 + "kurum.gov.tr"):
        _, text = told(news, language, "sms", line, PORTAL, CODE)
        assert len(text) <= SMS_TEXT
        assert text.endswith(CODE)
        assert "onlineislemler.kurumunadi.gov.tr/itiraz" in text


@pytest.mark.parametrize("language", ["tr", "en"])
def test_whoever_represents_many_reads_whose_seal_got_a_new_pin(language: str) -> None:
    title, way = "Örnek Gıda A.Ş.", ("000000003A3B", "14:55")
    subject, letter = unlock_texts.done(language, "email", *way, title, PORTAL, CODE)
    assert title in letter
    assert letter.startswith(subject)
    for firm in (None, title, "Uzun Unvanlı Gıda Sanayi ve Ticaret Limited Şirketi " * 5):
        _, text = unlock_texts.done(language, "sms", *way, firm, PORTAL, CODE)
        assert len(text) <= SMS_TEXT
        assert "…3A3B" in text
        assert text.endswith(CODE)
    assert "nuz" not in unlock_texts.done("tr", "sms", *way, title, PORTAL, CODE)[1].split(".")[0]


def test_an_email_carries_the_whole_link() -> None:
    _, text = told(News.LINE_ADDED, "tr", "email", "+90 *** *** ** 67", PORTAL, CODE)
    assert f"{PORTAL}/itiraz/?kod={CODE}" in text
