"""The messages: what their golden files hold, what is refused, and what they never show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from anahtar_wire import VERSION
from anahtar_wire.inbox import InboxMessage
from anahtar_wire.messages import (
    Claimed,
    ClaimRequest,
    ConfirmationAnswer,
    ConfirmationRequested,
    Confirmed,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Hello,
    LinkAnswer,
    LinkRequest,
    Message,
    PersonalDigits,
    ProblemReport,
    Report,
    Standing,
)
from anahtar_wire.sealing import SEALED

GOLDEN = Path(__file__).parent.parent / "golden"
CODE, ANSWER, REF = "ABCD-EFGH-JKLM", "48291657", "q3Zt0uJ8vYk1xW5rBnM4aB"


def _descendants(kind: type[Message]) -> list[type[Message]]:
    return [found for child in kind.__subclasses__() for found in (child, *_descendants(child))]


def _file(kind: type[Message]) -> Path:
    return GOLDEN / (re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower() + ".json")


def _golden(kind: type[Message]) -> dict[str, object]:
    read = json.loads(_file(kind).read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def _changed(kind: type[Message], /, **changes: object) -> str:
    return json.dumps(_golden(kind) | changes)


KINDS = _descendants(Message)


def test_every_message_has_a_golden_file_and_every_golden_file_a_message() -> None:
    assert InboxMessage in KINDS
    assert {path.name for path in GOLDEN.iterdir()} == {_file(kind).name for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_file_parses_and_is_written_again_unchanged(kind: type[Message]) -> None:
    parsed = kind.model_validate_json(_file(kind).read_bytes())
    assert json.loads(parsed.model_dump_json()) == _golden(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_file_shows_every_field(kind: type[Message]) -> None:
    golden = _golden(kind)
    assert list(golden) == list(kind.model_fields)
    assert None not in golden.values()


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_carries_the_version(kind: type[Message]) -> None:
    assert _golden(kind)["version"] == VERSION == kind.model_fields["version"].default


@pytest.mark.parametrize("kind", KINDS)
def test_another_version_is_refused(kind: type[Message]) -> None:
    for version in (0, 2, "1", None):
        with pytest.raises(ValidationError):
            kind.model_validate_json(_changed(kind, version=version))


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_refused(kind: type[Message]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate_json(_changed(kind, surprise=1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_field_is_refused(kind: type[Message]) -> None:
    for name, field in kind.model_fields.items():
        if not field.is_required():
            continue
        lacking = _golden(kind)
        del lacking[name]
        with pytest.raises(ValidationError):
            kind.model_validate_json(json.dumps(lacking))


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_a_wrong_type_is_refused(kind: type[Message]) -> None:
    for name in kind.model_fields:
        with pytest.raises(ValidationError):
            kind.model_validate_json(_changed(kind, **{name: [[]]}))


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_cannot_be_changed_after_it_was_read(kind: type[Message]) -> None:
    parsed = kind.model_validate_json(_file(kind).read_bytes())
    with pytest.raises(ValidationError):
        parsed.version = 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_object_is_refused(kind: type[Message]) -> None:
    for text in ("", "[]", "null", '"text"', "{", "NaN", b"\xff\xfe"):
        with pytest.raises(ValidationError):
            kind.model_validate_json(text)


REFUSED: list[tuple[type[Message], str, object]] = [
    (Confirmed, "expires_at", "2025-03-14T10:30:00"),  # no zone
    (Confirmed, "expires_at", "2025-03-14"),
    (Confirmed, "expires_at", "tomorrow"),
    (Confirmed, "expires_at", 1741937400),
    (Hello, "rehearsal", "true"),
    (Hello, "rehearsal", 1),
    (Hello, "name", ""),
    (Hello, "name", "A" * 121),
    (ConsentRequest, "challenge", "abc"),  # odd
    (ConsentRequest, "challenge", "zz"),
    (ConsentRequest, "challenge", "c0 c0"),
    (ConsentRequest, "challenge", "0xc0"),
    (ConsentRequest, "challenge", "\u0663\u0663"),  # digits, but not ASCII
    (ConsentRequest, "challenge", "c0" * 1025),
    (GrantGiven, "nonce", "b0" * 15),
    (GrantGiven, "nonce", "b0" * 17),
    (ClaimRequest, "program_key", "04" + "1a" * 63),
    (ClaimRequest, "code", "A" * 65),
    (LinkRequest, "ref", "q3Zt0uJ8vYk1xW5"),
    (LinkRequest, "ref", "A" * 65),
    (LinkRequest, "ref", "q3Zt0uJ8vYk1xW5/BnM4aA"),
    (LinkRequest, "ref", "q3Zt0uJ8vYk1xW5rBnM4aA\n"),
    (LinkAnswer, "code", "A" * 65),
    (ConfirmationAnswer, "sealed", ""),
    (ConfirmationAnswer, "sealed", "00" * (SEALED - 1)),
    (ConfirmationAnswer, "sealed", "00" * (SEALED + 1)),
    (ConfirmationAnswer, "key", "00" * 7),
    (ConfirmationAnswer, "method", "SMS"),
    (ConfirmationAnswer, "method", "fax"),
    (ConfirmationRequested, "tries_left", "5"),
    (ConfirmationRequested, "tries_left", 4.5),
    (ConfirmationRequested, "tries_left", True),
    (GrantRequest, "card_serial", "303132333435363738393a3b"),  # small letters
    (GrantRequest, "card_serial", "303132333435363738393A3B\n"),
    (GrantRequest, "card_serial", "3031323"),
    (GrantRequest, "card_serial", "30" * 17),
    (Claimed, "unlock", "5f0c1d2e"),
    (Claimed, "unlock", "../" * 10 + "ab"),
    (PersonalDigits, "cost", 1),
    (PersonalDigits, "cost", 65537),
    (PersonalDigits, "digests", ["d1" * 16] * 401),
    (Report, "outcome", "maybe"),
    (Standing, "pin", "both"),
    (Standing, "evidence", "G3"),
    (ProblemReport, "facts", {"list": [1]}),
    (ProblemReport, "facts", {"half": 0.5}),
    (InboxMessage, "channel", "fax"),
]


@pytest.mark.parametrize(("kind", "field", "value"), REFUSED)
def test_a_value_outside_its_bounds_is_refused(kind: type[Message], field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate_json(_changed(kind, **{field: value}))


def test_too_many_ways_to_confirm_are_refused() -> None:
    methods = _golden(Claimed)["methods"]
    assert isinstance(methods, list)
    with pytest.raises(ValidationError):
        Claimed.model_validate_json(_changed(Claimed, methods=methods * 3))


def test_hex_in_capitals_is_read_and_written_small() -> None:
    read = ConsentRequest.model_validate_json(_changed(ConsentRequest, challenge="C0FFEE"))
    assert json.loads(read.model_dump_json())["challenge"] == "c0ffee"


SECRETS: list[tuple[type[Message], str, str]] = [
    (ClaimRequest, "code", CODE),
    (LinkRequest, "ref", REF),
    (LinkAnswer, "code", CODE),
    (InboxMessage, "text", f"Onay kodunuz {ANSWER}"),
]


@pytest.mark.parametrize(("kind", "field", "secret"), SECRETS)
def test_a_message_does_not_show_its_secret(kind: type[Message], field: str, secret: str) -> None:
    parsed = kind.model_validate_json(_changed(kind, **{field: secret}))
    assert getattr(parsed, field) == secret
    for shown in (repr(parsed), str(parsed), f"{parsed}", f"{[parsed]}"):
        assert secret not in shown


@pytest.mark.parametrize(("kind", "field", "secret"), SECRETS)
def test_a_refused_message_does_not_show_its_secret(kind: type[Message], field: str, secret: str) -> None:
    spoiled = [
        _changed(kind, **{field: secret}, surprise=secret),
        _changed(kind, **{field: [secret]}),
        _changed(kind, **{field: secret * 20}, version=2),
        json.dumps([secret]),
        _changed(kind, **{field: secret})[:-1],
    ]
    for text in spoiled:
        with pytest.raises(ValidationError) as caught:
            kind.model_validate_json(text)
        assert secret not in str(caught.value) + repr(caught.value)
