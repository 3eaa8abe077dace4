"""Kart Bilgileri: the card's own words and its certificates."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from anahtar_card.errors import CardError
from anahtar_desktop.card_status import Life, Status
from anahtar_desktop.failures import problem_of
from anahtar_desktop.plainly import plain
from anahtar_desktop.ports import Seen
from anahtar_desktop.qt.pages.card_strip import strip
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.parts import button, words
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.viewer import CardFacts, Certificate

USES = {"sign": Label.USE_SIGN, "commit": Label.USE_COMMIT, "encrypt": Label.USE_ENCRYPT}
LIVES = {
    Life.GOOD: Label.LIFE_GOOD,
    Life.SUSPENDED: Label.LIFE_SUSPENDED,
    Life.REVOKED: Label.LIFE_REVOKED,
    Life.UNKNOWN: Label.LIFE_UNKNOWN,
    Life.NO_SERVICE: Label.LIFE_NO_SERVICE,
    Life.NOT_REACHED: Label.LIFE_NOT_REACHED,
    Life.NOT_BELIEVED: Label.LIFE_NOT_BELIEVED,
}
Shown = tuple[Seen, CardFacts | CardError]


class ViewerPage(Page):
    """Shows every card; answers with None. There is no PUK here, and nothing that could change a card."""

    def __init__(self, setting: Setting, cards: list[Shown]) -> None:
        super().__init__(setting, setting.voice(Label.VIEWER))
        self.say(self.voice(Label.VIEWER_LEAD))
        for seen, facts in cards:
            self.add(strip(seen, None, self.look, self.voice))
            if isinstance(facts, CardError):
                self.add(self._notice(self.voice.problem(problem_of(facts)[0])))
            else:
                self._add_certificates(facts)
        if not cards:
            self.say(self.voice(Label.VIEWER_NONE))
        back = button(self.voice(Label.BACK_TO_START), lambda: self.answer(None))
        self.first = back
        self.end(back, stop=None)

    def _add_certificates(self, facts: CardFacts) -> None:
        if not facts.certificates:
            self.say(self.voice(Label.VIEWER_NONE))
        for number, certificate in enumerate(facts.certificates, 1):
            self.add(self._certificate(number, certificate))

    def _certificate(self, number: int, certificate: Certificate) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "panel")
        column = QVBoxLayout(frame)
        margin = self.look.scaled(1)
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(words(self.voice(Label.CERTIFICATE, number=number), "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.look.scaled(1.2))
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._rows(certificate)):
            grid.addWidget(words(self.voice(name), "soft"), row, 0)
            said = words(value)
            said.setAccessibleName(f"{self.voice(name)}: {value}")
            grid.addWidget(said, row, 1)
        column.addLayout(grid)
        return frame

    def _rows(self, one: Certificate) -> list[tuple[Label, str]]:
        uses = ", ".join(self.voice(USES[use]) for use in one.uses) or "–"
        rows = [
            (Label.SUBJECT, str(plain(one.holder.name))),
            (Label.SUBJECT_NUMBER, str(plain(one.holder.shown_number)) or "–"),
            (Label.ISSUER, str(plain(one.issuer))),
            (Label.CERTIFICATE_SERIAL, one.serial),
            (Label.VALID_FROM, one.begins.astimezone().strftime("%d.%m.%Y")),
            (Label.VALID_UNTIL, f"{one.ends.astimezone().strftime('%d.%m.%Y')} · {self._life(one)}"),
            (Label.KEY_KIND, one.key),
            (Label.USES, uses),
        ]
        return rows + ([(Label.LIFE_STATUS, self._status(one.status))] if one.status else [])

    def _status(self, status: Status) -> str:
        said = self.voice(LIVES[status.life])
        if status.since is None:
            return said
        return self.voice(Label.LIFE_SINCE, status=said, since=status.since.astimezone().strftime("%d.%m.%Y %H:%M"))

    def _life(self, one: Certificate) -> str:
        now = datetime.now(UTC)
        if now < one.begins:
            return self.voice(Label.LIFE_NOT_YET)
        return self.voice(Label.LIFE_EXPIRED if now > one.ends else Label.LIFE_VALID)
