"""The pages of the method E-Devlet Şifresi: number and password, then the SMS code."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from anahtar_gate.config import current_config
from anahtar_gate.methods import e_devlet_sifresi
from anahtar_gate.methods.models import SmsCode
from anahtar_gate.methods.registry import E_DEVLET_SIFRESI
from anahtar_gate.methods.rules import CodeLate, CodeWrong, Counted, LimitReached, PasswordWrong, Refusal, is_code
from anahtar_gate.notices.sink import SmsNotPossible, send_sms
from anahtar_gate.pages.render import language_of
from anahtar_gate.pages.texts import Texts
from anahtar_gate.people.models import Person
from anahtar_gate.people.rules import is_tckn, last_digits
from anahtar_gate.provider import session
from anahtar_gate.provider.session import Waiting
from anahtar_gate.signin.waiting import answer, of_waiting_request, waiting_page

# The form was understood and what was typed is refused (RFC 9110, section 15.5.21; RFC 6585, section 4).
UNPROCESSABLE, TOO_MANY = 422, 429


@require_http_methods(["GET", "HEAD", "POST"])
@of_waiting_request
def password_page(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """First step of E-Devlet Şifresi: number and password."""
    if request.method != "POST":
        return _password_form(request, waiting)
    tckn, password = request.POST.get("tckn", "").strip(), request.POST.get("password", "")
    texts, now = Texts(language_of(request)), timezone.now()
    errors = _password_faults(texts, tckn, password)
    if errors:
        return _password_form(request, waiting, tckn, errors)
    try:
        person = e_devlet_sifresi.check_person(tckn=tckn, password=password, now=now)
        step = e_devlet_sifresi.begin_second_step(person=person, send=_sender(texts, now), now=now)
    except PasswordWrong as wrong:
        return _password_form(
            request, waiting, tckn, {"password": texts.fill("password_wrong", tries=wrong.tries_left)}
        )
    except LimitReached as limit:
        return _password_form(request, waiting, tckn, _limit_faults(texts, limit, now), status=TOO_MANY)
    except SmsNotPossible:
        return _password_form(request, waiting, tckn, {"password": texts["sms_failed"]}, status=503)
    session.set_step(request.session, waiting.ref, step.pk)
    return HttpResponseRedirect(reverse("code", args=[waiting.ref]))


def _password_faults(texts: Texts, tckn: str, password: str) -> dict[str, str]:
    """Mistakes seen without asking the register: they use no try."""
    faults = {} if is_tckn(tckn) else {"tckn": texts["tckn_wrong"]}
    return faults if password else {**faults, "password": texts["password_empty"]}


def _limit_faults(texts: Texts, limit: LimitReached, now: datetime) -> dict[str, str]:
    """Whatever was counted, the text says how long to wait."""
    key = "password_limit" if limit.counted is Counted.PASSWORD else "code_limit"
    return {"password": texts.fill(key, minutes=limit.minutes(now))}


def _password_form(
    request: HttpRequest,
    waiting: Waiting,
    tckn: str = "",
    errors: dict[str, str] | None = None,
    *,
    status: int | None = None,
) -> HttpResponse:
    """The password page; after a mistake the number stays, the password never does."""
    address = reverse("password", args=[waiting.ref])
    facts = {"errors": errors or {}, "typed_tckn": tckn, "password_address": address}
    return waiting_page(request, waiting, "password", facts, status=status or (UNPROCESSABLE if errors else 200))


def _sender(texts: Texts, now: datetime) -> e_devlet_sifresi.Send:
    """Sends a code in the language of the page."""
    config = current_config()
    key = "sms_rehearsal" if config.rehearsal else "sms"

    def send(person: Person, code: str) -> None:
        send_sms(config=config, to=person.mobile, text=texts.fill(key, code=code), now=now)

    return send


@require_http_methods(["GET", "HEAD", "POST"])
@of_waiting_request
def code_page(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Second step: the SMS code. When it is right, the client gets its answer."""
    if waiting.step_id is None:
        return HttpResponseRedirect(reverse("password", args=[waiting.ref]))
    if request.method != "POST":
        return _code_form(request, waiting, sent_again="again" in request.GET)
    typed, texts, now = request.POST.get("code", "").strip(), Texts(language_of(request)), timezone.now()
    if not is_code(typed):
        return _code_form(request, waiting, {"code": texts["code_shape"]})
    try:
        person = e_devlet_sifresi.check_code(step_id=waiting.step_id, typed=typed, now=now)
    except Refusal as refusal:
        return _code_refused(request, waiting, refusal, now=now)
    return answer(request, waiting, person, method=E_DEVLET_SIFRESI, now=now)


def _code_refused(request: HttpRequest, waiting: Waiting, refusal: Refusal, *, now: datetime) -> HttpResponse:
    """What a refused code leads to: the same page, or the password page when its tries are used."""
    texts = Texts(language_of(request))
    match refusal:
        case CodeWrong(tries_left=tries) if tries:
            return _code_form(request, waiting, {"code": texts.fill("code_wrong", tries=tries)})
        case CodeLate():
            return _code_form(request, waiting, {"code": texts["code_late"]})
        case LimitReached():
            errors = {"code": texts.fill("code_limit", minutes=refusal.minutes(now))}
            return _code_form(request, waiting, errors, status=TOO_MANY)
        case _:
            session.set_step(request.session, waiting.ref, None)
            return _password_form(request, waiting, "", {"password": texts["code_spent"]})


def _code_form(
    request: HttpRequest,
    waiting: Waiting,
    errors: dict[str, str] | None = None,
    *,
    status: int | None = None,
    sent_again: bool = False,
) -> HttpResponse:
    """The code page; the number is shown by its last two digits only."""
    step = SmsCode.objects.select_related("person").get(pk=waiting.step_id or "")
    facts = {
        "errors": errors or {},
        "sent_again": sent_again,
        "sent": Texts(language_of(request)).fill("code_sent", digits=last_digits(step.person.mobile)),
        "code_address": reverse("code", args=[waiting.ref]),
        "again_address": reverse("new_code", args=[waiting.ref]),
    }
    return waiting_page(request, waiting, "code", facts, status=status or (UNPROCESSABLE if errors else 200))


@require_POST
@of_waiting_request
def new_code(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Send another code; the tries used stay used."""
    if waiting.step_id is None:
        return HttpResponseRedirect(reverse("password", args=[waiting.ref]))
    texts, now = Texts(language_of(request)), timezone.now()
    try:
        e_devlet_sifresi.send_again(step_id=waiting.step_id, send=_sender(texts, now), now=now)
    except Refusal as refusal:
        return _code_refused(request, waiting, refusal, now=now)
    except SmsNotPossible:
        return _code_form(request, waiting, {"code": texts["sms_failed"]}, status=503)
    return HttpResponseRedirect(f"{reverse('code', args=[waiting.ref])}?again")
