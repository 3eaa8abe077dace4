"""The offline verifier: whatever is done to an export, it is seen. No database here."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anahtar_server.audit.commands import add_arguments
from anahtar_server.audit.rules import GENESIS, Row, canonical
from anahtar_server.audit.verify import Head, NotAnExport, read_head, verify

FIELDS = ("at", "actor", "act", "subject", "facts", "previous", "hash")


def _chain(length: int) -> list[str]:
    lines, previous = [], GENESIS
    for sequence in range(1, length + 1):
        row = Row(
            sequence=sequence,
            at=f"2026-11-23T14:55:{sequence:02}.000001+00:00",
            actor="worker",
            act="message-sent",
            subject=f"unlock:{sequence}",
            facts='{"attempts":1}',
            previous=previous,
        )
        previous = row.hash()
        lines.append(canonical(vars(row) | {"hash": previous}))
    return [*lines, canonical({"head": {"sequence": length, "hash": previous}})]


def _edited(line: str, name: str, value: object) -> str:
    return canonical(json.loads(line) | {name: value})


def test_a_chain_that_nobody_touched_holds() -> None:
    report = verify(_chain(5))
    assert (report.holds, report.rows, report.unlinked) == (True, 5, 0)


def test_an_empty_audit_holds() -> None:
    assert verify(_chain(0)).holds


def test_a_known_row_has_the_hash_that_sha256sum_computes() -> None:
    row = Row(1, "2026-11-23T14:55:00.000000+00:00", "gate", "signed-in", "holder:ş", "{}", GENESIS)
    # printf '%s' '{"act":"signed-in",…}' | sha256sum
    assert GENESIS == "55e76069fe2cbeade9048726170cceba2501fb1ef965413f6b70b8a9e1a4366e"
    assert row.hash() == "5ee7f9ba9015bd68cd446b2253608307fc4b08d228f995a3f5ed2bc0ca27af22"


@settings(max_examples=60, deadline=None)
@given(length=st.integers(1, 8), data=st.data())
def test_a_change_of_any_field_of_any_row_is_seen(length: int, data: st.DataObject) -> None:
    lines = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    name = data.draw(st.sampled_from(FIELDS))
    value = data.draw(st.text(min_size=1).filter(lambda text: text != json.loads(lines[at])[name]))
    lines[at] = _edited(lines[at], name, value)
    report = verify(lines)
    assert at + 1 in report.altered


@settings(max_examples=40, deadline=None)
@given(length=st.integers(2, 8), data=st.data())
def test_a_row_taken_out_is_missing(length: int, data: st.DataObject) -> None:
    lines = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    del lines[at]
    report = verify(lines)
    assert not report.holds
    assert report.missing == [at + 1] or report.truncated == [at + 1]


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 8), data=st.data())
def test_a_row_put_in_is_seen_even_with_a_right_hash_of_its_own(length: int, data: st.DataObject) -> None:
    lines = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    before = json.loads(lines[at])
    row = Row(before["sequence"], before["at"], "anyone", "confirmed", "x", "{}", before["previous"])
    lines.insert(at, canonical(vars(row) | {"hash": row.hash()}))
    report = verify(lines)
    assert not report.holds
    assert report.reordered


@settings(max_examples=40, deadline=None)
@given(length=st.integers(2, 8), data=st.data())
def test_rows_that_changed_places_are_seen(length: int, data: st.DataObject) -> None:
    lines = _chain(length)
    at = data.draw(st.integers(0, length - 2))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert verify(lines).reordered


@settings(max_examples=40, deadline=None)
@given(length=st.integers(2, 8), data=st.data())
def test_rows_renumbered_after_a_theft_are_seen(length: int, data: st.DataObject) -> None:
    lines = _chain(length)
    at = data.draw(st.integers(0, length - 2))
    del lines[at]
    lines[at:-1] = [_edited(line, "sequence", json.loads(line)["sequence"] - 1) for line in lines[at:-1]]
    assert not verify(lines).holds


def test_an_end_cut_off_is_seen_by_the_head() -> None:
    lines = _chain(6)
    report = verify(lines[:4] + lines[-1:])
    assert report.truncated == [5, 6]


def test_an_end_cut_off_with_its_head_is_seen_by_an_earlier_checkpoint() -> None:
    checkpoint = read_head(_chain(6))
    cut = _chain(4)
    assert verify(cut).holds
    assert verify(cut, checkpoint=checkpoint).truncated == [5, 6]


def test_a_chain_written_anew_is_not_the_one_of_the_checkpoint() -> None:
    report = verify(_chain(6), checkpoint=Head(4, "0" * 64))
    assert not report.holds
    assert "checkpoint at row 4" in report.notes[0]


def test_a_chain_that_only_grew_contains_its_checkpoint() -> None:
    assert verify(_chain(6), checkpoint=read_head(_chain(4))).holds


def test_an_export_without_its_head_is_seen() -> None:
    assert not verify(_chain(3)[:-1]).holds


def test_rows_not_linked_yet_are_counted_and_no_fault() -> None:
    lines = _chain(2)
    unlinked = _edited(_edited(_edited(lines[0], "sequence", None), "hash", None), "previous", None)
    report = verify([*lines[:-1], unlinked, lines[-1]])
    assert (report.holds, report.unlinked) == (True, 1)
    assert "1 not linked yet" in report.lines()[0]


@pytest.mark.parametrize("line", ["", "[]", "7", "{}", '{"sequence":1}', '{"head":{}}', "not json", '{"sequence":"1"}'])
def test_a_file_that_is_no_export_is_named_as_such(line: str) -> None:
    with pytest.raises(NotAnExport) as caught:
        verify([*_chain(1)[:1], line])
    assert caught.value.line == 2


def test_a_row_with_a_number_where_text_belongs_is_no_row() -> None:
    lines = _chain(1)
    with pytest.raises(NotAnExport):
        verify([_edited(lines[0], "actor", 7)])


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args(arguments)
    run: Callable[[Any], int] = args.run
    return run(args)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    path.write_text("\n".join(_chain(3)) + "\n", encoding="utf-8")
    return path


def test_the_command_ends_with_0_for_an_audit_that_holds(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("verify", str(file)) == 0
    assert "3 rows linked" in capsys.readouterr().out


def test_the_command_ends_with_1_and_says_which_row(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text().replace("unlock:2", "unlock:9"))
    assert _run("verify", "--json", str(file)) == 1
    assert json.loads(capsys.readouterr().out)["altered"] == [2]


def test_the_command_compares_with_an_earlier_head(file: Path, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    head.write_text(_chain(5)[-1])
    assert _run("verify", str(file), "--head", str(head)) == 1


@pytest.mark.parametrize("content", [b"nonsense\n", b"\xff\xfe\n"])
def test_the_command_ends_with_1_for_a_file_that_is_no_export(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert _run("verify", str(file)) == 1


def test_a_file_that_is_not_there_is_an_error_and_no_trace(tmp_path: Path) -> None:
    assert _run("verify", str(tmp_path / "nothing")) == 1


def test_the_offline_verifier_needs_no_django(file: Path) -> None:
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from anahtar_server.audit.verify import verify\n"
        "sys.exit(0 if verify(open(sys.argv[1], encoding='utf-8')).holds else 1)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=False)  # our own interpreter
    assert done.returncode == 0


def _tampered(lines: list[str], chance: random.Random) -> list[str]:
    """Do one thing to a chain that nobody may do: change, take out, put in, swap, cut off."""
    rows, at = list(lines), chance.randrange(len(lines) - 1)
    match chance.randrange(5):
        case 0:
            name = chance.choice(FIELDS)
            rows[at] = _edited(rows[at], name, f"{json.loads(rows[at])[name]}{chance.choice('x0 ')}")
        case 1:
            del rows[at]
        case 2:
            rows.insert(at, chance.choice(rows[:-1]))
        case 3:
            other = (at + chance.randrange(1, len(rows) - 1)) % (len(rows) - 1)
            rows[at], rows[other] = rows[other], rows[at]
        case _:
            del rows[at:-1]
    return rows


def test_whatever_is_done_to_a_chain_is_seen(counted: Callable[..., Any]) -> None:
    row = counted("audit journal: change, delete, insert, reorder, truncate", small=2_000, large=100_000)
    chains = [_chain(length) for length in range(2, 20)]
    for number in row.rounds():
        chance = random.Random(number)
        assert not verify(_tampered(chance.choice(chains), chance)).holds, number
        row.did(1)
