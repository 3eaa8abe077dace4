"""What the program calls: parse → one act → render. From the confirmation on, the key service does the act."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from anahtar_server import RELEASE
from anahtar_server.api.answers import address_of, body_of, json_answer, parse, route
from anahtar_server.clock import system_clock
from anahtar_server.config import config
from anahtar_server.confirmation.queries import Way, ways
from anahtar_server.people.hidden import COST, hidden_digits
from anahtar_server.people.rules import masked_name
from anahtar_server.unlock import acts, queries, rules
from anahtar_server.unlock.consent import Errand, SocketClient
from anahtar_server.unlock.links import trade_link
from anahtar_server.unlock.models import Unlock
from anahtar_server.unlock.proof import check_proof
from anahtar_wire.code import NotACode, VerificationCode
from anahtar_wire.messages import (
    Claimed,
    ClaimRequest,
    ConfirmationAnswer,
    ConfirmationMethod,
    ConfirmationRequest,
    ConfirmationRequested,
    Confirmed,
    Consented,
    ConsentRequest,
    GrantGiven,
    GrantRequest,
    Hello,
    Kind,
    LinkAnswer,
    LinkRequest,
    Message,
    PersonalDigits,
    Report,
    SettleProof,
    Standing,
)
from anahtar_wire.problems import Problem, Refusal
from anahtar_wire.proof import HEADER


@route("GET")
def hello(request: HttpRequest) -> HttpResponse:
    """Say who this is and what time it has."""
    settings = config()
    return json_answer(
        Hello(name=settings.portal.name, release=RELEASE, time=system_clock(), rehearsal=settings.rehearsal)
    )


@route("POST")
def link(request: HttpRequest) -> HttpResponse:
    """Trade the reference of a link from the portal for its verification code, once."""
    message = parse(LinkRequest, body_of(request))
    code = trade_link(reference=message.ref, address=address_of(request), limits=config().limits, now=system_clock())
    return json_answer(LinkAnswer(code=code))


@route("POST")
def claim(request: HttpRequest) -> HttpResponse:
    """Trade a verification code for an unlock bound to the program's key."""
    body = body_of(request)
    message = parse(ClaimRequest, body)
    _check(request, message.program_key, body)
    try:
        code = VerificationCode.parse(message.code)
    except NotACode:
        raise Refusal(Problem.CODE_MALFORMED) from None
    settings, now = config(), system_clock()
    unlock = acts.claim(
        request=message,
        code=code,
        address=address_of(request),
        code_key=settings.portal.code_key_file.read(),
        limits=settings.limits,
        now=now,
    )
    return json_answer(_claimed(unlock))


def _claimed(unlock: Unlock) -> Claimed:
    settings, now = config(), system_clock()
    return Claimed(
        unlock=unlock.name,
        kind=Kind(unlock.card.kind),
        holder=masked_name(unlock.holder.name),
        card_serial=unlock.card.serial,
        card_family=unlock.card.family,
        expires_at=rules.ends_at(
            unlock.now_in, unlock.opened_at, unlock.code_expires_at, unlock.confirmed_at, settings.limits
        ),
        methods=[_method(way) for way in ways(unlock.holder, settings.limits, now)],
        personal=_personal(unlock),
    )


def _personal(unlock: Unlock) -> PersonalDigits:
    hidden = hidden_digits(unlock.holder, unlock.card.firm)
    return PersonalDigits(salt=hidden.salt, cost=COST, digests=hidden.digests)


def _method(way: Way) -> ConfirmationMethod:
    return ConfirmationMethod(
        method=way.method,
        usable=way.problem is None,
        to=way.shown,
        problem=way.problem.value if way.problem else None,
        usable_from=way.usable_from,
    )


def _check(request: HttpRequest, program_key: bytes, body: bytes) -> None:
    check_proof(
        program_key=program_key,
        method=request.method or "",
        path=request.path,
        body=body,
        proof=request.headers.get(HEADER, "")[:400],
    )


def _own_unlock(request: HttpRequest, name: str, body: bytes) -> Unlock:
    unlock = queries.by_name(name)
    _check(request, bytes(unlock.program_key), body)
    return unlock


@route("GET")
def standing(request: HttpRequest, name: str) -> HttpResponse:
    """Tell the program where its unlock stands."""
    unlock = _own_unlock(request, name, b"")
    settled = acts.pass_time(unlock_id=unlock.pk, limits=config().limits, now=system_clock())
    return json_answer(queries.standing(settled))


@route("POST")
def cancel(request: HttpRequest, name: str) -> HttpResponse:
    """Cancel the program's unlock."""
    body = body_of(request)
    parse(Message, body)
    unlock = _own_unlock(request, name, body)
    actor = rules.program_name(bytes(unlock.program_key))
    return json_answer(queries.standing(acts.cancel(unlock_id=unlock.pk, actor=actor, now=system_clock())))


def _errand(act: str, kind: type[Message], answer: type[Message], request: HttpRequest, name: str = "") -> HttpResponse:
    """Hand a request on to the key service, exactly as it came; only shapes are looked at here, both ways."""
    body = body_of(request)
    parse(kind, body)
    errand = Errand(
        act=act,
        method=request.method or "",
        path=request.path,
        body=body.hex(),
        proof=request.headers.get(HEADER, "")[:400],
        unlock=name,
        address=address_of(request),
    )
    try:
        return json_answer(answer.model_validate_json(SocketClient(config().keyservice.socket).run(errand)))
    except ValidationError:
        raise Refusal(Problem.KEY_SERVICE_GONE) from None


@route("POST")
def ask_confirmation(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for SMS Onay or WEB Parola."""
    return _errand("ask-confirmation", ConfirmationRequest, ConfirmationRequested, request, name)


@route("POST")
def answer_confirmation(request: HttpRequest, name: str) -> HttpResponse:
    """Answer it."""
    return _errand("answer-confirmation", ConfirmationAnswer, Confirmed, request, name)


@route("POST")
def grant(request: HttpRequest, name: str) -> HttpResponse:
    """Get session and nonce before the card is opened."""
    return _errand("grant", GrantRequest, GrantGiven, request, name)


@route("POST")
def consent(request: HttpRequest, name: str) -> HttpResponse:
    """Get the authority's answer to the card."""
    return _errand("consent", ConsentRequest, Consented, request, name)


@route("POST")
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Say what became of the card."""
    return _errand("report", Report, Standing, request, name)


@route("POST")
def begin_settling(request: HttpRequest) -> HttpResponse:
    """Get a settling nonce for a card with an open outcome."""
    return _errand("begin-settling", GrantRequest, GrantGiven, request)


@route("POST")
def settle(request: HttpRequest) -> HttpResponse:
    """Hand in the card's statement."""
    return _errand("settle", SettleProof, Standing, request)
