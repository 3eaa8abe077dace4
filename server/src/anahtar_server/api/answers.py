"""One table turns refusals into answers; unknown errors say "internal" and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import structlog
from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from anahtar_wire import VERSION
from anahtar_wire.messages import Message, ProblemReport
from anahtar_wire.problems import Problem, Refusal, explain, table

log = structlog.get_logger("anahtar.api")

LONGEST_BODY = 16 * 1024
Parsed = TypeVar("Parsed", bound=Message)


def problem_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal as application/problem+json (RFC 9457), titled in the language asked for."""
    language = "en" if request.headers.get("Accept-Language", "tr").lower().startswith("en") else "tr"
    status = table()[refusal.problem].status or 500
    report = ProblemReport(
        type=request.build_absolute_uri(f"/yardim/{refusal.problem.value}/"),
        code=refusal.problem.value,
        title=explain(refusal.problem, language, **refusal.facts).title,
        status=status,
        facts=refusal.facts,
    )
    return HttpResponse(report.model_dump_json(), status=status, content_type="application/problem+json")


def json_answer(message: Message | str) -> HttpResponse:
    """Return a wire message."""
    text = message if isinstance(message, str) else message.model_dump_json()
    answer = HttpResponse(text, content_type="application/json")
    answer["Cache-Control"] = "no-store"
    return answer


def parse(kind: type[Parsed], body: bytes) -> Parsed:
    """Return the body as a message of `kind`; raises Refusal UPDATE_NEEDED for another version, else
    MESSAGE_MALFORMED."""
    try:
        message = kind.model_validate_json(body)
    except ValidationError:
        raise Refusal(_why_malformed(body)) from None
    if "version" not in message.model_fields_set:  # every message carries its version; a default is for making them
        raise Refusal(Problem.UPDATE_NEEDED)
    return message


def _why_malformed(body: bytes) -> Problem:
    try:
        version = json.loads(body).get("version", VERSION)
    except (ValueError, AttributeError, RecursionError):
        return Problem.MESSAGE_MALFORMED
    return Problem.UPDATE_NEEDED if isinstance(version, int) and version != VERSION else Problem.MESSAGE_MALFORMED


def body_of(request: HttpRequest) -> bytes:
    """Return the request's body; raises Refusal MESSAGE_MALFORMED when it is longer than any message."""
    declared = request.headers.get("Content-Length") or "0"
    if not declared.isdigit() or int(declared) > LONGEST_BODY:
        raise Refusal(Problem.MESSAGE_MALFORMED)
    return request.body


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; behind the reverse proxy, the server puts the true address here."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def route(method: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view of the program's API: one method, refusals and errors as problems."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answered(request: HttpRequest, **parts: str) -> HttpResponse:
            try:
                if request.method != method:
                    raise Refusal(Problem.PAGE_NOT_FOUND)
                return view(request, **parts)
            except Refusal as refusal:
                return problem_answer(request, refusal)
            except Exception as error:
                log.error("api-failed", error=type(error).__name__, view=view.__name__)
                return problem_answer(request, Refusal(Problem.INTERNAL))

        answered.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie counts here: the program's key does
        return answered

    return decorate
