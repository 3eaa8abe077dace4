"""Every read of clients and tokens."""

from __future__ import annotations

from datetime import datetime

from anahtar_gate.provider.models import AccessToken, AuthorizationCode, Client, hashed


def active_client(client_id: str | None) -> Client | None:
    """The registered client with this identifier, or None."""
    return Client.objects.filter(client_id=client_id, active=True).first()


def code_behind_token(token: str, *, now: datetime) -> AuthorizationCode | None:
    """What a live access token stands for, or None."""
    live = AccessToken.objects.filter(token_hash=hashed(token), code__replayed_at=None, expires_at__gt=now)
    found = live.select_related("code__person", "code__client").first()
    return found.code if found else None
