"""Ways out of the house: a Protocol for each channel, beside its adapters (`sink`, `smtp`)."""

from __future__ import annotations

from typing import Protocol


class NotSent(Exception):
    """The gateway certainly did not send; `reason` in a few plain words, without address and text. It may go later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AddressRefused(NotSent):
    """The gateway will never send to this address."""


class SmsGateway(Protocol):
    """Sends an SMS."""

    def send(self, to: str, text: str) -> None:
        """Send `text` to the E.164 number `to`.

        Raises NotSent or AddressRefused when it certainly was not sent. Any other exception means that nobody knows.
        """


class MailGateway(Protocol):
    """Sends an e-mail."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Send `text` to the address `to`; raises as SmsGateway.send does."""
