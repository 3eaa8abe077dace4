"""The rooms beside the main way. Each has work that may wait for cards or the server, and a page that shows its result;
both are loaded when someone enters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anahtar_card.record import record
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.surroundings import Surroundings
from anahtar_desktop.qt.wish import Wish


@record
class Door:
    """`work` runs in the thread for waiting, `page` is made of what it returned."""

    work: Callable[[Surroundings], Any]
    page: Callable[[Setting, Any], Page]


def _view(parts: Surroundings) -> Any:
    from anahtar_card.errors import CardError
    from anahtar_desktop.card_status import ask
    from anahtar_desktop.looking import survey
    from anahtar_desktop.viewer import view

    try:
        seen = survey(parts.readers, holders=True)
    except CardError:
        return []

    def facts(serial: str) -> Any:
        try:
            return view(parts.readers, serial, ask)
        except CardError as error:
            return error

    return [(one, facts(one.look.serial)) for one in seen if one.look]


def _viewer_page(setting: Setting, cards: Any) -> Page:
    from anahtar_desktop.qt.pages.viewer import ViewerPage

    return ViewerPage(setting, cards)


def _examine(parts: Surroundings) -> Any:
    from anahtar_desktop.doctor import examine

    return examine(parts.patient())


def _check_page(setting: Setting, findings: Any) -> Page:
    from anahtar_desktop.qt.pages.check import CheckPage

    return CheckPage(setting, findings)


def _practice_page(setting: Setting, nothing: Any) -> Page:
    from anahtar_desktop.qt.pages.practice import PracticePage

    return PracticePage(setting)


DOORS = {
    Wish.VIEWER: Door(_view, _viewer_page),
    Wish.CHECK: Door(_examine, _check_page),
    Wish.PRACTICE: Door(lambda parts: None, _practice_page),
}
