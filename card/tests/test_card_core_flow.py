"""Conversations: one driver for commands and for questions to the authority."""

from __future__ import annotations

import pytest
from reader_contract import EchoCard

from anahtar_card.apdu import Command
from anahtar_card.errors import CardGone
from anahtar_card.flow import Ask, Conversation, ask, converse, send

CHANGE = Command(0x00, 0xEE, 0x00, 0x00, b"new")
READ = Command(0x00, 0xEE, 0x00, 0x01)


def change_with_consent() -> Conversation[tuple[bytes, bytes]]:
    yield from send(READ)
    consent = yield from ask(b"challenge")
    response = yield from send(CHANGE, changes_card=True)
    return consent, response.data


@pytest.fixture
def card() -> EchoCard:
    echo = EchoCard()
    echo.power_on()
    return echo


def test_a_conversation_returns_what_it_learned(card: EchoCard) -> None:
    consent, data = converse(change_with_consent(), card, answer=lambda challenge: challenge[::-1])
    assert (consent, data) == (b"egnellahc", CHANGE.encode())
    assert card.commands == [READ.encode(), CHANGE.encode()]


def test_the_journal_is_told_before_the_card_may_change_and_only_then(card: EchoCard) -> None:
    told: list[tuple[Command, int]] = []
    converse(
        change_with_consent(),
        card,
        answer=lambda challenge: b"",
        before_change=lambda command: told.append((command, len(card.commands))),
    )
    assert told == [(CHANGE, 1)]


def test_a_journal_that_cannot_be_written_keeps_the_command_from_the_card(card: EchoCard) -> None:
    def full(command: Command) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        converse(change_with_consent(), card, answer=lambda challenge: b"", before_change=full)
    assert card.commands == [READ.encode()]


def test_a_question_without_an_authority_is_a_mistake_of_the_program(card: EchoCard) -> None:
    with pytest.raises(RuntimeError):
        converse(change_with_consent(), card)


class Gone:
    def transmit(self, command: bytes) -> bytes:
        raise CardGone


def test_a_conversation_is_closed_when_the_card_goes() -> None:
    closed = []

    def conversation() -> Conversation[None]:
        try:
            yield from send(READ)
        finally:
            closed.append(True)

    held = conversation()  # else Python would close it for us
    with pytest.raises(CardGone):
        converse(held, Gone())
    assert closed == [True]


def test_a_challenge_is_not_printed() -> None:
    assert "secret" not in repr(Ask(b"secret"))
