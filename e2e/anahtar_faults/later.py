"""`python -m anahtar_faults.later SECONDS`: do what falls due in so many seconds, with the clock put forward."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django


def main() -> None:
    """Send, sweep and link once at that time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    django.setup()
    from anahtar_server.audit.acts import chain
    from anahtar_server.clock import system_clock
    from anahtar_server.config import config
    from anahtar_server.notices.gateways import gateways
    from anahtar_server.notices.sending import send_due
    from anahtar_server.unlock.acts import sweep

    now = system_clock() + timedelta(seconds=float(sys.argv[1]))
    send_due(gateways=gateways(config(), clock=lambda: now), now=now, most=10_000)
    sweep(limits=config().limits, now=now)
    chain(now=now)


if __name__ == "__main__":
    main()
