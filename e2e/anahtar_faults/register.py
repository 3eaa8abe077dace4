"""The stage's database, looked at from outside: what must hold whatever died."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.virtual import Memory


class Register:
    """Reads the embedded database and the virtual card of a stage."""

    def __init__(self, folder: Path, card: Path) -> None:
        self._database, self._card = folder / "anahtar.sqlite3", card

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that a question finds."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(question, values).fetchall()

    def card_takes(self, pin: str) -> bool:
        """Tell whether the card's memory holds this PIN, locked or not; asks nobody and uses no try."""
        held = pin_of(Memory.open(self._card, rehearsal=True))
        return held.exists and held.matches(pin.encode())

    def newest(self) -> tuple[str, str]:
        """Return id and state of the newest unlock."""
        found = self.rows("select id, state from unlock_unlock order by opened_at desc limit 1")
        return (found[0][0], found[0][1]) if found else ("", "")

    def state(self, unlock: str) -> str:
        """Return an unlock's state."""
        return str(self.rows("select state from unlock_unlock where id = ?", unlock)[0][0])

    def broken(self) -> list[str]:
        """Return what does not hold, in words."""
        return [
            *(f"{n} live unlocks of one card" for (n,) in self.rows(_LIVE)),
            *(f"a code was claimed {n} times" for (n,) in self.rows(_CLAIMED_TWICE)),
            *(f"a card nonce in {n} consents" for (n,) in self.rows(_NONCE_TWICE)),
            *(f"done without evidence: {one}" for (one,) in self.rows(_NO_EVIDENCE)),
            *(f"released without a confirmation: {one}" for (one,) in self.rows(_UNCONFIRMED)),
            *self._consents_without_audit(),
        ]

    def _consents_without_audit(self) -> list[str]:
        recorded = {
            (uuid.UUID(hex=subject.removeprefix("unlock:")).hex, json.loads(facts)["consent"])
            for subject, facts in self.rows("select subject, facts from audit_auditentry where act = 'released'")
        }
        given = {(str(unlock), pk) for unlock, pk in self.rows("select unlock_id, id from unlock_consent")}
        return [f"a consent without its audit row: {one}" for one in given ^ recorded]

    def unfinished_messages(self) -> int:
        """Return how many messages are still under way."""
        return int(self.rows("select count(*) from notices_outboxmessage where state in ('queued', 'sending')")[0][0])

    def messages(self) -> tuple[int, int]:
        """Return how many messages were sent, and how many of them may have gone twice."""
        sent, twice = self.rows("select count(*), sum(unsure) from notices_outboxmessage where state = 'sent'")[0]
        return int(sent), int(twice or 0)


_LIVE = "select count(*) from unlock_unlock where live group by card_id having count(*) > 1"
_CLAIMED_TWICE = "select count(*) from audit_auditentry where act = 'code-claimed' group by subject having count(*) > 1"
_NONCE_TWICE = "select count(*) from unlock_consent group by card_id, card_nonce having count(*) > 1"
_NO_EVIDENCE = "select id from unlock_unlock where state = 'done' and evidence = ''"
_UNCONFIRMED = (
    "select unlock_id from unlock_consent c join unlock_unlock u on u.id = c.unlock_id where confirmed_at is null"
)
