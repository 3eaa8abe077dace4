"""What operators may do about an unlock: cancel, and end an old outcome that nobody can prove. Nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path

import pytest
from race_cards import confirm, grant_for
from unlock_stage import LIMITS, Stage, make_stage

from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.flow import converse
from anahtar_server.audit.models import AuditEntry
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.unlock import acts, commands, queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import ConsentRequest, State
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose PIN is forgotten: nothing about tries will prove what became of it."""
    return make_stage(folder, now, pin_tries=3)


@pytest.fixture
def uncertain(stage: Stage) -> Unlock:
    """A consent that nobody ever heard of again."""
    _, code = stage.open()
    unlock = stage.claim(code)
    confirm(stage, unlock)
    challenge = converse(AkisDriver().prove(grant_for(stage, unlock)), stage.plastic)
    stage.ask("consent", "consent", ConsentRequest(challenge=challenge), unlock)
    stage.clock.pass_seconds(LIMITS.silence_seconds)
    acts.sweep(limits=LIMITS, now=stage.clock())
    return unlock


def end(stage: Stage, unlock: Unlock, actor: str = "operator:a", second: str = "operator:b") -> Unlock:
    return acts.unsettle(unlock_id=unlock.pk, actor=actor, second=second, limits=LIMITS, now=stage.clock())


def days(stage: Stage, count: int) -> None:
    stage.clock.pass_seconds(count * 86400)


def test_two_operators_end_an_outcome_after_ninety_days_and_the_holder_is_told(stage: Stage, uncertain: Unlock) -> None:
    days(stage, LIMITS.unsettle_days)
    ended = end(stage, uncertain)
    assert (ended.now_in, ended.evidence) == (State.UNSETTLED, "G0")
    assert OutboxMessage.objects.filter(key__startswith=f"unsettled:{uncertain.name}:").count() == 1
    entry = AuditEntry.objects.filter(subject=f"unlock:{uncertain.name}").order_by("-pk")[1]
    assert (entry.actor, '"second":"operator:b"' in entry.facts) == ("operator:a", True)


@pytest.mark.parametrize(
    ("actor", "second", "problem"),
    [
        ("operator:a", "operator:a", Problem.SECOND_PERSON_NEEDED),
        ("operator:a", "", Problem.SECOND_PERSON_NEEDED),
        ("operator:a", "holder:b", Problem.SECOND_PERSON_NEEDED),
        ("holder:a", "operator:b", Problem.ACT_NOT_ALLOWED),
        ("somebody", "operator:b", Problem.ACT_NOT_ALLOWED),
    ],
)
def test_it_takes_two_different_operators(
    stage: Stage, uncertain: Unlock, actor: str, second: str, problem: Problem
) -> None:
    days(stage, LIMITS.unsettle_days)
    with pytest.raises(Refusal) as refused:
        end(stage, uncertain, actor, second)
    assert refused.value.problem is problem
    assert queries.by_name(uncertain.name).now_in is State.UNCERTAIN


def test_a_day_before_it_is_too_early(stage: Stage, uncertain: Unlock) -> None:
    days(stage, LIMITS.unsettle_days - 1)
    with pytest.raises(Refusal) as refused:
        end(stage, uncertain)
    assert refused.value.problem is Problem.UNLOCK_NOT_READY


def test_an_unlock_that_was_never_released_has_no_outcome_to_end(stage: Stage) -> None:
    unlock, _ = stage.open()
    days(stage, LIMITS.unsettle_days)
    with pytest.raises(Refusal) as refused:
        end(stage, unlock)
    assert refused.value.problem is Problem.UNLOCK_NOT_READY


def run(*words: str) -> int:
    parser = ArgumentParser()
    commands.add_arguments(parser)
    arguments = parser.parse_args(words)
    status: int = arguments.run(arguments)
    return status


def test_the_commands_list_cancel_and_refuse(
    stage: Stage, uncertain: Unlock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list", "--unsettled", "--card", stage.card.serial) == 0
    assert capsys.readouterr().out.split()[:2] == [uncertain.name, "uncertain"]
    assert run("cancel", uncertain.name, "--actor", "operator:a") == 0
    assert capsys.readouterr().out.split() == [uncertain.name, "uncertain"]
    assert queries.by_name(uncertain.name).closed
    assert run("cancel", uncertain.name, "--actor", "holder:a") == 1
    assert "act-not-allowed" in capsys.readouterr().err
    assert run("unsettle", "nonsense", "--actor", "operator:a", "--second", "operator:b") == 1
    assert "unlock-unknown" in capsys.readouterr().err
