"""What each process's account may do in PostgreSQL: data, and the statements that `anahtar prepare` makes of it.

The web's account writes no state that belongs to the key service (RELEASED above all), no consent, no grant and no SMS
code; nobody changes or deletes a row of the audit. What stands here holds even where the web's process is in hostile
hands with all its credentials. The embedded database has no accounts: there the process itself is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator

from anahtar_server.config import Roles
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock.rules import EVERYONES, TABLE

READ, ADD, WRITE = "select", "select, insert", "select, insert, update"
LOCK_CARD = "select, update (condition)"  # FOR UPDATE needs the right to update one column at least
ENVELOPE = "select ({}), insert".format(  # the text of a message may hold an SMS code: the worker alone reads it
    ", ".join(field.column for field in OutboxMessage._meta.concrete_fields if field.column and field.column != "text")
)

WEB_ELSEWHERE, KEY_SERVICE_ELSEWHERE, WORKER_ELSEWHERE = WRITE + ", delete", READ, WRITE + ", delete"
TABLES: dict[str, tuple[str, str, str]] = {
    # table: what the web, the key service and the worker may do; "" is nothing
    "django_migrations": (READ, READ, READ),
    "unlock_unlock": (WRITE, "select, update", "select, update"),
    "unlock_grant": (READ, WRITE, READ),
    "unlock_link": (WRITE + ", delete", "", "select, delete"),
    "unlock_consent": (READ, ADD, READ),
    "confirmation_question": ("", WRITE, ""),
    "confirmation_webpassword": (WRITE, READ, READ),
    "cards_card": (LOCK_CARD, LOCK_CARD, LOCK_CARD),
    "cards_ledgerentry": (READ, ADD, READ),
    "people_contactline": (WRITE, READ, READ),
    "people_objection": (WRITE, ADD, WRITE),  # whoever tells makes the way to object; only the web uses one
    "notices_outboxmessage": (ENVELOPE, ENVELOPE, WRITE),
    "limits_hit": (ADD, ADD, "select, delete"),
    "audit_auditentry": (ADD, ADD, "select, insert, update (sequence, previous_hash, hash)"),
    "audit_audithead": (READ, READ, WRITE),
}
"""Tables that are not named here: the web and the worker write them, the key service reads them."""

PUBLISHER: dict[str, str] = {
    "django_migrations": READ,
    "certificates_authority": ADD,  # its responders' certificates
    "certificates_certificate": READ,
    "certificates_change": "select, update (answered_at, listed_at)",
    "certificates_answer": "select, update, delete",
    "certificates_publication": WRITE + ", delete",
    "certificates_piece": WRITE + ", delete",
    "certificates_feed": WRITE,
    "audit_auditentry": ADD,
}
"""All that the publisher may do: it says what was decided, and decides nothing."""
RESPONDER: dict[str, str] = {
    f"certificates_{table}": READ for table in ("authority", "change", "answer", "publication", "piece", "feed")
}
"""All that the responder may do: it is asked by strangers, and writes nothing."""

_UNLOCK_FIXED = (
    *("card_id", "holder_id", "sign_in_id", "opened_at", "code_reference", "code_mac", "code_expires_at"),
    *("confirmed_at", "released_at", "evidence", "wrong_proofs"),
)
_UNLOCK_BOUND = ("program_key", "program", "program_release", "system", "computer", "claimed_at", "claimed_from")
"""Written once, when the code is claimed."""


def statements(roles: Roles) -> Iterator[str]:
    """Yield the statements for a database whose tables are there; they may be run again at any time."""
    names = (roles.web, roles.keyservice, roles.worker)
    yield f"grant usage on schema public to {', '.join(map(_quoted, names))}"
    for role, elsewhere in zip(names, (WEB_ELSEWHERE, KEY_SERVICE_ELSEWHERE, WORKER_ELSEWHERE), strict=True):
        yield f"revoke all on all tables in schema public from {_quoted(role)}"
        yield f"grant {elsewhere} on all tables in schema public to {_quoted(role)}"
        yield f"grant usage on all sequences in schema public to {_quoted(role)}"
    for table, rights in TABLES.items():
        for role, right in zip(names, rights, strict=True):
            yield f"revoke all on {table} from {_quoted(role)}"
            if right:
                yield f"grant {right} on {table} to {_quoted(role)}"
    yield from _narrow(roles.publisher, PUBLISHER)
    yield from _narrow(roles.responder, RESPONDER)
    yield from _guards(roles)


def _narrow(role: str | None, tables: dict[str, str]) -> Iterator[str]:
    """Give an account rights on these tables and no others."""
    if role is None:
        return
    yield f"grant usage on schema public to {_quoted(role)}"
    yield f"revoke all on all tables in schema public from {_quoted(role)}"
    yield f"grant usage on all sequences in schema public to {_quoted(role)}"
    for table, right in tables.items():
        yield f"grant {right} on {table} to {_quoted(role)}"


def _guards(roles: Roles) -> Iterator[str]:
    """Triggers, for what a right on a column cannot say: which value may follow which."""
    bound = f"current_user in ({_text(roles.web)}, {_text(roles.worker)})"
    linked = f"current_user in ({_text(roles.web)}, {_text(roles.keyservice)}, {_text(roles.worker)})"
    yield from _guard("unlock_unlock", bound, _UNLOCK.format(moves=_moves(), fixed=_same(_UNLOCK_FIXED),
                                                             bound=_same(_UNLOCK_BOUND)))  # fmt: skip
    yield from _guard("audit_auditentry", linked, _AUDIT)
    yield from _guard("certificates_certificate", linked, _CERTIFICATE)
    yield from _guard("cards_card", linked, _CARD)
    yield from _guard("confirmation_webpassword", bound, _NOT_BACKDATED.format(column="set_at"))
    yield from _guard("people_contactline", bound, _NOT_BACKDATED.format(column="since"))


def _moves() -> str:
    """The pairs of states that any process may write, from the table of the unlock itself."""
    pairs = {(state, move.to) for (state, event), move in TABLE.items() if event in EVERYONES and state is not move.to}
    return ", ".join(f"({_text(before.value)}, {_text(after.value)})" for before, after in sorted(pairs))


def _same(columns: tuple[str, ...]) -> str:
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("new", "old"))
    return f"({new}) is not distinct from ({old})"


def _guard(table: str, whom: str, body: str) -> Iterator[str]:
    name = f"anahtar_guard_{table}"
    yield (
        f"create or replace function {name}() returns trigger language plpgsql set search_path = public as $guard$\n"
        f"begin\n  if {whom} then\n{body}\n  end if;\n  return new;\nend\n$guard$"
    )
    yield f"drop trigger if exists {name} on {table}"
    yield f"create trigger {name} before insert or update on {table} for each row execute function {name}()"


_REFUSE = "raise exception using errcode = '42501', message = "  # insufficient_privilege
_UNLOCK = f"""
    if tg_op = 'INSERT' then
      if new.state <> 'opened' or new.closed or new.confirmed_at is not null or new.released_at is not null
         or new.evidence <> '' or new.program_key <> '' then
        {_REFUSE}'an unlock begins as opened';
      end if;
    else
      if new.state <> old.state and (old.state, new.state) not in ({{moves}}) then
        {_REFUSE}'this state is the key service''s to write';
      end if;
      if not {{fixed}} or (old.closed and not new.closed) or new.code_tries_used < old.code_tries_used then
        {_REFUSE}'this part of an unlock is never rewritten here';
      end if;
      if not {{bound}} and not (old.state = 'opened' and new.state = 'claimed') then
        {_REFUSE}'a program is bound once';
      end if;
    end if;"""
_AUDIT = f"""
    if tg_op = 'INSERT' and new.sequence is not null or tg_op = 'UPDATE' and old.sequence is not null then
      {_REFUSE}'an audit row is linked once';
    end if;"""
_CERTIFICATE = f"""
    if tg_op = 'UPDATE' and old.state = 'revoked' and new.state <> 'revoked' then
      {_REFUSE}'revoked is for ever';
    end if;"""
_CARD = f"""
    if tg_op = 'UPDATE' and old.condition = 'dead' and new.condition <> 'dead' then
      {_REFUSE}'dead is for ever';
    end if;"""
_NOT_BACKDATED = f"""
    if tg_op = 'INSERT' or new.{{column}} <> old.{{column}} then
      if new.{{column}} < now() - interval '5 minutes' then
        {_REFUSE}'what is new cannot be old';
      end if;
    end if;"""


def _quoted(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def apply(roles: Roles) -> None:
    """Give the accounts their rights, all of them or none; raises what the database raises."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements(roles):
            cursor.execute(statement)
