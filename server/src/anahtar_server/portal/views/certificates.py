"""Sertifika Listele, the details, and the downloads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anahtar_server.certificates.models import Authority, Certificate, Change
from anahtar_server.portal import life
from anahtar_server.portal.fields import fields_of
from anahtar_server.portal.guard import signed_in
from anahtar_server.portal.owner import Owner, owner_for, with_certificates
from anahtar_server.portal.words import certificate_told, profile_told
from anahtar_server.signin.models import SignIn
from anahtar_wire.problems import Problem, Refusal

_TYPES = {"pem": "application/x-pem-file", "der": "application/pkix-cert", "zincir": "application/x-pem-file"}
_NAMES = {"pem": "{serial}.pem", "der": "{serial}.cer", "zincir": "{serial}-zincir.pem"}


@require_GET
@signed_in
def certificates(request: HttpRequest, sign_in: SignIn, firm: UUID | None = None) -> HttpResponse:
    """List the owner's certificates with what may be done with each."""
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    rows = [_row(one, now) for card in with_certificates(owner.cards()) for one in card.certificates.all()]
    wanted = request.GET.get("islem", "")
    return render(request, "portal/certificates.html", {"owner": owner, "rows": rows, "wanted": wanted})


def _row(certificate: Certificate, now: datetime) -> dict[str, Any]:
    return {
        "certificate": certificate,
        "told": certificate_told(certificate, now),
        "profile": profile_told(certificate),
        "may": life.may(certificate, now),
    }


@require_GET
@signed_in
def certificate(request: HttpRequest, sign_in: SignIn, serial: str, firm: UUID | None = None) -> HttpResponse:
    """Show everything about one certificate; raises Refusal PAGE_NOT_FOUND, also for another's."""
    now = timezone.now()
    owner = owner_for(sign_in.holder, firm, now)
    found = owner.certificate(serial, now)
    changes = list(Change.objects.filter(certificate=found).order_by("at", "pk"))
    shown = {
        "owner": owner,
        **_row(found, now),
        "life": life.steps(found, changes, now),
        "published": life.published(found, now),
        "fields": fields_of(bytes(found.der)),
    }
    return render(request, "portal/certificate.html", shown)


@require_GET
@signed_in
def download(request: HttpRequest, sign_in: SignIn, serial: str, form: str, firm: UUID | None = None) -> HttpResponse:
    """Hand a certificate out as PEM or DER, or with its chain; raises Refusal PAGE_NOT_FOUND, also for another's."""
    if form not in _TYPES:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    now = timezone.now()
    found = _whole(owner_for(sign_in.holder, firm, now), serial, now)
    answer = HttpResponse(_bytes(found, form), content_type=_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{_NAMES[form].format(serial=found.serial)}"'
    return answer


def _whole(owner: Owner, serial: str, now: datetime) -> Certificate:
    return Certificate.objects.select_related("authority__parent").get(pk=owner.certificate(serial, now).pk)


def _bytes(certificate: Certificate, form: str) -> bytes:
    der = bytes(certificate.der)
    if form == "der":
        return der
    above = list(_chain(certificate.authority)) if form == "zincir" else []
    return b"".join(_pem(one) for one in [der, *above])


def _chain(authority: Authority | None) -> list[bytes]:
    """Return the certificates above, the issuing one first, the root last."""
    return [] if authority is None else [bytes(authority.der), *_chain(authority.parent)]


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
