"""Qt's own words (menus of fields, file dialogs), in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LANGUAGES = {"tr": QLocale.Language.Turkish, "en": QLocale.Language.English}


def translate(language: str) -> None:
    """Have Qt speak `language` (`tr` or `en`) from now on; without its file it speaks English."""
    QLocale.setDefault(QLocale(LANGUAGES[language]))
    translator = QTranslator(QCoreApplication.instance())
    if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        QCoreApplication.installTranslator(translator)  # the latest one is asked first
