"""Which page asks which question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anahtar_desktop.qt import questions as q
from anahtar_desktop.qt.pages.cards import ChoosePage, InsertPage
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.confirmation import ConfirmationPage, MethodPage
from anahtar_desktop.qt.pages.duties import DutiesPage
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.pins import LastTryPage, NewPinPage, PinPage

PAGES: dict[type, Callable[[Setting, Any], Page]] = {
    q.AskCode: lambda setting, _: CodePage(setting),
    q.AskForCard: InsertPage,
    q.ChooseCard: ChoosePage,
    q.AskDuties: lambda setting, _: DutiesPage(setting),
    q.AskPin: PinPage,
    q.AskNewPin: NewPinPage,
    q.AskLastTry: LastTryPage,
    q.ChooseMethod: MethodPage,
    q.AskConfirmation: ConfirmationPage,
}


def page_for(question: q.Question, setting: Setting) -> Page:
    """Return the page of a question."""
    return PAGES[type(question)](setting, question)
