"""Every change to clients, codes and tokens."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from anahtar_gate.config import ClientConfig, read_secret
from anahtar_gate.people.models import Person
from anahtar_gate.provider.models import AccessToken, AuthorizationCode, Client, hashed
from anahtar_gate.provider.rules import CODE_LIFE, TOKEN_LIFE
from anahtar_gate.provider.session import SignedIn

_log = logging.getLogger(__name__)


def register_clients(*, actor: str, clients: Iterable[ClientConfig]) -> None:
    """After it, exactly the given clients may ask; others stay in the register, inactive.

    Raises ConfigWrong when a secret's file cannot be used; then nothing changes.
    """
    told = [(client, hashed(read_secret(client.client_secret_file))) for client in clients]
    with transaction.atomic():
        Client.objects.exclude(client_id__in=[client.client_id for client, _ in told]).update(active=False)
        for client, secret_hash in told:
            Client.objects.update_or_create(
                client_id=client.client_id,
                defaults={
                    "name": client.name,
                    "secret_hash": secret_hash,
                    "redirect_uris": list(client.redirect_uris),
                    "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
                    "active": True,
                },
            )
            _log.info("%s : client %s : registered", actor, client.client_id)


def issue_code(
    *, code: str, client: Client, person: Person, signed_in: SignedIn, asked: dict[str, str], scope: str, now: datetime
) -> None:
    """Store a code for 60 seconds.

    asked: the parameters of the authorization request.
    """
    AuthorizationCode.objects.create(
        code_hash=hashed(code),
        client=client,
        person=person,
        redirect_uri=asked["redirect_uri"],
        scope=scope,
        nonce=asked.get("nonce", ""),
        code_challenge=asked["code_challenge"],
        auth_time=signed_in.auth_time,
        method=signed_in.method,
        sid=signed_in.sid,
        expires_at=now + CODE_LIFE,
    )
    _log.info("%s : person %s : code issued", client.client_id, person.pk)


def consume_code(*, code: str, client: Client, now: datetime) -> AuthorizationCode | None:
    """Use up a live code of this client, once; None for any other.

    A code that comes twice also ends the token its first use gave (RFC 6749, section 4.1.2).
    """
    same = AuthorizationCode.objects.filter(code_hash=hashed(code), client=client)
    if same.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return same.select_related("person", "client").get()
    # Marked on the code, not on its token: that may still be on its way when two requests come at once.
    if same.exclude(used_at=None).update(replayed_at=now):
        _log.warning("%s : a code came twice : its token is no longer trusted", client.client_id)
    return None


def issue_token(*, token: str, code: AuthorizationCode, now: datetime) -> None:
    """Store an access token for five minutes."""
    AccessToken.objects.create(token_hash=hashed(token), code=code, expires_at=now + TOKEN_LIFE)
