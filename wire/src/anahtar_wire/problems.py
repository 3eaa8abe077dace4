"""Every way in which Anahtar refuses or fails, as a code. The paragraphs in both languages stand in `problems.toml`."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("problems.toml")


class Problem(StrEnum):
    """The code of a problem; it never changes its meaning, for people read it out on the telephone."""

    # The verification code
    CODE_MALFORMED = "code-malformed"
    CODE_IS_SMS = "code-is-sms"
    CODE_WRONG = "code-wrong"  # also for unknown and foreign codes: the answer does not tell which
    CODE_EXPIRED = "code-expired"
    CODE_USED = "code-used"
    LINK_SPENT = "link-spent"  # unknown, used and old references alike
    # The unlock
    UNLOCK_UNKNOWN = "unlock-unknown"
    UNLOCK_OVER = "unlock-over"
    UNLOCK_NOT_READY = "unlock-not-ready"
    UNLOCK_LIVE = "unlock-live"
    SETTLE_FIRST = "settle-first"
    NOTHING_TO_SETTLE = "nothing-to-settle"
    CONSENT_LATE = "consent-late"
    CONSENT_SPENT = "consent-spent"
    DUTIES_NOT_ACCEPTED = "duties-not-accepted"
    # The card, as the server sees it
    CARD_OTHER = "card-other"
    CARD_NOT_YOURS = "card-not-yours"
    CARD_LOST = "card-lost"
    CARD_DEAD = "card-dead"
    CARD_PROOF_WRONG = "card-proof-wrong"
    CARD_TO_THE_DESK = "card-to-the-desk"
    CERTIFICATE_REVOKED = "certificate-revoked"
    # A certificate's life
    CERTIFICATE_SUSPENDED = "certificate-suspended"
    CERTIFICATE_NOT_SUSPENDED = "certificate-not-suspended"
    CERTIFICATE_WAITING = "certificate-waiting"
    CERTIFICATE_EXPIRED = "certificate-expired"
    SUSPENDED_BY_OTHER = "suspended-by-other"
    SECOND_PERSON_NEEDED = "second-person-needed"
    ACT_NOT_ALLOWED = "act-not-allowed"
    AGREEMENT_NEEDED = "agreement-needed"
    AGREEMENT_OVER = "agreement-over"
    SEAL_ON_HSM = "seal-on-hsm"
    CARD_NOT_LOST = "card-not-lost"
    # The confirmation
    CONFIRMATION_WRONG = "confirmation-wrong"
    CONFIRMATION_EXPIRED = "confirmation-expired"
    CONFIRMATION_OVER = "confirmation-over"
    CONFIRMATION_NOT_ASKED = "confirmation-not-asked"
    CONFIRMATION_NOT_OPENED = "confirmation-not-opened"
    CONFIRMATION_IS_CODE = "confirmation-is-code"
    METHOD_NOT_SET = "method-not-set"
    METHOD_TOO_NEW = "method-too-new"
    MESSAGE_NOT_SENT = "message-not-sent"
    # Signing in and limits
    SIGN_IN_NEEDED = "sign-in-needed"
    SIGN_IN_STALE = "sign-in-stale"
    SIGN_IN_REFUSED = "sign-in-refused"
    NOT_A_HOLDER = "not-a-holder"
    TOO_MANY = "too-many"
    PAGE_NOT_FOUND = "page-not-found"
    FORM_OLD = "form-old"
    PASSWORD_RULE = "password-rule"
    # The wire
    UPDATE_NEEDED = "update-needed"
    MESSAGE_MALFORMED = "message-malformed"
    PROGRAM_PROOF_WRONG = "program-proof-wrong"
    KEY_SERVICE_GONE = "key-service-gone"
    INTERNAL = "internal"
    # The program and the card
    NO_READER_SERVICE = "no-reader-service"
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    CARD_MUTE = "card-mute"
    CARD_GONE = "card-gone"
    CARD_SHARED = "card-shared"
    CARD_UNKNOWN = "card-unknown"
    CARD_FOREIGN = "card-foreign"
    CARD_REFUSED = "card-refused"
    CARD_REFUSED_AUTHORITY = "card-refused-authority"
    CARD_MALFORMED = "card-malformed"
    CARD_NOT_CHOSEN = "card-not-chosen"
    PIN_NOT_DIGITS = "pin-not-digits"
    PIN_LENGTH = "pin-length"
    PIN_ONE_DIGIT = "pin-one-digit"
    PIN_RUN = "pin-run"
    PIN_PERSONAL = "pin-personal"
    PINS_DIFFER = "pins-differ"
    PIN_WRONG = "pin-wrong"
    PIN_LOCKED = "pin-locked"
    PIN_NONE_YET = "pin-none-yet"
    PIN_LAST_TRY = "pin-last-try"
    PIN_REFUSED_BY_CARD = "pin-refused-by-card"
    OUTCOME_UNKNOWN = "outcome-unknown"
    SERVER_GONE = "server-gone"
    SERVER_SLOW = "server-slow"
    SERVER_RUBBISH = "server-rubbish"
    SERVER_UNTRUSTED = "server-untrusted"
    JOURNAL_UNWRITABLE = "journal-unwritable"
    CANCELLED = "cancelled"


class Paragraph(NamedTuple):
    """A problem in one language: what happened · whether anything was lost or used · what to do now. Facts of the
    problem stand in the text as `{tries_left}`."""

    title: str
    happened: str
    cost: str
    do: str


class Explained(NamedTuple):
    """A problem with its HTTP status (0 where it never crosses the wire) and its paragraphs, keyed `tr` and `en`."""

    status: int
    tr: Paragraph
    en: Paragraph


@cache
def table() -> dict[Problem, Explained]:
    """Return every problem with its paragraphs; raises KeyError or ValueError if table and codes differ."""
    import tomllib

    raw = tomllib.loads(_text())
    explained = {
        Problem(code): Explained(row["status"], Paragraph(**row["tr"]), Paragraph(**row["en"]))
        for code, row in raw.items()
    }
    missing = set(Problem) - set(explained)
    if missing:
        raise KeyError(f"no paragraph for {sorted(missing)}")
    return explained


@cache
def _text() -> str:
    return TABLE.read_text(encoding="utf-8")


@cache
def paragraph(problem: Problem, language: str) -> Paragraph:
    """Return one paragraph of the table, its facts not filled in, without reading all the others: the parser alone
    costs more than a look at a card. The file keeps each part on a line of its own; a test holds it to the table."""
    import json  # a string of JSON is one of TOML

    body = _text().partition(f"\n[{problem}.{language}]\n")[2].partition("\n[")[0]
    parts = dict(line.split(" = ", 1) for line in body.splitlines() if line and line[0] != "#")
    return Paragraph(*(json.loads(parts[name]) for name in Paragraph._fields))


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def explain(problem: Problem, language: str = "tr", **facts: object) -> Paragraph:
    """Return the paragraph in `language` (`tr` or `en`) with the facts filled in; a fact that is missing reads "?"."""
    filled = _Facts(facts)
    raw = paragraph(problem, "en" if language.startswith("en") else "tr")
    return Paragraph(*(part.format_map(filled) for part in raw))


class Refusal(Exception):
    """A refusal on its way to people: a problem code and its facts, no text and no secret."""

    def __init__(self, problem: Problem, **facts: int | str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.facts = facts
