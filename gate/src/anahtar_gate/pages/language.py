"""Which of our two languages somebody wants: pure, no framework."""

from __future__ import annotations

LANGUAGES = ("tr", "en")


def choose_language(ui_locales: str) -> str | None:
    """The first language of ours in a list of BCP 47 tags separated by spaces, or None."""
    wanted = (tag.partition("-")[0].lower() for tag in ui_locales.split())
    return next((tag for tag in wanted if tag in LANGUAGES), None)
