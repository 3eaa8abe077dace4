"""What people are told of changes about themselves, and how a notice says the way to object."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlencode

from anahtar_server.notices.rules import SMS_TEXT


class News(StrEnum):
    """What there is to tell."""

    LINE_ADDED = "line-added"
    LINE_ENDED = "line-ended"
    WEB_PASSWORD_SET = "web-password-set"  # noqa: S105  # the name of a piece of news


_TEXTS = {
    "tr": {
        News.LINE_ADDED: ("Yeni iletişim hattı eklendi", "Yeni iletişim hattı: {line}."),
        News.LINE_ENDED: ("İletişim hattı kaldırıldı", "Kaldırılan iletişim hattı: {line}."),
        News.WEB_PASSWORD_SET: ("WEB Parola belirlendi", "WEB Parola belirlendi."),
    },
    "en": {
        News.LINE_ADDED: ("A contact line was added", "New contact line: {line}."),
        News.LINE_ENDED: ("A contact line was removed", "Contact line removed: {line}."),
        News.WEB_PASSWORD_SET: ("The web password was set", "Your web password was set."),
    },
}
_BY_SMS = {
    "tr": "Siz değilseniz: {address} Kod: {code}",
    "en": "Not you? {address} Code: {code}",
}
_BY_EMAIL = {
    "tr": "Bunu siz yapmadıysanız aşağıdaki adresi açıp düğmeye basın; sertifikalarınız askıya alınır:\n{address}",
    "en": "If this was not you, open this address and press the button; your certificates are suspended:\n{address}",
}


def objection(language: str, channel: str, portal_url: str, code: str) -> str:
    """Return the end of a notice that says how to object: an address and a code to type in an SMS, a link in an
    e-mail."""
    language = language if language in _BY_SMS else "en"
    page = portal_url.rstrip("/") + "/itiraz/"
    if channel == "email":
        return _BY_EMAIL[language].format(address=f"{page}?{urlencode({'kod': code})}")
    return _BY_SMS[language].format(address=page.split("://")[1].rstrip("/"), code=code)


def notice(language: str, channel: str, what: str, facts: Sequence[str], portal_url: str, code: str) -> str:
    """Return a notice: what happened, the facts, and the way to object, which an SMS never cuts.

    Of the facts an SMS carries as many as fit, the first ones first.
    """
    ending = objection(language, channel, portal_url, code)
    if channel == "email":
        return f"{' '.join((what, *facts))}\n\n{ending}"
    spare = SMS_TEXT - len(ending) - 1
    text = what if len(what) <= spare else what[: max(0, spare - 1)] + "…"
    for fact in facts:
        if len(text) + 1 + len(fact) > spare:
            break
        text += f" {fact}"
    return f"{text} {ending}"


def told(news: News, language: str, channel: str, line: str, portal_url: str, code: str) -> tuple[str, str]:
    """Return subject and text of a notice on a line of `channel`; `line` is the masked line that changed."""
    language = language if language in _TEXTS else "en"
    subject, text = _TEXTS[language][news]
    ending = objection(language, channel, portal_url, code)
    if channel == "email":
        return subject, f"{text.format(line=line)}\n\n{ending}"
    spare = SMS_TEXT - len(f"{text.format(line='')} {ending}")
    shown = line if len(line) <= spare else line[: max(0, spare - 1)] + "…"  # the way to object is never cut
    return subject, f"{text.format(line=shown)} {ending}"
