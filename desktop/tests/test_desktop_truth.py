"""After any interruption the program says truthfully which PIN is active: at every command, before and after the card's
answer, at every write inside the card, with the server there and gone."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import FOREIGN_ATR, NEW, OLD, OTHER_SERIAL, STATES, Desk, card_memory, count_commands, reader_with
from stand_in_server import refuse

from anahtar_card.families.akis import names
from anahtar_card.families.akis.secrets_held import pin_of
from anahtar_card.fault_reader import CUT_AFTER, CUT_BEFORE, MUTE, FaultReader, Rubbish, Swap
from anahtar_card.virtual import tear
from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.ports import ActivePin
from anahtar_desktop.texts import Text
from anahtar_wire.messages import Evidence, State
from anahtar_wire.problems import Problem

ROW = "after any interruption, which PIN is active"
EVERY = 1014
"""Cut points of all kinds that there are: the row runs every one of them each time."""
Counted = Callable[..., Any]

CUTS = {"before": CUT_BEFORE, "after": CUT_AFTER, "rubbish": Rubbish(b""), "noise": Rubbish(b"\x00\x00\x6f\x00")}


@functools.cache
def commands_of_unlock(state: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return count_commands(Path(folder), lambda: card_memory(*STATES[state]), Assistant.unlock)


@functools.cache
def commands_of_change(atr: bytes = names.ATR) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return count_commands(Path(folder), card_memory, Assistant.change, atr)


def assert_true(desk: Desk, ending: Ending, before: str | None) -> None:
    """The program's statement is what the card's memory shows."""
    assert ending.outcome is not Outcome.UNKNOWN, "the card answers again, so it can be known"
    has_new = desk.has_pin(NEW)
    assert has_new or desk.has_pin(before), "a card has the new PIN or the one before"
    assert (ending.pin is ActivePin.NEW) == has_new
    said = [text for text in desk.view.told if text.startswith("truth_")]
    if ending.pin is ActivePin.NEW:
        assert desk.view.told[-1] is Text.DONE
        assert said in ([], [Text.TRUTH_NEW])
    elif ending.pin is ActivePin.OLD:
        expected = Text.TRUTH_OLD if desk.tries else Text.TRUTH_LOCKED if before else Text.TRUTH_NONE
        assert said == [expected]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("state", STATES)
def test_an_unlock_cut_at_any_command_ends_with_the_truth(
    state: str, cut: str, tmp_path: Path, counted: Counted
) -> None:
    row = counted(ROW, small=EVERY, large=EVERY)
    before, tries = STATES[state]
    for number in range(1, commands_of_unlock(state) + 1):
        desk = Desk(tmp_path / str(number), card_memory(before, tries), [(number, CUTS[cut])])
        desk.view.insert = lambda: True
        ending = desk.assistant.unlock()
        assert_true(desk, ending, before)
        assert desk.tries >= min(tries, 1), "no question of ours took the last try"
        assert desk.memory.read("reset_key_tries") == 5
        assert desk.server.unlock.consents <= 1
        assert desk.server.unlock.state is not State.RELEASED
        if ending.pin is not None:
            assert desk.journal.open_entries() == []
        row.did(1)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("atr", [names.ATR, FOREIGN_ATR], ids=["akis", "akis-foreign"])
def test_a_change_cut_at_any_command_ends_with_the_truth(
    atr: bytes, cut: str, tmp_path: Path, counted: Counted
) -> None:
    row = counted(ROW, small=EVERY, large=EVERY)
    for number in range(1, commands_of_change(atr) + 1):
        desk = Desk(tmp_path / str(number), card_memory(), [(number, CUTS[cut])], atr=atr)
        desk.view.insert = lambda: True
        ending = desk.assistant.change()
        assert_true(desk, ending, OLD)
        assert desk.tries == 3, "the right PIN gives back what finding out took"
        assert desk.journal.open_entries() == []
        row.did(1)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("act", ["unlock", "change"])
def test_a_card_torn_at_any_write_ends_with_the_truth(act: str, when: str, tmp_path: Path, counted: Counted) -> None:
    row = counted(ROW, small=EVERY, large=EVERY)
    tries = 0 if act == "unlock" else 3
    for write in range(1, 8):
        desk = Desk(tmp_path / str(write), card_memory(OLD, tries))
        desk.memory.on_write = tear(when, write)
        desk.view.insert = lambda: True
        ending = getattr(desk.assistant, act)()
        assert_true(desk, ending, OLD)
        assert desk.tries >= min(tries, 1)
        row.did(1)


@pytest.mark.parametrize("second", range(1, 12))
def test_a_second_cut_while_finding_out_changes_no_truth(second: int, tmp_path: Path, counted: Counted) -> None:
    row = counted(ROW, small=EVERY, large=EVERY)
    for first in range(1, commands_of_change() + 1):
        for cut in (CUT_BEFORE, CUT_AFTER):
            desk = Desk(tmp_path / f"{first}{cut}", card_memory(), [(first, cut), (first + second, cut)])
            desk.view.insert = lambda: True
            assert_true(desk, desk.assistant.change(), OLD)
            assert desk.tries >= 1
            row.did(1)


def cut_at_the_change(head: bytes) -> bool:
    """RESET RETRY COUNTER or CHANGE REFERENCE DATA."""
    return head[1] in (0x2C, 0x24)


@pytest.mark.parametrize("act", ["unlock", "change"])
@pytest.mark.parametrize("cut", ["before", "after"])
def test_while_the_card_does_not_come_back_nothing_is_claimed(act: str, cut: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 0 if act == "unlock" else 3), [(cut_at_the_change, CUTS[cut])])
    pulled = desk.plain.card
    assert pulled is not None
    desk.server.after["consent"] = lambda: None
    desk.reader.__class__ = PulledAtCut
    ending = getattr(desk.assistant, act)()
    assert (ending.outcome, ending.problem, ending.pin) == (
        Outcome.UNKNOWN,
        Problem.OUTCOME_UNKNOWN,
        ActivePin.UNKNOWN,
    )
    assert desk.view.wanted[-1].problem is Problem.NO_CARD
    assert len(desk.journal.open_entries()) == 1

    desk.reader.__class__ = FaultReader  # next day: the card is in the reader again
    desk.plain.insert(pulled)
    [(_, truth)] = desk.assistant.settle()
    assert truth is not None
    if act == "unlock":
        assert truth.pin is (ActivePin.NEW if desk.has_pin(NEW) else ActivePin.OLD)
        assert desk.journal.open_entries() == []
        assert desk.server.unlock.state is (State.DONE if desk.has_pin(NEW) else State.NOT_DONE)
    else:
        assert truth.pin is ActivePin.UNKNOWN, "no PIN in memory, and no try is used without asking"
        assert desk.tries == 3
        assert desk.view.problem_codes[-1] is Problem.OUTCOME_UNKNOWN


class PulledAtCut(FaultReader):
    """The card is out of the reader once the fault has happened."""

    def connect(self):  # type: ignore[no-untyped-def]
        if not self._plan:
            self._whole.remove()  # type: ignore[attr-defined]
        return super().connect()


def test_the_pin_believed_active_settles_an_unclear_change(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), [(cut_at_the_change, CUT_AFTER)])
    pulled = desk.plain.card
    assert pulled is not None
    desk.reader.__class__ = PulledAtCut
    desk.assistant.change()
    desk.reader.__class__ = FaultReader
    desk.plain.insert(pulled)
    desk.view.counts.clear()
    desk.view.old_pin, desk.view.new_pin = NEW, "604173"
    assert desk.assistant.change().outcome is Outcome.DONE
    assert desk.journal.open_entries() == []


def server_faults() -> Iterator[tuple[str, str, Problem]]:
    for call in ("grant", "consent", "report", "settling_grant", "settle", "standing"):
        for when in ("before", "after"):
            for problem in (Problem.SERVER_GONE, Problem.SERVER_SLOW, Problem.SERVER_RUBBISH):
                yield call, when, problem


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("call", "when", "problem"), list(server_faults()))
def test_a_server_that_is_gone_at_any_call_changes_no_truth(
    call: str, when: str, problem: Problem, state: str, tmp_path: Path
) -> None:
    before, tries = STATES[state]
    desk = Desk(tmp_path, card_memory(before, tries))
    getattr(desk.server, when)[call] = refuse(problem)
    ending = desk.assistant.unlock()
    assert_true(desk, ending, before)
    if call in ("grant", "consent"):
        assert desk.has_pin(before)
        assert ending.problem is problem
    else:
        assert ending.outcome is Outcome.DONE


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("state", STATES)
def test_card_cut_and_server_gone_together_leave_the_truth_to_the_card(state: str, cut: str, tmp_path: Path) -> None:
    before, tries = STATES[state]
    desk = Desk(tmp_path, card_memory(before, tries), [(cut_at_the_change, CUTS[cut])])
    for call in ("report", "settling_grant", "standing"):
        desk.server.before[call] = refuse(Problem.SERVER_GONE)
    assert_true(desk, desk.assistant.unlock(), before)
    [entry] = desk.journal.open_entries()
    assert entry.learned is (ActivePin.NEW if desk.has_pin(NEW) else ActivePin.OLD)
    assert Text.SERVER_NOT_TOLD in desk.view.told

    desk.server.before.clear()  # the next start, the server there again
    desk.server.unlock.state = State.UNCERTAIN  # by its 60 s of silence
    desk.assistant.settle()
    assert desk.journal.open_entries() == []
    if not tries:
        assert desk.server.unlock.state is (State.DONE if desk.has_pin(NEW) else State.NOT_DONE)


def test_a_card_that_stays_mute_is_not_known_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, plan=[(cut_at_the_change, MUTE)])
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.pin) == (Outcome.UNKNOWN, ActivePin.UNKNOWN)
    assert desk.view.wanted[-1].problem is Problem.CARD_MUTE


def test_a_card_swapped_at_any_command_of_an_unlock_leaves_the_other_card_unchanged(tmp_path: Path) -> None:
    for number in range(2, commands_of_unlock("locked") + 1):
        other = card_memory(OLD, 3, serial=OTHER_SERIAL)
        desk = Desk(tmp_path / str(number), plan=[(number, Swap(reader_with(other)))])
        ending = desk.assistant.unlock()
        assert pin_of(other).matches(OLD.encode()), f"command {number}"
        assert other.read("reset_key_tries") == 5, f"command {number}"
        # Only a swap in the milliseconds before VERIFY costs a try there: no plain command can be bound to a card.
        assert other.read("pin_tries") >= 2, f"command {number}"
        assert ending.outcome is not Outcome.DONE or desk.has_pin(NEW)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("call", ["claim", "confirm", "grant", "consent", "report"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_ctrl_c_at_any_moment_ends_with_the_truth(when: str, call: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    getattr(desk.server, when)[call] = interrupt
    ending = desk.assistant.unlock()
    assert_true(desk, ending, OLD)
    assert ending.outcome is (Outcome.DONE if call == "report" else Outcome.CANCELLED)


def test_the_other_card_in_reach_is_never_taken_for_the_interrupted_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path, plan=[(cut_at_the_change, CUT_AFTER)])
    other = card_memory(OLD, 3, serial=OTHER_SERIAL)
    desk.readers = VirtualReaders([reader_with(other, "Okuyucu 0"), desk.reader])
    assert_true(desk, desk.assistant.unlock(), OLD)
    assert other.read("pin_tries") == 3


@pytest.mark.parametrize("act", ["unlock", "change"])
def test_the_last_try_is_never_used_for_finding_out(act: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), [(cut_at_the_change, CUT_BEFORE)])

    class OneTryLeft(type(desk.view)):  # type: ignore[misc]
        def tell(self, text: Text, **facts: int | str) -> None:
            if text is Text.FINDING_OUT:
                desk.memory.write(pin_tries=1)
            super().tell(text, **facts)

    desk.view.__class__ = OneTryLeft
    ending = getattr(desk.assistant, act)()
    assert (ending.outcome, ending.pin) == (Outcome.UNKNOWN, ActivePin.UNKNOWN)
    assert desk.tries == 1
    assert len(desk.journal.open_entries()) == 1


def test_a_forgotten_pins_unlock_that_only_the_program_could_verify_is_reported_as_its_word(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 3), [(cut_at_the_change, CUT_AFTER)])
    assert desk.assistant.unlock().pin is ActivePin.NEW
    assert (desk.server.unlock.state, desk.server.unlock.evidence) == (State.DONE, Evidence.G0)


def test_finding_out_that_the_old_pin_is_active_says_that_it_used_a_try(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 3), [(cut_at_the_change, CUT_BEFORE)])
    assert desk.assistant.unlock().pin is ActivePin.OLD
    assert desk.tries == 2
    assert desk.view.texts[-2:] == [(Text.TRY_USED, {}), (Text.TRUTH_OLD, {"tries": 2})]
