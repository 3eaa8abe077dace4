"""The verification code: typed, pasted, or taken from the clipboard by one press."""

from __future__ import annotations

from PySide6.QtGui import QFont, QGuiApplication

from anahtar_desktop.qt.fields import Field
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import announce, icon_button, words
from anahtar_desktop.qt.texts import Label


class CodePage(Page):
    """Answers with the text as it stands; the assistant tells what is wrong with it. `prefill` comes from a link and is
    only filled in, never submitted."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting, setting.voice(Label.CODE_TITLE))
        voice = self.voice
        self.say(voice(Label.CODE_LEAD))
        paste = icon_button("paste", voice(Label.PASTE), self.look, self.paste)
        self.field = Field(voice(Label.CODE_FIELD), self.look, hint=voice(Label.CODE_HINT), width=17, beside=paste)
        self.field.line.setFont(_spaced(self.field.line.font()))
        self.field.line.setText(str(setting.extra.get("prefill", "")))
        self.field.on_enter(self.go_on)
        self.first = self.field
        self.add(self.field)
        self.done = words("", "met")
        self.done.hide()
        self.add(self.done)
        self.say(voice(Label.CODE_WARNING), "soft")
        self.end(self.main(Label.NEXT, self.go_on))

    def go_on(self) -> None:
        """Answer with the code, unless the field is empty."""
        if self.field.text.strip():
            self.answer(self.field.text)
        else:
            self.field.refuse(self.voice(Label.EMPTY_FIELD))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed yet."""
        return not self.field.text.strip()

    def fill(self, code: str) -> None:
        """Write a code into the field; a person still has to submit it."""
        self.field.refuse("")
        self.field.line.setText(code)
        self.main_button.setFocus()

    def paste(self) -> None:
        """Take the clipboard's text if it is a code; anything else stays there, unseen."""
        from anahtar_wire.code import NotACode, VerificationCode

        try:
            code = VerificationCode.parse(QGuiApplication.clipboard().text())
        except NotACode:
            self.done.hide()
            self.field.refuse(self.voice(Label.PASTE_NONE))
            return
        self.field.refuse("")
        self.field.line.setText(code.reveal())
        self.done.setText("✓ " + self.voice(Label.PASTED))
        self.done.show()
        self.main_button.setFocus()
        announce(self.done, self.voice(Label.PASTED))


def _spaced(font: QFont) -> QFont:
    spaced = QFont(font)
    spaced.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
    spaced.setCapitalization(QFont.Capitalization.MixedCase)
    return spaced
