"""E-mail by SMTP (RFC 5321), with Django's own backend."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from anahtar_server.notices.ports import AddressRefused, NotSent

SECONDS = 10
"""How long a server may take for one answer: well within a message's lease."""


class SmtpMail:
    """Sends from `sender` through the server at `host`:`port`; `tls` asks for STARTTLS (RFC 3207)."""

    def __init__(self, *, host: str, port: int, sender: str, tls: bool = False) -> None:
        self._host, self._port, self._sender, self._tls = host, port, sender, tls

    def send(self, to: str, subject: str, text: str) -> None:
        """See MailGateway.send."""
        backend = self._connect()
        try:
            EmailMessage(subject, text, self._sender, [to], connection=backend).send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(error) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError) as error:
            raise NotSent(f"the mail server answered {error.smtp_code}") from None
        finally:
            backend.close()

    def _connect(self) -> EmailBackend:
        """Open a connection before anything is handed over, so that failing here means: not sent."""
        backend = EmailBackend(host=self._host, port=self._port, use_tls=self._tls, timeout=SECONDS)
        try:
            backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"the mail server cannot be reached ({type(error).__name__})") from None
        return backend


def _refusal(error: smtplib.SMTPRecipientsRefused) -> NotSent:
    codes = [code for code, _ in error.recipients.values()]
    # 5yz: never; 4yz: not now (RFC 5321 section 4.2.1)
    kind = AddressRefused if codes and min(codes) >= 500 else NotSent
    return kind(f"the mail server answered {codes}")
