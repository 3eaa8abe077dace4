"""Qt's own words (menus of fields, file dialogs), in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LANGUAGES = {"tr": QLocale.Language.Turkish, "en": QLocale.Language.English}
NAME = "own-words"


def translate(language: str) -> None:
    """Have Qt speak `language` (`tr` or `en`) from now on; without its file it speaks English."""
    QLocale.setDefault(QLocale(LANGUAGES[language]))
    app = QCoreApplication.instance()
    assert app is not None
    for before in app.findChildren(QTranslator, NAME):  # each holds its file's words as long as it lives
        QCoreApplication.removeTranslator(before)
        before.deleteLater()
    translator = QTranslator(app)
    translator.setObjectName(NAME)
    if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        QCoreApplication.installTranslator(translator)
