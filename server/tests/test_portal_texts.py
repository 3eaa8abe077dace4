"""What the pages send by SMS fits an SMS, in both languages and with the longest facts."""

from __future__ import annotations

import pytest

from anahtar_server.notices.rules import SMS_TEXT
from anahtar_server.people.texts import News, told
from anahtar_server.portal.texts import confirmation
from anahtar_server.portal.words_confirming import ACTS

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


def test_an_email_carries_the_whole_link() -> None:
    _, text = told(News.LINE_ADDED, "tr", "email", "+90 *** *** ** 67", PORTAL, CODE)
    assert f"{PORTAL}/itiraz/?kod={CODE}" in text
