"""Which ways out the settings choose."""

from __future__ import annotations

from dataclasses import dataclass

from anahtar_server.clock import Clock
from anahtar_server.config import Config
from anahtar_server.notices.ports import MailGateway, SmsGateway
from anahtar_server.notices.sink import MailSink, SmsSink
from anahtar_server.notices.smtp import SmtpMail


@dataclass(frozen=True)
class Gateways:
    """One way out for each channel."""

    sms: SmsGateway
    email: MailGateway


def gateways(config: Config, *, clock: Clock) -> Gateways:
    """Return the ways out that the settings name; raises SinkInEarnest for a sink outside of a rehearsal."""
    chosen = config.notices
    sms = SmsSink(chosen.inbox, sender=chosen.sender, clock=clock, rehearsal=config.rehearsal)
    if chosen.email == "smtp":
        mail: MailGateway = SmtpMail(host=chosen.smtp_host, port=chosen.smtp_port, sender=chosen.email_from)
    else:
        mail = MailSink(chosen.inbox, sender=chosen.email_from, clock=clock, rehearsal=config.rehearsal)
    return Gateways(sms=sms, email=mail)
