"""PIN Oluşturma/Kilit Çözme with a card and a server, as a person lives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import CODE, FOREIGN_ATR, NEW, OLD, OTHER_SERIAL, STATES, Desk, card_memory, reader_with
from stand_in_server import SMS_CODE, WEB_PASSWORD, refuse

from anahtar_card.families.akis import names
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.family import PinState
from anahtar_card.pin import PinFault
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop.ending import Outcome
from anahtar_desktop.ports import ActivePin, Instead
from anahtar_desktop.texts import Text
from anahtar_wire.messages import ConfirmationMethod, Evidence, Method, State
from anahtar_wire.problems import Problem, Refusal


@pytest.mark.parametrize("state", STATES)
def test_a_card_in_any_state_gets_its_new_pin(state: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(*STATES[state]))
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.pin, ending.problem) == (Outcome.DONE, ActivePin.NEW, None)
    assert desk.has_pin(NEW)
    assert desk.tries == 3
    assert desk.server.unlock.evidence is Evidence.G1
    assert desk.view.told[-1] is Text.DONE
    assert desk.journal.open_entries() == []


def test_the_holder_sees_whose_card_it_is_and_its_tries_before_anything_is_typed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"duties": False})
    ending = desk.assistant.unlock()
    seen, holder = desk.view.cards[0]
    assert seen.look is not None
    assert (holder, seen.look.pin, seen.look.pin_tries, seen.look.puk_tries) == ("A*** D***", PinState.LOCKED, 0, 3)
    assert ending.problem is Problem.DUTIES_NOT_ACCEPTED
    assert desk.server.unlock.state is State.CANCELLED


def test_the_web_password_confirms_as_well(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"method": "web", "confirmation": lambda: WEB_PASSWORD})
    assert desk.assistant.unlock().outcome is Outcome.DONE


def test_a_code_is_taken_with_spaces_line_ends_and_in_lower_case(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"code": "  abcd efgh\tjklm\r\n"})
    assert desk.assistant.unlock().outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.CODE_MALFORMED),
        ("ABCD-EFGH", Problem.CODE_MALFORMED),
        ("АВСD-EFGH-JKLM", Problem.CODE_MALFORMED),  # three letters are Cyrillic
        ("https://example.invalid/?ref=ABCDEFGHJKLM", Problem.CODE_MALFORMED),
        ("4071 8263", Problem.CODE_IS_SMS),
    ],
)
def test_what_cannot_be_a_code_is_refused_without_asking_the_server(
    typed: str, problem: Problem, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, script={"code": typed})
    assert desk.assistant.unlock().outcome is Outcome.CANCELLED
    assert desk.view.problem_codes[0] is problem
    assert desk.server.calls == []


def test_a_wrong_code_is_said_and_the_right_one_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"codes": ["ABCD-EFGH-JKLN"]})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problem_codes == [Problem.CODE_WRONG]


@pytest.mark.parametrize("problem", [Problem.CODE_USED, Problem.CODE_EXPIRED, Problem.TOO_MANY, Problem.UPDATE_NEEDED])
def test_a_code_that_is_over_ends_the_act_and_no_card_is_opened(problem: Problem, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.server.problem_at_claim = problem
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.problem, ending.pin) == (Outcome.REFUSED, problem, None)
    assert desk.reader.commands == 0


def test_a_code_counts_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.assistant.unlock()
    desk.view.counts.clear()
    assert desk.assistant.unlock().problem is Problem.CODE_USED


def test_an_empty_reader_is_named_and_the_card_put_in_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    card = desk.plain.card
    assert card is not None
    desk.plain.remove()

    def insert() -> bool:
        desk.plain.insert(card)
        return True

    desk.view.insert = insert
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert [wanted.problem for wanted in desk.view.wanted] == [Problem.NO_CARD]
    assert desk.view.wanted[0].serial == "…3A3B"


def test_no_reader_and_a_mute_card_are_different_things(tmp_path: Path) -> None:
    class Mute(AkisCard):
        def power_on(self) -> bytes:
            return b""

    mute = VirtualReader("Okuyucu 2", Mute.open(card_memory()))
    for readers, problem in (([], Problem.NO_READER), ([mute], Problem.CARD_MUTE)):
        desk = Desk(tmp_path)
        desk.readers = VirtualReaders(readers)
        assert desk.assistant.unlock().outcome is Outcome.CANCELLED
        assert desk.view.wanted[0].problem is problem


def test_another_persons_card_is_named_masked_and_left_alone(tmp_path: Path) -> None:
    other = card_memory("135790", 2, serial=OTHER_SERIAL)
    writes = other.writes
    desk = Desk(tmp_path)
    desk.readers = VirtualReaders([reader_with(other, "Okuyucu 2")])
    assert desk.assistant.unlock().outcome is Outcome.CANCELLED
    wanted = desk.view.wanted[0]
    assert (wanted.problem, wanted.serial) == (Problem.CARD_OTHER, "…3A3B")
    assert [seen.look.serial[-4:] for seen in wanted.others if seen.look] == ["5A5B"]
    assert other.writes == writes


def test_of_two_cards_the_one_of_the_unlock_is_found_by_its_serial(tmp_path: Path) -> None:
    other = card_memory("135790", 2, serial=OTHER_SERIAL)
    writes = other.writes
    desk = Desk(tmp_path, others=[reader_with(other, "Okuyucu 0")])
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert (Text.OTHER_CARD, {"reader": "Okuyucu 0", "serial": "…5A5B"}) in desk.view.texts
    assert other.writes == writes


def test_a_card_swapped_while_the_person_confirmed_is_not_touched(tmp_path: Path) -> None:
    other = card_memory("135790", 0, serial=OTHER_SERIAL)
    writes = other.writes
    desk = Desk(tmp_path)

    def swap_and_answer() -> str:
        desk.plain.insert(AkisCard.open(other))
        return SMS_CODE

    desk.view.confirmation = swap_and_answer
    assert desk.assistant.unlock().outcome is Outcome.CANCELLED
    assert desk.view.wanted[-1].problem is Problem.CARD_OTHER
    assert other.writes == writes
    assert "consent" not in desk.server.calls


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("12a456", PinFault.NOT_DIGITS),
        ("٤٨٢٩١٦", PinFault.NOT_DIGITS),
        ("48291", PinFault.TOO_SHORT),
        ("482916482", PinFault.TOO_LONG),
        ("777777", PinFault.ONE_DIGIT),
        ("345678", PinFault.RUN),
        ("987654", PinFault.RUN),
        ("321234", PinFault.PERSONAL),
        ("32123456", PinFault.PERSONAL),
    ],
)
def test_a_pin_against_the_rule_is_refused_here_and_uses_no_try(typed: str, fault: PinFault, tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"new_pin": typed})
    commands = desk.assistant.unlock()
    assert commands.outcome is Outcome.CANCELLED
    assert desk.view.faults == [fault]
    assert "ask_confirmation" not in desk.server.calls
    assert desk.memory.read("pin_tries") == 0


def test_entries_that_differ_are_typed_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"entries": [(NEW, "482961")]})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problem_codes == [Problem.PINS_DIFFER]


@pytest.mark.parametrize("problem", [Problem.SERVER_GONE, Problem.SERVER_SLOW, Problem.KEY_SERVICE_GONE])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["ask_confirmation", "confirm"])
def test_a_link_that_breaks_while_it_is_confirmed_loses_nothing_typed_so_far(
    call: str, when: str, problem: Problem, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)

    def once() -> None:
        getattr(desk.server, when).clear()
        raise Refusal(problem)

    getattr(desk.server, when)[call] = once
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problem_codes == [problem]
    assert desk.server.calls.count("claim") == 1
    assert desk.view.counts["new pin"] == 1


def test_a_wrong_sms_code_tells_the_tries_left_and_may_be_typed_again(tmp_path: Path) -> None:
    answers = iter(["11111111", SMS_CODE])
    desk = Desk(tmp_path, script={"confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problems == [(Problem.CONFIRMATION_WRONG, {"tries_left": 4})]


def test_the_fifth_wrong_answer_ends_the_unlock_and_the_card_was_never_opened_for_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"confirmation": lambda: "11111111"})
    assert desk.assistant.unlock().problem is Problem.CONFIRMATION_OVER
    assert desk.memory.read("pin_tries") == 0
    assert "grant" not in desk.server.calls


def test_a_verification_code_in_the_field_of_the_sms_code_uses_no_try(tmp_path: Path) -> None:
    answers = iter([CODE, SMS_CODE])
    desk = Desk(tmp_path, script={"confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problem_codes == [Problem.CONFIRMATION_IS_CODE]
    assert desk.server.unlock.tries_left == 5


def test_a_web_password_that_looks_like_some_code_is_still_asked_about(tmp_path: Path) -> None:
    answers = iter(["passwerdpass", WEB_PASSWORD])
    desk = Desk(tmp_path, script={"method": "web", "confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.view.problem_codes == [Problem.CONFIRMATION_WRONG]


def test_nothing_typed_as_confirmation_asks_nobody(tmp_path: Path) -> None:
    answers = iter(["", "x" * 200, "4071\udcff", SMS_CODE])
    desk = Desk(tmp_path, script={"confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.server.calls.count("confirm") == 1


def test_a_code_that_did_not_come_is_sent_again_and_another_method_can_be_chosen(tmp_path: Path) -> None:
    answers = iter([Instead.RESEND, Instead.OTHER_METHOD, SMS_CODE])
    desk = Desk(tmp_path, script={"confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.server.calls.count("ask_confirmation") == 3


def test_without_any_usable_method_the_reason_is_said_before_the_card_is_opened(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.server.methods = [ConfirmationMethod(method=Method.WEB, usable=False, problem="method-too-new")]
    assert desk.assistant.unlock().problem is Problem.METHOD_TOO_NEW


def test_a_message_that_could_not_be_sent_leaves_the_choice_of_another_method(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.server.before["ask_confirmation"] = refuse(Problem.MESSAGE_NOT_SENT)
    assert desk.assistant.unlock().outcome is Outcome.CANCELLED
    assert desk.view.problem_codes[0] is Problem.MESSAGE_NOT_SENT


def test_stopping_tells_the_server_and_what_is_left_behind(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"method": "neither"})
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.problem) == (Outcome.CANCELLED, Problem.CANCELLED)
    assert desk.server.unlock.state is State.CANCELLED
    assert desk.view.told[-1] is Text.LEFT_BEHIND_CODE
    assert desk.has_pin(OLD)


def test_a_refused_consent_leaves_the_card_as_it_was_and_is_not_asked_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.server.before["consent"] = refuse(Problem.CERTIFICATE_REVOKED)
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.problem) == (Outcome.REFUSED, Problem.CERTIFICATE_REVOKED)
    assert desk.server.calls.count("consent") == 1
    assert desk.journal.open_entries() == []
    assert desk.has_pin(OLD)


def test_a_cryptogram_that_the_card_refuses_is_never_followed_by_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    honest = desk.server.issuer.answer
    desk.server.issuer.answer = lambda cryptogram, nonce: honest(bytes(16), nonce)  # type: ignore[method-assign]
    ending = desk.assistant.unlock()
    assert (ending.problem, ending.pin) == (Problem.CARD_REFUSED_AUTHORITY, ActivePin.OLD)
    assert desk.server.unlock.consents == 1
    assert desk.memory.read("reset_key_tries") == 4
    assert desk.server.unlock.state is State.NOT_DONE


def test_an_earlier_unlock_that_is_unclear_is_settled_and_the_new_one_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    def unclear_once() -> None:
        del desk.server.before["consent"]
        refuse(Problem.SETTLE_FIRST)()

    desk.server.before["consent"] = unclear_once
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert desk.server.calls.count("settling_grant") == 1


@pytest.mark.parametrize(("atr", "registered"), [(FOREIGN_ATR, "akis"), (names.ATR, "kkp1")])
def test_a_card_of_another_family_than_the_registers_is_refused_before_a_pin_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atr: bytes, registered: str
) -> None:
    desk = Desk(tmp_path, atr=atr)
    claim = desk.server.claim
    monkeypatch.setattr(desk.server, "claim", lambda code: claim(code).model_copy(update={"card_family": registered}))
    assert desk.assistant.unlock().problem is Problem.CARD_FOREIGN
    assert "new pin" not in desk.view.counts
    assert not {"grant", "consent"} & set(desk.server.calls)


def test_a_dead_card_is_said_before_a_pin_is_typed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.memory.write(puk_tries=0)
    assert desk.assistant.unlock().problem is Problem.CARD_DEAD
    assert "new pin" not in desk.view.counts


def test_an_unforeseen_error_says_internal_and_nothing_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    def fall() -> None:
        raise RuntimeError(NEW)

    desk.server.before["grant"] = fall
    ending = desk.assistant.unlock()
    assert (ending.outcome, ending.problem, ending.facts) == (Outcome.REFUSED, Problem.INTERNAL, {})
    assert desk.has_pin(OLD)


def test_the_card_is_not_held_while_a_person_thinks_and_free_at_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    def free_then_answer() -> str:
        desk.plain.connect().close()
        return SMS_CODE

    desk.view.confirmation = free_then_answer
    assert desk.assistant.unlock().outcome is Outcome.DONE
    desk.plain.connect().close()


def test_the_server_is_asked_for_its_consent_only_after_everything_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.assistant.unlock()
    assert desk.server.calls == ["claim", "ask_confirmation", "confirm", "grant", "consent", "report"]


def test_the_question_after_a_wrong_answer_says_the_tries_that_are_really_left(tmp_path: Path) -> None:
    answers = iter(["00000000", "00000001", SMS_CODE])
    desk = Desk(tmp_path, script={"confirmation": lambda: next(answers)})
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert [asked.tries_left for asked in desk.view.asked] == [5, 4, 3]
