"""Who may see a page: signed in, and where it matters signed in lately."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from anahtar_server.config import SignIn as SignInSettings
from anahtar_server.config import config
from anahtar_server.portal.kept import keep
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.queries import current
from anahtar_server.signin.rules import is_fresh
from anahtar_wire.problems import Problem, Refusal

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, SignIn, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def entrance(going_to: str, *, again: bool = False) -> str:
    """Return the address of the sign-in page that leads on to `going_to`; `again`: although signed in."""
    wishes = {"next": going_to, **({"yeniden": "1"} if again else {})}
    return reverse("giris") + "?" + urlencode(wishes)


def signed_in(page: Page[P]) -> Guarded[P]:
    """Show a page to signed-in holders only, and let no browser or proxy keep it."""
    return _guarded(page, None)


def signed_in_lately(minutes: Callable[[SignInSettings], int]) -> Callable[[Page[P]], Guarded[P]]:
    """Show a page only to those who signed in at most so many minutes ago, by the setting that `minutes` picks."""
    return lambda page: _guarded(page, minutes)


def _guarded(page: Page[P], minutes: Callable[[SignInSettings], int] | None) -> Guarded[P]:
    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = current(request)
        if found is None:
            return _send_to_entrance(request, Problem.SIGN_IN_NEEDED)
        if minutes and not is_fresh(found.authenticated_at, timezone.now(), minutes(config().signin)):
            return _send_to_entrance(request, Problem.SIGN_IN_STALE)
        return page(request, found, *args, **kwargs)

    return never_cache(guarded)


def _send_to_entrance(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Lead a reader to the sign-in; whoever sent a form is told first that it was not taken."""
    if request.method not in ("GET", "HEAD"):
        keep(request)
        raise Refusal(problem)
    return HttpResponseRedirect(entrance(request.get_full_path(), again=problem is Problem.SIGN_IN_STALE))
