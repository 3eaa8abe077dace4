"""Several nodes and real accounts: any process answers any step of an unlock, and none writes what is not its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from anahtar_faults.pair import Alternating, PairStage, make_roles
from anahtar_faults.program import Order, confirmation, live
from anahtar_faults.visitor import Visitor
from anahtar_story import holder
from anahtar_story.certificates import RelyingParty, until
from anahtar_story.guide import fresh_pin
from postgres_here import PrivatePostgresql, _binaries

from anahtar_desktop.readers import readers_of
from anahtar_desktop.settings import read_file

FIRST_PORT = 18530


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A private PostgreSQL with the accounts of deploy/postgresql; its socket's folder."""
    postgresql = PrivatePostgresql(Path())
    postgresql.start()
    try:
        make_roles(postgresql.socket_folder, _binaries() / "psql")
        yield postgresql.socket_folder
    finally:
        postgresql.stop()


@pytest.fixture(scope="module")
def stage(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PairStage]:
    """Two web processes and two key services over it."""
    with PairStage(tmp_path_factory.mktemp("pair") / "stage", first_port=FIRST_PORT, host=cluster) as up:
        yield up


def connect(cluster: str, account: str) -> psycopg.Connection[tuple[object, ...]]:
    """Return a connection of an account, each statement committed for itself."""
    return psycopg.connect(host=cluster, dbname="anahtar", user=account, autocommit=True)


@pytest.fixture(scope="module")
def unlock(stage: PairStage, cluster: str) -> str:
    """One whole unlock, its requests going to the two portals in turn; the unlock's id."""
    person = stage.people[0]
    reader = next(one for one in readers_of(read_file(stage.folder / "eimza.toml")).list() if "nes" in one.name)
    visitor = Visitor(stage.portal, person, stage.inbox, holder.look(reader).serial)
    visitor.sign_in()
    order = Order(
        folder=str(stage.folder),
        portal=stage.portal,
        code=visitor.code(10),
        new_pin=fresh_pin(),
        method="sms",
        web_password=person["web_password"],
        mobile=person["mobile"],
    )
    told = live(order, confirmation(order), Alternating(stage.second_portal, stage.portal))
    assert told.outcome == "DONE", told
    with connect(cluster, "anahtar_owner") as database:
        found = database.execute("select id, state, evidence from unlock_unlock").fetchall()
    assert [row[1:] for row in found] == [("done", "G1")]
    return str(found[0][0])


def test_an_unlock_goes_through_two_portals_and_two_key_services(unlock: str, cluster: str) -> None:
    with connect(cluster, "anahtar_owner") as database:
        given = database.execute("select count(*) from unlock_consent where unlock_id = %s", [unlock]).fetchone()
        recorded = database.execute("select count(*) from audit_auditentry where act = 'released'").fetchone()
    assert given == recorded == (1,)


REFUSED = {
    "released": "update unlock_unlock set state = 'released' where id = %(unlock)s",
    "done as another end": "update unlock_unlock set state = 'cancelled' where id = %(unlock)s",
    "a new unlock that is confirmed": """insert into unlock_unlock select (jsonb_populate_record(u, jsonb_build_object(
        'id', gen_random_uuid(), 'state', 'confirmed', 'live', false))).* from unlock_unlock u where id = %(unlock)s""",
    "another program's key": "update unlock_unlock set program_key = '\\x04' where id = %(unlock)s",
    "a later confirmation": "update unlock_unlock set confirmed_at = now() where id = %(unlock)s",
    "another holder": "update unlock_unlock set holder_id = gen_random_uuid() where id = %(unlock)s",
    "a consent": """insert into unlock_consent (unlock_id, card_id, card_nonce, grant_id, evidence_grant_id,
        pin_tries_before, pin_max, released_at)
        select unlock_id, card_id, '\\x00', grant_id, evidence_grant_id, 0, 3, now() from unlock_consent""",
    "a consent changed": "update unlock_consent set card_nonce = '\\x00'",
    "a grant unused again": "update unlock_grant set used_at = null",
    "an SMS code read": "select text from notices_outboxmessage",
    "an SMS code replaced": "update notices_outboxmessage set text = ''",
    "a question answered": "update confirmation_question set answered_at = now()",
    "the tries of a question": "select tries_used from confirmation_question",
    "an audit row changed": "update audit_auditentry set actor = 'x'",
    "an audit row deleted": "delete from audit_auditentry",
    "the audit emptied": "truncate audit_auditentry",
    "the chain's head": "update audit_audithead set hash = ''",
    "the card's family": "update cards_card set family = 'piv'",
    "the card's ledger": "delete from cards_ledgerentry",
    "an old web password": "update confirmation_webpassword set set_at = now() - interval '30 days'",
    "an old contact line": "update people_contactline set since = now() - interval '60 days'",
    "its guard taken away": "drop trigger anahtar_guard_unlock_unlock on unlock_unlock",
    "another role": "set role anahtar_keyservice",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_the_webs_account_is_refused(unlock: str, cluster: str, statement: str) -> None:
    with connect(cluster, "anahtar_web") as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute(statement, {"unlock": unlock} if "%(" in statement else None)


@pytest.mark.parametrize(
    "account", ["anahtar_web", "anahtar_keyservice", "anahtar_worker", "anahtar_publisher", "anahtar_responder"]
)
def test_no_serving_account_rewrites_or_deletes_the_audit(unlock: str, cluster: str, account: str) -> None:
    for statement in (
        "update audit_auditentry set hash = '' where sequence is not null",
        "update audit_auditentry set facts = '{}'",
        "delete from audit_auditentry",
        "truncate audit_auditentry",
    ):
        with connect(cluster, account) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement)


def test_the_key_services_account_writes_released_and_nothing_of_the_web(unlock: str, cluster: str) -> None:
    with connect(cluster, "anahtar_keyservice") as database:
        with pytest.raises(ZeroDivisionError), database.transaction():
            database.execute("update unlock_unlock set state = 'released' where id = %s", [unlock])
            raise ZeroDivisionError  # it was allowed; the database stays as it was
        for statement in (
            "delete from django_session",
            "update people_holder set tckn = ''",
            "insert into unlock_unlock (id) values (gen_random_uuid())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(statement)


def test_an_act_of_the_web_is_signed_by_the_publisher_and_served_by_the_responder(
    unlock: str, stage: PairStage, cluster: str, tmp_path: Path
) -> None:
    reader = next(one for one in readers_of(read_file(stage.folder / "eimza.toml")).list() if "nes" in one.name)
    party = RelyingParty(tmp_path)
    serial = party.take(holder.ask_card(reader, lambda driver: driver.certificate()))
    assert until(party.status, "good") == "good"
    stage.run("anahtar", "certificates", "suspend", serial, "--actor", "operator:demo")
    assert until(party.status, "revoked (certificateHold)")
    assert until(party.listed, "revoked")


@pytest.mark.parametrize("account", ["anahtar_publisher", "anahtar_responder"])
def test_who_publishes_decides_nothing_and_reads_nobodys_data(unlock: str, cluster: str, account: str) -> None:
    for statement in (
        "update certificates_certificate set state = 'valid'",
        "update certificates_change set after = 'valid'",
        "insert into certificates_change (after) values ('valid')",
        "select tckn from people_holder",
        "select text from notices_outboxmessage",
        "update unlock_unlock set state = 'released'",
    ):
        with connect(cluster, account) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement)
