"""What holders type before a certificate is revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anahtar_server.certificates.lifecycle import Reason

REASONS = (
    (int(Reason.UNSPECIFIED), _("Belirtmek istemiyorum")),
    (int(Reason.KEY_COMPROMISE), _("Kartım kayboldu, çalındı ya da PIN kodumu başkası biliyor")),
    (int(Reason.AFFILIATION_CHANGED), _("Bilgilerim ya da kurumum değişti")),
    (int(Reason.CESSATION_OF_OPERATION), _("Artık kullanmıyorum")),
)


class Revoke(forms.Form):
    """The last four digits of the serial number, typed, and why; a word would be typed without reading."""

    last_four = forms.CharField(
        max_length=8,
        error_messages={"required": _("Sertifika seri numarasının son 4 hanesini yazın.")},
    )
    reason = forms.TypedChoiceField(choices=REASONS, coerce=int, required=False, widget=forms.RadioSelect)

    def __init__(self, serial: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._end = serial[-4:]

    def clean_last_four(self) -> str:
        """Check the four digits; capital or small letters do not matter."""
        typed = str(self.cleaned_data["last_four"]).strip().lower()
        if typed != self._end.lower():
            raise ValidationError(_("Yazdığınız, seri numarasının son 4 hanesiyle eşleşmedi."))
        return typed
